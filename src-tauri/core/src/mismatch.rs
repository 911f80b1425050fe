//! What serde says of data that doesn't fit, in the user's words: of requests at the door and of `trust.json`.
//!
//! serde tells it only as text. Its forms are few and part of its stable documentation (`serde::de::Error`); what
//! is none of them is told in general terms, never as it stands.

use crate::action::fields::{list, nearest};
use crate::action::visible;

/// Why data was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What would be right, where that is known.
    pub hint: Option<String>,
}

impl Mismatch {
    /// Reads serde's text; `what` is the whole, for messages: `the body`.
    pub fn read(said: &str, what: &str) -> Self {
        let said = without_place(said);
        let (key, said) = split_key(said);
        let of = |key: Option<&str>| key.map_or_else(|| what.to_owned(), |key| format!("`{}`", visible(key)));
        let plain = |message: String| Self { message, hint: None };
        if let Some((name, known)) = unknown(said, "unknown field ") {
            return Self { message: format!("{what} has no `{}`", visible(name)), hint: meant(name, &known) };
        }
        if let Some((name, known)) = unknown(said, "unknown variant ") {
            return Self {
                message: format!("{} can't be `{}`", of(key), visible(name)),
                hint: meant(name, &known),
            };
        }
        if let Some(name) = quoted(said, "missing field ") {
            return plain(format!("{what} needs `{name}`"));
        }
        if let Some(name) = quoted(said, "duplicate field ") {
            return plain(format!("{what} has `{name}` twice"));
        }
        let kinds = ["invalid type: ", "invalid value: ", "invalid length "];
        if let Some((found, wanted)) = kinds
            .iter()
            .find_map(|kind| said.strip_prefix(kind))
            .and_then(|rest| rest.split_once(", expected "))
        {
            return plain(format!("{} must be {}, but here is {}", of(key), type_of(wanted), type_of(found)));
        }
        if said.contains("UUID")
            || said.starts_with("invalid character: ")
            || said.contains("invalid length: ")
        {
            return plain(format!("{} is no id", of(key)));
        }
        plain(format!("{} is not what is expected here", of(key)))
    }
}

/// The text without ` at line 1 column 5`, which is told apart.
fn without_place(said: &str) -> &str {
    said.rfind(" at line ").map_or(said, |place| &said[..place])
}

/// `trust: invalid type: …` → the key and the rest.
fn split_key(said: &str) -> (Option<&str>, &str) {
    let kinds = ["invalid ", "unknown ", "missing ", "duplicate ", "UUID"];
    if kinds.iter().any(|kind| said.starts_with(kind)) {
        return (None, said);
    }
    match said.split_once(": ") {
        Some((key, rest)) => (Some(key.trim_end_matches(".?")), rest),
        None => (None, said),
    }
}

/// The word in `` ` `` behind a beginning.
fn quoted<'s>(said: &'s str, beginning: &str) -> Option<&'s str> {
    said.strip_prefix(beginning)?.strip_prefix('`')?.split_once('`').map(|(name, _)| name)
}

/// A name that is not known, and those that are.
fn unknown<'s>(said: &'s str, beginning: &str) -> Option<(&'s str, Vec<&'s str>)> {
    let rest = said.strip_prefix(beginning)?.strip_prefix('`')?;
    // The name may hold anything, the known ones don't.
    let (name, known) = rest.rsplit_once("`, expected ").or_else(|| rest.rsplit_once("`, there are no "))?;
    Some((name, known.split('`').skip(1).step_by(2).collect()))
}

fn meant(name: &str, known: &[&str]) -> Option<String> {
    match nearest(name, known.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if known.is_empty() => None,
        None => Some(format!("known here: {}", list(known.iter().copied()))),
    }
}

/// What serde calls a type or a value (`a string`, `sequence`), as people call it.
fn type_of(said: &str) -> String {
    let kinds = [
        ("string \"", "a text"),
        ("a string", "a text"),
        ("a borrowed string", "a text"),
        ("integer", "a number"),
        ("floating point", "a number"),
        ("number", "a number"),
        ("boolean", "`true` or `false`"),
        ("a boolean", "`true` or `false`"),
        ("null", "nothing"),
        ("unit", "nothing"),
        ("sequence", "a list"),
        ("a sequence", "a list"),
        ("map", "a mapping"),
        ("a map", "a mapping"),
        ("struct", "a mapping"),
        ("variant identifier", "a word"),
        ("a formatted UUID", "an id"),
        ("usize", "a whole number from 0 up"),
        ("u8", "a whole number from 0 up"),
        ("u16", "a whole number from 0 to 65535"),
        ("u32", "a whole number from 0 up"),
        ("u64", "a whole number from 0 up"),
        ("i32", "a whole number"),
        ("i64", "a whole number"),
        ("f64", "a number"),
    ];
    let found = kinds.iter().find(|(start, _)| said.starts_with(start));
    found.map_or_else(|| "something else".to_owned(), |(_, kind)| (*kind).to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::Mismatch;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is looked at")]
    struct Request {
        name: String,
        #[serde(default)]
        port: Option<u16>,
        #[serde(default)]
        force: bool,
        #[serde(default)]
        inputs: BTreeMap<String, String>,
        #[serde(default)]
        scope: Option<crate::action::Scope>,
        #[serde(default)]
        id: Option<uuid::Uuid>,
    }

    /// What serde really says of these, at the top and behind a key.
    fn told(json: &str) -> (String, Option<String>) {
        let error = serde_path_free(json);
        let mismatch = Mismatch::read(&error, "the body");
        (mismatch.message, mismatch.hint)
    }

    fn serde_path_free(json: &str) -> String {
        serde_json::from_str::<Request>(json).unwrap_err().to_string()
    }

    #[test]
    fn what_serde_says_is_told_in_the_users_words() {
        let cases = [
            (r#"{"name":"a","prot":1}"#, "the body has no `prot`", Some("did you mean `port`?")),
            ("{}", "the body needs `name`", None),
            (r#"{"name":1}"#, "the body must be a text, but here is a number", None),
            (r#"{"name":null}"#, "the body must be a text, but here is nothing", None),
            (r#"{"name":"a","name":"b"}"#, "the body has `name` twice", None),
            (r#"{"name":"a","force":"x"}"#, "the body must be `true` or `false`, but here is a text", None),
            (
                r#"{"name":"a","port":-1}"#,
                "the body must be a whole number from 0 to 65535, but here is a number",
                None,
            ),
            (r#"{"name":"a","inputs":[1]}"#, "the body must be a mapping, but here is a list", None),
            (r#"{"name":"a","scope":"usr"}"#, "the body can't be `usr`", Some("did you mean `user`?")),
            (r#"{"name":"a","id":"x"}"#, "the body is no id", None),
            (r#"{"name":"a","b`, expected `c":1}"#, "the body has no `b`, expected `c`", None),
        ];
        for (json, message, hint) in cases {
            let (told, told_hint) = told(json);
            assert_eq!(told, message, "{json}: {}", serde_path_free(json));
            if hint.is_some() {
                assert_eq!(told_hint.as_deref(), hint, "{json}");
            }
        }
    }

    #[test]
    fn the_key_is_named_where_it_is_told() {
        let told = |said: &str| Mismatch::read(said, "the body").message;
        assert_eq!(
            told("inputs.who: invalid type: integer `3`, expected a string at line 1 column 20"),
            "`inputs.who` must be a text, but here is a number"
        );
        assert_eq!(told("id: UUID parsing failed: invalid length"), "`id` is no id");
        assert_eq!(told("something nobody knows"), "the body is not what is expected here");
    }
}
