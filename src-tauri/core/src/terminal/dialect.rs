//! What the screen model has no word for, said in words that it has. (`docs/adr/screen-engine.md` names the rest.)

use std::borrow::Cow;

use vte::Params;

use super::Size;
use super::screen::Screen;

/// A stretch of a terminal's bytes, and what to draw in its place. Places count bytes since the terminal began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paraphrase {
    pub from: u64,
    pub to: u64,
    pub words: Words,
}

/// What is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// `CSI s`: the cursor is kept, as DECSC keeps it.
    SaveCursor,
    /// `CSI u`: the cursor goes back there.
    RestoreCursor,
    /// IND: down by a row.
    Index,
    /// NEL: to the beginning of the next row.
    NextLine,
    /// CBT: back by so many tab stops.
    BackTab(u16),
    /// REP: the last character once more, so often. Each repetition is drawn by itself, so a few bytes could keep
    /// the screen busy for seconds.
    Repeat(u16),
    /// Text whose letters stand for lines and corners.
    Lines(Vec<u8>),
    /// SGR without the colour of underlines, whose parts would be taken for colours and styles of their own.
    Rendition(String),
}

impl Words {
    /// What a `CSI` means.
    pub fn of_csi(params: &[u16], intermediates: &[u8], action: char) -> Option<Self> {
        let first = params.first().copied().unwrap_or(0);
        Some(match (intermediates, action, params) {
            (b"", 's', [] | [0]) => Self::SaveCursor,
            (b"", 'u', [] | [0]) => Self::RestoreCursor,
            (b"", 'Z', _) => Self::BackTab(first.max(1)),
            (b"", 'b', _) if first > 1 => Self::Repeat(first),
            _ => return None,
        })
    }

    /// What SGR means, where it colours underlines.
    pub fn of_sgr(params: &Params) -> Option<Self> {
        let mut parts = params.iter();
        let mut kept: Vec<String> = Vec::new();
        let mut found = false;
        while let Some(part) = parts.next() {
            match part {
                [58] => {
                    found = true;
                    let more = match parts.next() {
                        Some([5]) => 1,
                        Some([2]) => 3,
                        _ => 0,
                    };
                    parts.by_ref().take(more).for_each(drop);
                }
                [58, ..] => found = true,
                part => kept.push(part.iter().map(u16::to_string).collect::<Vec<_>>().join(":")),
            }
        }
        found.then(|| Self::Rendition(kept.join(";")))
    }

    /// What an `ESC` sequence means.
    pub fn of_esc(intermediates: &[u8], byte: u8) -> Option<Self> {
        match (intermediates, byte) {
            (b"", b'D') => Some(Self::Index),
            (b"", b'E') => Some(Self::NextLine),
            _ => None,
        }
    }

    /// The words that this screen understands.
    pub fn on(&self, screen: &Screen) -> Cow<'_, [u8]> {
        match self {
            Self::SaveCursor => Cow::Borrowed(b"\x1b7"),
            Self::RestoreCursor => Cow::Borrowed(b"\x1b8"),
            Self::Index => Cow::Borrowed(b"\n"),
            Self::NextLine => Cow::Borrowed(b"\r\n"),
            Self::BackTab(stops) => {
                let (_, col) = screen.cursor();
                let stop = (col.div_ceil(8)).saturating_sub(*stops) * 8;
                Cow::Owned(format!("\x1b[{}G", stop + 1).into_bytes())
            }
            Self::Repeat(count) => {
                let Size { cols, rows } = screen.size();
                let most = 2 * u32::from(cols) * u32::from(rows);
                Cow::Owned(format!("\x1b[{}b", most.min((*count).into())).into_bytes())
            }
            Self::Lines(text) => Cow::Owned(lines(text)),
            // Nothing at all would be a reset.
            Self::Rendition(params) if params.is_empty() => Cow::Borrowed(b""),
            Self::Rendition(params) => Cow::Owned(format!("\x1b[{params}m").into_bytes()),
        }
    }
}

/// DEC's special graphics, `` ` `` to `~` (ECMA-48 set `0`).
const LINES: [char; 31] = [
    '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─', '⎼', '⎽', '├',
    '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
];

/// Whether text reads otherwise where letters stand for lines.
pub fn has_lines(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'`'..=b'~'))
}

fn lines(text: &[u8]) -> Vec<u8> {
    let mut drawn = Vec::with_capacity(3 * text.len());
    for &byte in text {
        match byte.checked_sub(b'`').and_then(|index| LINES.get(usize::from(index))) {
            Some(line) => drawn.extend_from_slice(line.encode_utf8(&mut [0; 4]).as_bytes()),
            None => drawn.push(byte),
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::printout::tests::Printed;
    use super::*;

    fn shown(pieces: &[&str]) -> Vec<String> {
        let mut printed = Printed::new(Size { cols: 20, rows: 4 });
        for piece in pieces {
            printed.print(piece.as_bytes());
        }
        let lines = printed.screen().view().lines;
        lines.into_iter().take_while(|line| !line.is_empty()).collect()
    }

    #[test]
    fn letters_stand_for_lines_until_they_stand_for_themselves() {
        assert_eq!(shown(&["a\x1b(0lqk\r\nx端x\x1b(Bx"]), ["a┌─┐", "│端│x"]);
        assert_eq!(shown(&["\x1b)0a\x0elqk\x0fq"]), ["a┌─┐q"]);
        assert_eq!(shown(&["\x1b(0\u{e9}~\u{e9}q"]), ["é·é─"]);
        assert_eq!(shown(&["\x1b(0l", "q", "k"]), ["┌─┐"]);
    }

    #[test]
    fn a_cursor_is_saved_and_comes_back() {
        assert_eq!(shown(&["ab\x1b[scd\x1b[uX"]), ["abXd"]);
        assert_eq!(shown(&["ab\x1b[scd\x1b[", "uX"]), ["abXd"]);
        // Another meaning with parameters: the kitty keyboard protocol, margins.
        assert_eq!(shown(&["ab\x1b[scd\x1b[?1u\x1b[5uX"]), ["abcdX"]);
    }

    #[test]
    fn the_colour_of_underlines_is_no_other_colour() {
        for sgr in ["58;5;1", "58;2;1;3;7", "58:5:1", "58:2::1:3:7"] {
            let mut printed = Printed::new(Size { cols: 20, rows: 4 });
            printed.print(format!("\x1b[4;{sgr}mx\x1b[{sgr}m").as_bytes());
            assert_eq!(printed.screen().rendition(), "0;4m", "{sgr}");
        }
        let mut printed = Printed::new(Size { cols: 20, rows: 4 });
        printed.print(b"\x1b[58;5;1;3;38;5;158m");
        assert_eq!(printed.screen().rendition(), "0;38;5;158;3m");
    }

    #[test]
    fn rows_and_stops_are_reached() {
        assert_eq!(shown(&["ab\x1bDc\x1bEd"]), ["ab", "  c", "d"]);
        assert_eq!(shown(&["abcdefghij\x1b[ZX"]), ["abcdefghXj"]);
        assert_eq!(shown(&["abcdefgh\x1b[ZX"]), ["Xbcdefgh"]);
        assert_eq!(shown(&["abcdefghij\x1b[2ZX\x1b[9Z|"]), ["|bcdefghij"]);
    }

    #[test]
    fn repeating_without_end_fills_the_screen_and_no_more() {
        assert_eq!(shown(&["a\x1b[65535b\x1b[H\x1b[2Jb\x1b[3b"]), ["bbbb"]);
        assert_eq!(shown(&["a\x1b[99999999999999999999b\x1b[H\x1b[2Jb\x1b[b"]), ["bb"]);
    }

    #[test]
    fn a_size_that_changes_within_it_does_no_harm() {
        for (sequence, after) in [("\x1b[s", "abcd"), ("\x1bD", "ab"), ("\x1b[3b", "abbbbcd")] {
            for cut in 1..sequence.len() {
                let mut printed = Printed::new(Size { cols: 20, rows: 4 });
                printed.print(format!("ab{}", &sequence[..cut]).as_bytes());
                printed.resize(Size { cols: 30, rows: 4 });
                printed.print(format!("{}cd", &sequence[cut..]).as_bytes());
                assert_eq!(printed.screen().view().lines[0], after, "{sequence:?} cut at {cut}");
            }
        }
    }

    const PIECES: [&str; 18] = [
        "lqk x",
        "端é",
        "\r\n",
        "\t",
        "\x1b(0",
        "\x1b(B",
        "\x1b)0",
        "\x0e",
        "\x0f",
        "\x1b[s",
        "\x1b[u",
        "\x1bD",
        "\x1bE",
        "\x1b[Z",
        "\x1b[3Z",
        "\x1b[70b",
        "\x1b[2;5H",
        "\x1b[6n",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn it_means_the_same_however_it_is_read_and_looked_at(
            pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 1..40),
            cuts in prop::collection::vec(1..9usize, 1..20),
        ) {
            let text = pieces.concat();
            let size = Size { cols: 20, rows: 4 };
            let mut whole = Printed::new(size);
            let answers = whole.print(text.as_bytes()).concat();
            let mut cut = Printed::new(size);
            let mut rest = text.as_bytes();
            let mut cut_answers = String::new();
            for length in cuts.iter().cycle() {
                let (now, later) = rest.split_at(rest.len().min(*length));
                cut_answers += &cut.print(now).concat();
                if length % 3 == 0 {
                    cut.screen();
                }
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(answers, cut_answers);
            prop_assert_eq!(whole.contents(), cut.contents());
        }
    }
}
