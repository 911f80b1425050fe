//! Every operation of the door: what it is called, what it takes, what it answers.
//!
//! This is the one table: the router and the `OpenAPI` document are made from it.

mod actions;
mod answer;
mod config;
mod hosts;
mod projects;
mod runs;
mod streams;
mod terminals;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::Html;
use axum::routing::get;
use bytes::Bytes;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use answer::refuse;
pub(crate) use terminals::{COLOURS, size_of};

use super::{ApiError, Event, EventsIn, StreamIn, StreamOut, docs};
use crate::config::WindowCommand;
use crate::host::Rooms;

/// The largest body that is read.
const LARGEST_BODY: usize = 1 << 20;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "AI Orchestrator", description = "The door of the host."),
    components(schemas(ApiError, Event, EventsIn, StreamIn, StreamOut, WindowCommand))
)]
struct Contract;

/// The router of all operations, and the document that describes them.
pub(crate) fn table() -> (Router<Rooms>, OpenApi) {
    let (router, document) = OpenApiRouter::with_openapi(Contract::openapi())
        .routes(routes!(actions::list))
        .routes(routes!(actions::show, actions::delete))
        .routes(routes!(actions::preview))
        .routes(routes!(actions::execute))
        .routes(routes!(actions::history))
        .routes(routes!(actions::version))
        .routes(routes!(actions::restore))
        .routes(routes!(actions::reset))
        .routes(routes!(actions::duplicate))
        .routes(routes!(actions::check))
        .routes(routes!(actions::default_ids, actions::offer_defaults))
        .routes(routes!(actions::create_new))
        .routes(routes!(actions::create_template))
        .routes(routes!(terminals::list, terminals::spawn))
        .routes(routes!(terminals::show, terminals::kill))
        .routes(routes!(terminals::write))
        .routes(routes!(terminals::resize))
        .routes(routes!(terminals::screen))
        .routes(routes!(terminals::codenames))
        .routes(routes!(terminals::tell_colours))
        .routes(routes!(streams::terminal))
        .routes(routes!(runs::list))
        .routes(routes!(runs::show))
        .routes(routes!(runs::cancel))
        .routes(routes!(projects::list, projects::add, projects::remove))
        .routes(routes!(config::show, config::change))
        .routes(routes!(config::layout, config::keep_layout))
        .routes(routes!(hosts::status))
        .routes(routes!(hosts::open_web))
        .routes(routes!(hosts::stop))
        .routes(routes!(streams::events))
        .split_for_parts();
    (router.layer(DefaultBodyLimit::max(LARGEST_BODY)), document)
}

/// The contract for machines and for people. It is in the repository too and tells nothing of a user, so it needs no
/// token.
pub(crate) fn contract<S: Clone + Send + Sync + 'static>(document: &OpenApi) -> Router<S> {
    // Written out once: each connection has a copy of the router, and these are shared by all of them.
    let json = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    let page = docs::page(&serde_json::from_slice(&json).unwrap_or_default());
    let page = Bytes::from(page);
    Router::new()
        .route("/openapi.json", get(|| async move { ([(CONTENT_TYPE, "application/json")], json) }))
        .route("/docs", get(|| async move { ([(CONTENT_SECURITY_POLICY, docs::POLICY)], Html(page)) }))
}
