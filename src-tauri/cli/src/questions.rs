//! Takes programs' questions to the terminal out of their output: the host has answered them already, and the
//! outer terminal's answers would be typed into the program.

/// Carries its state across reads.
#[derive(Debug, Default)]
pub struct Questions {
    /// A sequence that has begun and may yet be a question.
    held: Vec<u8>,
}

/// No question is longer; what is longer goes through as it is.
const LONGEST: usize = 256;

impl Questions {
    /// The bytes without the questions among them. The beginning of a sequence waits for its end.
    pub fn without(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut kept = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            if self.held.is_empty() {
                if byte == 0x1b {
                    self.held.push(byte);
                } else {
                    kept.push(byte);
                }
                continue;
            }
            if byte == 0x1b && self.held.len() > 1 && !is_string(&self.held) {
                // A sequence that was broken off by another.
                kept.append(&mut self.held);
            }
            self.held.push(byte);
            if is_over(&self.held) {
                if !is_question(&self.held) {
                    kept.extend_from_slice(&self.held);
                }
                self.held.clear();
            } else if self.held.len() > LONGEST {
                kept.append(&mut self.held);
            }
        }
        kept
    }
}

/// OSC and DCS: text up to BEL or `ESC \`.
fn is_string(sequence: &[u8]) -> bool {
    matches!(sequence.get(1), Some(b']' | b'P'))
}

/// Whether a sequence that begins with ESC is whole (ECMA-48, 5.4 and 5.6).
fn is_over(sequence: &[u8]) -> bool {
    match sequence {
        [_, b'[', .., last] if sequence.len() > 2 => (0x40..=0x7e).contains(last),
        [_, b']' | b'P', text @ ..] => text.ends_with(b"\x07") || text.ends_with(b"\x1b\\"),
        // Escape sequences with intermediates, such as `ESC ( B`.
        [_, b'['] | [_] | [] => false,
        [.., last] => !(0x20..=0x2f).contains(last),
    }
}

fn is_question(sequence: &[u8]) -> bool {
    match sequence {
        // Device attributes, version, modes, keyboard flags; settings.
        [_, b'[', .., b'c']
        | [_, b'[', b'>', .., b'q']
        | [_, b'[', .., b'$', b'p']
        | [_, b'[', b'?', b'u']
        | [_, b'P', b'$', b'q', ..] => true,
        // Status and position.
        [_, b'[', params @ .., b'n'] => matches!(params, b"5" | b"6" | b"?6" | b"?5"),
        // Colours.
        [_, b']', text @ ..] => {
            let text = text.strip_suffix(b"\x07").or_else(|| text.strip_suffix(b"\x1b\\")).unwrap_or(text);
            let colour = [&b"4;"[..], b"10;", b"11;", b"12;"].iter().any(|start| text.starts_with(start));
            colour && text.ends_with(b"?")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(reads: &[&[u8]]) -> String {
        let mut questions = Questions::default();
        reads.iter().map(|read| String::from_utf8(questions.without(read)).unwrap()).collect()
    }

    #[test]
    fn questions_are_taken_out() {
        let asked: [&[u8]; 9] = [
            b"\x1b[c",
            b"\x1b[>c",
            b"\x1b[6n",
            b"\x1b[?u",
            b"\x1b[>q",
            b"\x1b[?2026$p",
            b"\x1b]11;?\x07",
            b"\x1b]4;1;?\x1b\\",
            b"\x1bP$qm\x1b\\",
        ];
        for question in asked {
            assert_eq!(without(&[b"a", question, b"b"]), "ab", "{}", question.escape_ascii());
        }
    }

    #[test]
    fn everything_else_goes_through_whole() {
        let text =
            "\x1b[1;31mred\x1b[0m\x1b]0;title\x07\x1b(B\x1b7\x1b[2J\x1b[?25l\x1b]8;;x\x1b\\grün\x1b[3n\x1b=";
        assert_eq!(without(&[text.as_bytes()]), text);
        assert_eq!(without(&[b"\x1b[", b"1m", b"x"]), "\x1b[1mx");
    }

    #[test]
    fn a_question_may_straddle_reads() {
        assert_eq!(without(&[b"a\x1b", b"[6", b"nb"]), "ab");
    }
}
