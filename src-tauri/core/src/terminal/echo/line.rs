//! What a line editor draws of what was typed: character by character, and anew as often as it likes.

use super::{Look, MOVED, RETURN, is_continuation, length};

/// A line that is typed into a line editor.
///
/// Its characters are compared as they are drawn, without blanks, and the first difference ends it. After a motion of
/// the cursor the editor may draw any part of it again (zsh draws `s`, backs over it, and draws `sleep`), so then the
/// next character may stand at every place that has been drawn.
#[derive(Debug, Default)]
pub struct EditedLine {
    /// The typed text without blanks, controls, and what was taken back.
    visible: Vec<u8>,
    /// Where lines end inside it, which were pasted.
    breaks: Vec<usize>,
    /// It was submitted: what is typed from there on is another line.
    entered: bool,
    /// How much of it has been drawn.
    drawn: usize,
    /// Where the next character may stand; unless the cursor was moved, which leaves it open.
    places: Vec<usize>,
    moved: bool,
    /// What was drawn again since the cursor was moved, after all had been drawn: it may turn out to be an answer.
    held: Vec<u8>,
    redraws: bool,
}

impl EditedLine {
    /// A line of which this was typed; none if nothing of it shows.
    pub fn of(typed: &[u8]) -> Option<Self> {
        let mut line = Self { places: vec![0], ..Self::default() };
        line.typed(typed);
        (!line.visible.is_empty()).then_some(line)
    }

    /// Whether the Enter has been typed.
    pub fn is_entered(&self) -> bool {
        self.entered
    }

    /// More of it is typed.
    pub fn typed(&mut self, mut bytes: &[u8]) {
        while let Some((&byte, rest)) = bytes.split_first() {
            bytes = rest;
            match byte {
                // A key, the bracket of a paste, or the answer to a question: nobody draws it.
                0x1b => bytes = &rest[sequence_length(rest)..],
                0x7f | 0x08 => self.take_back(),
                b'\r' => self.entered = true,
                b'\n' => self.breaks.push(self.visible.len()),
                byte if is_blank(byte) || byte.is_ascii_control() => {}
                byte => self.visible.push(byte),
            }
        }
    }

    fn take_back(&mut self) {
        while self.visible.pop().is_some_and(is_continuation) {}
        if self.drawn > self.visible.len() {
            self.drawn = self.visible.len();
            self.moved = true;
        }
    }

    /// Looks at one more character.
    pub fn look(&mut self, character: &[u8], kept: &mut Vec<u8>) -> Look {
        match character[0] {
            MOVED => self.cursor_moved(),
            RETURN => {
                self.cursor_moved();
                kept.push(b'\n');
            }
            b'\n' if self.is_drawn() => return self.line_feed(kept),
            byte if is_blank(byte) => self.blank(byte, kept),
            _ => return self.character(character, kept),
        }
        Look::Seen
    }

    /// What was drawn again, but may have been an answer.
    pub fn held(&self) -> &[u8] {
        &self.held
    }

    fn is_drawn(&self) -> bool {
        self.drawn == self.visible.len()
    }

    fn cursor_moved(&mut self) {
        self.moved = true;
        self.redraws = self.is_drawn();
        self.held.clear();
    }

    /// All has been drawn, so this is the Enter, or the end of a pasted line that is drawn again.
    fn line_feed(&mut self, kept: &mut Vec<u8>) -> Look {
        let at_end = self.moved || self.places.contains(&self.visible.len());
        if !at_end && self.places.iter().any(|place| self.breaks.contains(place)) {
            self.blank(b'\n', kept);
            return Look::Seen;
        }
        if !at_end {
            kept.append(&mut self.held);
        }
        kept.push(b'\n');
        Look::Over
    }

    fn blank(&mut self, byte: u8, kept: &mut Vec<u8>) {
        if self.held.is_empty() { kept.push(byte) } else { self.held.push(byte) }
    }

    fn character(&mut self, character: &[u8], kept: &mut Vec<u8>) -> Look {
        if std::mem::take(&mut self.moved) {
            let visible = &self.visible;
            let begins = |&place: &usize| !visible.get(place).copied().is_some_and(is_continuation);
            self.places.clear();
            self.places.extend((0..=self.drawn).filter(begins));
        }
        let visible = &self.visible;
        self.places.retain_mut(|place| {
            let fits =
                visible[*place..].starts_with(character) && length(&visible[*place..]) == character.len();
            *place += character.len();
            fits
        });
        let Some(&furthest) = self.places.last() else {
            kept.append(&mut self.held);
            return Look::Refused;
        };
        self.drawn = self.drawn.max(furthest);
        if self.redraws {
            self.held.extend_from_slice(character);
        }
        Look::Seen
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// How long the sequence is whose escape stands before this.
fn sequence_length(bytes: &[u8]) -> usize {
    let end =
        |is_last: fn(&u8) -> bool| bytes.iter().skip(1).position(is_last).map_or(bytes.len(), |at| at + 2);
    match bytes.first() {
        None => 0,
        Some(b'[') => end(|byte| matches!(byte, 0x40..=0x7e)),
        Some(b'O') => bytes.len().min(2),
        // A string, up to its BEL or `ESC \`, of which the escape is a sequence of its own.
        Some(b']' | b'P' | b'_' | b'^') => {
            let end = bytes.iter().position(|byte| matches!(byte, 0x07 | 0x1b));
            end.map_or(bytes.len(), |at| if bytes[at] == 0x07 { at + 1 } else { at })
        }
        Some(_) => 1,
    }
}
