//! Takes out of a terminal's output what is not for whoever reads it here.
//!
//! For a person's own terminal that is programs' questions: the host has answered them already, and a second
//! answer would be typed into the program. For a file or another program it is what our shells' start files print
//! about themselves, so that what is left is what programs printed.

/// Carries its state across reads.
#[derive(Debug)]
pub struct Sieve {
    takes: Takes,
    /// A sequence that has begun and may yet be taken out.
    held: Vec<u8>,
    /// It is a mark, longer than what is held: only its end is still looked for.
    in_mark: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Questions,
    Marks,
}

/// No question is longer, and what a mark is shows within it; what is longer goes through as it is.
const LONGEST: usize = 256;

impl Sieve {
    /// For a person's own terminal.
    pub fn for_terminal() -> Self {
        Self { takes: Takes::Questions, held: Vec::new(), in_mark: false }
    }

    /// For a file or another program.
    pub fn for_program() -> Self {
        Self { takes: Takes::Marks, ..Self::for_terminal() }
    }

    /// What is left of the bytes. The beginning of a sequence waits for its end.
    pub fn sift(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut kept = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if self.held.is_empty() {
                let plain = rest.iter().position(|&byte| byte == 0x1b).unwrap_or(rest.len());
                kept.extend_from_slice(&rest[..plain]);
                rest = &rest[plain..];
                if let Some((&escape, after)) = rest.split_first() {
                    self.held.push(escape);
                    rest = after;
                }
                continue;
            }
            rest = after;
            if byte == 0x1b && self.held.len() > 1 && !is_string(&self.held) {
                // A sequence that was broken off by another.
                kept.append(&mut self.held);
            }
            self.held.push(byte);
            if is_over(&self.held) {
                if !(self.in_mark || self.is_taken()) {
                    kept.extend_from_slice(&self.held);
                }
                self.in_mark = false;
                self.held.clear();
            } else if self.held.len() > LONGEST {
                self.in_mark |= self.is_taken();
                if self.in_mark {
                    // Enough to know its end by.
                    self.held.drain(2..LONGEST);
                } else {
                    kept.append(&mut self.held);
                }
            }
        }
        kept
    }

    /// What was held when nothing more comes.
    pub fn rest(&mut self) -> Vec<u8> {
        if self.in_mark { Vec::new() } else { std::mem::take(&mut self.held) }
    }

    fn is_taken(&self) -> bool {
        match self.takes {
            Takes::Questions => is_question(&self.held),
            Takes::Marks => is_mark(&self.held),
        }
    }
}

/// OSC 133 with the id that our marks carry, and OSC 7, the folder, which carries none.
fn is_mark(sequence: &[u8]) -> bool {
    let Some(text) = sequence.strip_prefix(b"\x1b]") else { return false };
    let is_id = |id: &[u8]| id.len() >= 32 && id[..32].iter().all(u8::is_ascii_hexdigit);
    let has_id =
        || text.split(|&byte| byte == b';').any(|part| part.strip_prefix(b"aid=").is_some_and(is_id));
    text.starts_with(b"7;file://") || (text.starts_with(b"133;") && has_id())
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
        sifted(Sieve::for_terminal(), reads)
    }

    fn sifted(mut sieve: Sieve, reads: &[&[u8]]) -> String {
        let kept: Vec<u8> = reads.iter().flat_map(|read| sieve.sift(read)).collect();
        String::from_utf8([kept, sieve.rest()].concat()).unwrap()
    }

    #[test]
    fn marks_are_taken_out_however_long_and_wherever_they_are_cut() {
        let aid = "0123456789abcdef0123456789abcdef";
        let command = "x".repeat(5000);
        let text = format!(
            "\x1b]7;file://host/tmp\x07\x1b]133;A;aid={aid}\x07$ \x1b]133;B;aid={aid}\x07ls\r\n\
             \x1b]133;C;aid={aid};cmdline_url={command}\x07a\x1b[6n\x1b]133;A\x07\x1b]0;t\x07b\x1b]133;D;0;aid={aid}\x1b\\"
        );
        let left = "$ ls\r\na\x1b[6n\x1b]133;A\x07\x1b]0;t\x07b";
        assert_eq!(sifted(Sieve::for_program(), &[text.as_bytes()]), left);
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(sifted(Sieve::for_program(), &bytes), left);
        assert_eq!(sifted(Sieve::for_program(), &[b"a\x1b]133;"]), "a\x1b]133;");
        let mark = format!("\x1b]133;A;aid={aid}\x07");
        assert_eq!(sifted(Sieve::for_terminal(), &[mark.as_bytes()]), mark);
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
