//! What a project's test command needs to be there; asked before anything is typed.

use std::path::Path;

use crate::environment::{Variables, executable, has_pytest, is_installed};

/// Something without which tests can't be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Missing {
    /// A program.
    #[error("{0} is not installed")]
    NotInstalled(String),
    /// A Python has no pytest.
    #[error("pytest is not installed for {0}")]
    NoPytest(String),
    /// A file of the project's that is to be run, and is not meant to be.
    #[error("{0} is not executable")]
    NotExecutable(String),
}

impl Missing {
    /// What to do about it.
    pub fn hint(&self, rule: &str) -> String {
        let what = match self {
            Self::NotInstalled(name) => {
                format!("install {name}, and make sure that it is found in the terminal's PATH")
            }
            Self::NoPytest(python) => format!("`{python} -m pip install pytest` installs it"),
            Self::NotExecutable(file) => format!("make it so: `chmod +x {file}`"),
        };
        format!("{what}; the tests are run by this rule: {rule}")
    }
}

/// What a terminal in this folder, with these variables and this shell, would miss. In doubt that is nothing.
pub(crate) async fn missing(command: &str, folder: &Path, env: &Variables, shell: &Path) -> Option<Missing> {
    let program = command.split(' ').next().unwrap_or_default();
    if program.contains('/') {
        if executable(&folder.join(program)).is_none() {
            return Some(Missing::NotExecutable(program.to_owned()));
        }
    } else if !is_installed(program, env, shell).await {
        return Some(Missing::NotInstalled(program.to_owned()));
    }
    let needs_pytest = command.strip_prefix(program) == Some(" -m pytest");
    let lacks_it = needs_pytest && !has_pytest(program, folder, env, shell).await;
    lacks_it.then(|| Missing::NoPytest(program.to_owned()))
}
