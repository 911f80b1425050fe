//! The outer terminal as a keyboard: raw while it is borrowed, as it was before on any way out.

use std::io;

use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr};

/// Raw mode on standard input, until dropped.
pub struct RawMode {
    before: Termios,
}

impl RawMode {
    /// Switches to raw mode, if standard input and output are a terminal.
    pub fn enter() -> Option<Self> {
        if !isatty(io::stdin()) || !isatty(io::stdout()) {
            return None;
        }
        let before = tcgetattr(io::stdin()).ok()?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw).ok()?;
        Some(Self { before })
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // Nothing better can be done for a terminal that is gone.
        _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

/// The outer terminal's columns and rows, if standard output is one.
pub fn size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}
