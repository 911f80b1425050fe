//! From a click to a run: trust, values, the agent's flags, a terminal; then the engine takes over.

use std::path::{Path, PathBuf};
use std::time::Duration;

use uuid::Uuid;

use crate::action::{Action, Close, Filled, Reuse, ShellKind, Tests, Values, fill, fill_known, runs_tests};
use crate::agent_command::{self, PromptFile, PromptFolder};
use crate::api::operations::size_of;
use crate::api::{ApiError, ExecuteRequest, RunView, TerminalState};
use crate::engine::Start;
use crate::environment::{Variables, is_installed};
use crate::host::Rooms;
use crate::project::{self, Project, workplace};
use crate::projects;
use crate::run::Plan;
use crate::step::Step;
use crate::store::{Resolved, StoreError, Which};
use crate::terminal::shell::Shell;
use crate::terminal::{Message, Terminal};
use crate::terminals::Spawn;

/// Starts a run of an action.
pub(crate) async fn start(rooms: &Rooms, which: Which, request: ExecuteRequest) -> Result<RunView, ApiError> {
    let size = size_of(request.cols, request.rows)?;
    let resolved = resolve(rooms, &which, &request).await?;
    let shell = rooms.shell(resolved.action.shell.as_deref()).await?;
    let base = rooms.terminals.environment().await;
    let mut values = values_in(which.project.clone(), rooms).await?;
    values.inputs.clone_from(&request.inputs);
    let Filled { mut action, shown } = fill(&resolved.action, &values, shell.kind)?;
    agent_command::keep_values(&mut action, &resolved.action, shell.kind)?;
    // Only now: what could not be filled in has not been seen as it would be typed.
    if let Some(sha256) = &request.trust {
        rooms.store.trust(which.clone(), sha256.clone()).await?;
    }
    if !request.inputs.is_empty()
        && let Err(error) = rooms.store.remember_inputs(which.clone(), request.inputs.clone()).await
    {
        tracing::warn!(%error, "the inputs are not remembered");
    }
    let mut variables = (*base).clone();
    for (name, value) in &action.env {
        variables.set(name, value);
    }
    let prompts = with_agent_flags(&mut action, &shell, &rooms.prompts, &variables).await?;
    let id = Uuid::now_v7();
    let root = which.project.clone().unwrap_or_else(|| rooms.paths.user_home().to_owned());
    let cwd = workplace(&root, resolved.view.scope, &resolved.action, action.cwd.as_deref(), &values)?;
    let env = action.env.clone().into_iter().collect();
    let (project, task) = (which.project.clone(), action.label.clone());
    let spawn = Spawn { shell, cwd, project, env, size, task, run: Some(id) };
    let reused = request.terminal.as_ref().filter(|_| action.terminal == Reuse::Reuse);
    let terminal = if let Some(terminal) = reused {
        reusable(rooms, terminal, &spawn)?
    } else {
        // Not where a terminal is reused: whoever used it may have made more programs known there.
        if runs_tests(&resolved.action) {
            refuse_missing(&values.project.tests, &spawn.cwd, &variables, &spawn.shell).await?;
        }
        rooms.terminals.spawn(spawn).await?
    };
    for prompt in prompts {
        terminal.send(Message::Keep(Box::new(prompt)));
    }
    let plan = Plan {
        id,
        action: resolved.view.id.clone(),
        label: resolved.view.label.clone(),
        scope: resolved.view.scope,
        project: which.project.map(|project| project.to_string_lossy().into_owned()),
        terminal: terminal.id(),
        steps: shown.steps.iter().map(|step| (step.kind().to_owned(), step.text())).collect(),
        settle: request.settle,
        close_on_success: closes(&request, action.close, true),
        close_on_failure: closes(&request, action.close, false),
    };
    let timeout = request.timeout.map(Duration::from_millis).or(action.timeout);
    rooms
        .engine
        .start(Start { plan, steps: action.steps, terminal, timeout, await_viewer: request.await_viewer })
        .await
}

/// The bytes that are about to run, if they may, or will once the request's trust is kept.
async fn resolve(rooms: &Rooms, which: &Which, request: &ExecuteRequest) -> Result<Resolved, ApiError> {
    let resolved = rooms.store.resolve(which.clone(), request.stale).await?;
    match &request.trust {
        // Something else may be there by now, also something that was accepted once.
        Some(sha256) if *sha256 != resolved.sha256 => Err(StoreError::Changed(which.id.clone()).into()),
        None if !resolved.trusted => {
            Err(StoreError::Untrusted { id: which.id.clone(), changed: resolved.changed }.into())
        }
        _ => Ok(resolved),
    }
}

/// The action as a run would type it, for who decides about it. What can't be filled yet keeps its placeholders: the
/// question comes before the form.
pub(crate) fn as_typed(
    written: &Action,
    values: &Values,
    shell: ShellKind,
    prompts: &PromptFolder,
) -> Action {
    let mut typed = fill_known(written, values, shell);
    // What would be refused is shown as it is: it is not typed.
    _ = agent_command::keep_values(&mut typed, written, shell);
    agent_command::show_flags(&mut typed, shell, prompts);
    typed
}

/// What placeholders stand for in a project.
pub(crate) async fn values_in(project: Option<PathBuf>, rooms: &Rooms) -> Result<Values, ApiError> {
    let root = project.unwrap_or_else(|| rooms.paths.user_home().to_owned());
    let (paths, shown) = (rooms.paths.clone(), root.display().to_string());
    let base = rooms.terminals.environment().await;
    let gather = move || {
        let (project, git) = Project::discover(&root, &paths)?.values();
        let env = base
            .iter()
            .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value.to_str()?.to_owned())));
        std::io::Result::Ok(Values { project, git, env: env.collect(), ..Values::default() })
    };
    let gathered = tokio::task::spawn_blocking(gather).await.map_err(std::io::Error::other).flatten();
    gathered.map_err(|error| projects::unknown(&shown, &error))
}

/// What the tests need is there, as far as that can be known.
async fn refuse_missing(
    tests: &Tests,
    folder: &Path,
    env: &Variables,
    shell: &Shell,
) -> Result<(), ApiError> {
    let Tests::By { command, rule } = tests else { return Ok(()) };
    match project::missing(command, folder, env, &shell.program).await {
        Some(missing) => {
            Err(ApiError::new(422, "program_missing", missing.to_string()).hint(missing.hint(rule)))
        }
        None => Ok(()),
    }
}

/// Adds the flags of the `claude:` block to each step that starts `claude`; answers the prompt files, which
/// must stay for as long as the terminal.
async fn with_agent_flags(
    action: &mut Action,
    shell: &Shell,
    folder: &PromptFolder,
    env: &Variables,
) -> Result<Vec<PromptFile>, ApiError> {
    let starts_agent =
        |step: &Step| matches!(step, Step::Write(write) if agent_command::applies(&write.content));
    if !action.steps.iter().any(starts_agent) {
        return Ok(Vec::new());
    }
    if !is_installed("claude", env, &shell.program).await {
        return Err(ApiError::new(422, "program_missing", "claude is not installed")
            .hint("install Claude Code, and make sure that `claude` is found in the terminal's PATH"));
    }
    agent_command::prepare(action, shell.kind, || Ok(folder.clone()))
        .map_err(|error| ApiError::new(500, "io", format!("the agent's prompt can't be written: {error}")))
}

/// Whether a run's terminal closes with the run.
fn closes(request: &ExecuteRequest, close: Close, success: bool) -> bool {
    let by_file = close == Close::Always || (close == Close::OnSuccess && success);
    !request.keep && (request.settle || by_file)
}

/// A terminal that is there, at its prompt, no other run's, and as a new one would be: the values are quoted for its
/// shell, and the folder and the variables are those that the trust question showed.
fn reusable(rooms: &Rooms, id: &str, spawn: &Spawn) -> Result<Terminal, ApiError> {
    let id = id.parse().map_err(|_| ApiError::new(400, "bad_id", format!("{id} is no terminal's id")))?;
    let terminal = rooms.terminals.get(id)?;
    let view = terminal.view();
    let (code, message) = if view.run.is_some() || !matches!(view.state, TerminalState::AtPrompt { .. }) {
        ("terminal_busy", format!("{} is busy", view.codename))
    } else if !rooms.terminals.is_as_opened_by(id, spawn) {
        let message =
            format!("{} has another shell, folder or environment than the action asks for", view.codename);
        ("terminal_differs", message)
    } else {
        return Ok(terminal);
    };
    Err(ApiError::new(409, code, message).hint("leave `terminal` out to open a new one"))
}
