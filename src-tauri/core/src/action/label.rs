//! An action's name for people: the order of a list by it, and what it is in a file that is broken elsewhere.

use super::yaml::{self, Kind};

/// What lists are sorted by: letters whatever their case, and numbers by their value, so that `a2` is before `a10`.
#[must_use]
pub fn order(label: &str) -> impl Ord + use<> {
    let mut pieces = Vec::new();
    let mut rest = label.to_lowercase();
    while !rest.is_empty() {
        let number = rest.starts_with(|c: char| c.is_ascii_digit());
        let end = rest.find(|c: char| c.is_ascii_digit() != number).unwrap_or(rest.len());
        let after = rest.split_off(end);
        if number {
            // Of two numbers the one with more digits is greater, however long they are.
            let digits = rest.trim_start_matches('0');
            pieces.push(Piece::Number(digits.len(), digits.to_owned()));
        } else {
            pieces.push(Piece::Text(rest));
        }
        rest = after;
    }
    pieces
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    /// How many digits, and these.
    Number(usize, String),
    Text(String),
}

/// The label that a file has, as far as that can be told: also where the file is broken elsewhere.
#[must_use]
pub fn label_of(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let found = in_map(text).or_else(|| {
        // What is no YAML as a whole may still have a line that says it.
        text.lines().filter(|line| line.starts_with("label:") || line.starts_with("name:")).find_map(in_map)
    })?;
    Some(found).filter(|label| !label.trim().is_empty())
}

fn in_map(text: &str) -> Option<String> {
    let root = yaml::parse(text).ok()??;
    let Kind::Map(pairs) = &root.kind else { return None };
    let named = |name: &str| pairs.iter().find(|(key, _)| key.scalar().is_some_and(|(key, _)| key == name));
    let (_, value) = named("label").or_else(|| named("name"))?;
    value.scalar().map(|(label, _)| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_labels_count_by_their_value() {
        let mut labels = ["a10", "A1", "b", "a2", "a 2", "a002b", "a", "a99999999999999999999999", "2", "10"];
        labels.sort_by_cached_key(|label| order(label));
        assert_eq!(
            labels,
            ["2", "10", "a", "A1", "a2", "a002b", "a10", "a99999999999999999999999", "a 2", "b"]
        );
    }

    #[test]
    fn a_label_is_found_in_a_file_that_is_broken_elsewhere() {
        assert_eq!(label_of(b"label: Build\nsteps:\n  - type: wriet\n").as_deref(), Some("Build"));
        assert_eq!(label_of(b"steps: []\nname: \"Build: all\"\n").as_deref(), Some("Build: all"));
        assert_eq!(label_of(b"label: Build\nsteps:\n\t- delay: 1\n").as_deref(), Some("Build"));
        assert_eq!(label_of(b"label: ''\n"), None);
        assert_eq!(label_of(b"label: [a]\n"), None);
        assert_eq!(label_of(b"\xff"), None);
    }
}
