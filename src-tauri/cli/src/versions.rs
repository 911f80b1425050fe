//! `ai-orchestrator action history`, `diff`, and `show` of a version.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use orchestrator_core::action;
use orchestrator_core::api::{ActionList, Version, VersionContent};
use orchestrator_core::client::path;
use serde_json::json;

use crate::action::detail;
use crate::args::{AsJson, OneAction};
use crate::failure::Failure;
use crate::{connect, print};

async fn versions(one: &OneAction) -> Result<Vec<Version>, Failure> {
    Ok(connect().await?.get(&one.path(&["history"])?).await?)
}

/// Says that the history can't be written: then the newest is not in it.
async fn warn(one: &OneAction) -> Result<(), Failure> {
    let project = one.place.absolute()?;
    let list: ActionList = connect().await?.get(&path(&["actions"], &[("project", Some(&project))])).await?;
    for problem in list.problems.iter().filter(|problem| problem.code == "history-not-written") {
        eprint!("{}", action::report(problem, ""));
    }
    Ok(())
}

async fn version(one: &OneAction, timestamp: &str) -> Result<VersionContent, Failure> {
    Ok(connect().await?.get(&one.path(&["history", timestamp])?).await?)
}

/// Lists them, newest first.
pub async fn list(one: &OneAction, format: AsJson) -> Result<ExitCode, Failure> {
    let versions = versions(one).await?;
    warn(one).await?;
    if format.json {
        return print::json(&versions);
    }
    let rows: Vec<[String; 5]> = versions
        .iter()
        .map(|version| {
            let active = if version.active { "*" } else { "" };
            let (timestamp, size) = (version.timestamp.clone(), version.size.to_string());
            [timestamp, size, version.author.clone(), active.to_owned(), version.summary.clone()]
        })
        .collect();
    print::table(["TIMESTAMP", "SIZE", "AUTHOR", "ACTIVE", "CHANGE"], &rows)
}

/// Prints a file's text.
pub fn print_source(source: &str) -> Result<ExitCode, Failure> {
    // A repository's file may hold what acts on a terminal; programs get it as it is.
    if std::io::stdout().is_terminal() { print::text(&print::tame(source)) } else { print::text(source) }
}

/// Prints one version's text.
pub async fn show(one: &OneAction, timestamp: &str, format: AsJson) -> Result<ExitCode, Failure> {
    let content = version(one, timestamp).await?;
    if format.json { print::json(&content) } else { print_source(&content.source) }
}

/// Prints what changed from one version to another, the file itself being the newest.
pub async fn diff(
    one: &OneAction,
    from: Option<String>,
    to: Option<String>,
    format: AsJson,
) -> Result<ExitCode, Failure> {
    let from = if let Some(from) = from {
        from
    } else {
        let versions = versions(one).await?;
        let active = versions.iter().position(|version| version.active);
        let older = versions.into_iter().nth(active.map_or(0, |active| active + 1));
        let none = || Failure::usage(format!("there is no earlier version of {}", one.id));
        older.ok_or_else(none)?.timestamp
    };
    let old = version(one, &from).await?.source;
    let source = match &to {
        Some(to) => version(one, to).await?.source,
        None => detail(one).await?.source,
    };
    let diff = action::diff(&old, &source, &from, to.as_deref().unwrap_or("active"));
    if format.json {
        return print::json(&json!({ "from": from, "to": to, "source": source, "diff": diff }));
    }
    if !std::io::stdout().is_terminal() {
        return print::text(&diff);
    }
    let plain = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
    let tame = print::tame(&diff);
    if plain { print::text(&tame) } else { print::lines(tame.lines().map(coloured)) }
}

/// A line of a diff, as git shows it.
fn coloured(line: &str) -> String {
    let colour = match line.as_bytes().first() {
        Some(b'+') => "32",
        Some(b'-') => "31",
        Some(b'@') => "36",
        _ => return line.to_owned(),
    };
    format!("\x1b[{colour}m{line}\x1b[m")
}
