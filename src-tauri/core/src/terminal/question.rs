//! What programs ask a terminal, and what the host answers from its model: once, whoever looks.

use super::modes::Modes;
use super::screen::Screen;
use crate::api::{Colour, Colours};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// DA1: what kind of terminal are you?
    Attributes,
    /// DA2.
    SecondaryAttributes,
    /// XTVERSION.
    Version,
    /// DSR 5: are you well?
    Status,
    /// DSR 6: where is the cursor?
    Cursor {
        /// DECXCPR, with a page.
        page: bool,
    },
    /// `CSI ? 996 n`: dark or light?
    Scheme,
    /// `CSI ? u`: which keyboard flags are in force?
    KeyboardFlags,
    /// DECRQM: is a mode set?
    Mode {
        /// One of DEC's own.
        private: bool,
        /// Which one.
        mode: u16,
    },
    /// DECRQSS: what is a setting now? By the end of the sequence that sets it.
    Setting(Vec<u8>),
    /// OSC 4: a colour of the palette.
    Palette(u8),
    /// OSC 10, 11 and 12: text, background and cursor.
    Colour(u8),
}

impl Question {
    /// What a `CSI` asks.
    pub fn of_csi(first: u16, intermediates: &[u8], action: char) -> Option<Self> {
        Some(match (intermediates, action, first) {
            (b"", 'c', 0) => Self::Attributes,
            (b">", 'c', 0) => Self::SecondaryAttributes,
            (b">", 'q', 0) => Self::Version,
            (b"", 'n', 5) => Self::Status,
            (b"", 'n', 6) => Self::Cursor { page: false },
            (b"?", 'n', 6) => Self::Cursor { page: true },
            (b"?", 'n', 996) => Self::Scheme,
            (b"?", 'u', _) => Self::KeyboardFlags,
            (b"?$", 'p', mode) => Self::Mode { private: true, mode },
            (b"$", 'p', mode) => Self::Mode { private: false, mode },
            _ => return None,
        })
    }

    /// What an `OSC` asks: each colour of it.
    pub fn of_osc(params: &[&[u8]]) -> Vec<Self> {
        match params {
            [b"4", pairs @ ..] => pairs
                .chunks_exact(2)
                .filter(|pair| pair[1] == b"?")
                .filter_map(|pair| std::str::from_utf8(pair[0]).ok()?.parse().ok())
                .map(Self::Palette)
                .collect(),
            // Further ones ask for the next colours.
            [first @ (b"10" | b"11" | b"12"), asked @ ..] => {
                let first = 10 + (first[1] - b'0');
                (first..=12)
                    .zip(asked)
                    .filter(|(_, asked)| **asked == b"?")
                    .map(|(n, _)| Self::Colour(n))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The answer, as it is typed back.
    pub fn answer(&self, screen: &Screen, modes: &Modes, colours: &Colours) -> String {
        let (row, col) = screen.cursor();
        match self {
            // A VT220 with colour.
            Self::Attributes => "\x1b[?62;22c".into(),
            Self::SecondaryAttributes => "\x1b[>1;10;0c".into(),
            Self::Version => concat!("\x1bP>|AI Orchestrator ", env!("CARGO_PKG_VERSION"), "\x1b\\").into(),
            Self::Status => "\x1b[0n".into(),
            Self::Cursor { page: false } => format!("\x1b[{};{}R", row + 1, col + 1),
            Self::Cursor { page: true } => format!("\x1b[?{};{};1R", row + 1, col + 1),
            Self::Scheme => format!("\x1b[?997;{}n", if is_dark(colours.background) { 1 } else { 2 }),
            // No viewer speaks that protocol, so none are ever in force.
            Self::KeyboardFlags => "\x1b[?0u".into(),
            Self::Mode { private, mode } => {
                let set = if *private {
                    screen.private_mode(*mode).or(modes.private(*mode))
                } else {
                    modes.ansi(*mode)
                };
                // 1 set, 2 reset, 0 not known.
                let state = set.map_or(0, |set| if set { 1 } else { 2 });
                format!("\x1b[{}{mode};{state}$y", if *private { "?" } else { "" })
            }
            Self::Setting(setting) => match setting.as_slice() {
                b"m" => format!("\x1bP1$r{}\x1b\\", screen.rendition()),
                b"r" => {
                    let (top, bottom) = modes.region().unwrap_or((1, 0));
                    let bottom = if bottom == 0 { screen.size().rows } else { bottom };
                    format!("\x1bP1$r{top};{bottom}r\x1b\\")
                }
                b" q" => format!("\x1bP1$r{} q\x1b\\", screen.cursor_style()),
                _ => "\x1bP0$r\x1b\\".into(),
            },
            Self::Palette(index) => {
                let colour = colours.palette.get(usize::from(*index)).copied();
                let colour = colour.unwrap_or_else(|| xterm_colour(*index));
                format!("\x1b]4;{index};{}\x1b\\", rgb(colour))
            }
            Self::Colour(which) => {
                let colour = match which {
                    10 => colours.foreground,
                    11 => colours.background,
                    _ => colours.cursor,
                };
                format!("\x1b]{which};{}\x1b\\", rgb(colour))
            }
        }
    }
}

fn rgb(Colour([red, green, blue]): Colour) -> String {
    format!("rgb:{red:02x}{red:02x}/{green:02x}{green:02x}/{blue:02x}{blue:02x}")
}

/// Whether light text belongs on it: by its brightness (ITU-R BT.601).
fn is_dark(Colour([red, green, blue]): Colour) -> bool {
    299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) < 128_000
}

/// xterm's palette: sixteen named colours, a cube of 216 and a ramp of 24 greys (xterm's `256colres.pl`).
fn xterm_colour(index: u8) -> Colour {
    const NAMED: [[u8; 3]; 16] = [
        [0, 0, 0],
        [0xcd, 0, 0],
        [0, 0xcd, 0],
        [0xcd, 0xcd, 0],
        [0, 0, 0xee],
        [0xcd, 0, 0xcd],
        [0, 0xcd, 0xcd],
        [0xe5, 0xe5, 0xe5],
        [0x7f, 0x7f, 0x7f],
        [0xff, 0, 0],
        [0, 0xff, 0],
        [0xff, 0xff, 0],
        [0x5c, 0x5c, 0xff],
        [0xff, 0, 0xff],
        [0, 0xff, 0xff],
        [0xff, 0xff, 0xff],
    ];
    let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
    Colour(match index {
        0..=15 => NAMED[usize::from(index)],
        16..=231 => {
            let step = index - 16;
            [level(step / 36), level(step / 6 % 6), level(step % 6)]
        }
        232..=255 => [8 + (index - 232) * 10; 3],
    })
}
