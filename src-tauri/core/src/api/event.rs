//! What changed, in order: the text frames of `GET /v1/events`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ConfigView, RunFailure, RunStatus, RunView, StepRecord, StepStatus, TerminalView};

/// One change. Clients that miss some are dropped, and list anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first frame: which host this is. List everything after it.
    Hello {
        /// The host's version.
        version: String,
        /// The host's process id.
        pid: u32,
    },
    /// Actions changed; list them anew.
    ActionsChanged {
        /// The project concerned; all of them if none.
        project: Option<String>,
    },
    /// The settings, or what is wrong with their file, changed.
    ConfigChanged {
        /// The settings as they are now.
        config: ConfigView,
    },
    /// The list of projects changed.
    ProjectsChanged,
    /// A terminal was opened, or something about it changed.
    TerminalChanged {
        /// The terminal as it is now.
        terminal: TerminalView,
    },
    /// A terminal rang its bell.
    TerminalBell {
        /// The terminal.
        terminal: Uuid,
    },
    /// A terminal is gone.
    TerminalClosed {
        /// The terminal.
        terminal: Uuid,
    },
    /// A person has met a codename for the first time.
    CodenameMet {
        /// The name.
        codename: String,
        /// How many have been met.
        met: usize,
    },
    /// A run began.
    RunStarted {
        /// The run's id.
        run: Uuid,
        /// The run as it begins.
        view: RunView,
    },
    /// A step began.
    StepStarted {
        /// The run's id.
        run: Uuid,
        /// The step's place, from 0.
        step: usize,
        /// The step's kind.
        kind: String,
    },
    /// A step ended.
    StepFinished {
        /// The run's id.
        run: Uuid,
        /// The step's place, from 0.
        step: usize,
        /// The step's kind.
        kind: String,
        /// How it ended.
        status: StepStatus,
        /// How long it took, in milliseconds with microseconds as decimals.
        duration_ms: f64,
        /// Why it ended as it did, or which rule let it go on.
        reason: Option<String>,
    },
    /// A run ended.
    RunFinished {
        /// The run's id.
        run: Uuid,
        /// How it ended.
        status: RunStatus,
        /// The exit code of the last command, where known.
        exit_code: Option<i32>,
        /// Its terminal.
        terminal: Uuid,
        /// How long it took, in milliseconds with microseconds as decimals.
        duration_ms: f64,
        /// Why it failed.
        failure: Option<RunFailure>,
        /// Its steps.
        steps: Vec<StepRecord>,
    },
    /// Something the user should know once.
    Notice {
        /// A stable, `snake_case` name: `default_overwritten`, `watch_limit`, …
        code: String,
        /// What happened, in the user's words.
        message: String,
        /// The action concerned.
        action: Option<String>,
        /// The version that undoes it, for `actions:restore`.
        restore: Option<String>,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The answer to `sync`.
    Synced,
    /// The host is about to stop.
    Stopping,
}

/// Text frames that a client may send to `GET /v1/events`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum EventsIn {
    /// Asks for `synced`: so a client that has heard nothing for a while finds out whether the host still answers.
    /// The host sends nothing by itself while nothing happens.
    Sync,
}
