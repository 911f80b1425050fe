//! Takes a mapping's values one by one, by key and type.
//!
//! The keys that are asked for are the keys that are known: `finish` reports all others, so that a
//! typing error never goes unseen and no second list of keys can drift from the code.

use std::path::Path;
use std::time::Duration;

use saphyr_parser::ScalarStyle;

use super::template::Typed;
use super::yaml::{Kind, Node, Place};
use super::{Input, Problem, Severity, ShellKind, duration};

/// Everything that is wrong with one file, in the order it was found.
pub(crate) struct Problems<'a> {
    pub file: &'a Path,
    pub text: &'a str,
    /// The action's inputs, once they are read: placeholders may name them.
    pub inputs: Vec<Input>,
    /// The shells that may read what the action types.
    pub shells: &'static [ShellKind],
    /// What the steps that are read type, one after another.
    pub typed: Typed,
    /// Since which of them a shell may be inside of something: where it stands, and its text.
    pub opened: Option<(Place, String)>,
    pub found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub fn of(file: &'a Path, text: &'a str) -> Self {
        Self {
            file,
            text,
            inputs: Vec::new(),
            shells: &[],
            typed: Typed::default(),
            opened: None,
            found: Vec::new(),
        }
    }

    pub fn error(&mut self, at: Place, code: &str, message: impl Into<String>, fix: Option<String>) {
        self.add(Severity::Error, at, code, message.into(), fix);
    }

    pub fn warning(&mut self, at: Place, code: &str, message: impl Into<String>, fix: Option<String>) {
        self.add(Severity::Warning, at, code, message.into(), fix);
    }

    fn add(&mut self, severity: Severity, at: Place, code: &str, message: String, fix: Option<String>) {
        let (file, code) = (self.file.to_owned(), code.to_owned());
        self.found.push(Problem { file, line: at.line, column: at.column, severity, code, message, fix });
    }

    /// Where `part` stands in the file, if the value holds it as written; else where the value begins.
    pub fn inside(&self, node: &Node, part: &str) -> Place {
        self.nth_inside(node, part, 0)
    }

    /// The same for the part's nth occurrence, counted from 0.
    pub fn nth_inside(&self, node: &Node, part: &str, nth: usize) -> Place {
        let (start, end) = node.span;
        let source: String = self.text.chars().skip(start).take(end.saturating_sub(start)).collect();
        let found = source.match_indices(part).nth(nth);
        let Some((offset, _)) = found.filter(|_| !part.is_empty()) else { return node.at };
        let before = &source[..offset];
        match before.rfind('\n') {
            None => Place { line: node.at.line, column: node.at.column + before.chars().count() },
            Some(newline) => Place {
                line: node.at.line + before.matches('\n').count(),
                column: before[newline + 1..].chars().count() + 1,
            },
        }
    }
}

impl Problems<'_> {
    /// What to do about a text that was meant, but means something else to YAML because it has no quotes.
    pub fn unquoted(&self, node: &Node) -> Option<String> {
        let line = self.text.lines().nth(node.at.line.checked_sub(1)?)?;
        let rest: String = line.chars().skip(node.at.column.saturating_sub(1)).collect();
        let rest = rest.trim_start_matches(':').trim();
        let is_nothing = matches!(node.scalar(), Some((_, Scalar::Null)));
        let first = rest.chars().next()?;
        if matches!(node.kind, Kind::Map(_)) && rest.starts_with("{{") && rest.chars().count() <= 60 {
            return Some(format!("put quotes around it: \"{}\"", rest.replace('"', "\\\"")));
        }
        match first {
            '#' if is_nothing => {
                Some("what begins with `#` is a comment; put quotes around it if it is a text".to_owned())
            }
            '&' | '!' if is_nothing => {
                Some(format!("put quotes around it if it is a text that begins with `{first}`"))
            }
            _ => None,
        }
    }
}

/// What a plain scalar stands for in YAML's core schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Number,
    Text,
}

impl Node {
    /// The text and what it stands for; `None` for lists and mappings.
    pub fn scalar(&self) -> Option<(&str, Scalar)> {
        let Kind::Scalar { text, style } = &self.kind else { return None };
        let scalar = match text.as_str() {
            _ if *style != ScalarStyle::Plain => Scalar::Text,
            "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
            "true" | "True" | "TRUE" => Scalar::Bool(true),
            "false" | "False" | "FALSE" => Scalar::Bool(false),
            text if is_number(text) => Scalar::Number,
            _ => Scalar::Text,
        };
        Some((text, scalar))
    }

    /// The whole number that this is, in whichever of YAML's ways it is written: `12`, `0xC`, `12.0`, `1.2e1`.
    pub fn whole(&self) -> Option<u64> {
        let (text, Scalar::Number) = self.scalar()? else { return None };
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        if let Some(digits) = unsigned.strip_prefix("0x") {
            return u64::from_str_radix(digits, 16).ok();
        }
        if let Some(digits) = unsigned.strip_prefix("0o") {
            return u64::from_str_radix(digits, 8).ok();
        }
        unsigned.parse().ok().or_else(|| {
            let number: f64 = unsigned.parse().ok()?;
            // Up to here each whole number has a float of its own; all that is asked for is far below.
            let exact = (0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at above")]
            exact.then_some(number as u64)
        })
    }

    /// What this is, for messages.
    pub fn describe(&self) -> String {
        match (&self.kind, self.scalar()) {
            (Kind::List(items), _) if items.is_empty() => "an empty list".to_owned(),
            (Kind::List(_), _) => "a list".to_owned(),
            (Kind::Map(_), _) => "a mapping".to_owned(),
            (_, Some((_, Scalar::Null))) => "nothing".to_owned(),
            (_, Some((text, Scalar::Bool(_)))) => format!("`{text}`, which is a boolean"),
            (_, Some((text, Scalar::Number))) => format!("`{text}`, which is a number"),
            _ => "a text".to_owned(),
        }
    }
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let radix = |prefix: &str, digits: fn(&char) -> bool| {
        unsigned.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| digits(&c)))
    };
    matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
        || radix("0x", char::is_ascii_hexdigit)
        || radix("0o", |c| ('0'..='7').contains(c))
        || (unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && unsigned.contains(|c: char| c.is_ascii_digit())
            && unsigned.parse::<f64>().is_ok())
}

/// A mapping that is being read.
pub(crate) struct Fields<'a, 'p, 'f> {
    /// What the mapping is, for messages: `an action`, `a write step`.
    what: &'static str,
    pub at: Place,
    pairs: Vec<(&'a str, &'a Node, &'a Node)>,
    known: Vec<&'static str>,
    taken: Vec<&'static str>,
    pub problems: &'p mut Problems<'f>,
}

impl<'a, 'p, 'f> Fields<'a, 'p, 'f> {
    /// Opens a mapping; anything else is a problem.
    pub fn open(what: &'static str, node: &'a Node, problems: &'p mut Problems<'f>) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            let message = format!("{what} is a mapping of keys and values, but here is {}", node.describe());
            problems.error(node.at, "wrong-type", message, None);
            return None;
        };
        let mut pairs: Vec<(&str, &Node, &Node)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let Some((name, _)) = key.scalar() else {
                problems.error(
                    key.at,
                    "wrong-type",
                    format!("a key is a text, not {}", key.describe()),
                    None,
                );
                continue;
            };
            if let Some((_, first, _)) = pairs.iter().find(|(other, ..)| *other == name) {
                let message = format!("`{name}` stands here twice; the first is on line {}", first.at.line);
                // Two steps or inputs without a `- ` between them look like this.
                let fix = if what == "an input" || what.ends_with(" step") {
                    "remove one of the two, or begin another item there with `- `"
                } else {
                    "remove one of the two"
                };
                problems.error(key.at, "duplicate-key", message, Some(fix.into()));
                continue;
            }
            pairs.push((name, key, value));
        }
        Some(Self { what, at: node.at, pairs, known: Vec::new(), taken: Vec::new(), problems })
    }

    /// Where a key's value stands; the mapping's own place if it is not there.
    pub fn place_of(&self, key: &str) -> Place {
        self.pairs.iter().find(|(name, ..)| *name == key).map_or(self.at, |(_, _, value)| value.at)
    }

    /// Whether a key's value is a mapping; not one that is a placeholder without quotes.
    pub fn holds_keys(&self, key: &str) -> bool {
        let value = self.pairs.iter().find(|(name, ..)| *name == key).map(|(_, _, value)| *value);
        value.is_some_and(|value| {
            matches!(value.kind, Kind::Map(_)) && self.problems.unquoted(value).is_none()
        })
    }

    /// Whether a key of this name was there when it was asked for.
    pub fn took(&self, key: &str) -> bool {
        self.taken.contains(&key)
    }

    /// Takes a value of any type.
    pub fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.push(key);
        let index = self.pairs.iter().position(|(name, ..)| *name == key)?;
        self.taken.push(key);
        Some(self.pairs.remove(index).2)
    }

    /// Reports that a key without which nothing works is missing.
    pub fn missing(&mut self, key: &str) {
        self.missing_or(key, &[], "");
    }

    /// The same for a key that people call by other names too, and that takes this.
    pub fn missing_or(&mut self, key: &str, aliases: &[&str], takes: &str) {
        let near = self.pairs.iter().find(|(name, ..)| is_near(name, key)).copied();
        let alias = || self.pairs.iter().find(|(name, ..)| aliases.contains(name)).copied();
        let (name, node, fix) = match (near, alias()) {
            (Some((name, node, _)), _) => (name, node, format!("did you mean `{key}`?")),
            (None, Some((name, node, _))) => (name, node, format!("did you mean `{key}`? it takes {takes}")),
            (None, None) => {
                let message = format!("{} needs `{key}`", self.what);
                let fix =
                    (key == "choices").then(|| "write it like `choices: [staging, production]`".to_owned());
                return self.problems.error(self.at, "missing-key", message, fix);
            }
        };
        // It is reported once, as this and not as an unknown key too.
        self.pairs.retain(|(other, ..)| *other != name);
        self.problems.error(node.at, "unknown-key", format!("unknown key `{name}`"), Some(fix));
    }

    /// Takes a text.
    pub fn text(&mut self, key: &'static str) -> Option<&'a str> {
        self.text_node(key).map(|(text, _)| text)
    }

    /// Takes a text and the node it stands in.
    pub fn text_node(&mut self, key: &'static str) -> Option<(&'a str, &'a Node)> {
        let node = self.take(key)?;
        match node.scalar() {
            Some((text, Scalar::Text)) => Some((text, node)),
            Some((text, Scalar::Bool(_) | Scalar::Number)) => {
                self.wrong(key, "a text", node, Some(format!("put it in quotes: \"{text}\"")));
                None
            }
            _ => {
                self.wrong(key, "a text", node, None);
                None
            }
        }
    }

    /// Takes a text, number or boolean, as it is written.
    pub fn plain(&mut self, key: &'static str) -> Option<(&'a str, &'a Node)> {
        let node = self.take(key)?;
        match node.scalar() {
            Some((text, scalar)) if scalar != Scalar::Null => Some((text, node)),
            _ => {
                self.wrong(key, "a text, number or boolean", node, None);
                None
            }
        }
    }

    /// Takes `true` or `false`.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        let node = self.take(key)?;
        if let Some((_, Scalar::Bool(flag))) = node.scalar() {
            return Some(flag);
        }
        self.wrong(key, "`true` or `false`", node, None);
        None
    }

    /// Takes a whole number from 1 up.
    pub fn count(&mut self, key: &'static str) -> Option<u32> {
        let node = self.take(key)?;
        let number = node.whole().and_then(|number| number.try_into().ok()).filter(|number| *number > 0);
        if number.is_none() {
            self.wrong(key, "a whole number from 1 to 4294967295", node, None);
        }
        number
    }

    /// Takes a length of time.
    pub fn duration(&mut self, key: &'static str) -> Option<Duration> {
        let node = self.take(key)?;
        let duration = match node.scalar() {
            Some((text, Scalar::Text)) => duration::parse(text),
            Some((_, Scalar::Number)) => node.whole().and_then(duration::of_millis),
            _ => None,
        };
        if duration.is_none() {
            let fix = match node.scalar().and_then(|(text, _)| duration::meant(text)) {
                Some(meant) => format!("write `{key}: {meant}`"),
                None if key == "timeout" => format!("write it like `{key}: 30s`"),
                None => format!("write it like `{key}: 500ms`"),
            };
            self.wrong(key, duration::EXPECTED, node, Some(fix));
        }
        duration
    }

    /// Takes a time limit; one of no time is told of with what it does.
    pub fn limit(&mut self, key: &'static str, if_none: &str) -> Option<Duration> {
        let at = self.place_of(key);
        let limit = self.duration(key);
        if limit.is_some_and(|limit| limit.is_zero()) {
            self.problems.warning(
                at,
                "no-time",
                if_none,
                Some(format!("leave `{key}` out, or give it more time")),
            );
        }
        limit
    }

    /// Takes a list of texts.
    pub fn texts(&mut self, key: &'static str) -> Option<Vec<(&'a str, &'a Node)>> {
        let node = self.take(key)?;
        let Kind::List(items) = &node.kind else {
            self.wrong(key, "a list of texts", node, Some(format!("write `{key}: [one, two]`")));
            return None;
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.scalar() {
                Some((text, Scalar::Text)) => texts.push((text, &**item)),
                _ => self.wrong(key, "a list of texts", item, Some("put it in quotes".into())),
            }
        }
        (texts.len() == items.len()).then_some(texts)
    }

    /// Takes one of some words.
    pub fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let node = self.take(key)?;
        let word = node.scalar().map(|(text, _)| text);
        if let Some((_, value)) = choices.iter().find(|(name, _)| Some(*name) == word) {
            return Some(*value);
        }
        let names = choices.iter().map(|(name, _)| *name);
        let expected = format!("one of {}", list(names.clone()));
        let fix = word.and_then(|word| nearest(word, names)).map(|name| format!("did you mean `{name}`?"));
        self.wrong(key, &expected, node, fix);
        None
    }

    /// Reports a value of the wrong type.
    pub fn wrong(&mut self, key: &str, expected: &str, node: &Node, fix: Option<String>) {
        let found = match node.scalar() {
            Some((text, Scalar::Text)) if text.chars().count() <= 40 => format!("`{text}`"),
            _ => node.describe(),
        };
        let message = format!("`{key}` must be {expected}, but here is {found}");
        let fix = self.problems.unquoted(node).or(fix);
        self.problems.error(node.at, "wrong-type", message, fix);
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        for (name, key, _) in &self.pairs {
            let fix = match nearest(name, self.known.iter().copied()) {
                _ if name.contains('\u{a0}') => {
                    Some("it holds a no-break space, which is no blank to YAML; type the blanks anew".into())
                }
                Some(near) => Some(format!("did you mean `{near}`?")),
                None if *name == "<<" => {
                    Some("merge keys are not part of YAML 1.2; write the keys out".into())
                }
                None => Some(format!("{} knows {}", self.what, list(self.known.iter().copied()))),
            };
            let message = format!("unknown key `{name}`");
            self.problems.error(key.at, "unknown-key", message, fix);
        }
    }
}

/// The word that was probably meant.
pub(crate) fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names.filter(|name| is_near(word, name)).min_by_key(|name| strsim::damerau_levenshtein(word, name))
}

fn is_near(word: &str, name: &str) -> bool {
    let (word, name) =
        (word.to_lowercase().replace(['-', '_'], ""), name.to_lowercase().replace(['-', '_'], ""));
    // A third of the word may be wrong: `contnet` is near `content`, `id` is near nothing.
    strsim::damerau_levenshtein(&word, &name) <= name.chars().count().max(word.chars().count()) / 3
}

/// `a`, `b` and `c`, for messages.
pub(crate) fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => "nothing".to_owned(),
    }
}
