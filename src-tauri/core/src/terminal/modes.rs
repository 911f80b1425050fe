//! What is in force in a terminal beside what the screen model knows: a late viewer needs it, too.

/// The modes that `screen.rs` has no word for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    alternate: bool,
    /// The scroll regions of the normal and the alternate screen, unless whole; rows from 1.
    regions: [Option<(u16, u16)>; 2],
    /// Character sets other than ASCII, as designated for G0 and G1.
    charsets: [Option<u8>; 2],
    /// G1 is in use (SO).
    shifted: bool,
    insert: bool,
    /// Private modes that are set; those in [`SET_AT_FIRST`] are here while they are not.
    unusual: Vec<u16>,
    title: String,
}

/// Private modes that are kept: columns wrap (7), focus reports (1004), mouse encodings (1015, 1016),
/// synchronized output (2026).
const KEPT: [u16; 6] = [6, 7, 1004, 1015, 1016, 2026];
/// Those of them that are set in a fresh terminal.
const SET_AT_FIRST: [u16; 1] = [7];

impl Modes {
    /// What brings any terminal to modes in which a screen can be drawn on it: ASCII, replacing, wrapping, and rows
    /// counted from the top of the whole screen.
    pub const NEUTRAL: &str = "\x0f\x1b(B\x1b[4l\x1b[?6l\x1b[?7h\x1b[r";

    /// Notes a `CSI`.
    pub fn csi(&mut self, params: &[u16], intermediates: &[u8], action: char) {
        match (intermediates, action) {
            (b"?", 'h' | 'l') => params.iter().for_each(|&mode| self.set_private(mode, action == 'h')),
            (b"", 'h' | 'l') if params.contains(&4) => self.insert = action == 'h',
            (b"", 'r') => {
                let top = params.first().copied().unwrap_or(0).max(1);
                let bottom = params.get(1).copied().unwrap_or(0);
                let whole = top == 1 && bottom == 0;
                self.regions[usize::from(self.alternate)] = (!whole).then_some((top, bottom));
            }
            // DECSTR, the soft reset.
            (b"!", 'p') => {
                let kept = (self.alternate, std::mem::take(&mut self.title));
                *self = Self { alternate: kept.0, title: kept.1, ..Self::default() };
            }
            _ => {}
        }
    }

    /// Notes an `ESC` sequence.
    pub fn esc(&mut self, intermediates: &[u8], byte: u8) {
        let charset = (byte != b'B').then_some(byte);
        match (intermediates, byte) {
            (b"", b'c') => *self = Self::default(),
            (b"(", _) => self.charsets[0] = charset,
            (b")", _) => self.charsets[1] = charset,
            _ => {}
        }
    }

    /// Notes SO and SI.
    pub fn shift(&mut self, shifted: bool) {
        self.shifted = shifted;
    }

    /// Whether letters stand for lines and corners.
    pub fn draws_lines(&self) -> bool {
        self.charsets[usize::from(self.shifted)] == Some(b'0')
    }

    /// Notes a title; whether it is another one.
    pub fn entitle(&mut self, title: &[u8]) -> bool {
        let title = String::from_utf8_lossy(title);
        let other = self.title != title;
        if other {
            self.title = title.into_owned();
        }
        other
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// A terminal whose size changes scrolls as a whole again.
    pub fn resized(&mut self) {
        self.regions = [None; 2];
    }

    /// Whether the alternate screen is in use.
    pub fn alternate(&self) -> bool {
        self.alternate
    }

    /// The scroll region of the screen in use, unless whole.
    pub fn region(&self) -> Option<(u16, u16)> {
        self.regions[usize::from(self.alternate)]
    }

    /// Whether some screen does not scroll as a whole.
    pub fn has_region(&self) -> bool {
        self.regions.iter().any(Option::is_some)
    }

    /// Whether a private mode is set, if it is one of those kept here.
    pub fn private(&self, mode: u16) -> Option<bool> {
        KEPT.contains(&mode).then(|| self.unusual.contains(&mode) != SET_AT_FIRST.contains(&mode))
    }

    /// Whether one of ANSI's modes is set, if it is known.
    pub fn ansi(&self, mode: u16) -> Option<bool> {
        (mode == 4).then_some(self.insert)
    }

    /// What brings a fresh terminal, already on the right screen, to these modes. The region moves the cursor.
    pub fn restored(&self) -> String {
        let mut restored = Vec::new();
        if !self.title.is_empty() {
            restored.push(format!("\x1b]2;{}\x1b\\", self.title));
        }
        for (designator, charset) in ['(', ')'].into_iter().zip(self.charsets) {
            restored.extend(charset.map(|charset| format!("\x1b{designator}{}", char::from(charset))));
        }
        if self.shifted {
            restored.push("\x0e".into());
        }
        if self.insert {
            restored.push("\x1b[4h".into());
        }
        if let Some((top, bottom)) = self.region() {
            let bottom = if bottom == 0 { String::new() } else { bottom.to_string() };
            restored.push(format!("\x1b[{top};{bottom}r"));
        }
        for mode in &self.unusual {
            let action = if SET_AT_FIRST.contains(mode) { 'l' } else { 'h' };
            restored.push(format!("\x1b[?{mode}{action}"));
        }
        restored.concat()
    }

    fn set_private(&mut self, mode: u16, set: bool) {
        match mode {
            47 | 1047 | 1049 => {
                self.alternate = set;
                if set && mode == 1049 {
                    self.regions[1] = None;
                }
            }
            mode if KEPT.contains(&mode) => {
                self.unusual.retain(|&unusual| unusual != mode);
                if set != SET_AT_FIRST.contains(&mode) {
                    self.unusual.push(mode);
                }
            }
            _ => {}
        }
    }
}
