//! Actions as clients see them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::action::{Input, Problem, Scope};

/// Whether an action can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionHealth {
    /// It can.
    Ready,
    /// The file is broken now; the last good version runs if the user says so.
    Stale,
    /// The file never was good.
    Broken,
}

/// One step, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// The step's kind: `write`, `wait_for`, `wait_exit`, `delay`.
    pub kind: String,
    /// The step in one line: what is typed, what is waited for.
    pub text: String,
}

/// The user's action that a project's action hides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overridden {
    /// The hidden action's label.
    pub label: String,
    /// The hidden action's file.
    pub path: String,
    /// Whether the hidden action is a default.
    pub default: bool,
}

/// An action in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActionView {
    /// The id, kebab-case.
    pub id: String,
    /// The button's text.
    pub label: String,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A Lucide icon's name, in `PascalCase`.
    pub icon: String,
    /// Free words for the filter.
    pub tags: Vec<String>,
    /// Which folder it lives in.
    pub scope: Scope,
    /// The file.
    pub path: String,
    /// Whether it lives in the user's folder and carries a shipped default's id.
    pub default: bool,
    /// The user's action that this one hides.
    pub overrides: Option<Overridden>,
    /// Whether it runs without a question.
    pub trusted: bool,
    /// Whether it can run.
    pub health: ActionHealth,
    /// What it asks for.
    pub inputs: Vec<Input>,
    /// The last values given for its inputs in this project; never a secret's.
    pub last_inputs: BTreeMap<String, String>,
    /// Its steps, for people.
    pub steps: Vec<StepView>,
    /// What is wrong with its file.
    pub problems: Vec<Problem>,
    /// The sha256 of the bytes that would run, in hex.
    pub sha256: String,
}

/// What a project's toolbar shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActionList {
    /// The project's canonical path, if one was asked for.
    pub project: Option<String>,
    /// Project actions, user actions, defaults; each group by label.
    pub actions: Vec<ActionView>,
    /// Deleted actions that the history still has: the project's, then the user's.
    pub deleted: Vec<DeletedAction>,
    /// Problems that belong to no listed action (a folder that can't be read, say).
    pub problems: Vec<Problem>,
}

/// An action whose file is gone; its versions can be listed and restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeletedAction {
    /// The id.
    pub id: String,
    /// What its button said; the id if its last version doesn't tell.
    pub label: String,
    /// Which folder it lived in.
    pub scope: Scope,
    /// When it was deleted; unknown if another program removed its file.
    pub deleted: Option<DateTime<Utc>>,
    /// When its last version was seen.
    pub seen: Option<DateTime<Utc>>,
}

/// The defaults that a program ships.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferDefaults {
    /// The program's version: only those of a newer one than the host's are taken.
    pub version: String,
    /// The files' texts, by id.
    pub shipped: BTreeMap<String, String>,
    /// Ids shipped no longer, each with the sha256 of every version that ever was.
    #[serde(default)]
    pub deprecated: BTreeMap<String, Vec<String>>,
}

/// An action and its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActionDetail {
    /// The action.
    pub action: ActionView,
    /// The file's text, as it is now (invalid UTF-8 replaced).
    pub source: String,
}

/// Starts a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "independent wishes, not one state")]
pub struct ExecuteRequest {
    /// The project to run in; the user's home folder if none.
    pub project: Option<String>,
    /// Which of two actions with this id; the project's by default.
    pub scope: Option<Scope>,
    /// Values for the action's inputs.
    pub inputs: BTreeMap<String, String>,
    /// The sha256 (hex) that the user has seen and accepts; anything else does not run.
    pub trust: Option<String>,
    /// Run the last good version of a file that is broken now.
    pub stale: bool,
    /// Wait for the last command's end, close the terminal, then finish.
    pub settle: bool,
    /// With `settle`: leave the terminal open.
    pub keep: bool,
    /// Do nothing until somebody looks at the terminal (at most 10 s), so that no output is missed.
    pub await_viewer: bool,
    /// The whole run's time limit in milliseconds; wins over the file's.
    pub timeout: Option<u64>,
    /// The terminal's width in columns.
    pub cols: Option<u16>,
    /// The terminal's height in rows.
    pub rows: Option<u16>,
    /// Reuse this idle terminal instead of opening one; it must be as the action would open it.
    pub terminal: Option<String>,
}

/// Asks what a run would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreviewRequest {
    /// The project to run in.
    pub project: Option<String>,
    /// Which of two actions with this id; the project's by default.
    pub scope: Option<Scope>,
    /// Values for the action's inputs.
    pub inputs: BTreeMap<String, String>,
}

/// What a run would type, verbatim, for the trust question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// The action.
    pub action: ActionView,
    /// What decides how the steps run (`shell`, `cwd`, `env` and what the agent is to be told, `claude`), then each step
    /// as it will be: inputs filled in, the agent's flags in their places, the files of its prompts by the names of
    /// their keys. Control and invisible characters are shown as `\u{…}`, secrets are masked.
    pub commands: Vec<StepView>,
    /// The sha256 (hex) to send back as `trust`.
    pub sha256: String,
    /// A unified diff against the version last trusted here, if there was one.
    pub diff: Option<String>,
}

/// Asks to check files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CheckRequest {
    /// The project whose folder is checked beside the user's.
    pub project: Option<String>,
}

/// One version in an action's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// When it was seen: what `restore` takes, and the file's stem.
    pub timestamp: String,
    /// The same moment, for clocks.
    pub at: DateTime<Utc>,
    /// Its size in bytes.
    pub size: u64,
    /// Who wrote it: `editor`, `restore`, `reset`, `seed`, `create`, `import`.
    pub author: String,
    /// Whether it parses.
    pub valid: bool,
    /// What changed against the next older version, in one line.
    pub summary: String,
    /// Whether it is what the file holds now.
    pub active: bool,
}

/// One version's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionContent {
    /// The version.
    pub version: Version,
    /// Its text (invalid UTF-8 replaced).
    pub source: String,
    /// A unified diff from the active file (empty if deleted) to this version.
    pub diff: String,
}

/// Brings a version back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreRequest {
    /// The version's timestamp.
    pub timestamp: String,
    /// The project, for a project's action.
    #[serde(default)]
    pub project: Option<String>,
    /// Which of two actions with this id; the user's by default.
    #[serde(default)]
    pub scope: Option<Scope>,
}

/// What undoes a restore, reset or delete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Undo {
    /// The version that was active before, for `actions:restore`; none if there was no file.
    pub timestamp: Option<String>,
    /// The file that holds the action now; none if it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// Makes a new action: an agent in a terminal writes it, or the user in an editor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CreateRequest {
    /// The project; without one the action is the user's.
    pub project: Option<String>,
}
