//! Where everything is kept: the only place that looks for the user's home.

use std::path::{Path, PathBuf};

/// The folders and files that the product owns inside its home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    home: PathBuf,
    user_home: PathBuf,
}

/// Why there is no home.
#[derive(Debug, thiserror::Error)]
pub enum PathsError {
    /// The account has no home folder.
    #[error("no home folder found; set HOME, or AI_ORCHESTRATOR_HOME to a folder of your choice")]
    NoHome,
    /// A relative home would be another one in each folder.
    #[error(
        "AI_ORCHESTRATOR_HOME is {0}, which means another folder wherever it is used; name an absolute path"
    )]
    Relative(String),
    /// The home can't be made or resolved.
    #[error("{path}: {source}; {}", way_out(.source))]
    Unusable {
        /// The folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What to do where something can't be written into the home.
#[must_use]
pub fn way_out(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded => "make room on the disk, then try again",
        _ => "set AI_ORCHESTRATOR_HOME to a folder that you may write to",
    }
}

impl Paths {
    /// Finds the home (`AI_ORCHESTRATOR_HOME`, else `~/.ai-orchestrator`), makes it and resolves links,
    /// so that every client names it alike.
    pub fn from_env() -> Result<Self, PathsError> {
        let user_home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let home = match std::env::var_os("AI_ORCHESTRATOR_HOME").filter(|home| !home.is_empty()) {
            Some(home) => PathBuf::from(home),
            None => user_home.clone().ok_or(PathsError::NoHome)?.join(".ai-orchestrator"),
        };
        if home.is_relative() {
            return Err(PathsError::Relative(home.display().to_string()));
        }
        let user_home = user_home.unwrap_or_else(|| PathBuf::from("/"));
        Self::at(&home, user_home)
    }

    /// Uses this folder as home.
    pub fn at(home: &Path, user_home: PathBuf) -> Result<Self, PathsError> {
        let unusable = |source| PathsError::Unusable { path: home.display().to_string(), source };
        std::fs::create_dir_all(home).map_err(unusable)?;
        let home = home.canonicalize().map_err(unusable)?;
        Ok(Self { home, user_home })
    }

    /// The product's home.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The user's own home folder.
    #[must_use]
    pub fn user_home(&self) -> &Path {
        &self.user_home
    }

    /// The user's actions.
    #[must_use]
    pub fn actions(&self) -> PathBuf {
        self.home.join("actions")
    }

    /// Every version of every action.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.actions().join(".history")
    }

    /// What the user has trusted.
    #[must_use]
    pub fn trust(&self) -> PathBuf {
        self.home.join("trust.json")
    }

    /// Settings.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.home.join("config.yaml")
    }

    /// What the window remembers: projects, last inputs, layout.
    #[must_use]
    pub fn ui_state(&self) -> PathBuf {
        self.home.join("ui.json")
    }

    /// Sockets, locks and what the next host must know.
    #[must_use]
    pub fn run(&self) -> PathBuf {
        self.home.join("run")
    }

    /// Logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.home.join("logs")
    }

    /// Codenames that a person has met.
    #[must_use]
    pub fn codenames(&self) -> PathBuf {
        self.home.join("discovered-codenames.json")
    }

    /// A project's actions, unless what would be their folder is the user's own, as it is in the user's home.
    #[must_use]
    pub fn actions_of(&self, project: &Path) -> Option<PathBuf> {
        Some(Self::project_actions(project)).filter(|folder| !is_same_folder(folder, &self.actions()))
    }

    /// Where a project's actions are, if it has any.
    #[must_use]
    pub fn project_actions(project: &Path) -> PathBuf {
        project.join(".ai-orchestrator").join("actions")
    }
}

/// The folder of the project whose action file this is, by the folder that it stands in.
#[must_use]
pub fn project_of(file: &Path) -> Option<PathBuf> {
    let file = std::path::absolute(file).ok()?;
    let folder = file.parent()?;
    // Whoever writes `..` may mean it all the same.
    let folders = [Some(folder.to_owned()), folder.canonicalize().ok()];
    let folder = folders.into_iter().flatten().find(|folder| folder.ends_with(".ai-orchestrator/actions"))?;
    folder.ancestors().nth(2).map(Path::to_owned)
}

/// Whether two paths lead to one folder. One that is not there is only itself.
#[must_use]
pub fn is_same_folder(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_a_full_disk_another_folder_is_no_way_out() {
        let hint = |kind: std::io::ErrorKind| way_out(&kind.into());
        assert!(hint(std::io::ErrorKind::StorageFull).contains("room"));
        assert!(hint(std::io::ErrorKind::PermissionDenied).contains("AI_ORCHESTRATOR_HOME"));
        let source = std::io::ErrorKind::StorageFull.into();
        let said = PathsError::Unusable { path: "/x".into(), source }.to_string();
        assert!(said.ends_with("; make room on the disk, then try again"), "{said}");
    }
}
