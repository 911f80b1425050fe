//! What is on a terminal's screen, and the answers to programs that ask about it.
//!
//! The only file that knows `vt100`.

use std::num::NonZeroU16;

use super::Size;
use crate::api::ScreenView;

/// The screen model.
pub struct Screen {
    parser: vt100::Parser<Observer>,
}

/// What a program said besides drawing.
#[derive(Debug, Default)]
pub struct Asides {
    /// Bytes to type back: answers to the program's questions.
    pub answers: Vec<u8>,
    /// The bell rang.
    pub bell: bool,
    /// The title changed.
    pub title: Option<String>,
}

impl Screen {
    /// An empty screen.
    pub fn new(size: Size) -> Self {
        let (rows, cols) = dimensions(size);
        Self { parser: vt100::Parser::new_with_callbacks(rows, cols, 0, Observer::default()) }
    }

    /// Draws more output.
    pub fn draw(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
    }

    /// What was said since the last call.
    pub fn take_asides(&mut self) -> Asides {
        std::mem::take(&mut self.parser.callbacks_mut().asides)
    }

    /// Changes the size. The model cuts what no longer fits.
    pub fn resize(&mut self, size: Size) {
        let (rows, cols) = dimensions(size);
        self.parser.set_size(rows, cols);
    }

    /// Whether a paste should be bracketed.
    pub fn bracketed_paste(&self) -> bool {
        self.parser.screen().bracketed_paste()
    }

    /// What brings a fresh screen to the modes in force.
    pub fn modes(&self) -> Vec<u8> {
        let screen = self.parser.screen();
        let mut modes = String::new();
        if screen.alternate_screen() {
            modes.push_str("\x1b[?1049h");
        }
        modes.push_str(&screen.input_mode_formatted());
        modes.push_str(&screen.attributes_formatted());
        if screen.hide_cursor() {
            modes.push_str("\x1b[?25l");
        }
        modes.into_bytes()
    }

    /// What brings any screen to this one: its cells, cursor and modes.
    pub fn contents(&self) -> Vec<u8> {
        let screen = self.parser.screen();
        let mut contents = String::new();
        contents.push_str(if screen.alternate_screen() { "\x1b[?1049h" } else { "\x1b[?1049l" });
        contents.push_str(&screen.state_formatted());
        contents.into_bytes()
    }

    /// The screen's text.
    pub fn view(&self) -> ScreenView {
        let screen = self.parser.screen();
        let (rows, cols) = screen.size();
        let (cursor_row, cursor_col) = screen.cursor_position();
        let lines = screen.rows(0, cols.get()).map(|row| row.trim_end().to_owned()).collect();
        ScreenView { cols: cols.get(), rows: rows.get(), lines, cursor_row, cursor_col }
    }
}

fn dimensions(size: Size) -> (NonZeroU16, NonZeroU16) {
    let at_least_one = |n: u16| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
    (at_least_one(size.rows), at_least_one(size.cols))
}

#[derive(Default)]
struct Observer {
    asides: Asides,
}

impl Observer {
    fn answer(&mut self, answer: &str) {
        self.asides.answers.extend_from_slice(answer.as_bytes());
    }
}

impl vt100::Callbacks for Observer {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.asides.bell = true;
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.asides.title = Some(String::from_utf8_lossy(title).into_owned());
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        first: Option<u8>,
        second: Option<u8>,
        params: &[&[u16]],
        action: char,
    ) {
        let param = params.first().and_then(|param| param.first()).copied().unwrap_or(0);
        let (row, col) = screen.cursor_position();
        let (row, col) = (row + 1, col + 1);
        match (first, second, action, param) {
            // Primary and secondary device attributes: a VT220 with colour.
            (None, None, 'c', 0) => self.answer("\x1b[?62;22c"),
            (Some(b'>'), None, 'c', 0) => self.answer("\x1b[>1;10;0c"),
            // Status and cursor position.
            (None, None, 'n', 5) => self.answer("\x1b[0n"),
            (None, None, 'n', 6) => self.answer(&format!("\x1b[{row};{col}R")),
            (Some(b'?'), None, 'n', 6) => self.answer(&format!("\x1b[?{row};{col};1R")),
            // Version.
            (Some(b'>'), None, 'q', 0) => {
                self.answer(concat!("\x1bP>|AI Orchestrator ", env!("CARGO_PKG_VERSION"), "\x1b\\"));
            }
            // Keyboard flags: none in force.
            (Some(b'?'), None, 'u', _) => self.answer("\x1b[?0u"),
            // Is a mode set?
            (Some(b'?'), Some(b'$'), 'p', mode) => {
                let state = private_mode(screen, mode);
                self.answer(&format!("\x1b[?{mode};{state}$y"));
            }
            _ => {}
        }
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        // Colours: white on black, as xterm's defaults.
        match params {
            [b"10", b"?"] => self.answer("\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\"),
            [b"11", b"?"] => self.answer("\x1b]11;rgb:0000/0000/0000\x1b\\"),
            [b"12", b"?"] => self.answer("\x1b]12;rgb:e5e5/e5e5/e5e5\x1b\\"),
            _ => {}
        }
    }
}

/// DECRQM's answer: 1 set, 2 reset, 0 not known.
fn private_mode(screen: &vt100::Screen, mode: u16) -> u8 {
    let set = match mode {
        1 => screen.application_cursor(),
        25 => !screen.hide_cursor(),
        47 | 1047 | 1049 => screen.alternate_screen(),
        2004 => screen.bracketed_paste(),
        _ => return 0,
    };
    if set { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(bytes: &[u8]) -> String {
        let mut screen = Screen::new(Size { cols: 80, rows: 24 });
        screen.draw(bytes);
        String::from_utf8(screen.take_asides().answers).unwrap()
    }

    #[test]
    fn questions_are_answered_from_the_model() {
        assert_eq!(answers(b"ab\x1b[6n\x1b[c"), "\x1b[1;3R\x1b[?62;22c");
        assert_eq!(answers(b"\x1b[?2004h\x1b[?2004$p\x1b[?9999$p"), "\x1b[?2004;1$y\x1b[?9999;0$y");
        assert_eq!(answers(b"\x1b]11;?\x07"), "\x1b]11;rgb:0000/0000/0000\x1b\\");
    }

    #[test]
    fn contents_rebuild_the_screen() {
        let mut screen = Screen::new(Size { cols: 20, rows: 3 });
        screen.draw(b"\x1b[?1049h\x1b[1;31mred\x1b[2;5Hx");
        let mut copy = Screen::new(Size { cols: 20, rows: 3 });
        copy.draw(&screen.contents());
        assert_eq!(copy.view(), screen.view());
        assert_eq!(copy.modes(), screen.modes());
    }
}
