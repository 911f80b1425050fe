//! `ai-orchestrator terminal …`

use std::io::IsTerminal as _;
use std::process::ExitCode;

use orchestrator_core::api::{
    CodenamesView, KillReport, ScreenView, SpawnRequest, TerminalState, TerminalView, WriteReport,
};
use orchestrator_core::client::{Client, path};

use crate::args::TerminalVerb;
use crate::failure::Failure;
use crate::{attach, connect, print};

pub async fn perform(verb: TerminalVerb) -> Result<ExitCode, Failure> {
    let client = connect().await?;
    match verb {
        TerminalVerb::List { format } => {
            let terminals: Vec<TerminalView> = client.get("/v1/terminals").await?;
            if format.json { print::json(&terminals) } else { table(&terminals) }
        }
        TerminalVerb::Open { place, format } => {
            let project = Some(place.absolute()?);
            let person = is_person(&client).await;
            let request = SpawnRequest { project, person, ..SpawnRequest::default() };
            let terminal: TerminalView = client.post("/v1/terminals", &request).await?;
            if format.json { print::json(&terminal) } else { print::text(&format!("{}\n", terminal.id)) }
        }
        TerminalVerb::Codenames { format } => {
            let codenames: CodenamesView = client.get("/v1/codenames").await?;
            if format.json {
                return print::json(&codenames);
            }
            eprintln!("{} of {} met", codenames.met.len(), codenames.of);
            print::lines(&codenames.met)
        }
        TerminalVerb::Attach { id } => {
            let id = find(&client, &id).await?;
            attach::attach(&client, &id).await
        }
        TerminalVerb::Send { id, mut text, enter, format } => {
            if enter {
                text.push('\r');
            }
            let id = find(&client, &id).await?;
            let report: WriteReport =
                client.post_bytes(&path(&["terminals", &id, "write"], &[]), text.into()).await?;
            if format.json { print::json(&report) } else { Ok(ExitCode::SUCCESS) }
        }
        TerminalVerb::Screen { id, format } => {
            let id = find(&client, &id).await?;
            let screen: ScreenView = client.get(&path(&["terminals", &id, "screen"], &[])).await?;
            if format.json {
                return print::json(&screen);
            }
            let last = screen.lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
            print::lines(&screen.lines[..last])
        }
        TerminalVerb::Kill { id, format } => {
            let id = find(&client, &id).await?;
            let report: KillReport = client.delete(&path(&["terminals", &id], &[])).await?;
            if format.json {
                return print::json(&report);
            }
            if !report.survivors.is_empty() {
                eprintln!("these processes left the terminal and live on: {:?}", report.survivors);
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Whether a person opens a terminal: somebody sits at this one, and neither an agent nor a run does the typing.
async fn is_person(client: &Client) -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) || set("CLAUDECODE").is_some() {
        return false;
    }
    let Some(own) = set("AI_ORCHESTRATOR_TERMINAL") else { return true };
    let own: Result<TerminalView, _> = client.get(&path(&["terminals", &own], &[])).await;
    !own.is_ok_and(|terminal| terminal.run.is_some())
}

/// The terminal of this id, codename, or start of an id.
async fn find(client: &Client, wanted: &str) -> Result<String, Failure> {
    let terminals: Vec<TerminalView> = client.get("/v1/terminals").await?;
    let all: Vec<String> = terminals
        .iter()
        .filter(|terminal| terminal.codename == wanted || terminal.id.to_string().starts_with(wanted))
        .map(|terminal| terminal.id.to_string())
        .collect();
    one(all, wanted, "terminal")
}

/// The only one there is, or why there is none.
pub fn one(mut all: Vec<String>, wanted: &str, what: &str) -> Result<String, Failure> {
    match (all.pop(), all.is_empty(), wanted.is_empty()) {
        (Some(only), true, false) => Ok(only),
        (Some(_), _, _) => Err(Failure::usage(format!("`{wanted}` is the start of several {what}s' ids"))
            .hint("write more of it")),
        (None, _, _) => Err(Failure::usage(format!("there is no {what} `{wanted}`"))
            .hint(format!("`ai-orchestrator {what} list` shows those that are there"))),
    }
}

fn table(terminals: &[TerminalView]) -> Result<ExitCode, Failure> {
    let rows: Vec<[String; 5]> = terminals
        .iter()
        .map(|terminal| {
            let id = terminal.id.to_string();
            [
                id,
                terminal.codename.clone(),
                terminal.task.clone(),
                state(&terminal.state),
                terminal.cwd.clone(),
            ]
        })
        .collect();
    print::table(["ID", "CODENAME", "TASK", "STATE", "FOLDER"], &rows)
}

fn state(state: &TerminalState) -> String {
    match state {
        TerminalState::Starting => "starting".to_owned(),
        TerminalState::AtPrompt { last_exit: Some(code) } if *code != 0 => format!("at prompt (exit {code})"),
        TerminalState::AtPrompt { .. } => "at prompt".to_owned(),
        TerminalState::Running { command: Some(command), .. } => format!("running {command}"),
        TerminalState::Running { .. } => "running".to_owned(),
        TerminalState::Exited { code: Some(code), .. } => format!("exited {code}"),
        TerminalState::Exited { signal, .. } => {
            format!("ended by {}", signal.as_deref().unwrap_or("a signal"))
        }
    }
}
