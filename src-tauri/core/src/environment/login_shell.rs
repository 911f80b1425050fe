//! Asks the user's login shell for its environment, without letting what its start files do get in the way.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use uuid::Uuid;

use super::{Variables, executable};
use crate::action::duration;

/// How long one way of asking may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// More than any environment and any greeting.
const MOST_BYTES: usize = 4 << 20;
/// Set while the shell is asked, so that start files can leave out what is for people only.
const ASKING: &str = "AI_ORCHESTRATOR_RESOLVING_ENVIRONMENT";
/// What describes the shell that was asked, and not its user.
const ITS_OWN: [&str; 5] = ["SHLVL", "PWD", "OLDPWD", "_", ASKING];

/// Why it did not tell.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("no login shell is known")]
    NoShell,
    #[error("{0}: {1}")]
    Start(String, io::Error),
    #[error("{0} did not answer within {1}")]
    TooSlow(String, String),
    #[error("{0} ended without an answer")]
    Silent(String),
}

/// The environment that the login shell of `own` makes of it.
pub(super) async fn ask(own: &Variables, home: &Path, patience: Duration) -> Result<Variables, AskError> {
    let shell = own.login_shell().ok_or(AskError::NoShell)?;
    // Most set their PATH where interactive shells read it. One whose interactive files start another program
    // gets a second question.
    let question = Question { shell, own, home, patience };
    match question.ask(&["-l", "-i", "-c"]).await {
        Err(error @ (AskError::Silent(_) | AskError::TooSlow(..))) => {
            tracing::info!(%error, "asked again, not interactively");
            question.ask(&["-l", "-c"]).await
        }
        other => other,
    }
}

struct Question<'a> {
    shell: PathBuf,
    own: &'a Variables,
    home: &'a Path,
    patience: Duration,
}

impl Question<'_> {
    async fn ask(&self, flags: &[&str]) -> Result<Variables, AskError> {
        let mark = Uuid::new_v4().simple().to_string();
        let name = format!("{} {}", self.shell.display(), flags.join(" "));
        let started = self.start(flags, &mark);
        let mut child = started.map_err(|error| AskError::Start(name.clone(), error))?;
        let answer = tokio::time::timeout(self.patience, answer(&mut child, mark.as_bytes())).await;
        let ends = matches!(&answer, Ok(Some(_)))
            && tokio::time::timeout(Duration::from_secs(1), child.wait()).await.is_ok();
        if !ends {
            end(&mut child).await;
        }
        match answer {
            Ok(Some(printed)) => Ok(variables(&printed)),
            Ok(None) => Err(AskError::Silent(name)),
            Err(_) => Err(AskError::TooSlow(name, duration::show(self.patience))),
        }
    }

    fn start(&self, flags: &[&str], mark: &str) -> io::Result<Child> {
        // Whole paths, so that no alias or function stands in the way; understood by every shell.
        let script = format!("printf %s {mark}; /usr/bin/env -0; printf %s {mark}");
        Command::new(&self.shell)
            .args(flags)
            .arg(script)
            .env_clear()
            .envs(self.own.iter())
            .env("HOME", self.own.get("HOME").unwrap_or(self.home.as_os_str()))
            .env(ASKING, "1")
            .current_dir(self.home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // All that it starts can be ended together.
            .process_group(0)
            .spawn()
    }
}

/// What it prints between the two marks; nothing if it ends before the second.
async fn answer(child: &mut Child, mark: &[u8]) -> Option<Vec<u8>> {
    let mut stdout = child.stdout.take()?;
    let mut printed = Vec::new();
    let (mut looked_at, mut begin) = (0, None);
    loop {
        let count = stdout.read_buf(&mut printed).await.ok()?;
        while let Some(at) = memchr::memmem::find(&printed[looked_at..], mark) {
            let place = looked_at + at;
            looked_at = place + mark.len();
            match begin {
                Some(begin) => return Some(printed[begin..place].to_vec()),
                None => begin = Some(looked_at),
            }
        }
        // A mark may have come in part.
        looked_at = looked_at.max(printed.len().saturating_sub(mark.len()));
        if count == 0 || printed.len() > MOST_BYTES {
            return None;
        }
    }
}

/// Ends it and what it started.
async fn end(child: &mut Child) {
    let group = child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
    if let Some(group) = group {
        // One that has ended is what was wanted.
        _ = kill_process_group(group, Signal::KILL);
    }
    _ = child.wait().await;
}

/// Entries as `env -0` prints them. What a trap printed among them is no name.
fn variables(printed: &[u8]) -> Variables {
    let entries = printed.split(|&byte| byte == 0).filter_map(|entry| {
        let equals = entry.iter().position(|&byte| byte == b'=')?;
        let (name, value) = (&entry[..equals], &entry[equals + 1..]);
        let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
        is_name.then(|| (OsString::from_vec(name.to_vec()), OsString::from_vec(value.to_vec())))
    });
    let mut variables: Variables = entries.collect();
    for name in ITS_OWN {
        variables.remove(name);
    }
    variables
}

/// The login shell that the system's list of users names; where users are kept elsewhere, nothing.
pub(super) fn of_this_user() -> Option<PathBuf> {
    let id = rustix::process::getuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut entries = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let entry = entries.find(|fields| fields.get(2) == Some(&id.as_str()))?;
    executable(Path::new(entry.get(6)?))
}

#[cfg(test)]
mod tests {

    use super::*;

    /// Asks a login shell that is this script.
    async fn asked(script: &str) -> Result<Variables, AskError> {
        asked_for(PATIENCE, script).await
    }

    async fn asked_for(patience: Duration, script: &str) -> Result<Variables, AskError> {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("script"), script).unwrap();
        let mut own = Variables::default();
        own.set("SHELL", concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/login-shell"));
        own.set("PATH", "/usr/bin:/bin");
        own.set("KEPT", "yes");
        ask(&own, home.path(), patience).await
    }

    /// What a shell does with its last argument.
    const ANSWER: &str = "for last; do :; done; eval \"$last\"";

    #[tokio::test]
    async fn noise_around_the_answer_and_inside_it_does_no_harm() {
        let start = "echo PATH=/noise; export ADDED='a\nb' SHLVL=7; cd /";
        let told = asked(&format!("{start}; {ANSWER}; echo more noise")).await.unwrap();
        let value = |name| told.get(name).and_then(|value| value.to_str());
        assert_eq!((value("PATH"), value("ADDED")), (Some("/usr/bin:/bin"), Some("a\nb")));
        assert_eq!((value("KEPT"), value("SHLVL"), value("PWD")), (Some("yes"), None, None));
        assert_eq!(value(ASKING), None);
        let trapped = variables(b"trap\nX=1\0Y=2\0");
        assert_eq!((trapped.get("X"), trapped.get("Y")), (None, Some("2".as_ref())));
    }

    #[tokio::test]
    async fn interactive_files_that_start_another_program_get_a_second_question() {
        let variables = asked(&format!("[ \"$2\" = -i ] && exec true; export SECOND=1; {ANSWER}")).await;
        assert_eq!(variables.unwrap().get("SECOND").unwrap(), "1");
    }

    #[tokio::test]
    async fn a_shell_that_says_nothing_is_an_error() {
        assert!(matches!(asked("exit 0").await, Err(AskError::Silent(_))));
        assert!(matches!(asked("yes").await, Err(AskError::Silent(_))), "more than is read");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_shell_that_hangs_is_ended_with_all_it_started() {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        use rustix::process::{PidfdFlags, pidfd_open};
        let proof = tempfile::tempdir().unwrap();
        let pids = proof.path().join("pids");
        let script = format!("sleep 1000 & echo $! >>'{}'; wait", pids.display());
        let asked = asked_for(Duration::from_millis(500), &script).await;
        assert!(matches!(asked, Err(AskError::TooSlow(..))));
        for pid in std::fs::read_to_string(&pids).unwrap_or_default().lines() {
            // One that can't be opened is gone already; else its descriptor is readable once it has ended.
            let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
            let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
            let patience = Timespec { tv_sec: 120, tv_nsec: 0 };
            let ended = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&patience));
            assert_eq!(ended, Ok(1), "{pid:?} lives on");
        }
    }
}
