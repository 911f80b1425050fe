//! Text made safe to look at: what hides or moves text is shown as `\u{…}`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Emoji as people write them: their joiners and selectors hide nothing, for they are drawn as one picture.
const EMOJI: &str = concat!(
    r"\x{1F3F4}[\x{E0061}-\x{E007A}]{5}\x{E007F}|",
    r"\p{ExtPict}(?:\p{EMod}|\x{FE0F})?(?:\x{200D}\p{ExtPict}(?:\p{EMod}|\x{FE0F})?)*",
    r"|[0-9#*]\x{FE0F}?\x{20E3}",
);
/// Controls, what sets the direction of text, the ends of lines, and what is drawn as nothing; but no blanks that
/// people write. Private characters are drawn by the fonts that have them, and those not assigned may be newer emoji.
const DECEIVES: &str = concat!(
    r"[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\p{Default_Ignorable_Code_Point}\p{Variation_Selector}\x{2800}]",
    r"--[ \x{A0}\x{202F}\x{3000}]]",
);
/// Every character that is not surely drawn, and as what it is: all but the plain blank among blanks.
const HIDES: &str = concat!(
    r"[[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\p{Variation_Selector}\x{2800}]--[ ]]",
    // A backslash that would make the text read like one of our own marks.
    r"|\\u\{",
);

/// For names and messages: shows what could deceive as `\u{…}`, everything else as it is.
#[must_use]
pub fn visible(text: &str) -> String {
    #[expect(clippy::expect_used, reason = "the pattern is a constant that the tests compile")]
    static PARTS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!("({EMOJI})|{DECEIVES}")).expect("a pattern"));
    let show = |part: &Captures<'_>| if part.get(1).is_some() { part[0].to_owned() } else { mark(&part[0]) };
    PARTS.replace_all(text, show).into_owned()
}

/// For what runs: shows every character that is not surely seen as `\u{…}`. Two texts that differ never look the same
/// because of it.
#[must_use]
pub fn verbatim(text: &str) -> String {
    #[expect(clippy::expect_used, reason = "the pattern is a constant that the tests compile")]
    static HIDDEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(HIDES).expect("a pattern"));
    HIDDEN.replace_all(text, |part: &Captures<'_>| mark(&part[0])).into_owned()
}

/// The first character's number; what follows it as it is.
fn mark(part: &str) -> String {
    let mut chars = part.chars();
    let first = chars.next().map_or(0, u32::from);
    format!("\\u{{{first:x}}}{}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::{verbatim, visible};

    #[test]
    fn what_could_deceive_is_shown_as_its_number() {
        for show in [visible, verbatim] {
            assert_eq!(show("ls\r"), r"ls\u{d}");
            assert_eq!(show("a\u{202e}b\u{200b}c\x1b[2J"), r"a\u{202e}b\u{200b}c\u{1b}[2J");
            assert_eq!(show("Größe 日本 👍 C:\\users"), "Größe 日本 👍 C:\\users");
        }
    }

    #[test]
    fn names_keep_their_emoji_and_their_blanks() {
        for name in [
            "⚠️ Deploy 👨‍👩‍👧",
            "❤️‍🔥",
            "👍🏽",
            "🏳️‍🌈",
            "1️⃣",
            "🇩🇪",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "a\u{a0}b",
            "全\u{3000}角",
            "prix\u{202f}: 3",
        ] {
            assert_eq!(visible(name), name);
        }
        // Outside of emoji they hide.
        assert_eq!(visible("a\u{fe0f}b\u{200d}c"), r"a\u{fe0f}b\u{200d}c");
        assert_eq!(visible("👍\u{200d}rm"), "👍\\u{200d}rm");
        assert_eq!(visible("a\u{2800}\u{3164}b"), r"a\u{2800}\u{3164}b");
    }

    #[test]
    fn commands_show_everything_that_is_not_surely_seen() {
        for c in [
            '\u{a0}',
            '\u{3000}',
            '\u{1680}',
            '\u{2800}',
            '\u{13430}',
            '\u{110bd}',
            '\u{890}',
            '\u{ad}',
            '\u{34f}',
            '\u{115f}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{fe0f}',
            '\u{e0100}',
            '\u{180b}',
            '\u{200d}',
            '\u{2028}',
            '\u{2029}',
            '\u{85}',
            '\t',
            '\n',
            '\u{e000}',
            '\u{fffe}',
            '\u{61c}',
            '\u{2066}',
            '\u{1d173}',
            '\u{e0041}',
        ] {
            assert_eq!(verbatim(&format!("a{c}b")), format!("a\\u{{{:x}}}b", u32::from(c)));
        }
    }

    #[test]
    fn text_can_not_imitate_a_mark() {
        assert_eq!(verbatim(r"ls\u{d}"), r"ls\u{5c}u{d}");
        assert_ne!(verbatim(r"ls\u{d}"), verbatim("ls\r"));
        // All other backslashes stay as they were written.
        assert_eq!(verbatim(r"grep '\.rs' \\ \u"), r"grep '\.rs' \\ \u");
    }
}
