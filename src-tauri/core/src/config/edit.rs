//! Changes settings in the text of `config.yaml`, and leaves all else in it as the user wrote it.
//!
//! The editing library also takes what is no YAML, so what comes out is read again by our own reader, and is
//! only taken if it says exactly what was asked for.

use std::path::Path;
use std::str::FromStr as _;

use serde_json::{Map, Value};
use yaml_edit::{Document, MappingBuilder, YamlFile};

use super::Config;
use super::read::{self, read};
use crate::action::Problem;
use crate::action::yaml::{self, Kind};

/// Why a file was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditError {
    /// It is no YAML as it is.
    #[error("the settings can't be changed while config.yaml is broken: {}", .0.message)]
    Broken(Problem),
    /// The new value is none that the setting can have.
    #[error("{0}")]
    BadValue(String),
    /// It is written in a way that can't be changed piece by piece.
    #[error("config.yaml is written in a way that only an editor can change")]
    TooClever,
}

/// The text with the changes made: a value for each key, `null` for what is usual. `shortcuts` are changed one by
/// one.
pub(crate) fn edit(file: &Path, text: &str, changes: &Map<String, Value>) -> Result<String, EditError> {
    let (before, found) = read(file, text, &Config::default());
    let whole = |problem: &&Problem| yaml::parse(text).is_err() || problem.message.starts_with(read::FILE);
    if let Some(problem) = found.iter().find(whole) {
        return Err(EditError::Broken(problem.clone()));
    }
    let wanted = merged(&before, changes)?;
    let edited = rewrite(text, changes)?;
    let (after, problems) = read(file, &edited, &Config::default());
    if let Some(problem) = problems.iter().find(|problem| !same_problem(problem, &found)) {
        let message = problem.message.split("; what was set before").next().unwrap_or_default();
        let fix = problem.fix.as_ref().map(|fix| format!("; {fix}"));
        return Err(EditError::BadValue(format!("{message}{}", fix.unwrap_or_default())));
    }
    if wanted.is_some_and(|wanted| wanted == after) { Ok(edited) } else { Err(EditError::TooClever) }
}

/// A problem that was there before, perhaps on another line.
fn same_problem(problem: &Problem, before: &[Problem]) -> bool {
    before.iter().any(|other| (&other.code, &other.message) == (&problem.code, &problem.message))
}

/// What the settings are to be; none if a value is of the wrong type, which the reader explains better.
fn merged(before: &Config, changes: &Map<String, Value>) -> Result<Option<Config>, EditError> {
    let object = |config: &Config| match serde_json::to_value(config) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    };
    let (mut all, usual) = (object(before), object(&Config::default()));
    for (key, value) in changes {
        let Some(usual) = usual.get(key) else {
            let near = crate::action::fields::nearest(key, usual.keys().map(String::as_str));
            let fix = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(EditError::BadValue(format!("there is no setting `{key}`{fix}")));
        };
        match (value, all.get_mut(key)) {
            (Value::Null, _) => {
                all.insert(key.clone(), usual.clone());
            }
            (Value::Object(parts), Some(Value::Object(old))) => {
                for (name, part) in parts {
                    _ = if part.is_null() {
                        old.remove(name)
                    } else {
                        old.insert(name.clone(), part.clone())
                    };
                }
            }
            (value, _) => {
                all.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(serde_json::from_value(Value::Object(all)).ok())
}

fn rewrite(text: &str, changes: &Map<String, Value>) -> Result<String, EditError> {
    let empty = matches!(yaml::parse(text.trim_start_matches('\u{feff}')), Ok(None));
    let (head, body) = if empty { (text, "") } else { ("", text) };
    let file = YamlFile::from_str(body).map_err(|_| EditError::TooClever)?;
    let document = file.ensure_document();
    for (key, value) in changes {
        put(&document, key, value)?;
    }
    let mut body = file.to_string();
    if is_empty_mapping(&body) {
        // The last setting went; the next one shall not stand between braces.
        let lines = body.split_inclusive('\n');
        body = lines.filter(|line| !matches!(line.trim(), "{}" | "--- {}")).collect();
    }
    let mut edited = head.to_owned();
    if !edited.is_empty() && !edited.ends_with('\n') && edited != "\u{feff}" {
        edited.push('\n');
    }
    edited.push_str(&body);
    if !edited.is_empty() && !edited.ends_with('\n') {
        edited.push('\n');
    }
    Ok(edited)
}

fn is_empty_mapping(text: &str) -> bool {
    let root = yaml::parse(text.trim_start_matches('\u{feff}')).ok().flatten();
    root.is_some_and(|root| matches!(&root.kind, Kind::Map(pairs) if pairs.is_empty()))
}

fn put(document: &Document, key: &str, value: &Value) -> Result<(), EditError> {
    // Whether the key was there before is no matter.
    _ = match value {
        Value::Null => document.remove(key).is_some(),
        Value::Bool(flag) => document.set(key, *flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => document.set(key, whole),
            None => document.set(key, number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => document.set(key, text.as_str()),
        Value::Object(parts) => put_parts(document, key, parts)?,
        Value::Array(_) => return Err(EditError::BadValue(format!("`{key}` is no list"))),
    };
    Ok(())
}

fn put_parts(document: &Document, key: &str, parts: &Map<String, Value>) -> Result<bool, EditError> {
    let text = |name: &str, value: &Value| match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(EditError::BadValue(format!("`{key}.{name}` must be a text"))),
    };
    if let Some(mapping) = document.get_mapping(key) {
        for (name, value) in parts {
            if let Some(text) = text(name, value)? {
                mapping.set(name.as_str(), text.as_str());
            } else {
                mapping.remove(name.as_str());
            }
        }
        return Ok(mapping.is_empty() && document.remove(key).is_some());
    }
    let mut builder = MappingBuilder::new();
    let mut any = false;
    for (name, value) in parts {
        if let Some(text) = text(name, value)? {
            builder = builder.pair(name.as_str(), text.as_str());
            any = true;
        }
    }
    if !any {
        return Ok(false);
    }
    let built = builder.build_document();
    let mapping = built.as_mapping().ok_or(EditError::TooClever)?;
    Ok(document.set(key, &mapping))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(text: &str, changes: Value) -> Result<String, String> {
        let Value::Object(changes) = changes else { unreachable!() };
        edit(Path::new("config.yaml"), text, &changes).map_err(|error| error.to_string())
    }

    #[test]
    fn comments_order_and_unknown_keys_stay() {
        let text = "# mine\nfont-size: 13   # small\n\n# of another version\nfuture: {a: 1}\nshortcuts:\n  # my own\n  palette: Ctrl+K # here\n# end\n";
        let edited = changed(text, json!({"font-size": 15, "theme": "dark", "shortcuts": {"find": "F3"}}));
        assert_eq!(
            edited.unwrap(),
            "# mine\nfont-size: 15   # small\n\n# of another version\nfuture: {a: 1}\nshortcuts:\n  # my own\n  palette: Ctrl+K # here\n  find: F3\n# end\ntheme: dark\n"
        );
        let back = changed(text, json!({"font-size": null, "shortcuts": {"palette": null}})).unwrap();
        assert!(
            back.contains("# mine\n") && !back.contains("font-size") && back.contains("future: {a: 1}"),
            "{back}"
        );
    }

    #[test]
    fn a_file_with_nothing_in_it_gets_its_first_setting() {
        for (text, wanted) in [
            ("", "theme: dark\n"),
            ("# only a word", "# only a word\ntheme: dark\n"),
            ("theme: light", "theme: dark\n"),
            ("# c\n---\nfont-size: 9\n", "# c\n---\nfont-size: 9\ntheme: dark\n"),
            ("{font-size: 9}\n", "{font-size: 9, theme: dark}\n"),
            ("shortcuts:\n", "shortcuts:\ntheme: dark\n"),
        ] {
            assert_eq!(changed(text, json!({"theme": "dark"})).as_deref(), Ok(wanted), "{text:?}");
        }
        let nothing = changed("# c\ntheme: dark\n", json!({"theme": null})).unwrap();
        assert_eq!(nothing, "# c\n");
        assert_eq!(changed(&nothing, json!({"webgl": true})).unwrap(), "# c\nwebgl: true\n");
    }

    #[test]
    fn texts_come_back_as_they_were_given() {
        for name in ["A: \"B\" #c", "true", "12", "'x'", "- a", "äöü 🌻", "\"", "a\\b", "null", "*x"] {
            let edited = changed("theme: dark\n", json!({ "font-family": name })).unwrap();
            let (config, problems) = read(Path::new("c"), &edited, &Config::default());
            assert_eq!((config.font_family.as_deref(), problems.len()), (Some(name), 0), "{edited}");
        }
    }

    #[test]
    fn a_wrong_value_and_a_broken_file_change_nothing() {
        let refused = |text: &str, changes: Value| changed(text, changes).unwrap_err();
        let error = refused("", json!({"font-size": 99}));
        assert_eq!(error, "`font-size` must be a whole number from 8 to 32, but here is `99`");
        assert!(refused("", json!({"font-sice": 9})).contains("did you mean `font-size`?"));
        assert!(refused("", json!({"shortcuts": {"find": "Z"}})).contains("must be keys"));
        assert!(refused("", json!({"theme": ["dark"]})).contains("no list"));
        assert!(refused("theme: [", json!({"theme": "dark"})).contains("is broken"));
        assert!(refused("- a\n", json!({"theme": "dark"})).contains("is broken"));
        // A value that is wrong already is no reason not to change another, or it.
        assert!(changed("font-size: huge\n", json!({"theme": "dark"})).unwrap().ends_with("theme: dark\n"));
        assert_eq!(changed("font-size: huge\n", json!({"font-size": 9})).unwrap(), "font-size: 9\n");
    }
}
