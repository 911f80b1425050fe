//! The two `WebSockets`: a terminal's bytes, and what changed.

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::answer::{Path, Query};
use super::terminals::size_of;
use crate::api::{ApiError, Event, EventsIn, StreamIn, StreamOut};
use crate::host::Rooms;
use crate::mismatch::Mismatch;
use crate::terminal::{Frame as Output, Message, Terminal};

/// The subprotocol that is answered; a second one asked for carries the token.
pub(crate) const SUBPROTOCOL: &str = "ai-orchestrator.v1";

/// How a viewer wants its stream.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StreamQuery {
    /// `1`: never skip output; the terminal is held back instead.
    lossless: Option<u8>,
}

/// A terminal's bytes, both ways. Binary frames are bytes; text frames are `StreamIn` and `StreamOut`.
#[utoipa::path(get, path = "/v1/terminals/{id}/stream", operation_id = "terminals:stream",
    params(("lossless" = Option<u8>, Query)),
    responses((status = 101, description = "WebSocket"), (status = "4XX", body = ApiError)))]
pub async fn terminal(
    State(rooms): State<Rooms>,
    Path(id): Path<Uuid>,
    Query(query): Query<StreamQuery>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let terminal = rooms.terminals.get(id)?;
    let lossless = query.lossless == Some(1);
    let client = rooms.client();
    Ok(upgrade.protocols([SUBPROTOCOL]).on_upgrade(async move |socket| {
        view(terminal, lossless, socket).await;
        drop(client);
    }))
}

async fn view(terminal: Terminal, lossless: bool, mut socket: WebSocket) {
    let Some((viewer, mut frames)) = terminal.attach(lossless).await else { return };
    loop {
        tokio::select! {
            frame = frames.recv() => {
                let Some(frame) = frame else { break };
                let last = matches!(frame, Output::Text(StreamOut::Exit { .. }));
                let frame = match frame {
                    Output::Bytes(bytes) => Frame::Binary(bytes),
                    Output::Text(text) => text_frame(&text),
                };
                if socket.send(frame).await.is_err() || last {
                    break;
                }
            }
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Binary(bytes))) => terminal.send(Message::Write { bytes, done: None }),
                Some(Ok(Frame::Text(text))) => {
                    if let Err(error) = take(&terminal, viewer, text.as_bytes()) {
                        refuse_frame(&mut socket, &error).await;
                        break;
                    }
                }
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                Some(Ok(Frame::Close(_)) | Err(_)) | None => break,
            },
        }
    }
    terminal.send(Message::Detach(viewer));
}

fn take(terminal: &Terminal, viewer: u64, text: &[u8]) -> Result<(), ApiError> {
    terminal.send(match read(text)? {
        StreamIn::Ack { bytes } => Message::Ack { viewer, bytes },
        StreamIn::Resize { cols, rows } => {
            Message::Fits { viewer, size: Some(size_of(Some(cols), Some(rows))?), claims: true }
        }
        StreamIn::Fits { cols: 0, rows: 0 } => Message::Fits { viewer, size: None, claims: false },
        StreamIn::Fits { cols, rows } => {
            Message::Fits { viewer, size: Some(size_of(Some(cols), Some(rows))?), claims: false }
        }
        StreamIn::Sync => Message::Sync { viewer },
    });
    Ok(())
}

fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(text).map_err(|error| {
        let Mismatch { message, hint } = Mismatch::read(&error.to_string(), "the frame");
        ApiError { hint, ..ApiError::new(400, "bad_frame", message) }
    })
}

/// What a client wants of the events.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventsQuery {
    /// `1`: also what the host's start brought up, if nobody has been told. Ask for it only to show it.
    notices: Option<u8>,
}

/// What changed, in order, from the moment of connecting. The first frame is `hello`. With `notices=1` the notices
/// of the host's start follow, which only one client is told. Text frames of the client's are `EventsIn`.
#[utoipa::path(get, path = "/v1/events", operation_id = "host:events", params(("notices" = Option<u8>, Query)),
    responses((status = 101, description = "WebSocket"), (status = "4XX", body = ApiError)))]
pub async fn events(
    State(rooms): State<Rooms>,
    Query(query): Query<EventsQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let client = rooms.client();
    upgrade.protocols([SUBPROTOCOL]).on_upgrade(async move |socket| {
        follow(rooms, query.notices == Some(1), socket).await;
        drop(client);
    })
}

async fn follow(rooms: Rooms, notices: bool, mut socket: WebSocket) {
    let mut events = rooms.events.follow();
    let hello = Event::Hello { version: env!("CARGO_PKG_VERSION").to_owned(), pid: std::process::id() };
    if socket.send(text_frame(&hello)).await.is_err() {
        return;
    }
    while let Some(notice) = notices.then(|| rooms.next_untold()).flatten() {
        if socket.send(text_frame(&notice)).await.is_err() {
            return rooms.not_told(notice);
        }
    }
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) => {
                    if socket.send(text_frame(&event)).await.is_err() {
                        return;
                    }
                }
                Err(RecvError::Lagged(missed)) => {
                    let message = format!("{missed} events were missed; list anew");
                    return refuse_frame(&mut socket, &ApiError::new(409, "fell_behind", message)).await;
                }
                Err(RecvError::Closed) => return,
            },
            () = rooms.farewell() => {
                // What happened until now is told, then there is nothing more to come.
                while let Ok(event) = events.try_recv() {
                    if socket.send(text_frame(&event)).await.is_err() {
                        return;
                    }
                }
                return;
            }
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Text(text))) => match read(text.as_bytes()) {
                    Ok(EventsIn::Sync) => {
                        if socket.send(text_frame(&Event::Synced)).await.is_err() {
                            return;
                        }
                    }
                    Err(error) => return refuse_frame(&mut socket, &error).await,
                },
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

fn text_frame(value: &impl serde::Serialize) -> Frame {
    Frame::Text(serde_json::to_string(value).unwrap_or_default().into())
}

/// Says what was wrong and closes.
async fn refuse_frame(socket: &mut WebSocket, error: &ApiError) {
    // The reason of a close frame has at most 123 bytes.
    let reason: String = error.message.chars().take(100).filter(char::is_ascii).collect();
    let close = CloseFrame { code: close_code::POLICY, reason: reason.into() };
    // A client that is gone need not be told.
    _ = socket.send(Frame::Close(Some(close))).await;
}
