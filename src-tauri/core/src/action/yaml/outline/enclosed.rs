//! Values in quotes and in brackets, which may go on over lines.

use super::told::closer_of;
use super::{Outline, Read, Spot};

/// What may stand behind a backslash in double quotes.
const ESCAPES: &str = "0abt\tnvfre \"/\\N_LPxuU";

fn digits_of(code: char) -> usize {
    match code {
        'x' => 2,
        'u' => 4,
        _ => 8,
    }
}

impl Outline {
    /// Reads a text in quotes; answers the place behind it.
    pub(super) fn quoted(&self, start: Spot, within: Option<usize>) -> Read<Spot> {
        let quote = self.peek(start).unwrap_or('"');
        let mut at = Spot { column: start.column + 1, ..start };
        loop {
            let Some(c) = self.peek(at) else {
                at = Spot { line: at.line + 1, column: 0 };
                let at_once = self.peek(at) == Some(quote);
                if at.line >= self.lines.len() || (self.leaves(at.line, within) && !at_once) {
                    return self.unclosed(start);
                }
                continue;
            };
            let next = self.peek(Spot { column: at.column + 1, ..at });
            at.column += match (quote, c, next) {
                ('"', '\\', Some(escaped)) if !ESCAPES.contains(escaped) => {
                    let fix =
                        format!("write `\\\\{escaped}` for a backslash, or use single quotes for a pattern");
                    let message = format!("`\\{escaped}` means nothing inside double quotes");
                    return Self::stop(at, &message, Some(fix));
                }
                ('"', '\\', Some(code @ ('x' | 'u' | 'U'))) if self.digits(at) < digits_of(code) => {
                    let message =
                        format!("`\\{code}` needs {} hexadecimal digits behind it", digits_of(code));
                    return Self::stop(at, &message, Some(format!("write `\\\\{code}` for a backslash")));
                }
                ('"', '\\', Some(_)) | ('\'', '\'', Some('\'')) => 2,
                (_, c, _) if c == quote => return Ok(Spot { column: at.column + 1, ..at }),
                _ => 1,
            };
        }
    }

    /// Reads what stands in brackets; answers the place behind them.
    pub(super) fn brackets(&self, start: Spot, within: Option<usize>) -> Read<Spot> {
        let mut open: Vec<Spot> = Vec::new();
        // What was open where a line began that stands no deeper than the value's key: if anything is wrong behind that,
        // it is most likely the end of that which is missing.
        let mut left = None;
        let mut at = start;
        // Quotes open a text only where a value begins; behind one that was closed, no other begins.
        let (mut begins, mut ended) = (true, false);
        loop {
            let Some(c) = self.peek(at) else {
                at = Spot { line: at.line + 1, column: 0 };
                if at.line >= self.lines.len() {
                    return self.unclosed(left.or(open.last().copied()).unwrap_or(start));
                }
                left = left.or(open.last().copied().filter(|_| self.leaves(at.line, within)));
                continue;
            };
            if self.is_end(at) {
                at.column = self.lines[at.line].len();
                continue;
            }
            if ended && !c.is_whitespace() && !matches!(c, ',' | ']' | '}' | ':') {
                return match left {
                    Some(opener) => self.unclosed(opener),
                    None => Self::stop(at, "a `,` is missing in front of this", None),
                };
            }
            let mut next = Spot { column: at.column + 1, ..at };
            match c {
                '[' | '{' if begins => open.push(at),
                ']' | '}' => {
                    let Some(opener) = open.pop() else { return Ok(at) };
                    if closer_of(self.peek(opener).unwrap_or_default()) != c {
                        return self.unclosed(left.unwrap_or(opener));
                    }
                    if open.is_empty() {
                        return Ok(next);
                    }
                }
                '"' | '\'' if begins => {
                    next = self.quoted(at, None)?;
                    let leaves = (at.line + 1..=next.line).any(|line| self.leaves(line, within));
                    left = left.or(Some(at).filter(|_| leaves));
                }
                _ => {}
            }
            (begins, ended) = match c {
                '[' | '{' if begins => (true, false),
                ',' => (true, false),
                // Within a text it is a character like others.
                ':' if ended || self.peek(next).is_none_or(|c| c.is_whitespace() || ",[]{}".contains(c)) => {
                    (true, false)
                }
                '"' | '\'' if begins => (false, true),
                ']' | '}' => (false, true),
                c if c.is_whitespace() => (begins, ended),
                _ => (false, false),
            };
            at = next;
        }
    }

    /// How many hexadecimal digits stand behind a backslash and its letter.
    fn digits(&self, at: Spot) -> usize {
        let digit = |index: usize| self.peek(Spot { column: at.column + 2 + index, ..at });
        (0..8).take_while(|index| digit(*index).is_some_and(|c| c.is_ascii_hexdigit())).count()
    }

    /// Whether a line can't belong to a value of the level: it is not indented deeper.
    fn leaves(&self, line: usize, within: Option<usize>) -> bool {
        let indent = self.indent(line);
        let closes = matches!(self.lines[line].get(indent), None | Some(']' | '}'));
        within.is_some_and(|within| indent <= within) && !closes
    }
}
