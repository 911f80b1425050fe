//! A problem with an action file: one place, one stable code, one message in the user's words.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The action can't run.
    Error,
    /// The action runs, but probably not as meant.
    Warning,
}

/// One thing that is wrong with one file, at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The file.
    #[serde(serialize_with = "lossy")]
    #[schema(value_type = String)]
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// Whether the action can still run.
    pub severity: Severity,
    /// A stable, kebab-case name for this kind of problem.
    pub code: String,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What would mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// A path whose name is no UTF-8 is told all the same: serde would refuse it, and everything that is told with it.
pub(crate) fn lossy<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

impl Problem {
    /// Whether the action can't run because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Whether the file was read: of one that leads out of its repository, say, nobody may be shown a line.
    #[must_use]
    pub fn is_about_text(&self) -> bool {
        !matches!(
            &*self.code,
            "leads-outside" | "being-written" | "gone" | "unreadable" | "not-a-file" | "too-large"
        )
    }

    /// A file that somebody has open for writing.
    pub(crate) fn being_written(file: &Path, message: &str) -> Self {
        Self { severity: Severity::Warning, ..Self::whole(file, "being-written", message) }
    }

    /// A file that a link puts into a repository, from outside of it.
    pub(crate) fn leads_outside(file: &Path) -> Self {
        Self::whole(file, "leads-outside", "this link leads out of the project, and is not followed")
    }

    /// Two files of one folder that say that they are the same action.
    #[must_use]
    pub(crate) fn same_id(file: &Path, other: &Path, id: &str) -> Self {
        let name = super::visible(&other.file_name().unwrap_or_default().to_string_lossy());
        let message = format!("`{name}` has the id `{}` too", super::visible(id));
        let fix = Some("give one of the two another id".to_owned());
        Self { fix, ..Self::whole(file, "duplicate-id", message) }
    }

    /// A problem with a file as a whole.
    #[must_use]
    pub fn whole(file: &Path, code: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
            column: 1,
            severity: Severity::Error,
            code: code.to_owned(),
            message: message.into(),
            fix: None,
        }
    }
}
