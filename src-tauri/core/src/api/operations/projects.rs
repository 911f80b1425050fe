//! `projects:…`

use axum::Json;
use axum::extract::State;

use super::answer::{Answer, Body, Query};
use crate::api::{AddProject, ApiError, ProjectView};
use crate::host::Rooms;

/// The projects that were used, last one first.
#[utoipa::path(get, path = "/v1/projects", operation_id = "projects:list",
    responses((status = 200, body = Vec<ProjectView>)))]
pub async fn list(State(rooms): State<Rooms>) -> Answer<Vec<ProjectView>> {
    Ok(Json(rooms.projects.list()))
}

/// Adds the project of a folder, or moves it to the front.
#[utoipa::path(post, path = "/v1/projects", operation_id = "projects:add", request_body = AddProject,
    responses((status = 200, body = ProjectView), (status = "4XX", body = ApiError)))]
pub async fn add(State(rooms): State<Rooms>, Body(request): Body<AddProject>) -> Answer<ProjectView> {
    rooms.projects.add(&request.path).await.map(Json)
}

/// Forgets a project. Nothing on disk changes but the list.
#[utoipa::path(delete, path = "/v1/projects", operation_id = "projects:remove", params(("path" = String, Query)),
    responses((status = 200, body = Vec<ProjectView>), (status = "4XX", body = ApiError)))]
pub async fn remove(
    State(rooms): State<Rooms>,
    Query(request): Query<AddProject>,
) -> Answer<Vec<ProjectView>> {
    rooms.projects.remove(&request.path).await.map(Json)
}
