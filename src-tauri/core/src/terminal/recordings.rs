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

fn fresh((cols, rows): (u16, u16)) -> Screen {
    Screen::new(Size { cols, rows })
}

/// Draws a recording, each read cut into pieces by `cut`, and calls `look` wherever somebody looked.
fn replay(
    recording: &Recording,
    mut cut: impl FnMut(&[u8]) -> usize,
    mut look: impl FnMut(&str, &mut Screen),
) {
    let mut screen = fresh(recording.size);
    for (_, event) in &recording.events {
        match event {
            Happening::Output(text) => {
                let mut rest = text.as_bytes();
                while !rest.is_empty() {
                    let (piece, after) = rest.split_at(cut(rest).clamp(1, rest.len()));
                    screen.draw(piece);
                    rest = after;
                }
            }
            Happening::Input(_) => {}
            Happening::Resize(cols, rows) => screen.resize(Size { cols: *cols, rows: *rows }),
            Happening::Look(name) => look(name, &mut screen),
        }
    }
}

/// What the model shows. It is asked for its modes as a program would ask.
fn shown(look: &str, screen: &mut Screen) -> Shown {
    let view = screen.view();
    screen.take_asides();
    screen.draw(b"\x1b[?1049$p\x1b[?25$p\x1b[?1$p");
    let answers = String::from_utf8(screen.take_asides().answers).unwrap();
    let modes = [("1049;1", "alternate"), ("25;2", "hidden"), ("1;1", "keys")];
    let modes = modes.iter().filter(|(answer, _)| answers.contains(&format!("\x1b[?{answer}$y")));
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
    replay(recording, cut, |look, screen| all.push(shown(look, screen)));
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
            assert!(expected.iter().any(|right| right.look == differs.look), "{name}.known: {:?}", differs.look);
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
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

/// A viewer that comes late gets the screen itself. What the program prints next must then look alike, too, so
/// the rest of the recording is drawn on both.
#[test]
fn the_contents_rebuild_the_screen_and_the_program_can_go_on() {
    let mut wrong = Vec::new();
    for name in recording::names(&folder()) {
        let (recording, _) = recorded(&name);
        let looks = recording.events.iter().filter(|(_, event)| matches!(event, Happening::Look(_))).count();
        for attached in 0..looks {
            let mut copy: Option<Screen> = None;
            let mut original = fresh(recording.size);
            let mut seen = 0;
            for (_, event) in &recording.events {
                for screen in std::iter::once(&mut original).chain(&mut copy) {
                    match event {
                        Happening::Output(text) => screen.draw(text.as_bytes()),
                        Happening::Resize(cols, rows) => screen.resize(Size { cols: *cols, rows: *rows }),
                        Happening::Input(_) | Happening::Look(_) => {}
                    }
                }
                let Happening::Look(look) = event else { continue };
                if seen == attached {
                    let view = original.view();
                    let mut fresh = fresh((view.cols, view.rows));
                    fresh.draw(&original.contents());
                    copy = Some(fresh);
                }
                seen += 1;
                if let Some(copy) = &mut copy {
                    let (copied, right) = (shown(look, copy), shown(look, &mut original));
                    if copied != right {
                        wrong.push(format!(
                            "{name}, rebuilt at look {attached}, shows\n{}instead of\n{}",
                            copied.to_text(),
                            right.to_text()
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
