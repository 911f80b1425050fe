//! `config:…` and `layout:…`

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value};

use super::answer::{Answer, Body};
use crate::api::{ApiError, ConfigView, Layout};
use crate::host::Rooms;

/// Where the layout stands in what is remembered.
const LAYOUT: &str = "layout";

/// The settings.
#[utoipa::path(get, path = "/v1/config", operation_id = "config:show",
    responses((status = 200, body = ConfigView)))]
pub async fn show(State(rooms): State<Rooms>) -> Answer<ConfigView> {
    Ok(Json(rooms.settings.view()))
}

/// Changes settings in `config.yaml`, whose comments and other keys stay: a value for each key, `null` for what is
/// usual. `shortcuts` are changed one by one.
#[utoipa::path(patch, path = "/v1/config", operation_id = "config:change", request_body = Object,
    responses((status = 200, body = ConfigView), (status = "4XX", body = ApiError)))]
pub async fn change(
    State(rooms): State<Rooms>,
    Body(changes): Body<Map<String, Value>>,
) -> Answer<ConfigView> {
    blocking(move || rooms.settings.change(&changes)).await?.map(Json)
}

/// The window's layout as it was kept last; `null` if none was.
#[utoipa::path(get, path = "/v1/layout", operation_id = "layout:show",
    responses((status = 200, body = Option<Layout>)))]
pub async fn layout(State(rooms): State<Rooms>) -> Answer<Option<Layout>> {
    let kept = rooms.store.remembered().get(LAYOUT);
    Ok(Json(kept.and_then(|layout| serde_json::from_value(layout).ok())))
}

/// Keeps the window's layout for the next window.
#[utoipa::path(put, path = "/v1/layout", operation_id = "layout:keep", request_body = Layout,
    responses((status = 200, body = Layout), (status = "4XX", body = ApiError)))]
pub async fn keep_layout(State(rooms): State<Rooms>, Body(layout): Body<Layout>) -> Answer<Layout> {
    let value = serde_json::to_value(&layout).map_err(|error| internal(&error))?;
    let remembered = rooms.store.remembered();
    let kept = blocking(move || remembered.change(LAYOUT, |kept| *kept = value)).await?;
    kept.map_err(|error| ApiError::new(500, "io", format!("the layout could not be kept: {error}")))?;
    Ok(Json(layout))
}

/// Runs what waits for the disk beside the event loop.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| internal(&error))
}

fn internal(error: &impl ToString) -> ApiError {
    ApiError::new(500, "internal", error.to_string())
}
