//! What a shell can complete beyond the commands themselves: what the host has. None is started for it, and one that
//! takes its time is not waited for.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use clap::CommandFactory as _;
use clap_complete::CompleteEnv;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::Shells;
use orchestrator_core::api::{ActionList, RunView, TerminalView};
use orchestrator_core::client::{Client, path};
use orchestrator_core::paths::Paths;
use serde::de::DeserializeOwned;

use crate::args::Cli;
use crate::failure::Failure;
use crate::print::visible;

/// Set by the shell's script where it asks for completions.
const VARIABLE: &str = "AI_ORCHESTRATOR_COMPLETE";
/// Whoever pressed Tab waits no longer than this.
const AT_MOST: Duration = Duration::from_secs(1);

/// Answers the shell and ends, where it asks for completions.
pub fn answer() {
    CompleteEnv::with_factory(Cli::command).var(VARIABLE).complete();
}

/// The script that has a shell ask.
pub fn script(shell: &str) -> Result<String, Failure> {
    let unwritable = |error: &dyn std::fmt::Display| Failure::usage(format!("no completions: {error}"));
    let shells = Shells::builtins();
    let shell = shells.completer(shell).ok_or_else(|| unwritable(&format!("unknown shell {shell}")))?;
    let (mut script, name) = (Vec::new(), "ai-orchestrator");
    shell.write_registration(VARIABLE, name, name, name, &mut script).map_err(|error| unwritable(&error))?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// The ids of the actions that this folder's project and the user have.
pub fn actions() -> Vec<CompletionCandidate> {
    let Ok(project) = crate::action::absolute(Path::new(".")) else { return Vec::new() };
    let list: Option<ActionList> = ask(&path(&["actions"], &[("project", Some(&project))]));
    let actions = list.map(|list| list.actions).unwrap_or_default();
    actions.iter().map(|action| candidate(&action.id, &action.label)).collect()
}

/// The terminals' codenames.
pub fn terminals() -> Vec<CompletionCandidate> {
    let terminals: Vec<TerminalView> = ask("/v1/terminals").unwrap_or_default();
    terminals.iter().map(|terminal| candidate(&terminal.codename, &terminal.task)).collect()
}

/// The ids of the runs.
pub fn runs() -> Vec<CompletionCandidate> {
    let runs: Vec<RunView> = ask("/v1/runs").unwrap_or_default();
    let told = |run: &RunView| format!("{}, {}", run.label, crate::run::status(run.status));
    runs.iter().map(|run| candidate(&run.id.to_string(), &told(run))).collect()
}

fn candidate(value: &str, told: &str) -> CompletionCandidate {
    CompletionCandidate::new(OsStr::new(value)).help(Some(visible(told).into()))
}

/// What a host that runs answers at once.
fn ask<T: DeserializeOwned>(path: &str) -> Option<T> {
    let paths = Paths::from_env().ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        let answer = async { Client::connect(&paths).await.ok()?.get(path).await.ok() };
        tokio::time::timeout(AT_MOST, answer).await.ok()?
    })
}
