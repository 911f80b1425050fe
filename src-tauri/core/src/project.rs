//! A project: the folder that actions run in, and what placeholders may know of it.

mod needs;
mod test_command;
mod workplace;

use std::path::{Path, PathBuf};

pub(crate) use needs::missing;
use test_command::tests_in;
pub(crate) use workplace::workplace;

use crate::action::{GitValues, ProjectValues};
use crate::paths::Paths;
use crate::store::file::{Content, read_at_most};

/// A folder with a repository or actions of its own; its canonical path is its identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The project that a folder belongs to: the nearest one upward that has actions or a repository,
    /// else the folder itself. Never the user's home, nor anything of the product's own.
    pub fn discover(folder: &Path, paths: &Paths) -> std::io::Result<Self> {
        let folder = folder.canonicalize()?;
        if !folder.is_dir() {
            return Err(std::io::Error::new(std::io::ErrorKind::NotADirectory, "this is not a folder"));
        }
        let user_home = paths.user_home().canonicalize().unwrap_or_else(|_| paths.user_home().to_owned());
        let is_project = |folder: &&Path| {
            **folder != *user_home
                && !folder.starts_with(paths.home())
                && (Paths::project_actions(folder).is_dir() || folder.join(".git").exists())
        };
        let root = folder.ancestors().find(is_project).unwrap_or(&folder).to_owned();
        Ok(Self { root })
    }

    /// The canonical path.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What `{{ project.… }}` and `{{ git.… }}` stand for now.
    #[must_use]
    pub fn values(&self) -> (ProjectValues, GitValues) {
        let project = ProjectValues {
            root: self.root.to_string_lossy().into_owned(),
            name: self.root.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            tests: tests_in(&self.root),
        };
        (project, GitValues { branch: branch(&self.root) })
    }
}

/// The branch that is checked out, read from `.git/HEAD` without starting git.
fn branch(root: &Path) -> Option<String> {
    let mut git = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
    if git.is_file() {
        // A worktree or submodule: the file says where the rest is.
        let text = text_of(&git)?;
        let path = PathBuf::from(text.strip_prefix("gitdir:")?.trim());
        git = git.parent()?.join(path);
    }
    let head = text_of(&git.join("HEAD"))?;
    Some(head.trim_end().strip_prefix("ref: refs/heads/")?.to_owned())
}

/// A file of a repository, which may hold anything: no pipe is waited for, and nothing huge is read.
fn text_of(path: &Path) -> Option<String> {
    match read_at_most(path, Some(1 << 20)) {
        Ok(Content::Bytes(bytes)) => String::from_utf8(bytes).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_project_upward_is_found_and_the_home_never_is_one() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        let paths = Paths::at(&home.join(".ai-orchestrator"), home.clone()).unwrap();
        let make = |path: &str| std::fs::create_dir_all(home.join(path)).unwrap();
        for path in [".git", "repo/.git", "repo/src/deep", "with/.ai-orchestrator/actions", "plain/sub"] {
            make(path);
        }
        make(".ai-orchestrator/actions");
        let root = |path: &str| Project::discover(&home.join(path), &paths).unwrap().root().to_owned();
        assert_eq!(root("repo/src/deep"), home.join("repo"));
        assert_eq!(root("with"), home.join("with"));
        assert_eq!(root("plain/sub"), home.join("plain/sub"));
        assert_eq!(root(""), home);
        assert_eq!(root(".ai-orchestrator/actions"), home.join(".ai-orchestrator/actions"));
        assert!(Project::discover(&home.join("nowhere"), &paths).is_err());
    }

    #[test]
    fn the_branch_is_read_from_repositories_and_worktrees() {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join("repo/.git/worktrees/w");
        std::fs::create_dir_all(&git).unwrap();
        std::fs::create_dir_all(folder.path().join("w")).unwrap();
        std::fs::write(folder.path().join("repo/.git/HEAD"), "ref: refs/heads/feature/x\n").unwrap();
        std::fs::write(git.join("HEAD"), "ref: refs/heads/w\n").unwrap();
        std::fs::write(folder.path().join("w/.git"), format!("gitdir: {}\n", git.display())).unwrap();
        assert_eq!(branch(&folder.path().join("repo")).as_deref(), Some("feature/x"));
        assert_eq!(branch(&folder.path().join("w")).as_deref(), Some("w"));
        let head = folder.path().join("repo/.git/HEAD");
        std::fs::write(&head, "0123456789abcdef\n").unwrap();
        assert_eq!(branch(&folder.path().join("repo")), None);
        // A pipe that nobody writes into would be waited for without end.
        std::fs::remove_file(&head).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &head,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        assert_eq!(branch(&folder.path().join("repo")), None);
    }
}
