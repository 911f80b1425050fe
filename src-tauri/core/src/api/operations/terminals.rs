//! `terminals:…`

use std::path::PathBuf;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use uuid::Uuid;

use super::answer::{Answer, Body, Path};
use crate::api::{
    ApiError, CodenamesView, Colours, Event, KillReport, ResizeRequest, ScreenView, SpawnRequest,
    TerminalView, WriteReport,
};
use crate::host::Rooms;
use crate::terminal::{Message, Size, WriteError};
use crate::terminals::Spawn;

/// Where the colours stand in what is remembered.
pub(crate) const COLOURS: &str = "colours";

/// A size that a terminal can have; the usual one where none is asked for.
pub(crate) fn size_of(cols: Option<u16>, rows: Option<u16>) -> Result<Size, ApiError> {
    let size = Size { cols: cols.unwrap_or(80), rows: rows.unwrap_or(24) };
    let sizes = 1..=Size::LARGEST;
    if sizes.contains(&size.cols) && sizes.contains(&size.rows) {
        Ok(size)
    } else {
        let message = format!("a terminal can't be {} columns by {} rows", size.cols, size.rows);
        Err(ApiError::new(400, "bad_size", message).hint("both must be between 1 and 1000"))
    }
}

/// What a terminal is for, as a client says it: a line that can stand in a tab.
fn task_of(task: Option<String>) -> Result<Option<String>, ApiError> {
    const LONGEST: usize = 200;
    match task {
        Some(task) if task.contains(char::is_control) || task.chars().count() > LONGEST => {
            let message = format!("a task is one line of at most {LONGEST} characters");
            Err(ApiError::new(400, "bad_task", message))
        }
        task => Ok(task.filter(|task| !task.trim().is_empty())),
    }
}

/// All terminals, oldest first.
#[utoipa::path(get, path = "/v1/terminals", operation_id = "terminals:list",
    responses((status = 200, body = Vec<TerminalView>)))]
pub async fn list(State(rooms): State<Rooms>) -> Answer<Vec<TerminalView>> {
    Ok(Json(rooms.terminals.list()))
}

/// Opens a terminal with a shell in it.
#[utoipa::path(post, path = "/v1/terminals", operation_id = "terminals:spawn", request_body = SpawnRequest,
    responses((status = 200, body = TerminalView), (status = "4XX", body = ApiError)))]
pub async fn spawn(State(rooms): State<Rooms>, Body(request): Body<SpawnRequest>) -> Answer<TerminalView> {
    let size = size_of(request.cols, request.rows)?;
    let shell = rooms.shell(request.shell.as_deref()).await?;
    let project = rooms.project(request.project.as_deref()).await?;
    let root = project.clone().unwrap_or_else(|| rooms.paths.user_home().to_owned());
    let cwd = request.cwd.map_or(root.clone(), |cwd| root.join(PathBuf::from(cwd)));
    let task = task_of(request.task)?.unwrap_or_else(|| shell.name());
    let words: Vec<String> = request.command.iter().map(|word| shell.kind.quote(word)).collect();
    let spawn = Spawn { shell, cwd, project, env: Vec::new(), size, task, run: None };
    let opened = rooms.terminals.spawn(spawn).await?;
    let terminal = opened.view();
    if !words.is_empty() {
        tokio::spawn(async move { opened.type_first(format!("{}\r", words.join(" "))).await });
    }
    if request.person {
        let (codenames, events, codename) =
            (rooms.codenames.clone(), rooms.events.clone(), terminal.codename.clone());
        tokio::task::spawn_blocking(move || {
            if let Some(met) = codenames.meet(&codename) {
                events.send(Event::CodenameMet { codename, met });
            }
        });
    }
    Ok(Json(terminal))
}

/// Codenames of terminals that a person opened.
#[utoipa::path(get, path = "/v1/codenames", operation_id = "codenames:list",
    responses((status = 200, body = CodenamesView)))]
pub async fn codenames(State(rooms): State<Rooms>) -> Answer<CodenamesView> {
    Ok(Json(rooms.codenames.view()))
}

/// Tells the colours that terminals are drawn in, so that programs that ask for them (OSC 4, 10, 11 and 12) hear what
/// is seen. They hold for all terminals until other ones are told.
#[utoipa::path(put, path = "/v1/colours", operation_id = "colours:tell", request_body = Colours,
    responses((status = 200, body = Colours), (status = "4XX", body = ApiError)))]
pub async fn tell_colours(State(rooms): State<Rooms>, Body(colours): Body<Colours>) -> Answer<Colours> {
    rooms.terminals.draw_in(colours.clone());
    let (remembered, value) = (rooms.store.remembered(), serde_json::json!(colours));
    // Programs that start before the next window has told hear the last ones; nothing is lost where that fails.
    tokio::task::spawn_blocking(move || remembered.change(COLOURS, |kept| *kept = value));
    Ok(Json(colours))
}

/// One terminal.
#[utoipa::path(get, path = "/v1/terminals/{id}", operation_id = "terminals:show",
    responses((status = 200, body = TerminalView), (status = "4XX", body = ApiError)))]
pub async fn show(State(rooms): State<Rooms>, Path(id): Path<Uuid>) -> Answer<TerminalView> {
    Ok(Json(rooms.terminals.get(id)?.view()))
}

/// Ends a terminal's session and forgets it.
#[utoipa::path(delete, path = "/v1/terminals/{id}", operation_id = "terminals:kill",
    responses((status = 200, body = KillReport), (status = "4XX", body = ApiError)))]
pub async fn kill(State(rooms): State<Rooms>, Path(id): Path<Uuid>) -> Answer<KillReport> {
    rooms.terminals.kill(id).await.map(Json)
}

/// Types bytes as they are.
#[utoipa::path(post, path = "/v1/terminals/{id}/write", operation_id = "terminals:write",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = WriteReport), (status = "4XX", body = ApiError)))]
pub async fn write(
    State(rooms): State<Rooms>,
    Path(id): Path<Uuid>,
    bytes: Result<Bytes, BytesRejection>,
) -> Answer<WriteReport> {
    let bytes = bytes?;
    let written = rooms.terminals.get(id)?.write(bytes).await;
    let bytes = written.map_err(|error| match error {
        WriteError::Ended => ApiError::new(409, "terminal_ended", error.to_string()),
        WriteError::LineTooLong => ApiError::new(422, "line_too_long", error.to_string()),
        WriteError::WouldShow => ApiError::new(409, "secret_would_echo", error.to_string()),
    })?;
    Ok(Json(WriteReport { bytes }))
}

/// Gives a terminal another size.
#[utoipa::path(post, path = "/v1/terminals/{id}/resize", operation_id = "terminals:resize",
    request_body = ResizeRequest,
    responses((status = 200, body = TerminalView), (status = "4XX", body = ApiError)))]
pub async fn resize(
    State(rooms): State<Rooms>,
    Path(id): Path<Uuid>,
    Body(request): Body<ResizeRequest>,
) -> Answer<TerminalView> {
    let terminal = rooms.terminals.get(id)?;
    let size = size_of(Some(request.cols), Some(request.rows))?;
    terminal.send(Message::Resize(size));
    // An answer to a later message says that the resize is done.
    _ = terminal.screen().await;
    Ok(Json(terminal.view()))
}

/// What is on a terminal's screen.
#[utoipa::path(get, path = "/v1/terminals/{id}/screen", operation_id = "terminals:screen",
    responses((status = 200, body = ScreenView), (status = "4XX", body = ApiError)))]
pub async fn screen(State(rooms): State<Rooms>, Path(id): Path<Uuid>) -> Answer<ScreenView> {
    let screen = rooms.terminals.get(id)?.screen().await;
    screen.map(Json).ok_or_else(|| ApiError::new(409, "terminal_ended", "the terminal is gone"))
}
