//! An action: one YAML file, read into a value and a list of everything that is wrong with it.
//!
//! Reading is pure: bytes in, `(Option<Action>, Vec<Problem>)` out. Where files come from is `store`.

mod claude;
mod cwd;
mod document;
pub mod duration;
pub(crate) mod fields;
mod icon;
mod input;
pub(crate) mod lint;
mod problem;
mod report;
pub(crate) mod schema;
pub(crate) mod template;
mod visible;
pub(crate) mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use claude::Claude;
#[cfg(test)]
pub(crate) use claude::PERMISSION_MODES;
pub(crate) use cwd::straight;
pub use document::{MOST_BYTES, id_of, is_id, read};
pub(crate) use document::{kebab, span_of};
pub use icon::DEFAULT_ICON;
pub use input::{Input, InputType};
pub use problem::{Problem, Severity};
pub use report::report;
pub use schema::schema;
pub(crate) use template::runs_tests;
pub use template::{BrokenFile, FillError, Filled, GitValues, ProjectValues, ShellKind, Tests, Values, fill};
pub use visible::{verbatim, visible};

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

/// Everything that is wrong with some files, as the loader would tell it; for `action check PATH`, which needs no host.
/// A file that lies where no actions are loaded from has no scope yet: it may say either.
#[must_use]
pub fn check(files: &BTreeSet<PathBuf>, scope_of: impl Fn(&Path) -> Option<Scope>) -> Vec<Problem> {
    let mut problems: BTreeMap<&PathBuf, Vec<Problem>> = BTreeMap::new();
    let mut with_id: BTreeMap<(PathBuf, String), Vec<&PathBuf>> = BTreeMap::new();
    for file in files {
        let scope = scope_of(file);
        let (_, mut found, bytes) = load(file, scope.unwrap_or(Scope::User));
        if scope.is_none() && found.iter().any(|problem| problem.code == "scope-differs") {
            (_, found, _) = load(file, Scope::Project);
        }
        problems.insert(file, found);
        let folder = file.parent().map(|folder| if folder == "" { Path::new(".") } else { folder });
        // Of what can't be read no id is known.
        if let Some(Ok(folder)) = folder.map(Path::canonicalize).filter(|_| !bytes.is_empty()) {
            with_id.entry((folder, id_of(file, &bytes))).or_default().push(file);
        }
    }
    for ((_, id), files) in &with_id {
        for file in files {
            // The same file under two paths is one.
            let others = files.iter().filter(|other| other.file_name() != file.file_name());
            problems.entry(file).or_default().extend(others.map(|other| Problem::same_id(file, other, id)));
        }
    }
    problems.into_values().flatten().collect()
}

/// Whether a name is one of an action file. Hidden files are editors' and our own unfinished ones.
#[must_use]
pub fn is_action_file(path: &Path) -> bool {
    let visible = path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b"."));
    visible && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Reads a file from disk the way the loader does.
fn load(file: &Path, scope: Scope) -> (Option<Action>, Vec<Problem>, Vec<u8>) {
    match crate::store::file::read_bounded(file) {
        Ok(bytes) => {
            let (action, problems) = read(file, scope, &bytes);
            (action, problems, bytes)
        }
        Err(problem) => (None, vec![problem], Vec::new()),
    }
}

#[cfg(test)]
mod tests;
