//! What can go wrong in the store, and how the door says it.

use std::io;
use std::path::{Path, PathBuf};

use crate::action::fields::list;
use crate::action::{Problem, visible};
use crate::api::{ApiError, Place};

/// Why the store refuses.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No action has this id.
    #[error("there is no action `{id}`")]
    UnknownAction {
        /// The id.
        id: String,
        /// An id that was perhaps meant.
        near: Option<String>,
    },
    /// This can't be an id.
    #[error("`{}` can't be an action's id", visible(.0))]
    InvalidId(String),
    /// The file can't run.
    #[error("`{id}` is broken: {}", .problem.message)]
    Broken {
        /// The id.
        id: String,
        /// The first error.
        problem: Box<Problem>,
        /// Whether an older version could run.
        stale: bool,
    },
    /// The history has no such version.
    #[error("`{id}` has no version `{}`", visible(.timestamp))]
    UnknownVersion {
        /// The id.
        id: String,
        /// What was asked for.
        timestamp: String,
    },
    /// Only defaults can be reset.
    #[error("`{0}` is not a default action")]
    NotADefault(String),
    /// A default would come back.
    #[error("`{id}` is a default action and would come back at the next start")]
    IsADefault {
        /// The id.
        id: String,
        /// Whether an action of the project hides it.
        hidden: bool,
    },
    /// The bytes to trust are not the ones that are there.
    #[error("`{0}` has changed since it was shown")]
    Changed(String),
    /// Which of several files is meant is not said.
    #[error("`{id}` is the id of more than one file: {}", list(files.iter().map(String::as_str)))]
    Ambiguous {
        /// The id.
        id: String,
        /// The files' names.
        files: Vec<String>,
    },
    /// A project's action that nobody has accepted as it is.
    #[error("`{id}` comes from the project, and {}", unless_accepted(*.changed))]
    Untrusted {
        /// The id.
        id: String,
        /// Whether it was accepted with other bytes.
        changed: bool,
    },
    /// Something stands where the file belongs.
    #[error("{}: {what}", .path.display())]
    InTheWay {
        /// The path.
        path: PathBuf,
        /// What stands there.
        what: String,
    },
    /// A file is there, and the user may not read it.
    #[error("{}: this file can't be read: {source}", .path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused.
    #[error("{}: {doing}: {source}", .path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The store has ended.
    #[error("the action store has stopped")]
    Stopped,
}

fn unless_accepted(changed: bool) -> &'static str {
    if changed { "has changed since it was accepted" } else { "has not been accepted yet" }
}

impl StoreError {
    /// Wraps what the system said.
    pub(super) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, doing, source }
    }

    /// Whether something else stands where a folder belongs: no right and no room would help.
    pub(super) fn wants_a_folder(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotADirectory)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        let wants_a_folder = error.wants_a_folder();
        match error {
            StoreError::UnknownAction { id, near } => {
                let refused = Self::new(404, "unknown_action", message);
                match near {
                    Some(near) if near == id => {
                        refused.hint("it is there, in the other folder: leave `--user` or `--project` out")
                    }
                    Some(near) => refused.hint(format!("did you mean `{near}`?")),
                    None => refused.hint("`ai-orchestrator action list` shows what there is"),
                }
            }
            StoreError::InvalidId(_) => Self::new(400, "invalid_id", message)
                .hint("an id is lower-case words with `-` between, like `run-tests`"),
            StoreError::Broken { problem, stale, .. } => {
                let refused = Self::new(422, "broken_action", message).at(Place {
                    file: problem.file,
                    line: problem.line,
                    column: problem.column,
                });
                match (problem.fix, stale) {
                    (Some(fix), _) => refused.hint(fix),
                    (None, true) => refused.hint("the last good version can be run, or restored"),
                    (None, false) => refused,
                }
            }
            StoreError::UnknownVersion { .. } => Self::new(404, "unknown_version", message)
                .hint("`ai-orchestrator action history ID` lists the versions"),
            StoreError::NotADefault(_) => {
                Self::new(409, "not_a_default", message).hint("restore a version from its history instead")
            }
            StoreError::IsADefault { hidden: true, .. } => Self::new(409, "is_a_default", message)
                .hint("to delete the project's action that hides it, name the project's scope: `--project`"),
            StoreError::IsADefault { hidden: false, .. } => Self::new(409, "is_a_default", message)
                .hint("reset it instead, or hide it with a project action of the same id"),
            StoreError::Changed(_) => {
                Self::new(409, "changed", message).hint("look at it again before you trust it")
            }
            StoreError::Ambiguous { .. } => Self::new(409, "ambiguous", message)
                .hint("give each file an `id` of its own, or remove the ones that are not wanted"),
            StoreError::Untrusted { .. } => Self::new(403, "untrusted", message)
                .hint("look at what it would run, then accept it (`--trust=SHA256` on the command line)"),
            StoreError::InTheWay { .. } => {
                Self::new(409, "in_the_way", message).hint("move it away, then try again")
            }
            StoreError::Unreadable { .. } => Self::new(500, "io", message)
                .hint("let yourself read it (`chmod u+r`) or move it away, then try again"),
            StoreError::Io { .. } if wants_a_folder => Self::new(500, "io", message)
                .hint("nothing was changed; put a folder in its place, then try again"),
            StoreError::Io { .. } => Self::new(500, "io", message)
                .hint("nothing was changed; check the disk's space and the folder's permissions"),
            StoreError::Stopped => Self::new(503, "stopped", message),
        }
    }
}
