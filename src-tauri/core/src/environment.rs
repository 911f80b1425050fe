//! The environment that terminals start with: the login shell's, also where the host was started by a launcher
//! that knows none of it. How the shell is asked is `environment/login_shell.rs`.

mod installed;
mod login_shell;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use installed::{has_pytest, is_installed};
use tokio::sync::watch;
use tokio::time::Instant;

/// How long terminals that open while the shell is being asked wait for the answer, from the host's start on.
const PATIENCE: Duration = Duration::from_secs(3);

/// Variables with their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variables(Vec<(OsString, OsString)>);

impl Variables {
    /// Those of this process.
    pub fn of_this_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The value of one, unless it is empty.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let found = self.0.iter().find(|(present, _)| present == name);
        found.map(|(_, value)| value.as_os_str()).filter(|value| !value.is_empty())
    }

    /// Gives one another value.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.remove(name);
        self.0.push((name.into(), value.into()));
    }

    /// Takes one out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(present, _)| present != name);
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The folders where programs are looked for.
    pub fn path(&self) -> OsString {
        self.get("PATH").unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin")).to_owned()
    }

    /// The program of this name.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        std::env::split_paths(&self.path()).find_map(|folder| executable(&folder.join(name)))
    }

    /// The user's login shell.
    pub fn login_shell(&self) -> Option<PathBuf> {
        let named = self.get("SHELL").and_then(|path| executable(Path::new(path)));
        named
            .or_else(login_shell::of_this_user)
            .or_else(|| self.program("bash"))
            .or_else(|| executable(Path::new("/bin/sh")))
    }

    /// Whether a shell in a terminal has passed them on: it sets the one, and the terminal the other. Desktops,
    /// service managers and `cron` start programs without.
    fn come_from_a_terminal(&self) -> bool {
        self.get("SHLVL").is_some() && self.get("TERM").is_some_and(|term| term != "dumb")
    }
}

impl FromIterator<(OsString, OsString)> for Variables {
    fn from_iter<Pairs: IntoIterator<Item = (OsString, OsString)>>(pairs: Pairs) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// The file, if it can be run.
pub(crate) fn executable(path: &Path) -> Option<PathBuf> {
    let runs = path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
    runs.then(|| path.to_owned())
}

/// A handle to the environment; clones share what the shell answered.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    own: Arc<Variables>,
    /// None while the shell is being asked.
    answered: watch::Receiver<Option<Arc<Variables>>>,
    wait_until: Instant,
}

impl Environment {
    /// Takes what this process was given. Where no terminal gave it, the login shell is asked in the background,
    /// once for the host's whole life; nothing it answers is written to disk, since it may hold secrets.
    pub fn open(user_home: &Path) -> Self {
        let own = Variables::of_this_process();
        if own.come_from_a_terminal() {
            return Self::known(own);
        }
        let (answer, answered) = watch::channel(None);
        let environment = Self { own: Arc::new(own), answered, wait_until: Instant::now() + PATIENCE };
        let (own, home) = (environment.own.clone(), user_home.to_owned());
        tokio::spawn(async move {
            let asked = login_shell::ask(&own, &home, login_shell::PATIENCE).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the login shell did not tell its environment; the host's own is used");
                (*own).clone()
            });
            answer.send_replace(Some(Arc::new(asked)));
        });
        environment
    }

    /// These variables, whatever a shell would say.
    pub fn known(own: Variables) -> Self {
        let own = Arc::new(own);
        let answered = watch::channel(Some(own.clone())).1;
        Self { own, answered, wait_until: Instant::now() }
    }

    /// The variables, if they are known already.
    pub fn now(&self) -> Option<Arc<Variables>> {
        self.answered.borrow().clone()
    }

    /// The variables; the host's own while the shell keeps them waiting for too long.
    pub async fn get(&self) -> Arc<Variables> {
        let mut answered = self.answered.clone();
        let answer = tokio::time::timeout_at(self.wait_until, answered.wait_for(Option::is_some)).await;
        match answer {
            Ok(Ok(answer)) => answer.clone().unwrap_or_else(|| self.own.clone()),
            _ => self.own.clone(),
        }
    }
}
