//! An action: one YAML file, read into a value and a list of everything that is wrong with it.
//!
//! Reading is pure: bytes in, `(Option<Action>, Vec<Problem>)` out. Where files come from is `store`.

mod check;
mod claude;
mod cwd;
mod document;
pub mod duration;
pub(crate) mod fields;
mod icon;
mod input;
pub(crate) mod label;
pub(crate) mod lint;
mod problem;
mod report;
pub(crate) mod schema;
pub(crate) mod template;
mod visible;
pub(crate) mod yaml;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use check::check;
#[cfg(test)]
use check::load;
pub use claude::Claude;
#[cfg(test)]
pub(crate) use claude::PERMISSION_MODES;
pub(crate) use cwd::straight;
pub use document::{MOST_BYTES, id_of, is_id, read};
pub(crate) use document::{kebab, span_of};
pub use icon::DEFAULT_ICON;
pub use input::{Input, InputType};
pub(crate) use problem::lossy;
pub use problem::{Problem, Severity};
pub use report::report;
pub use schema::schema;
pub use template::{BrokenFile, FillError, Filled, GitValues, ProjectValues, ShellKind, Tests, Values, fill};
pub(crate) use template::{fill_known, runs_tests};
pub use visible::{verbatim, visible};

pub use crate::store::diff;

use crate::step::Step;

/// Where an action lives: in the user's folder or in a project's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// `~/.ai-orchestrator/actions`
    User,
    /// `<repo>/.ai-orchestrator/actions`
    Project,
}

/// What a file says: a label, a place and environment to run in, and steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The id, kebab-case: what the file says, else the file's stem.
    pub id: String,
    /// The button's text.
    pub label: String,
    /// What it does.
    pub description: Option<String>,
    /// A Lucide icon's name, in `PascalCase`.
    pub icon: String,
    /// Free words for the filter.
    pub tags: Vec<String>,
    /// The folder to run in, relative to the project.
    pub cwd: Option<String>,
    /// Variables for the terminal.
    pub env: BTreeMap<String, String>,
    /// The shell to run in; the user's login shell if none.
    pub shell: Option<String>,
    /// What it asks for before it runs.
    pub inputs: Vec<Input>,
    /// The whole run's time limit.
    pub timeout: Option<Duration>,
    /// Flags for the steps that start `claude`.
    pub claude: Option<Claude>,
    /// Whether its terminal closes when the run ends.
    pub close: Close,
    /// Which terminal it runs in.
    pub terminal: Reuse,
    /// What it does, in order.
    pub steps: Vec<Step>,
}

/// Whether a run's terminal closes when the run ends.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Close {
    /// It stays open and belongs to the user.
    #[default]
    Never,
    /// It closes when all steps succeeded.
    OnSuccess,
    /// It closes.
    Always,
}

/// Which terminal an action runs in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Reuse {
    /// Always a new one.
    New,
    /// One that this action opened before and that is at its prompt, else a new one.
    #[default]
    Reuse,
}

/// Whether a name is one of an action file. Hidden files are editors' and our own unfinished ones.
#[must_use]
pub fn is_action_file(path: &Path) -> bool {
    let visible = path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b"."));
    visible && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

#[cfg(test)]
mod tests;
