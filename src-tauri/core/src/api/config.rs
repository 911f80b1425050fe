//! Settings as clients see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::action::Problem;
use crate::config::Config;

/// The settings, and what is wrong with their file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConfigView {
    /// The file.
    pub path: String,
    /// The settings as they hold now.
    pub settings: Config,
    /// What they are where the file says nothing.
    pub usual: Config,
    /// The editors that the login shell names, for a window that a launcher started: `$VISUAL` before `$EDITOR`.
    pub editors: Vec<String>,
    /// Counts up with each change that this host saw. Answers and events travel by ways of their own: of two views of
    /// one host the higher is the newer.
    pub revision: u64,
    /// What is wrong with the file; what was set before still holds.
    pub problems: Vec<Problem>,
}

/// The window's layout, as the page wrote it; the host only keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Which shape `state` has.
    pub version: u32,
    /// Panes, tabs and sizes.
    #[schema(value_type = Object)]
    pub state: serde_json::Value,
}
