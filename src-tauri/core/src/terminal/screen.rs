//! What is on a terminal's screen.
//!
//! The only file that knows `vt100`. What it has no word for is `modes.rs`; when it draws is `printout.rs`.

use std::num::NonZeroU16;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Size;
use crate::api::ScreenView;

/// The screen model.
pub struct Screen {
    parser: vt100::Parser,
}

impl Screen {
    /// An empty screen.
    pub fn new(size: Size) -> Self {
        let (rows, cols) = dimensions(size);
        Self { parser: vt100::Parser::new(rows, cols, 0) }
    }

    /// Draws more output.
    ///
    /// The model panics at rare drawings (`docs/adr/screen-engine.md`). Then it begins anew with an empty screen: the
    /// terminal itself, and what its viewers see, go on.
    pub fn draw(&mut self, bytes: &[u8]) {
        if self.try_draw(bytes) {
            return;
        }
        tracing::error!("the screen model failed, so this terminal's screen begins anew");
        self.begin_anew();
        if !self.try_draw(bytes) {
            self.begin_anew();
        }
    }

    fn try_draw(&mut self, bytes: &[u8]) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.parser.process(bytes))).is_ok()
    }

    fn begin_anew(&mut self) {
        let modes = self.modes();
        let (rows, cols) = self.parser.screen().size();
        self.parser = vt100::Parser::new(rows, cols, 0);
        self.parser.process(&modes);
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

    /// How large it is.
    pub fn size(&self) -> Size {
        let (rows, cols) = self.parser.screen().size();
        Size { cols: cols.get(), rows: rows.get() }
    }

    /// Row and column of the cursor, from 0.
    pub fn cursor(&self) -> (u16, u16) {
        self.parser.screen().cursor_position()
    }

    /// The parameter of the sequence that sets this cursor's style (DECSCUSR).
    pub fn cursor_style(&self) -> u8 {
        match self.parser.screen().cursor_style() {
            vt100::CursorStyle::Default => 0,
            vt100::CursorStyle::BlinkBlock => 1,
            vt100::CursorStyle::SteadyBlock => 2,
            vt100::CursorStyle::BlinkUnderline => 3,
            vt100::CursorStyle::SteadyUnderline => 4,
            vt100::CursorStyle::BlinkVerticalBar => 5,
            vt100::CursorStyle::SteadyVerticalBar => 6,
        }
    }

    /// The sequence that sets the present colours and styles (SGR), without its beginning.
    pub fn rendition(&self) -> String {
        let sequences = self.parser.screen().attributes_formatted();
        let params: Vec<&str> = sequences
            .split("\x1b[")
            .filter_map(|rest| rest.strip_suffix('m'))
            .filter(|rest| !rest.is_empty())
            .collect();
        format!("0{}m", params.iter().fold(String::new(), |all, param| all + ";" + param))
    }

    /// Whether one of DEC's modes is set, if it is one of those known here.
    pub fn private_mode(&self, mode: u16) -> Option<bool> {
        let screen = self.parser.screen();
        let mouse = |wanted| screen.mouse_protocol_mode() == wanted;
        let encoding = |wanted| screen.mouse_protocol_encoding() == wanted;
        Some(match mode {
            1 => screen.application_cursor(),
            9 => mouse(vt100::MouseProtocolMode::Press),
            25 => !screen.hide_cursor(),
            47 | 1047 | 1049 => screen.alternate_screen(),
            1000 => mouse(vt100::MouseProtocolMode::PressRelease),
            1002 => mouse(vt100::MouseProtocolMode::ButtonMotion),
            1003 => mouse(vt100::MouseProtocolMode::AnyMotion),
            1005 => encoding(vt100::MouseProtocolEncoding::Utf8),
            1006 => encoding(vt100::MouseProtocolEncoding::Sgr),
            2004 => screen.bracketed_paste(),
            _ => return None,
        })
    }

    /// What puts a cursor where this one is.
    pub fn cursor_placed(&self) -> String {
        let (row, col) = self.cursor();
        format!("\x1b[{};{}H", row + 1, col + 1)
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

const TWO: NonZeroU16 = NonZeroU16::new(2).unwrap();

fn dimensions(size: Size) -> (NonZeroU16, NonZeroU16) {
    let at_least = |least: NonZeroU16, n: u16| NonZeroU16::new(n).map_or(least, |n| n.max(least));
    // A wide character needs two columns; the model panics without them.
    (at_least(NonZeroU16::MIN, size.rows), at_least(TWO, size.cols))
}

#[cfg(test)]
mod tests {
    use super::*;

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
