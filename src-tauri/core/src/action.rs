//! An action: one YAML file, read into a value and a list of everything that is wrong with it.
//!
//! Reading is pure: bytes in, `(Option<Action>, Vec<Problem>)` out. Where files come from is `store`.

mod problem;

pub use problem::{Problem, Severity};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an action lives: in the user's folder or in a project's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// `~/.ai-orchestrator/actions`
    User,
    /// `<repo>/.ai-orchestrator/actions`
    Project,
}

/// What kind of value an input takes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// One line of text.
    #[default]
    String,
    /// Several lines of text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One of `choices`.
    Choice,
    /// A path of a file or folder.
    Path,
    /// A value that is never shown, logged or remembered.
    Secret,
}

/// A value that an action asks for before it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The name that placeholders use: `{{ inputs.ID }}`.
    pub id: String,
    /// What the form shows; the id where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What the value is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What kind of value it is.
    #[serde(default, rename = "type")]
    pub kind: InputType,
    /// The value used when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether running without a value is an error.
    #[serde(default)]
    pub required: bool,
    /// The values a `choice` offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}
