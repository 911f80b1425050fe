//! `ai-orchestrator config …`

use std::process::ExitCode;

use orchestrator_core::api::ConfigView;
use serde_json::{Map, Value, json};

use crate::args::{AsJson, ConfigVerb};
use crate::failure::Failure;
use crate::{connect, paths, print};

pub async fn perform(verb: ConfigVerb) -> Result<ExitCode, Failure> {
    match verb {
        ConfigVerb::Show { format } => {
            let view: ConfigView = connect().await?.get("/v1/config").await?;
            if format.json { print::json(&view) } else { show(&view) }
        }
        ConfigVerb::Get { key, format } => {
            let view: ConfigView = connect().await?.get("/v1/config").await?;
            let settings = settings(&view)?;
            match value_of(&settings, &key) {
                Some(value) if format.json => print::json(value),
                Some(value) => print::lines([print::tame(&shown(value))]),
                None => Err(Failure::usage(format!("there is no setting `{key}`"))
                    .hint("`ai-orchestrator config show` lists them")),
            }
        }
        ConfigVerb::Set { key, value, format } => change(&key, meant(value), format).await,
        ConfigVerb::Reset { key, format } => change(&key, Value::Null, format).await,
        ConfigVerb::Path { format } => {
            let path = paths()?.config().display().to_string();
            if format.json { print::json(&json!({ "path": path })) } else { print::lines([path]) }
        }
        ConfigVerb::Schema => print::text(&orchestrator_core::config::schema()),
    }
}

/// As in the file: `15` is a number, `true` a switch. A text is what it is, whatever YAML makes of a `: ` or a `#` in it,
/// unless it begins with a sign that nobody writes for itself.
fn meant(text: String) -> Value {
    let quoted = text.starts_with(['"', '\'', '{', '[']);
    match serde_yaml::from_str(&text) {
        Ok(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => value,
        Ok(value) if quoted => value,
        _ => Value::String(text),
    }
}

async fn change(key: &str, value: Value, format: AsJson) -> Result<ExitCode, Failure> {
    let changes = match key.split_once('.') {
        Some((key, part)) => json!({ key: { part: value } }),
        None => json!({ key: value }),
    };
    let view: ConfigView = connect().await?.patch("/v1/config", &changes).await?;
    if format.json {
        return print::json(&view);
    }
    warn(&view);
    Ok(ExitCode::SUCCESS)
}

fn show(view: &ConfigView) -> Result<ExitCode, Failure> {
    let settings = settings(view)?;
    warn(view);
    print::lines(settings.iter().map(|(key, value)| print::visible(&format!("{key}: {}", shown(value)))))
}

/// What is wrong with the file is told wherever somebody looks at the settings.
fn warn(view: &ConfigView) {
    for problem in &view.problems {
        let place = format!("{}:{}:{}", problem.file.display(), problem.line, problem.column);
        eprintln!("warning: {}", print::visible(&format!("{place}: {}", problem.message)));
        if let Some(fix) = &problem.fix {
            eprintln!("hint: {}", print::visible(fix));
        }
    }
}

fn settings(view: &ConfigView) -> Result<Map<String, Value>, Failure> {
    match serde_json::to_value(&view.settings) {
        Ok(Value::Object(settings)) => Ok(settings),
        _ => Err(Failure::usage("the settings could not be read")),
    }
}

fn value_of<'a>(settings: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        Some((key, part)) => settings.get(key)?.get(part),
        None => settings.get(key),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "(as usual)".to_owned(),
        other => other.to_string(),
    }
}
