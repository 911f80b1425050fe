//! `actions:…`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::answer::{Answer, Body, NoBody, Path, Query};
use crate::action::{Action, Problem, Scope, ShellKind};
use crate::api::{
    ActionDetail, ActionList, ActionView, ApiError, CheckRequest, CreateRequest, ExecuteRequest,
    OfferDefaults, Preview, PreviewRequest, RestoreRequest, RunView, TerminalView, Undo, Version,
    VersionContent,
};
use crate::execution;
use crate::host::Rooms;
use crate::store::Which;

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
    let wanted = resolved.action.shell.as_deref();
    // A shell that is not there is shown all the same: what is asked about is the file.
    let kind = rooms
        .shell(wanted)
        .await
        .map_or_else(|_| ShellKind::of(wanted.unwrap_or_default()), |shell| shell.kind);
    let mut values = execution::values_in(which.project.clone(), &rooms).await?;
    values.inputs = request.inputs;
    let prompts = rooms.prompts.clone();
    let typed = move |action: &Action| execution::as_typed(action, &values, kind, &prompts);
    Ok(Json(rooms.store.preview(which, typed).await?))
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
    execution::start(&rooms, which, request).await.map(Json)
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
pub async fn reset(State(rooms): State<Rooms>, Path(id): Path<String>, _: NoBody) -> Answer<Undo> {
    Ok(Json(rooms.store.reset(id).await?))
}

/// What is copied.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DuplicateQuery {
    project: Option<String>,
    scope: Option<Scope>,
    /// The sha256 of the project's file that the user has seen and accepts.
    trust: Option<String>,
}

/// Copies an action into the user's folder, under an id of its own, where it runs without a question: a project's has
/// to be accepted first, or by `trust`.
#[utoipa::path(post, path = "/v1/actions/{id}/duplicate", operation_id = "actions:duplicate",
    params(("project" = Option<String>, Query), ("scope" = Option<Scope>, Query), ("trust" = Option<String>, Query)),
    responses((status = 200, body = ActionView), (status = "4XX", body = ApiError)))]
pub async fn duplicate(
    State(rooms): State<Rooms>,
    Path(id): Path<String>,
    Query(query): Query<DuplicateQuery>,
    _: NoBody,
) -> Answer<ActionView> {
    let which = which(&rooms, id, query.project.as_deref(), query.scope).await?;
    if let Some(sha256) = query.trust {
        rooms.store.trust(which.clone(), sha256).await?;
    }
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

/// Hands over the shipped actions of a newer program; the ids of the shipped actions now. What this host can't read
/// yet stays as it is.
#[utoipa::path(put, path = "/v1/default-actions", operation_id = "actions:offer-defaults",
    request_body = OfferDefaults,
    responses((status = 200, body = Vec<String>), (status = "4XX", body = ApiError)))]
pub async fn offer_defaults(
    State(rooms): State<Rooms>,
    Body(offered): Body<OfferDefaults>,
) -> Answer<Vec<String>> {
    Ok(Json(rooms.store.offer_defaults(offered.into()).await?))
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

/// Writes a commented template as a new action, for the user's editor: where no agent is installed.
#[utoipa::path(post, path = "/v1/actions-template", operation_id = "actions:create-template",
    request_body = CreateRequest,
    responses((status = 200, body = ActionView), (status = "4XX", body = ApiError)))]
pub async fn create_template(
    State(rooms): State<Rooms>,
    Body(request): Body<CreateRequest>,
) -> Answer<ActionView> {
    let project = rooms.project(request.project.as_deref()).await?;
    crate::create_action::write_template(&rooms, project).await.map(Json)
}
