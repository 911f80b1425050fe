//! From a step's text to the bytes that a person at the keyboard would have sent.

/// The longest line that the kernel takes while it edits lines itself; it cuts longer ones silently.
pub const MAX_LINE: usize = 4095;

/// Ctrl+C: a line editor throws its line away and prompts anew.
pub const INTERRUPT: u8 = 0x03;

/// Splits `content` into what is sent in one go: plain parts with their Enters together, each paste apart from the
/// Enter after it, and what follows a Ctrl+C apart from that.
pub fn keystrokes(content: &str, bracketed_paste: bool) -> Vec<Vec<u8>> {
    content.split_inclusive(char::from(INTERRUPT)).flat_map(|part| strokes(part, bracketed_paste)).collect()
}

fn strokes(content: &str, bracketed_paste: bool) -> Vec<Vec<u8>> {
    let mut strokes: Vec<Vec<u8>> = Vec::new();
    let mut plain = Vec::new();
    for part in content.split_inclusive('\r') {
        let (text, enter) = part.strip_suffix('\r').map_or((part, false), |text| (text, true));
        if text.contains('\n') && bracketed_paste {
            if !plain.is_empty() {
                strokes.push(std::mem::take(&mut plain));
            }
            strokes.extend(paste(text));
        } else {
            plain.extend(text.bytes().map(|byte| if byte == b'\n' { b'\r' } else { byte }));
        }
        if enter {
            plain.push(b'\r');
        }
    }
    if !plain.is_empty() {
        strokes.push(plain);
    }
    strokes
}

/// One paste per stretch without control characters; those are keys, and typed.
fn paste(text: &str) -> Vec<Vec<u8>> {
    let is_key = |c: char| c.is_ascii_control() && !matches!(c, '\n' | '\t' | '\x1b');
    let mut strokes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(is_key).unwrap_or(rest.len());
        if end > 0 {
            // An escape inside a paste could end it early.
            let clean: String = rest[..end].chars().filter(|&c| c != '\x1b').collect();
            strokes.push([b"\x1b[200~", clean.as_bytes(), b"\x1b[201~"].concat());
            rest = &rest[end..];
        } else {
            let key = rest.chars().next().map_or(0, char::len_utf8);
            strokes.push(rest.as_bytes()[..key].to_vec());
            rest = &rest[key..];
        }
    }
    strokes
}

/// Whether some line is longer than the kernel takes, where `unsent` bytes of the first one stand there already.
pub fn has_overlong_line(bytes: &[u8], unsent: usize) -> bool {
    let mut lines = bytes.split(|&byte| is_line_end(byte));
    let first = lines.next().map_or(0, |line| unsent + line.len());
    first > MAX_LINE || lines.any(|line| line.len() > MAX_LINE)
}

/// How many bytes of a line stand there unsent, after `unsent` and these.
pub fn unsent_after(bytes: &[u8], unsent: usize) -> usize {
    match bytes.iter().rposition(|&byte| is_line_end(byte)) {
        Some(end) => bytes.len() - end - 1,
        None => unsent + bytes.len(),
    }
}

/// What sends a line or throws it away: Enter, and `^C`, `^D`, `^U`, `^Z` and `^\` where the kernel edits lines.
fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | 0x03 | 0x04 | 0x15 | 0x1a | 0x1c)
}

/// How many prompts a shell gives for it: one for each line that is submitted, or thrown away.
pub fn prompts(content: &str) -> u64 {
    content.bytes().filter(|byte| matches!(*byte, b'\r' | INTERRUPT)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strokes(content: &str, bracketed: bool) -> Vec<String> {
        keystrokes(content, bracketed).into_iter().map(|stroke| String::from_utf8(stroke).unwrap()).collect()
    }

    #[test]
    fn each_return_is_an_enter_of_its_own() {
        assert_eq!(strokes("cd a\rls\r", true), ["cd a\rls\r"]);
    }

    #[test]
    fn what_follows_an_interrupt_is_apart() {
        assert_eq!(strokes("ls\x03\x03cd a\rls\r", true), ["ls\x03", "\x03", "cd a\rls\r"]);
    }

    #[test]
    fn several_lines_are_one_paste_and_the_enter_is_apart() {
        assert_eq!(strokes("a\nb\r", true), ["\x1b[200~a\nb\x1b[201~", "\r"]);
        assert_eq!(strokes("x\ra\nb\r", true), ["x\r", "\x1b[200~a\nb\x1b[201~", "\r"]);
    }

    #[test]
    fn without_bracketed_paste_each_newline_is_an_enter() {
        assert_eq!(strokes("a\nb\r", false), ["a\rb\r"]);
    }

    #[test]
    fn keys_are_never_inside_a_paste() {
        assert_eq!(strokes("\x03a\nb", true), ["\x03", "\x1b[200~a\nb\x1b[201~"]);
        assert_eq!(strokes("a\x1b[201~\nb", true), ["\x1b[200~a[201~\nb\x1b[201~"]);
        assert_eq!(strokes("\x03\x1b[A", true), ["\x03", "\x1b[A"]);
    }

    #[test]
    fn a_line_counts_with_what_stands_there_unsent() {
        let half = [b'x'; 3000];
        assert!(!has_overlong_line(&half, 0));
        assert!(has_overlong_line(&half, unsent_after(&half, 0)));
        assert!(!has_overlong_line(&half, unsent_after(b"\r", 3000)));
        assert!(!has_overlong_line(&[b"\x15", &half[..]].concat(), 3000), "it was thrown away");
        assert_eq!(unsent_after(b"ab\rcde", 7), 3);
    }
}
