//! `ai-orchestrator host log`: what the host logged, for people and for programs.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use orchestrator_core::host::LogReader;
use serde_json::{Map, Value};

use crate::args::AsJson;
use crate::failure::Failure;
use crate::{paths, print::visible};

pub async fn print(lines: Option<usize>, follow: bool, format: AsJson) -> Result<ExitCode, Failure> {
    let unreadable =
        |error: &dyn std::fmt::Display| Failure::usage(format!("the log can't be read: {error}"));
    let Some(mut log) = LogReader::open(&paths()?).map_err(|error| unreadable(&error))? else {
        return Err(Failure::usage("there is no log yet").hint("`ai-orchestrator host start` starts a host"));
    };
    // From before the first look, so that nothing is missed in between.
    let watch = if follow { Some(log.watch().map_err(|error| unreadable(&error))?) } else { None };
    let raw = format.json || !io::stdout().is_terminal();
    let mut new = log.lines().map_err(|error| unreadable(&error))?;
    new.drain(..new.len().saturating_sub(lines.unwrap_or(usize::MAX)));
    loop {
        let text: String =
            new.iter().map(|line| if raw { line.clone() } else { readable(line) } + "\n").collect();
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            // A reader that has gone away has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            written => {
                written.map_err(|error| Failure::usage(format!("stdout can't be written to: {error}")))?;
            }
        }
        drop(stdout);
        let Some(watch) = &watch else { return Ok(ExitCode::SUCCESS) };
        watch.changed().await;
        new = log.lines().map_err(|error| unreadable(&error))?;
    }
}

/// Time, level, message and fields. What is none of the log's lines is shown as it is.
fn readable(line: &str) -> String {
    let Ok(Value::Object(mut entry)) = serde_json::from_str(line) else { return visible(line) };
    let mut text = |key: &str| match entry.remove(key) {
        Some(Value::String(text)) => visible(&text),
        _ => String::new(),
    };
    let (time, level) = (text("timestamp"), text("level"));
    let Some(Value::Object(mut fields)) = entry.remove("fields") else { return visible(line) };
    let message = match fields.remove("message") {
        Some(Value::String(message)) => visible(&message),
        _ => String::new(),
    };
    let mut words = format!("{}  {level:5}  {message}", to_milliseconds(&time));
    for (name, value) in pairs(&fields) {
        words.extend(["  ", &visible(name), "=", &visible(&value)]);
    }
    words
}

/// Fields as words, by name; text only in quotes where it would not be one word.
fn pairs(fields: &Map<String, Value>) -> impl Iterator<Item = (&str, String)> {
    let fields: BTreeMap<&String, &Value> = fields.iter().collect();
    fields.into_iter().map(|(name, value)| {
        let word = match value {
            Value::String(text) if !text.is_empty() && !text.contains([' ', '"', '=']) => text.clone(),
            other => other.to_string(),
        };
        (name.as_str(), word)
    })
}

/// `2026-11-22T01:02:03.123456Z` without what is finer than anybody reads.
fn to_milliseconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, rest)) if rest.ends_with('Z') && rest.len() > 4 && rest.is_ascii() => {
            format!("{seconds}.{}Z", &rest[..3])
        }
        _ => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn a_line_of_the_log_is_time_level_message_and_fields() {
        let line = r#"{"timestamp":"2026-11-22T01:02:03.123456Z","level":"INFO","fields":{"message":"the host is open","socket":"/run/a.sock","n":3,"why":"two words"},"target":"x"}"#;
        let shown =
            "2026-11-22T01:02:03.123Z  INFO   the host is open  n=3  socket=/run/a.sock  why=\"two words\"";
        assert_eq!(readable(line), shown);
    }

    #[test]
    fn nothing_that_was_logged_acts_on_the_terminal() {
        let line = "{\"timestamp\":\"t\",\"level\":\"WARN\",\"fields\":{\"message\":\"a\\u001b[2Jb\",\"path\":\"c\\u202ed\"}}";
        assert_eq!(readable(line), "t  WARN   a\\u{1b}[2Jb  path=c\\u{202e}d");
        assert_eq!(readable("no JSON\u{1b}[2J"), "no JSON\\u{1b}[2J");
    }
}
