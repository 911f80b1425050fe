//! `runs:…`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::answer::{Answer, NoBody, Path};
use crate::api::{ApiError, RunView};
use crate::host::Rooms;

/// All runs that are remembered, newest first.
#[utoipa::path(get, path = "/v1/runs", operation_id = "runs:list",
    responses((status = 200, body = Vec<RunView>)))]
pub async fn list(State(rooms): State<Rooms>) -> Answer<Vec<RunView>> {
    rooms.engine.list().await.map(Json)
}

/// One run.
#[utoipa::path(get, path = "/v1/runs/{id}", operation_id = "runs:show",
    responses((status = 200, body = RunView), (status = "4XX", body = ApiError)))]
pub async fn show(State(rooms): State<Rooms>, Path(id): Path<Uuid>) -> Answer<RunView> {
    rooms.engine.show(id).await.map(Json)
}

/// Stops a run's steps; the program in its terminal is left alone. A run that has ended stays as it is.
#[utoipa::path(post, path = "/v1/runs/{id}/cancel", operation_id = "runs:cancel",
    responses((status = 200, body = RunView), (status = "4XX", body = ApiError)))]
pub async fn cancel(State(rooms): State<Rooms>, Path(id): Path<Uuid>, _: NoBody) -> Answer<RunView> {
    rooms.engine.cancel(id).await.map(Json)
}
