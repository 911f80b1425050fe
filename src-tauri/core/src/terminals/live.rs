//! `run/live.json`: the sessions that live, so that the host after one that was killed can end them.
//!
//! Without it, programs that ignore the kernel's hang-up would live on with nobody to see them.

use std::io::{self, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::paths::Paths;
use crate::terminal::ending;

/// A terminal's session. A process id alone may have been given to another process since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The terminal.
    pub terminal: Uuid,
    /// The child's process id, which is the session's id.
    pub pid: u32,
    /// When the child started, in the kernel's ticks since boot.
    pub started: u64,
}

impl Session {
    /// The session of a child that lives; none where the system does not tell when it started.
    pub fn of(terminal: Uuid, pid: u32) -> Option<Self> {
        Some(Self { terminal, pid, started: ending::start_time(pid)? })
    }
}

/// Writes down which sessions live.
pub fn write(paths: &Paths, sessions: &[Session]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(paths.run())?;
    file.write_all(&serde_json::to_vec(sessions)?)?;
    file.persist(path(paths)).map_err(|error| error.error)?;
    Ok(())
}

/// Ends what an earlier host left behind, all of it at once. Blocks.
pub fn end_leftovers(paths: &Paths) {
    let Ok(bytes) = std::fs::read(path(paths)) else { return };
    let sessions: Vec<Session> = serde_json::from_slice(&bytes).unwrap_or_default();
    std::thread::scope(|scope| {
        for session in &sessions {
            scope.spawn(|| {
                // Where the child itself is gone, its number names the session for as long as that has members.
                if matches!(ending::start_time(session.pid), Some(started) if started != session.started) {
                    return;
                }
                if ending::is_inhabited(session.pid) {
                    tracing::warn!(pid = session.pid, "a session that a killed host left behind is ended");
                    let of = ending::Session { id: session.pid, is_reaped: false };
                    ending::end_session(of, session.terminal);
                }
            });
        }
    });
    // The next opened terminal writes it anew.
    _ = std::fs::remove_file(path(paths));
}

fn path(paths: &Paths) -> PathBuf {
    paths.run().join("live.json")
}
