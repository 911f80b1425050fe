//! What is said of each line that can't be right, and what would mend it.

use super::{Fault, Level, Outline, Place, Read, Spot, Stop, colon_of};

impl Outline {
    pub(super) fn stop<T>(at: Spot, message: &str, fix: Option<String>) -> Read<T> {
        Self::told("not-yaml", at, message, fix)
    }

    fn told<T>(code: &'static str, at: Spot, message: &str, fix: Option<String>) -> Read<T> {
        let at = Place { line: at.line + 1, column: at.column + 1 };
        Err(Stop::Fault(Box::new(Fault { code, at, message: message.to_owned(), fix })))
    }

    pub(super) fn tab<T>(at: Spot) -> Read<T> {
        let fix = Some("use blanks there; YAML allows no tabs".to_owned());
        Self::told("tab-indent", at, "a tab stands where YAML wants blanks", fix)
    }

    pub(super) fn needs_quotes<T>(at: Spot, message: &str, text: &str) -> Read<T> {
        Self::stop(at, message, Some(in_quotes(text)))
    }

    /// Quotes or a bracket.
    pub(super) fn unclosed<T>(&self, at: Spot) -> Read<T> {
        let opener = self.peek(at).unwrap_or('"');
        if opener == '"' || opener == '\'' {
            let fix = format!("end the text with `{opener}`");
            return Self::stop(at, "the quote that opens here is never closed", Some(fix));
        }
        let fix = format!(
            "close it with `{}`, or put quotes around the whole text if it is one",
            closer_of(opener)
        );
        Self::stop(at, &format!("the `{opener}` that opens here is never closed"), Some(fix))
    }

    /// A line in the midst of a text that reads like a key: either it or the text is not as meant.
    pub(super) fn key_in_text<T>(&self, start: Spot, at: Spot) -> Read<T> {
        let text = self.text_at(start);
        if let Some(colon) = glued(&text) {
            return Self::no_blank(start, &text, colon);
        }
        let key = self.key(at).map(|(key, _)| key).unwrap_or_default();
        match self.levels.last() {
            Some(level) if !level.list => {
                let message = format!(
                    "`{key}:` stands deeper than `{}:` above it, so it reads as more of its text",
                    level.key
                );
                Self::stop(at, &message, Some(level.indent()))
            }
            _ => self.no_colon(start),
        }
    }

    /// A line that should be `key: value`.
    pub(super) fn no_colon<T>(&self, at: Spot) -> Read<T> {
        let text = self.text_at(at);
        if let Some(colon) = glued(&text) {
            return Self::no_blank(at, &text, colon);
        }
        let fix = if is_word(&text) {
            format!("write `{text}:` if it is a key")
        } else {
            "put a key and a colon in front of it, or indent it if it goes on with the line above".to_owned()
        };
        Self::stop(at, "this line is no `key: value`", Some(fix))
    }

    fn no_blank<T>(at: Spot, text: &str, colon: usize) -> Read<T> {
        let (key, value) = text.split_at(colon);
        let at = Spot { column: at.column + key.chars().count(), ..at };
        let short = value.chars().count() <= SHORT;
        let fix = if short { format!("write `{key}: {}`", &value[1..]) } else { "put one there".to_owned() };
        Self::stop(at, &format!("a blank is missing behind `{key}:`"), Some(fix))
    }

    /// A line that fits none of the levels above it.
    pub(super) fn misfit<T>(&self, at: Spot, dash: bool, levels: &[Level]) -> Read<T> {
        match self.levels.last().filter(|level| level.column == at.column) {
            Some(level) if level.list => {
                let message = "this line stands among list items, but has no `- `";
                let keys = levels.iter().rev().find(|inner| !inner.list && inner.column > at.column);
                let fix = match keys.filter(|_| self.key(at).is_some()) {
                    Some(keys) => format!("begin it with `- `, or {}", keys.indent()),
                    None => "begin it with `- `".to_owned(),
                };
                Self::stop(at, message, Some(fix))
            }
            Some(level) if dash => {
                let message = format!("a list item can't stand beside the key `{}:`", level.key);
                Self::stop(at, &message, Some("indent it like the list that it belongs to".to_owned()))
            }
            Some(_) => self.no_colon(at),
            None => {
                let alike = levels.iter().filter(|level| level.list == dash);
                let nearest = alike.min_by_key(|level| level.column.abs_diff(at.column));
                Self::stop(at, "this line's indent fits nothing above it", nearest.map(Level::indent))
            }
        }
    }
}

impl Level {
    /// What to do to stand in it.
    fn indent(&self) -> String {
        let like = if self.list { String::new() } else { format!("`{}` on ", self.key) };
        let like = format!("{like}line {}", self.line + 1);
        match self.column {
            0 => format!("remove the blanks in front of it: it then stands like {like}"),
            1 => format!("indent it by 1 blank, like {like}"),
            blanks => format!("indent it by {blanks} blanks, like {like}"),
        }
    }
}

/// Texts up to this length are written out in a fix.
const SHORT: usize = 60;

fn in_quotes(text: &str) -> String {
    if text.chars().count() > SHORT {
        return "put quotes around it".to_owned();
    }
    let keeps_escapes = text.contains(r"\r");
    let quoted = if !keeps_escapes && text.contains(['"', '\\']) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{}\"", text.replace('"', "\\\""))
    };
    format!("put quotes around it: {quoted}")
}

pub(super) fn closer_of(opener: char) -> char {
    if opener == '[' { ']' } else { '}' }
}

/// Where a colon with no blank behind it probably ends a key, in bytes: `label:A`.
fn glued(text: &str) -> Option<usize> {
    let colon = text.find(':')?;
    let behind = text[colon + 1..].chars().next()?;
    (colon_of(text).is_none() && is_word(&text[..colon]) && behind != '/' && behind != ':').then_some(colon)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && text.len() <= SHORT
}
