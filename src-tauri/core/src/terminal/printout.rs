//! What a terminal has printed: the newest bytes, and the screen that they make, drawn when somebody looks.
//!
//! Of a flood most lines scroll away before anybody could see them. They are never drawn.

use super::Size;
use super::modes::Modes;
use super::question::Question;
use super::ring::{Ring, Slice};
use super::screen::Screen;
use super::text::TextReader;
use crate::api::Colours;

/// Ring and screen of one terminal.
pub struct Printout {
    ring: Ring,
    screen: Screen,
    /// Up to here the screen is drawn. The rest stands in the ring's last segment.
    drawn: u64,
    size: Size,
    /// As the reader had it when the newest bytes came.
    modes: Modes,
    plain_from: u64,
    /// Nothing is drawn beyond: what is half read may yet turn out not to be shown, and the screen's parser loses
    /// characters beside one that comes in two halves.
    whole_to: u64,
}

/// What a viewer must see to be where the terminal is: first the ring from its start, at these modes.
pub struct Replay {
    /// What brings a fresh screen to the modes in force at the ring's start.
    pub head: Vec<u8>,
    /// What to draw after the ring, where it alone does not make the screen.
    pub ending: Vec<u8>,
}

impl Printout {
    /// Nothing yet.
    pub fn new(size: Size, max_lines: usize) -> Self {
        Self {
            ring: Ring::new(size, max_lines),
            screen: Screen::new(size),
            drawn: 0,
            size,
            modes: Modes::default(),
            plain_from: 0,
            whole_to: 0,
        }
    }

    /// Adds the bytes that `reader` has just read.
    pub fn push(&mut self, bytes: &[u8], reader: &mut TextReader) {
        let whole_to = std::mem::replace(&mut self.whole_to, reader.whole_to());
        self.plain_from = reader.plain_from();
        if self.modes != *reader.modes() {
            self.modes = reader.modes().clone();
        }
        self.ring.push(bytes);
        if let Some(end) = reader.noise_to() {
            // The screen's parser would keep all of it.
            self.draw_to(whole_to);
            // A change of size may have drawn its beginning.
            self.screen.draw(b"\x18");
            self.drawn = end;
        } else if reader.repeats() {
            self.draw_to(whole_to);
            let length = usize::try_from(self.whole_to.saturating_sub(self.drawn)).unwrap_or_default();
            let undrawn = self.ring.last(self.drawn);
            let few = with_few_repeats(&undrawn[..length.min(undrawn.len())], self.size);
            self.screen.draw(&few);
            self.drawn = self.whole_to.max(self.drawn);
        }
    }

    /// Closes the ring's last segment if it is full and `reader` has nothing half read.
    pub fn settle(&mut self, reader: &TextReader) {
        if self.ring.is_full() && reader.is_settled() {
            self.cut("");
        } else if self.ring.is_overfull() {
            self.cut(reader.introducer());
        }
    }

    /// Forgets all that was printed before `place`, which is within the newest bytes; the screen stays.
    pub fn clear_before(&mut self, place: u64) {
        let rest = self.ring.last(place).to_vec();
        self.draw_to(place);
        let head = self.head();
        self.ring.clear(place, self.size, head);
        self.ring.push(&rest);
    }

    /// Answers a question that ended at `place`.
    pub fn answer(&mut self, place: u64, question: &Question, colours: &Colours) -> String {
        self.draw_to(place);
        question.answer(&self.screen, &self.modes, colours)
    }

    /// Changes the size.
    pub fn resize(&mut self, size: Size, reader: &mut TextReader) {
        self.draw();
        // What is half read is drawn as far as it has come: the rest of it stands in another segment.
        self.screen.draw(self.ring.last(self.drawn));
        self.drawn = self.ring.end();
        self.screen.resize(size);
        self.size = size;
        reader.resized();
        self.modes.resized();
        self.cut(reader.introducer());
    }

    /// The screen as it is now.
    pub fn screen(&mut self) -> &Screen {
        self.draw();
        &self.screen
    }

    /// Where the oldest kept byte stands.
    pub fn start(&self) -> u64 {
        self.ring.start()
    }

    /// Where the next byte will stand.
    pub fn end(&self) -> u64 {
        self.ring.end()
    }

    /// Up to `max` bytes from `offset` on, as [`Ring::read`] has them.
    pub fn read(&self, offset: u64, max: usize) -> Option<Slice<'_>> {
        self.ring.read(offset, max)
    }

    /// What to show beside the ring to somebody who comes late.
    pub fn replay(&mut self) -> Replay {
        let (head, trimmed) = self.ring.head();
        let head = head.to_vec();
        let ending = if trimmed { self.contents() } else { Vec::new() };
        Replay { head, ending }
    }

    fn contents(&mut self) -> Vec<u8> {
        self.draw();
        let mut contents = self.screen.contents();
        let restored = self.modes.restored();
        if !restored.is_empty() {
            contents.extend_from_slice(restored.as_bytes());
            contents.extend_from_slice(self.screen.cursor_placed().as_bytes());
        }
        contents
    }

    /// Closes the ring's last segment; the next one begins in a sequence, if in any, that begins so.
    fn cut(&mut self, introducer: &str) {
        self.draw();
        let mut head = self.head();
        head.extend_from_slice(introducer.as_bytes());
        self.ring.cut(self.size, head);
    }

    fn head(&self) -> Vec<u8> {
        let mut head = self.screen.modes();
        head.extend_from_slice(self.modes.restored().as_bytes());
        head
    }

    fn draw(&mut self) {
        self.draw_to(self.whole_to);
    }

    /// Draws up to a place, and of plain text only what does not scroll away at once.
    fn draw_to(&mut self, place: u64) {
        let undrawn = self.ring.last(self.drawn);
        let length =
            |to: u64| usize::try_from(to.saturating_sub(self.drawn)).unwrap_or(usize::MAX).min(undrawn.len());
        let (undrawn, plain) = undrawn[..length(place)].split_at(length(self.plain_from.min(place)));
        self.screen.draw(undrawn);
        let shown =
            if self.modes.has_region() { 0 } else { last_lines(plain, 2 * usize::from(self.size.rows)) };
        for sequence in colours(&plain[..shown]) {
            self.screen.draw(sequence);
        }
        self.screen.draw(&plain[shown..]);
        self.drawn = self.drawn.max(place);
    }
}

/// Repeats a character (`CSI n b`) no more often than fills the screen twice. Each repetition is drawn by itself, so
/// a few bytes could keep the screen busy for seconds.
fn with_few_repeats(bytes: &[u8], size: Size) -> Vec<u8> {
    let most = 2 * usize::from(size.cols) * usize::from(size.rows);
    let mut drawn = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(start) = memchr::memmem::find(rest, b"\x1b[") {
        let params = &rest[start + 2..];
        let end = params.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(params.len());
        let count = std::str::from_utf8(&params[..end]).ok().and_then(|count| count.parse::<usize>().ok());
        drawn.extend_from_slice(&rest[..start + 2]);
        match count {
            Some(count) if params.get(end) == Some(&b'b') => {
                drawn.extend_from_slice(count.min(most).to_string().as_bytes());
            }
            _ => drawn.extend_from_slice(&params[..end]),
        }
        rest = &params[end..];
    }
    drawn.extend_from_slice(rest);
    drawn
}

/// Where the last `count` lines begin, if each line begins at the left edge.
///
/// After twice the rows of the screen nothing of what was there before is left: the first half of them brings
/// the cursor to the last row, the second half takes every row away that stood above it.
fn last_lines(plain: &[u8], count: usize) -> usize {
    match memchr::memrchr_iter(b'\n', plain).nth(count) {
        Some(line_end) if line_end > 0 && plain[line_end - 1] == b'\r' => line_end + 1,
        _ => 0,
    }
}

/// The sequences that colour what comes after this text: those since the last one that resets them all.
fn colours(plain: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut wanted = Vec::new();
    for start in memchr::memrchr_iter(0x1b, plain) {
        let sequence = &plain[start..];
        let Some(length) = sequence.iter().position(|&byte| byte == b'm') else { continue };
        let Some(params) = sequence[..length].strip_prefix(b"\x1b[") else { continue };
        if !params.iter().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')) {
            continue;
        }
        wanted.push(&sequence[..=length]);
        if matches!(params, b"" | b"0") {
            break;
        }
    }
    wanted.into_iter().rev()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIZE: Size = Size { cols: 20, rows: 5 };

    /// A printout and the reader that it follows.
    pub struct Printed {
        reader: TextReader,
        printout: Printout,
        pub colours: Colours,
    }

    impl Printed {
        pub fn new(size: Size) -> Self {
            Self {
                reader: TextReader::new("id".into()),
                printout: Printout::new(size, 10_000),
                colours: Colours::default(),
            }
        }

        /// Prints bytes, as one read brings them; what was answered.
        pub fn print(&mut self, bytes: &[u8]) -> Vec<String> {
            let read = self.reader.advance(bytes);
            let (questions, cleared) = (std::mem::take(&mut read.questions), read.cleared);
            self.printout.push(bytes, &mut self.reader);
            let answers = questions
                .iter()
                .map(|(place, question)| self.printout.answer(*place, question, &self.colours))
                .collect();
            if let Some(place) = cleared {
                self.printout.clear_before(place);
            }
            self.printout.settle(&self.reader);
            answers
        }

        pub fn screen(&mut self) -> &Screen {
            self.printout.screen()
        }

        pub fn contents(&mut self) -> Vec<u8> {
            self.printout.contents()
        }

        pub fn resize(&mut self, size: Size) {
            self.printout.resize(size, &mut self.reader);
        }
    }

    fn answers(bytes: &[u8]) -> String {
        Printed::new(SIZE).print(bytes).concat()
    }

    #[test]
    fn questions_are_answered_as_of_their_place() {
        assert_eq!(answers(b"ab\x1b[6ncd\x1b[c\x1b[?6n"), "\x1b[1;3R\x1b[?62;22c\x1b[?1;5;1R");
        assert_eq!(
            answers(b"\x1b[?2004h\x1b[?2004$p\x1b[?9999$p\x1b[4$p"),
            "\x1b[?2004;1$y\x1b[?9999;0$y\x1b[4;2$y"
        );
        assert_eq!(answers(b"\x1b[?7$p\x1b[?1004h\x1b[?1004$p"), "\x1b[?7;1$y\x1b[?1004;1$y");
    }

    #[test]
    fn colours_and_settings_are_told() {
        assert_eq!(answers(b"\x1b]11;?\x07"), "\x1b]11;rgb:0000/0000/0000\x1b\\");
        assert_eq!(
            answers(b"\x1b]4;1;?;231;?\x07"),
            "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\\x1b]4;231;rgb:ffff/ffff/ffff\x1b\\"
        );
        assert_eq!(answers(b"\x1b[1;31m\x1bP$qm\x1b\\"), "\x1bP1$r0;31;1m\x1b\\");
        assert_eq!(answers(b"\x1b[2;4r\x1bP$qr\x1b\\\x1bP$qx\x1b\\"), "\x1bP1$r2;4r\x1b\\\x1bP0$r\x1b\\");
    }

    #[test]
    fn colours_are_those_that_a_window_draws_in() {
        let mut light = Printed::new(SIZE);
        let told = r##"{"foreground": "#25252c", "background": "#ffffff", "cursor": "#5048d6", "palette": ["#010203"]}"##;
        light.colours = serde_json::from_str(told).unwrap();
        let answers = light.print(b"\x1b]10;?;?;?\x07\x1b]4;0;?;1;?\x07\x1b[?996n").concat();
        assert_eq!(
            answers,
            "\x1b]10;rgb:2525/2525/2c2c\x1b\\\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b]12;rgb:5050/4848/d6d6\x1b\\\
             \x1b]4;0;rgb:0101/0202/0303\x1b\\\x1b]4;1;rgb:cdcd/0000/0000\x1b\\\x1b[?997;2n"
        );
        assert_eq!(Printed::new(SIZE).print(b"\x1b[?996n").concat(), "\x1b[?997;1n");
    }

    #[test]
    fn what_stood_before_a_clear_is_gone_and_the_screen_stays() {
        let mut printed = Printed::new(SIZE);
        printed.print(b"one\r\ntwo\x1b[3Jthree");
        assert_eq!(printed.printout.read(printed.printout.start(), 100).unwrap().data, b"three");
        assert_eq!(printed.screen().view().lines[..2], ["one", "twothree"]);
    }

    #[test]
    fn a_late_viewer_gets_the_modes_that_the_screen_does_not_know() {
        let mut printed = Printed::new(SIZE);
        printed.print(b"\x1b[2;4r\x1b[?1004h\x1b[?7l\x1b(0\x1b]2;title\x07\x1b[3;2Hx\x1b[3J");
        let replay = printed.printout.replay();
        let ending = String::from_utf8(replay.ending).unwrap();
        assert!(
            ending.ends_with("\x1b]2;title\x1b\\\x1b(0\x1b[2;4r\x1b[?1004h\x1b[?7l\x1b[3;3H"),
            "{ending:?}"
        );
    }

    #[test]
    fn a_sequence_without_end_is_forgotten_as_text_is() {
        for introducer in ["\x1b]0;", "\x1bP$q", "\x1b_G", "\x1b["] {
            let mut printed = Printed::new(SIZE);
            printed.print(introducer.as_bytes());
            for _ in 0..600 {
                assert_eq!(printed.print(&[b'1'; 10_000]), Vec::<String>::new());
            }
            let kept = printed.printout.end() - printed.printout.start();
            assert!(kept <= 4 << 20, "{introducer:?}: {kept} bytes are kept");
            let head = String::from_utf8(printed.printout.replay().head).unwrap();
            assert!(introducer == "\x1bP$q" || head.ends_with(&introducer[..2]), "{head:?}");
            printed.print(b"\x1b\\\x07\x1b[Hafter");
            assert_eq!(printed.screen().view().lines[0], "after", "{introducer:?}");
        }
    }

    #[test]
    fn a_size_that_changes_within_a_sequence_tears_nothing_else() {
        let mut printed = Printed::new(SIZE);
        printed.print(b"one\x1b]0;ti");
        printed.resize(Size { cols: 30, rows: 5 });
        for _ in 0..20 {
            printed.print(&[b'x'; 10_000]);
        }
        printed.resize(SIZE);
        printed.print(b"\x07two");
        assert_eq!(printed.screen().view().lines[0], "onetwo");
        let mut torn = Printed::new(SIZE);
        torn.print(b"one\x1b[1;3");
        torn.resize(Size { cols: 30, rows: 5 });
        torn.print(b"1mtwo");
        assert_eq!(torn.screen().view().lines[0], "onetwo");
        assert!(torn.screen().rendition().contains("31"));
    }

    #[test]
    fn sizes_that_nothing_was_printed_at_are_forgotten() {
        let mut printed = Printed::new(SIZE);
        for cols in 20..1020 {
            printed.resize(Size { cols, rows: 5 });
        }
        printed.print(b"x");
        assert_eq!(printed.printout.read(0, 1).unwrap().size.cols, 1019);
    }

    #[test]
    fn repeating_without_end_fills_the_screen_and_no_more() {
        let bytes = b"a\x1b[65535b\r\nb\x1b[3b\x1b[99999999999999999999b";
        assert_eq!(
            with_few_repeats(bytes, SIZE),
            b"a\x1b[200b\r\nb\x1b[3b\x1b[99999999999999999999b",
            "what is no number is left to the parser, which caps it"
        );
        let mut printed = Printed::new(SIZE);
        printed.print(b"a\x1b[65535b\x1b[H\x1b[2Kb\x1b[3b");
        assert_eq!(printed.screen().view().lines[..2], ["bbbb".to_owned(), "a".repeat(20)]);
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let line = "[a-zä端 ]{0,30}".prop_map(|line| format!("{line}\r\n").into_bytes());
        let flood = (1..40usize, "[a-z端\t\x08]{0,25}(\x1b\\[[0-9]{0,2}m)?")
            .prop_map(|(count, line)| format!("{line}\r\n").repeat(count).into_bytes());
        let sequences: Vec<&[u8]> = vec![
            b"\n",
            b"\r",
            b"\x1b[H",
            b"\x1b[2;3H",
            b"\x1b[K",
            b"\x1b[2J",
            b"\x1b[2;4r",
            b"\x1b[r",
            b"\x1b[1;44m",
            b"\x1b[m",
            b"\x1b[0;7m",
            b"\x1b[38;5;9m",
            b"\x1b[?1049h",
            b"\x1b[?1049l",
            b"\x1b7",
            b"\x1b8",
            b"\x1bM",
            b"\x1b[3\r\nm",
            b"\x1b]0;a\r\nb\r\n\x07",
            b"\x1bc",
            b"\x1b[3J",
            b"\x1b[2L",
            b"\x1b[?6h",
            b"\x1b[?25l",
            b"\x1bP+q\r\n\x1b\\",
            b"\xe7\xab",
            b"\xff",
        ];
        let sequence = prop::sample::select(sequences).prop_map(<[u8]>::to_vec);
        prop_oneof![3 => line, 3 => flood, 2 => sequence]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_drawn_late_looks_as_if_drawn_at_once(
            pieces in prop::collection::vec(piece(), 1..25),
            cuts in prop::collection::vec(1..400usize, 1..20),
        ) {
            let bytes = pieces.concat();
            let mut at_once = Screen::new(SIZE);
            at_once.draw(&bytes);
            let mut printed = Printed::new(SIZE);
            let mut rest = bytes.as_slice();
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at(rest.len().min(*cut));
                printed.print(now);
                if cut % 7 == 0 {
                    printed.screen();
                }
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            let text = |contents: Vec<u8>| String::from_utf8(contents).unwrap();
            prop_assert_eq!(text(printed.screen().contents()), text(at_once.contents()), "{}", bytes.escape_ascii());
        }
    }
}
