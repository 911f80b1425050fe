//! `actions:…`

use std::path::PathBuf;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use uuid::Uuid;

use super::answer::{Answer, Body, Path, Query};
use super::terminals::size_of;
use crate::action::{Close, Filled, Problem, Scope, Values, fill};
use crate::api::{
    ActionDetail, ActionList, ActionView, ApiError, CheckRequest, CreateRequest, ExecuteRequest, Preview,
    PreviewRequest, RestoreRequest, RunView, TerminalState, TerminalView, Undo, Version, VersionContent,
};
use crate::engine::Start;
use crate::host::Rooms;
use crate::project::Project;
use crate::run::Plan;
use crate::store::{Resolved, Which};
use crate::terminal::Terminal;
use crate::terminal::shell::Shell;
use crate::terminals::{Spawn, SpawnError};

/// Whose actions are meant.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScopeQuery {
    /// The project; the user's actions only if none.
    project: Option<String>,
    /// Which of two actions with this id.
    scope: Option<Scope>,
}

async fn which(
    rooms: &Rooms,
    id: String,
    project: Option<&str>,
    scope: Option<Scope>,
) -> Result<Which, ApiError> {
    Ok(Which { id, project: rooms.project(project).await?, scope })
}

/// What a project's toolbar shows.
#[utoipa::path(get, path = "/v1/actions", operation_id = "actions:list", params(("project" = Option<String>, Query)),
    responses((status = 200, body = ActionList), (status = "4XX", body = ApiError)))]
pub async fn list(State(rooms): State<Rooms>, Query(query): Query<ScopeQuery>) -> Answer<ActionList> {
    let project = rooms.project(query.project.as_deref()).await?;
    Ok(Json(rooms.store.list(project).await?))
}

/// One action and its file's text.
#[utoipa::path(get, path = "/v1/actions/{id}", operation_id = "actions:show",
    params(("project" = Option<String>, Query), ("scope" = Option<Scope>, Query)),
    responses((status = 200, body = ActionDetail), (status = "4XX", body = ApiError)))]
pub async fn show(
    State(rooms): State<Rooms>,
    Path(id): Path<String>,
    Query(query): Query<ScopeQuery>,
) -> Answer<ActionDetail> {
    let which = which(&rooms, id, query.project.as_deref(), query.scope).await?;
    Ok(Json(rooms.store.show(which).await?))
}

/// What a run would type, for the trust question.
#[utoipa::path(post, path = "/v1/actions/{id}/preview", operation_id = "actions:preview", request_body = PreviewRequest,
    responses((status = 200, body = Preview), (status = "4XX", body = ApiError)))]
pub async fn preview(
    State(rooms): State<Rooms>,
    Path(id): Path<String>,
    Body(request): Body<PreviewRequest>,
) -> Answer<Preview> {
    let which = which(&rooms, id, request.project.as_deref(), request.scope).await?;
    let resolved = rooms.store.resolve(which.clone(), true).await?;
    let shell = shell_of(&resolved)?;
    let mut values = values_in(which.project.clone(), &rooms).await?;
    values.inputs = request.inputs;
    Ok(Json(rooms.store.preview(which, values, shell.kind).await?))
}

/// Starts a run: opens a terminal in the project and goes through the action's steps.
#[utoipa::path(post, path = "/v1/actions/{id}/execute", operation_id = "actions:execute", request_body = ExecuteRequest,
    responses((status = 200, body = RunView), (status = "4XX", body = ApiError)))]
pub async fn execute(
    State(rooms): State<Rooms>,
    Path(id): Path<String>,
    Body(request): Body<ExecuteRequest>,
) -> Answer<RunView> {
    let which = which(&rooms, id, request.project.as_deref(), request.scope).await?;
    let size = size_of(request.cols, request.rows)?;
    if let Some(sha256) = &request.trust {
        rooms.store.trust(which.clone(), sha256.clone()).await?;
    }
    let resolved = rooms.store.resolve(which.clone(), request.stale).await?;
    if !resolved.trusted {
        let message = format!("`{}` comes from the project and has not been accepted yet", which.id);
        return Err(ApiError::new(403, "untrusted", message)
            .hint("look at what it would run, then accept it (`--trust` on the command line)"));
    }
    let shell = shell_of(&resolved)?;
    let mut values = values_in(which.project.clone(), &rooms).await?;
    values.inputs.clone_from(&request.inputs);
    let Filled { action, shown } = fill(&resolved.action, &values, shell.kind).map_err(|error| {
        let refusal = ApiError::new(422, error.code(), error.to_string());
        match error.hint() {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        }
    })?;
    if !request.inputs.is_empty()
        && let Err(error) = rooms.store.remember_inputs(which.clone(), request.inputs.clone()).await
    {
        tracing::warn!(%error, "the inputs are not remembered");
    }
    let root = which.project.clone().unwrap_or_else(|| rooms.paths.user_home().to_owned());
    let cwd = action.cwd.as_ref().map_or(root.clone(), |cwd| root.join(cwd));
    let id = Uuid::now_v7();
    let terminal = match &request.terminal {
        Some(terminal) => idle_terminal(&rooms, terminal)?,
        None => {
            let env = action.env.clone().into_iter().collect();
            let task = action.label.clone();
            let project = which.project.clone();
            let spawn = Spawn { shell, cwd, project, env, size, task, run: Some(id) };
            rooms.terminals.spawn(spawn).await?
        }
    };
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
    let start = Start { plan, steps: action.steps, terminal, timeout };
    rooms.engine.start(start).await.map(Json)
}

/// Whether a run's terminal closes with the run.
fn closes(request: &ExecuteRequest, close: Close, success: bool) -> bool {
    let by_file = close == Close::Always || (close == Close::OnSuccess && success);
    !request.keep && (request.settle || by_file)
}

/// A terminal that is there, at its prompt, and no other run's.
fn idle_terminal(rooms: &Rooms, id: &str) -> Result<Terminal, ApiError> {
    let id = id.parse().map_err(|_| ApiError::new(400, "bad_id", format!("{id} is no terminal's id")))?;
    let terminal = rooms.terminals.get(id)?;
    let view = terminal.view();
    if view.run.is_none() && matches!(view.state, TerminalState::AtPrompt { .. }) {
        return Ok(terminal);
    }
    let message = format!("{} is busy", view.codename);
    Err(ApiError::new(409, "terminal_busy", message).hint("leave `terminal` out to open a new one"))
}

fn shell_of(resolved: &Resolved) -> Result<Shell, ApiError> {
    Ok(Shell::find(resolved.action.shell.as_deref()).map_err(SpawnError::from)?)
}

/// What placeholders stand for in a project.
async fn values_in(project: Option<PathBuf>, rooms: &Rooms) -> Result<Values, ApiError> {
    let root = project.unwrap_or_else(|| rooms.paths.user_home().to_owned());
    let paths = rooms.paths.clone();
    let gather = move || {
        let (project, git) = Project::discover(&root, &paths)?.values();
        let env = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        std::io::Result::Ok(Values { project, git, env: env.collect(), ..Values::default() })
    };
    let gathered = tokio::task::spawn_blocking(gather).await.map_err(std::io::Error::other).flatten();
    gathered.map_err(|error| ApiError::new(404, "unknown_project", error.to_string()))
}

/// An action's versions, newest first.
#[utoipa::path(get, path = "/v1/actions/{id}/history", operation_id = "actions:history",
    params(("project" = Option<String>, Query), ("scope" = Option<Scope>, Query)),
    responses((status = 200, body = Vec<Version>), (status = "4XX", body = ApiError)))]
pub async fn history(
    State(rooms): State<Rooms>,
    Path(id): Path<String>,
    Query(query): Query<ScopeQuery>,
) -> Answer<Vec<Version>> {
    let which = which(&rooms, id, query.project.as_deref(), query.scope).await?;
    Ok(Json(rooms.store.history(which).await?))
}

/// One version's text, and its difference from the active file.
#[utoipa::path(get, path = "/v1/actions/{id}/history/{timestamp}", operation_id = "actions:version",
    params(("project" = Option<String>, Query), ("scope" = Option<Scope>, Query)),
    responses((status = 200, body = VersionContent), (status = "4XX", body = ApiError)))]
pub async fn version(
    State(rooms): State<Rooms>,
    Path((id, timestamp)): Path<(String, String)>,
    Query(query): Query<ScopeQuery>,
) -> Answer<VersionContent> {
    let which = which(&rooms, id, query.project.as_deref(), query.scope).await?;
    Ok(Json(rooms.store.version(which, timestamp).await?))
}

/// Makes a version the active file.
#[utoipa::path(post, path = "/v1/actions/{id}/restore", operation_id = "actions:restore", request_body = RestoreRequest,
    responses((status = 200, body = Undo), (status = "4XX", body = ApiError)))]
pub async fn restore(
    State(rooms): State<Rooms>,
    Path(id): Path<String>,
    Body(request): Body<RestoreRequest>,
) -> Answer<Undo> {
    let which = which(&rooms, id, request.project.as_deref(), request.scope).await?;
    Ok(Json(rooms.store.restore(which, request.timestamp).await?))
}

/// Makes the shipped version of a default the active file.
#[utoipa::path(post, path = "/v1/actions/{id}/reset", operation_id = "actions:reset",
    responses((status = 200, body = Undo), (status = "4XX", body = ApiError)))]
pub async fn reset(State(rooms): State<Rooms>, Path(id): Path<String>) -> Answer<Undo> {
    Ok(Json(rooms.store.reset(id).await?))
}

/// Copies an action into the user's folder, under an id of its own.
#[utoipa::path(post, path = "/v1/actions/{id}/duplicate", operation_id = "actions:duplicate",
    params(("project" = Option<String>, Query), ("scope" = Option<Scope>, Query)),
    responses((status = 200, body = ActionView), (status = "4XX", body = ApiError)))]
pub async fn duplicate(
    State(rooms): State<Rooms>,
    Path(id): Path<String>,
    Query(query): Query<ScopeQuery>,
) -> Answer<ActionView> {
    let which = which(&rooms, id, query.project.as_deref(), query.scope).await?;
    let copy = rooms.store.duplicate(which, None, None).await?;
    Ok(Json(rooms.store.show(Which::user(&copy)).await?.action))
}

/// Removes an action's file; the history keeps it.
#[utoipa::path(delete, path = "/v1/actions/{id}", operation_id = "actions:delete",
    params(("project" = Option<String>, Query), ("scope" = Option<Scope>, Query)),
    responses((status = 200, body = Undo), (status = "4XX", body = ApiError)))]
pub async fn delete(
    State(rooms): State<Rooms>,
    Path(id): Path<String>,
    Query(query): Query<ScopeQuery>,
) -> Answer<Undo> {
    let which = which(&rooms, id, query.project.as_deref(), query.scope).await?;
    Ok(Json(rooms.store.delete(which).await?))
}

/// Everything that is wrong in the user's folder, and in the project's if one is named.
#[utoipa::path(post, path = "/v1/check", operation_id = "actions:check", request_body = CheckRequest,
    responses((status = 200, body = Vec<Problem>), (status = "4XX", body = ApiError)))]
pub async fn check(State(rooms): State<Rooms>, Body(request): Body<CheckRequest>) -> Answer<Vec<Problem>> {
    let project = rooms.project(request.project.as_deref()).await?;
    Ok(Json(rooms.store.check(project).await?))
}

/// The ids of the shipped actions.
#[utoipa::path(get, path = "/v1/default-actions", operation_id = "actions:default-ids",
    responses((status = 200, body = Vec<String>)))]
pub async fn default_ids(State(rooms): State<Rooms>) -> Answer<Vec<String>> {
    Ok(Json(rooms.store.default_ids().await?))
}

/// Opens a terminal in which an agent asks what to automate and writes the action.
#[utoipa::path(post, path = "/v1/create-action", operation_id = "actions:create-new", request_body = CreateRequest,
    responses((status = 200, body = TerminalView), (status = "4XX", body = ApiError)))]
pub async fn create_new(
    State(rooms): State<Rooms>,
    Body(request): Body<CreateRequest>,
) -> Answer<TerminalView> {
    let project = rooms.project(request.project.as_deref()).await?;
    crate::create_action::open(&rooms, project).await.map(Json)
}
