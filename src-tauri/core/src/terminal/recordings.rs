//! What real programs printed, drawn again: the screen must show what an independent terminal showed.
//! The recordings are in `tests/recordings`; `cargo xtask record` makes them.
//!
//! Where the model is known to be wrong, `NAME.known` beside a recording says why, and holds exactly what is shown
//! instead. A model that gets better fails the test, so that the file goes away.

#[path = "../../../../tests/recording.rs"]
#[expect(dead_code, reason = "the recorder writes what the tests only read")]
mod recording;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use recording::{Happening, Recording, Shown};

use super::Size;
use super::printout::tests::Printed;
use super::screen::Screen;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/recordings")
}

fn recorded(name: &str) -> (Recording, Vec<Shown>) {
    let (cast, screen) = recording::files(&folder(), name);
    let cast = std::fs::read_to_string(cast).unwrap();
    let shown = Shown::parse(&std::fs::read_to_string(screen).unwrap()).unwrap();
    (Recording::parse(&cast).unwrap(), shown)
}

/// What the model is known to show instead, and the differences' reason.
fn known(name: &str) -> Vec<Shown> {
    let text = std::fs::read_to_string(folder().join(format!("{name}.known"))).unwrap_or_default();
    Shown::parse(text.split_once("\n== ").map_or("", |(why, _)| &text[why.len() + 1..])).unwrap()
}

fn fresh((cols, rows): (u16, u16)) -> Printed {
    Printed::new(Size { cols, rows })
}

/// Draws a recording, each read cut into pieces by `cut`, and calls `look` wherever somebody looked.
fn replay(
    recording: &Recording,
    mut cut: impl FnMut(&[u8]) -> usize,
    mut look: impl FnMut(&str, &mut Printed),
) {
    let mut printed = fresh(recording.size);
    for (_, event) in &recording.events {
        match event {
            Happening::Output(text) => {
                let mut rest = text.as_bytes();
                while !rest.is_empty() {
                    let (piece, after) = rest.split_at(cut(rest).clamp(1, rest.len()));
                    printed.print(piece);
                    rest = after;
                }
            }
            Happening::Input(_) => {}
            Happening::Resize(cols, rows) => printed.resize(Size { cols: *cols, rows: *rows }),
            Happening::Look(name) => look(name, &mut printed),
        }
    }
}

/// What the model shows.
fn shown(look: &str, screen: &Screen) -> Shown {
    let view = screen.view();
    let in_force = String::from_utf8(screen.modes()).unwrap();
    let modes = [("\x1b[?1049h", "alternate"), ("\x1b[?25l", "hidden"), ("\x1b[?1h", "keys")];
    let modes = modes.iter().filter(|(sequence, _)| in_force.contains(sequence));
    Shown {
        look: look.to_owned(),
        size: (view.cols, view.rows),
        cursor: (view.cursor_col.min(view.cols - 1), view.cursor_row),
        modes: modes.map(|(_, mode)| (*mode).to_owned()).collect(),
        lines: view.lines,
    }
}

fn all_shown(recording: &Recording, cut: impl FnMut(&[u8]) -> usize) -> Vec<Shown> {
    let mut all = Vec::new();
    replay(recording, cut, |look, printed| all.push(shown(look, printed.screen())));
    all
}

#[test]
fn real_programs_look_as_in_an_independent_terminal() {
    let names = recording::names(&folder());
    assert!(names.len() >= 17, "recordings are missing: {names:?}");
    let mut wrong = Vec::new();
    for name in names {
        let (recording, expected) = recorded(&name);
        let known = known(&name);
        let actual = all_shown(&recording, <[u8]>::len);
        assert_eq!(actual.len(), expected.len(), "{name}");
        for (actual, right) in actual.iter().zip(&expected) {
            let differs = known.iter().find(|shown| shown.look == right.look);
            if differs == Some(right) {
                wrong.push(format!("{name}: {:?} is no difference; take it out of {name}.known", right.look));
            }
            if actual != differs.unwrap_or(right) {
                wrong.push(format!("{name} shows\n{}instead of\n{}", actual.to_text(), right.to_text()));
            }
        }
        for differs in &known {
            assert!(
                expected.iter().any(|right| right.look == differs.look),
                "{name}.known: {:?}",
                differs.look
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reads_of_one_byte_make_no_difference() {
    for name in recording::names(&folder()) {
        let (recording, _) = recorded(&name);
        assert_eq!(all_shown(&recording, |_| 1), all_shown(&recording, <[u8]>::len), "{name}");
    }
}

/// A read that ends inside a character, and one more in the middle of the next: nothing between them is lost.
#[test]
fn a_read_may_end_inside_a_character() {
    let text = "cafe\u{301} 🚀 naïve 日本, e\u{301}\u{301}é!";
    for first in 1..text.len() {
        for second in first..text.len() {
            let mut screen = fresh((40, 2));
            for piece in
                [&text.as_bytes()[..first], &text.as_bytes()[first..second], &text.as_bytes()[second..]]
            {
                screen.print(piece);
            }
            assert_eq!(screen.screen().view().lines[0], text, "read up to {first}, then to {second}");
        }
    }
}

/// In the last column of the last row the screen scrolls while the emoji grows, and half of it stays behind.
#[test]
fn an_emoji_that_grows_at_the_edge_can_be_written_over() {
    let mut screen = fresh((20, 3));
    screen.print("\x1b[3;20H\u{2764}\u{fe0f}".as_bytes());
    screen.print(format!("\x1b[1;1H{}", "x".repeat(60)).as_bytes());
    assert_eq!(screen.screen().view().lines, ["x".repeat(20), "x".repeat(20), "x".repeat(20)]);
}

/// Nobody needs such a terminal, but a layout may ask for it.
#[test]
fn a_terminal_may_be_one_column_wide() {
    let mut screen = fresh((1, 3));
    screen.print("❤\u{fe0f}日x\u{301}".as_bytes());
    assert_eq!(screen.screen().view().lines.len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn reads_of_any_size_make_no_difference(sizes in proptest::collection::vec(1..200_usize, 1..50)) {
        for name in recording::names(&folder()) {
            let (recording, _) = recorded(&name);
            let mut next = sizes.iter().cycle();
            let pieces = all_shown(&recording, |_| *next.next().unwrap_or(&1));
            prop_assert_eq!(pieces, all_shown(&recording, <[u8]>::len), "{}", name);
        }
    }
}

#[test]
fn the_contents_rebuild_the_screen() {
    for name in recording::names(&folder()) {
        replay(&recorded(&name).0, <[u8]>::len, |look, printed| {
            let copied = shown(look, copy(printed).screen());
            assert_eq!(copied, shown(look, printed.screen()), "{name}");
        });
    }
}

/// A viewer that comes late gets the screen as bytes, and then what the program prints next. (Only until the
/// size changes: a copy has no past that could come back into sight.)
#[test]
fn a_program_goes_on_as_well_on_a_rebuilt_screen() {
    let mut wrong = Vec::new();
    for name in recording::names(&folder()) {
        let (recording, _) = recorded(&name);
        let mut original = fresh(recording.size);
        let mut copies: Vec<Printed> = Vec::new();
        for (_, event) in &recording.events {
            match event {
                Happening::Output(text) => {
                    original.print(text.as_bytes());
                    for copy in &mut copies {
                        copy.print(text.as_bytes());
                    }
                }
                Happening::Input(_) => {}
                Happening::Resize(cols, rows) => {
                    original.resize(Size { cols: *cols, rows: *rows });
                    copies.clear();
                }
                Happening::Look(look) => {
                    let right = shown(look, original.screen());
                    let rebuilt = copies.iter_mut().map(|copy| shown(look, copy.screen()));
                    wrong.extend(rebuilt.filter(|shown| *shown != right).map(|shown| {
                        format!("{name} shows\n{}instead of\n{}", shown.to_text(), right.to_text())
                    }));
                    copies.push(copy(&mut original));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn copy(original: &mut Printed) -> Printed {
    let view = original.screen().view();
    let mut copy = fresh((view.cols, view.rows));
    copy.print(&original.contents());
    copy
}
