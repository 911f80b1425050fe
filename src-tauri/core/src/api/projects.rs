//! Projects as clients see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use chrono::{DateTime, Utc};

/// A folder that actions run in; its canonical path is its identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectView {
    /// The canonical path.
    pub path: String,
    /// The folder's name.
    pub name: String,
    /// When it was used last.
    pub used: DateTime<Utc>,
    /// Whether the folder is there.
    pub exists: bool,
}

/// Adds a folder's project, or moves it to the front.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddProject {
    /// A folder; the nearest project upward from it is meant.
    pub path: String,
}
