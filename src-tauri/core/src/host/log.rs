//! The host's log: one JSON object a line, a new file each day, the newest week kept.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

use crate::paths::Paths;

const DAYS: usize = 7;
const PREFIX: &str = "host";
const SUFFIX: &str = "log";

/// Writes the log until the guard is dropped. A folder that can't be written to costs the log, not the host.
pub fn open(paths: &Paths, level: &str) -> Option<WorkerGuard> {
    // The library would say on the standard error that there is no folder to look for old files in.
    std::fs::create_dir_all(paths.logs()).ok()?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .max_log_files(DAYS)
        .filename_prefix(PREFIX)
        .filename_suffix(SUFFIX)
        .build(paths.logs())
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let filter = EnvFilter::try_from_env("AI_ORCHESTRATOR_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    // A second host in one process (tests) keeps the first one's log.
    _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(writer).try_init();
    Some(guard)
}

/// The newest log file.
fn newest(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let logs = entries.filter_map(|entry| Some(entry.ok()?.path()));
    logs.filter(|path| path.extension().is_some_and(|extension| extension == SUFFIX)).max()
}

/// Reads the newest log, and what is added to it. Needs no host.
#[derive(Debug)]
pub struct LogReader {
    folder: PathBuf,
    path: PathBuf,
    file: File,
    /// The beginning of a line whose end is not written yet.
    begun: Vec<u8>,
}

impl LogReader {
    /// Opens the newest log, if there is one.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(paths: &Paths) -> io::Result<Option<Self>> {
        let folder = paths.logs();
        let Some(path) = newest(&folder) else { return Ok(None) };
        let file = File::open(&path)?;
        Ok(Some(Self { folder, path, file, begun: Vec::new() }))
    }

    /// The lines that were written since the last call. A new day's file follows the one before.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn lines(&mut self) -> io::Result<Vec<String>> {
        let next = newest(&self.folder).filter(|path| *path > self.path);
        self.file.read_to_end(&mut self.begun)?;
        if let Some(path) = next {
            self.file = File::open(&path)?;
            self.path = path;
            self.file.read_to_end(&mut self.begun)?;
        }
        let end = self.begun.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let rest = self.begun.split_off(end);
        let whole = std::mem::replace(&mut self.begun, rest);
        Ok(String::from_utf8_lossy(&whole).lines().map(str::to_owned).collect())
    }

    /// Hears of what is written from now on.
    ///
    /// # Errors
    /// When the system can't tell of changes in the folder.
    pub fn watch(&self) -> notify::Result<LogWatch> {
        let changed = Arc::new(Notify::new());
        let tell = Arc::clone(&changed);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Looking into the folder is an event too, and would be told for ever.
            if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                tell.notify_one();
            }
        })?;
        watcher.watch(&self.folder, RecursiveMode::NonRecursive)?;
        Ok(LogWatch { changed, _watcher: watcher })
    }
}

/// Tells when the log may have become longer.
#[derive(Debug)]
pub struct LogWatch {
    changed: Arc<Notify>,
    _watcher: RecommendedWatcher,
}

impl LogWatch {
    /// Waits for it. What happened since the last call counts.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_and_a_new_day_s_file_follows() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::at(home.path(), home.path().to_owned()).unwrap();
        assert!(LogReader::open(&paths).unwrap().is_none());
        std::fs::create_dir_all(paths.logs()).unwrap();
        let day = |day: u8| paths.logs().join(format!("host.2026-11-0{day}.log"));
        std::fs::write(day(1), "one\ntw").unwrap();
        let mut reader = LogReader::open(&paths).unwrap().unwrap();
        assert_eq!(reader.lines().unwrap(), ["one"]);
        assert!(reader.lines().unwrap().is_empty());
        std::fs::write(day(1), "one\ntwo\n").unwrap();
        std::fs::write(day(2), "three\n").unwrap();
        assert_eq!(reader.lines().unwrap(), ["two", "three"]);
    }
}
