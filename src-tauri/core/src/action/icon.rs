//! The icons that a button can carry: Lucide's names, aliases included (ISC licence, see `icons.txt`).

use std::sync::LazyLock;

use super::fields::nearest;

/// What a button carries when the file names no icon, or one that is not there.
pub const DEFAULT_ICON: &str = "Play";

/// One name a line, sorted by byte.
const NAMES: &str = include_str!("icons.txt");

/// The same, to be searched.
static SORTED: LazyLock<Vec<&str>> = LazyLock::new(|| NAMES.lines().collect());

/// The name as Lucide writes it (`test-tube` is `TestTube`), or what was probably meant.
pub(super) fn find(name: &str) -> Result<String, Option<&'static str>> {
    let pascal: String = name
        .split('-')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
        })
        .collect();
    if SORTED.binary_search(&pascal.as_str()).is_ok() {
        Ok(pascal)
    } else {
        Err(nearest(&pascal, NAMES.lines()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found() {
        assert!(SORTED.is_sorted());
        for name in SORTED.iter() {
            assert_eq!(find(name).as_deref(), Ok(*name));
        }
        assert_eq!(find("test-tube").as_deref(), Ok("TestTube"));
        assert_eq!(find("Rokcet"), Err(Some("Rocket")));
    }
}
