//! How many tests passed and failed, read from what their runners print: libtest, node:test (TAP or spec) and
//! vitest. A runner of another kind is to be added here.

use std::ops::AddAssign;

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many held.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
}

impl Count {
    /// Whether nothing ran.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Reads a runner's output line by line. Only a runner's closing lines count.
#[derive(Default)]
pub struct Counter(Count);

impl Counter {
    /// Takes one line.
    pub fn read(&mut self, line: &str) {
        let line = plain(line);
        let line = line.trim();
        if let Some(count) = libtest(line).or_else(|| vitest(line)).or_else(|| node(line)) {
            self.0 += count;
        }
    }

    /// What was counted.
    pub fn count(&self) -> Count {
        self.0
    }
}

/// `test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s`
fn libtest(line: &str) -> Option<Count> {
    let counts = line.strip_prefix("test result: ")?;
    Some(Count { passed: before(counts, "passed")?, failed: before(counts, "failed")? })
}

/// `Tests  1 failed | 11 passed (12)`
fn vitest(line: &str) -> Option<Count> {
    let counts = line.strip_prefix("Tests ")?;
    let count = Count {
        passed: before(counts, "passed").unwrap_or(0),
        failed: before(counts, "failed").unwrap_or(0),
    };
    (!count.is_empty()).then_some(count)
}

/// `# pass 3` and `# fail 0` in TAP, `ℹ pass 3` and `ℹ fail 0` for people.
fn node(line: &str) -> Option<Count> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["#" | "ℹ", "pass", count] => Some(Count { passed: count.parse().ok()?, failed: 0 }),
        ["#" | "ℹ", "fail" | "cancelled", count] => Some(Count { passed: 0, failed: count.parse().ok()? }),
        _ => None,
    }
}

/// The number before a word.
fn before(line: &str, word: &str) -> Option<usize> {
    let words: Vec<&str> =
        line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let place = words.iter().position(|candidate| *candidate == word)?;
    words.get(place.checked_sub(1)?)?.parse().ok()
}

/// The line without colours.
fn plain(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut parts = line.split('\u{1b}');
    kept.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // A colour is `ESC [ … m`.
        kept.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(output: &str) -> (usize, usize) {
        let mut counter = Counter::default();
        output.lines().for_each(|line| counter.read(line));
        (counter.count().passed, counter.count().failed)
    }

    #[test]
    fn libtest_is_counted_over_all_its_binaries() {
        let output = "running 5 tests\ntest result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                      test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(counted(output), (6, 2));
    }

    #[test]
    fn node_is_counted_in_both_of_its_dialects() {
        assert_eq!(counted("# tests 4\n# suites 0\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 0"), (3, 1));
        assert_eq!(counted("ℹ tests 4\nℹ pass 4\nℹ fail 0"), (4, 0));
    }

    #[test]
    fn vitest_is_counted_through_its_colours() {
        let line = "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m11 passed\u{1b}[39m (12)";
        assert_eq!(counted(line), (11, 1));
        assert_eq!(counted(" Test Files  3 passed (3)\n      Tests  12 passed (12)"), (12, 0));
    }

    #[test]
    fn other_lines_are_not_counted() {
        assert_eq!(counted("3 passed, 1 failed\nok 1 - pass 7\nTests are fun"), (0, 0));
    }
}
