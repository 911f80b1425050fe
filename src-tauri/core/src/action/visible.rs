//! Text made safe to look at: what hides or moves text is shown as `\u{…}`.

use std::fmt::Write as _;

/// Shows control, bidirectional and invisible characters as `\u{…}`, everything else as it is.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if hides(c) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Controls, and Unicode's `Cf` and other default-ignorable ranges: they can make a command look like another.
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x070F | 0x08E2 | 0x180E | 0x3164 | 0xFFA0 | 0xFEFF
            | 0x0600..=0x0605 | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
            | 0x2000..=0x200F | 0x2028..=0x202F | 0x205F..=0x206F | 0x3000 | 0xA0 | 0xFE00..=0xFE0F
            | 0xFFF0..=0xFFFB | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_could_deceive_is_shown_as_its_number() {
        assert_eq!(visible("ls\r"), r"ls\u{d}");
        assert_eq!(visible("a\u{202e}b\u{200b}c\x1b[2J"), r"a\u{202e}b\u{200b}c\u{1b}[2J");
        assert_eq!(visible("Größe 日本 👍"), "Größe 日本 👍");
    }
}
