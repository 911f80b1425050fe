//! The contract of the door: every operation, event and error, as plain types.
//!
//! The router, the `OpenAPI` document and the UI's TypeScript types are made from what stands here.
//! How an operation does its work is elsewhere (`store`, `engine`, `terminal`).

mod actions;
mod config;
mod docs;
mod error;
mod event;
mod hosts;
pub(crate) mod operations;
mod projects;
mod runs;
mod terminals;

pub use actions::{
    ActionDetail, ActionHealth, ActionList, ActionView, CheckRequest, CreateRequest, DeletedAction,
    ExecuteRequest, OfferDefaults, Overridden, Preview, PreviewRequest, RestoreRequest, StepView, Undo,
    Version, VersionContent,
};
pub use config::{ConfigView, Layout};
pub use error::{ApiError, Place};
pub use event::{Event, EventsIn};
pub use hosts::{HostStatus, Memory, OpenWeb};
pub use projects::{AddProject, ProjectView};
pub use runs::{RunFailure, RunStatus, RunView, StepRecord, StepStatus};
pub use terminals::{
    CodenamesView, Colour, Colours, KillReport, ResizeRequest, ScreenView, SpawnRequest, StreamIn, StreamOut,
    TerminalState, TerminalView, WriteReport,
};

/// The `OpenAPI` document of the door, as JSON.
#[must_use]
pub fn openapi() -> String {
    let (_, document) = operations::table();
    let mut json = document.to_pretty_json().unwrap_or_default();
    json.push('\n');
    json
}
