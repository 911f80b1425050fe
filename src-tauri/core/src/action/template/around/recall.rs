//! Where an interactive bash or zsh puts earlier lines in the place of what is typed: `!…`, and `^old^new` at a line's
//! beginning. It does so before it looks at quotes of its own grammar, and what comes back may hold any.

use super::{Grammar, Inside, Way, Ways};

impl Ways<'_, '_> {
    /// Whether an earlier line is called back here.
    pub(super) fn recalls(&self, way: &Way, byte: u8) -> bool {
        match (byte, self.grammar) {
            (b'!' | b'^', Grammar::Fish | Grammar::PlainPosix) => false,
            (b'!', _) => self.is_event(way),
            // An old bash does this also inside of quotes.
            (b'^', _) => self.begins_line(way.at),
            _ => false,
        }
    }

    fn is_event(&self, way: &Way) -> bool {
        let top = way.stack.last();
        // Behind a `#`, zsh looks for it only where the rest is no comment: another way is followed there.
        if matches!(top, Some(Inside::Single | Inside::Ansi | Inside::Comment)) {
            return false;
        }
        let Some(next) = self.text.get(way.at + 1).copied() else { return false };
        if next.is_ascii_whitespace() || next.is_ascii_control() || matches!(next, b'=' | b'(') {
            return false;
        }
        if self.grammar == Grammar::Zsh {
            // zsh takes `!"` away, and with it the quote that ends a text.
            return next != b';';
        }
        let before = self.text[..way.at].last();
        let of_name = self.text[..way.at].ends_with(b"${");
        let ends_text = top == Some(&Inside::Double) && next == b'"';
        !(of_name || ends_text || matches!(before, Some(b'$' | b'[')))
    }

    /// Whether nothing but blanks stands before it in its line, however the lines are joined.
    fn begins_line(&self, at: usize) -> bool {
        let before = self.text[..at].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        before.is_none_or(u8::is_ascii_control)
    }
}
