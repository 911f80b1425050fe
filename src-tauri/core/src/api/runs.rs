//! Runs as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::action::Scope;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Its steps are at work.
    Running,
    /// All steps did what they should.
    Succeeded,
    /// A step failed.
    Failed,
    /// Somebody stopped it.
    Cancelled,
    /// The host died; nothing is run again by itself.
    Interrupted,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    /// Its turn has not come.
    Pending,
    /// It is at work.
    Running,
    /// It did what it should.
    Succeeded,
    /// It did not.
    Failed,
    /// The run was cancelled while it was at work.
    Cancelled,
    /// Its turn never came.
    Skipped,
}

/// One step of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepRecord {
    /// The step's place, from 0.
    pub step: usize,
    /// The step's kind.
    pub kind: String,
    /// The step in one line, secrets masked.
    pub text: String,
    /// Where it stands.
    pub status: StepStatus,
    /// When it began.
    pub started: Option<DateTime<Utc>>,
    /// How long it took, in milliseconds with microseconds as decimals.
    pub duration_ms: Option<f64>,
    /// Why it ended as it did, or which rule let it go on.
    pub reason: Option<String>,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunFailure {
    /// The step, from 0; none if the run failed outside its steps.
    pub step: Option<usize>,
    /// A stable, `snake_case` name: `timeout`, `exited`, `unexpected_exit`, `code_unknown`, …
    pub code: String,
    /// What went wrong, in the user's words.
    pub message: String,
    /// The last lines that the step saw.
    pub last_output: Option<String>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunView {
    /// The id (UUID v7).
    pub id: Uuid,
    /// The action's id.
    pub action: String,
    /// The action's label.
    pub label: String,
    /// Where the action lives.
    pub scope: Scope,
    /// The project it runs in.
    pub project: Option<String>,
    /// Its terminal.
    pub terminal: Uuid,
    /// Where it stands.
    pub status: RunStatus,
    /// Its steps.
    pub steps: Vec<StepRecord>,
    /// The exit code of the last command, where known.
    pub exit_code: Option<i32>,
    /// Why it failed.
    pub failure: Option<RunFailure>,
    /// When it began.
    pub started: DateTime<Utc>,
    /// How long it took, in milliseconds with microseconds as decimals.
    pub duration_ms: Option<f64>,
}
