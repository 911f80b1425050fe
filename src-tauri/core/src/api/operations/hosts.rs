//! `host:…`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Answer, Body};
use crate::api::{ApiError, HostStatus, OpenWeb};
use crate::host::Rooms;

/// Opens the loopback listener.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OpenWebRequest {
    /// The port; any free one if none or 0. One listener is open at a time: a second port is an error.
    pub port: Option<u16>,
}

/// Stops the host.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StopRequest {
    /// Stop although terminals live; they are ended.
    pub force: bool,
}

/// How the host is.
#[utoipa::path(get, path = "/v1/host", operation_id = "host:status",
    responses((status = 200, body = HostStatus)))]
pub async fn status(State(rooms): State<Rooms>) -> Answer<HostStatus> {
    rooms.status().await.map(Json)
}

/// Opens the door on loopback, if it is not open yet; answers where, and the token.
#[utoipa::path(post, path = "/v1/host/open-web", operation_id = "host:open-web", request_body = OpenWebRequest,
    responses((status = 200, body = OpenWeb), (status = "4XX", body = ApiError)))]
pub async fn open_web(State(rooms): State<Rooms>, Body(request): Body<OpenWebRequest>) -> Answer<OpenWeb> {
    rooms.open_web(request.port.unwrap_or(0)).await.map(Json)
}

/// Ends the host; refuses while terminals live, unless forced.
#[utoipa::path(post, path = "/v1/host/stop", operation_id = "host:stop", request_body = StopRequest,
    responses((status = 200, body = HostStatus), (status = "4XX", body = ApiError)))]
pub async fn stop(State(rooms): State<Rooms>, Body(request): Body<StopRequest>) -> Answer<HostStatus> {
    let status = rooms.status().await?;
    if status.terminals > 0 && !request.force {
        let message = format!("{} terminals are open and would be ended", status.terminals);
        return Err(ApiError::new(409, "terminals_living", message).hint("stop with `--yes` to end them"));
    }
    rooms.stop();
    Ok(Json(status))
}
