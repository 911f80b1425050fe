//! The icons that a button can carry: Lucide's names, aliases included (ISC licence, see `icons.txt`).

use super::fields::nearest;

/// What a button carries when the file names no icon, or one that is not there.
pub const DEFAULT_ICON: &str = "Play";

/// One name a line, sorted by byte.
const NAMES: &str = include_str!("icons.txt");

/// The name as Lucide writes it (`test-tube` is `TestTube`), or what was probably meant.
pub(super) fn find(name: &str) -> Result<String, Option<&'static str>> {
    let pascal: String = name
        .split('-')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
        })
        .collect();
    if NAMES.lines().any(|icon| icon == pascal) { Ok(pascal) } else { Err(nearest(&pascal, NAMES.lines())) }
}
