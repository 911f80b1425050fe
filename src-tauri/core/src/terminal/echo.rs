//! Takes out of the text what is only the echo of typing, where the shell's marks can't tell.
//!
//! Three cases, by the line discipline at the moment of the write: the kernel echoes; nobody echoes;
//! or a program's own line editor may draw what was typed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How a write will come back, as the line discipline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    /// `ICANON` and `ECHO`: the kernel draws each byte itself.
    KernelEcho,
    /// `ICANON` without `ECHO`: a password.
    Silent,
    /// No `ICANON`: a line editor, or a program that takes single keys.
    Raw,
}

/// The kernel echoes within moments; after this long it never will (the queue was full).
const PATIENCE: Duration = Duration::from_secs(1);

/// What is expected to come back, and what of it has.
#[derive(Debug, Default)]
pub struct Echo {
    expected: VecDeque<Expected>,
}

#[derive(Debug)]
enum Expected {
    Kernel { drawn: Vec<u8>, fallback: Vec<usize>, matched: usize, until: Instant },
    Editor { visible: Vec<u8>, matched: usize },
}

impl Echo {
    /// Notes that these bytes were typed.
    pub fn typed(&mut self, bytes: &[u8], discipline: Discipline, now: Instant) {
        let expected = match discipline {
            Discipline::Silent => return,
            Discipline::KernelEcho => {
                let drawn = as_the_kernel_draws(bytes);
                let fallback = fallback_table(&drawn);
                Expected::Kernel { drawn, fallback, matched: 0, until: now + PATIENCE }
            }
            Discipline::Raw => Expected::Editor { visible: visible(bytes), matched: 0 },
        };
        if !expected.is_empty() {
            self.expected.push_back(expected);
        }
    }

    /// Removes the echo from `text`, in place. Text that may yet turn out to be one is held back.
    pub fn filter(&mut self, text: &mut Vec<u8>) {
        if self.expected.is_empty() || text.is_empty() {
            return;
        }
        let mut kept = Vec::with_capacity(text.len());
        for (index, &byte) in text.iter().enumerate() {
            let Some(front) = self.expected.front_mut() else {
                kept.extend_from_slice(&text[index..]);
                break;
            };
            if front.take(byte, &mut kept) {
                self.expected.pop_front();
            }
        }
        *text = kept;
    }

    /// When [`Echo::expire`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.expected.iter().find_map(|expected| match expected {
            Expected::Kernel { until, .. } => Some(*until),
            Expected::Editor { .. } => None,
        })
    }

    /// Gives up on echoes that have not come; what was held back for them is text after all.
    pub fn expire(&mut self, now: Instant) -> Vec<u8> {
        let mut released = Vec::new();
        self.expected.retain(|expected| match expected {
            Expected::Kernel { drawn, matched, until, .. } if *until <= now => {
                released.extend_from_slice(&drawn[..*matched]);
                false
            }
            _ => true,
        });
        released
    }

    /// Forgets everything: the shell has drawn a new prompt.
    pub fn clear(&mut self) -> Vec<u8> {
        let released = match self.expected.front() {
            Some(Expected::Kernel { drawn, matched, .. }) => drawn[..*matched].to_vec(),
            _ => Vec::new(),
        };
        self.expected.clear();
        released
    }
}

impl Expected {
    fn is_empty(&self) -> bool {
        match self {
            Self::Kernel { drawn, .. } => drawn.is_empty(),
            Self::Editor { visible, .. } => visible.is_empty(),
        }
    }

    /// Looks at one more byte; true when this expectation is over.
    fn take(&mut self, byte: u8, kept: &mut Vec<u8>) -> bool {
        match self {
            // The whole echo, wherever it stands first; `matched` bytes of it are held back (Knuth,
            // Morris, Pratt: those bytes are a prefix of `drawn`, so they need no buffer of their own).
            Self::Kernel { drawn, fallback, matched, .. } => {
                while *matched > 0 && drawn[*matched] != byte {
                    let shorter = fallback[*matched - 1];
                    kept.extend_from_slice(&drawn[..*matched - shorter]);
                    *matched = shorter;
                }
                if drawn[*matched] == byte {
                    *matched += 1;
                } else {
                    kept.push(byte);
                }
                *matched == drawn.len()
            }
            // Visible byte by visible byte from the first one on; the first difference ends it.
            Self::Editor { visible, matched } => {
                if is_blank(byte) {
                    kept.push(byte);
                    return false;
                }
                if visible[*matched] == byte {
                    *matched += 1;
                    return *matched == visible.len();
                }
                // The beginning of a character that went on differently was no echo either.
                let begun =
                    if is_continuation(byte) { start_of_character(&visible[..*matched]) } else { *matched };
                kept.extend_from_slice(&visible[begun..*matched]);
                kept.push(byte);
                true
            }
        }
    }
}

/// What the kernel's line discipline draws for typed bytes, as `text.rs` reads it.
fn as_the_kernel_draws(bytes: &[u8]) -> Vec<u8> {
    let mut drawn = Vec::with_capacity(bytes.len());
    let mut line_start = 0;
    for &byte in bytes {
        match byte {
            b'\r' | b'\n' => {
                drawn.push(b'\n');
                line_start = drawn.len();
            }
            b'\t' => drawn.push(b'\t'),
            // Erase: BS, blank, BS, of which the blank is text.
            0x7f if drawn.len() > line_start => drawn.push(b' '),
            // ^U erases the whole line so.
            0x15 => {
                let columns = drawn[line_start..].iter().filter(|byte| !is_continuation(**byte)).count();
                drawn.resize(drawn.len() + columns, b' ');
                line_start = drawn.len();
            }
            // Nothing to erase; and the end of file is not drawn.
            0x7f | 0x04 => {}
            0x00..=0x1f => drawn.extend_from_slice(&[b'^', byte + 0x40]),
            _ => drawn.push(byte),
        }
    }
    drawn
}

/// What a line editor would show of typed bytes: no blanks, no controls, no erased characters.
fn visible(bytes: &[u8]) -> Vec<u8> {
    let mut visible = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            0x7f | 0x08 => while visible.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            byte if is_blank(byte) || byte.is_ascii_control() => {}
            byte => visible.push(byte),
        }
    }
    visible
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Where the last character of this text begins.
fn start_of_character(text: &[u8]) -> usize {
    text.iter().rposition(|&byte| !is_continuation(byte)).unwrap_or(0)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn fallback_table(pattern: &[u8]) -> Vec<usize> {
    let mut table = vec![0; pattern.len()];
    let mut length = 0;
    for index in 1..pattern.len() {
        while length > 0 && pattern[index] != pattern[length] {
            length = table[length - 1];
        }
        if pattern[index] == pattern[length] {
            length += 1;
        }
        table[index] = length;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(typed: &str, discipline: Discipline, reads: &[&str]) -> String {
        let mut echo = Echo::default();
        let now = Instant::now();
        echo.typed(typed.as_bytes(), discipline, now);
        let mut all = Vec::new();
        for read in reads {
            let mut text = read.as_bytes().to_vec();
            echo.filter(&mut text);
            all.extend(text);
        }
        all.extend(echo.expire(now + PATIENCE));
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn the_kernel_s_echo_is_taken_out_once_wherever_it_stands() {
        let reads = ["name? an", "na\nhello anna\n"];
        assert_eq!(filtered("anna\r", Discipline::KernelEcho, &reads), "name? hello anna\n");
        assert_eq!(filtered("y\r", Discipline::KernelEcho, &["Really? y\ny\n"]), "Really? y\n");
    }

    #[test]
    fn controls_are_expected_as_the_kernel_draws_them() {
        assert_eq!(filtered("\x03", Discipline::KernelEcho, &["^Cbye"]), "bye");
    }

    #[test]
    fn an_echo_that_never_comes_holds_nothing_back_for_ever() {
        assert_eq!(filtered("yes\r", Discipline::KernelEcho, &["ye", "llow ye"]), "yellow ye");
    }

    #[test]
    fn a_silent_terminal_echoes_nothing() {
        assert_eq!(filtered("secret\r", Discipline::Silent, &["secret\n"]), "secret\n");
    }

    #[test]
    fn a_line_editor_s_drawing_is_taken_out_up_to_the_first_difference() {
        assert_eq!(filtered("1 + 1\r", Discipline::Raw, &["1 + 1\n2\n"]), "  \n2\n");
        assert_eq!(filtered("ihello", Discipline::Raw, &["hello"]), "hello");
        assert_eq!(filtered("\u{e9}", Discipline::Raw, &["\u{e8}-answer"]), "\u{e8}-answer");
        assert_eq!(filtered("a\u{7aef}", Discipline::Raw, &["a\u{7af0}"]), "\u{7af0}");
    }
}
