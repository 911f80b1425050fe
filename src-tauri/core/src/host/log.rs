//! The host's log: one JSON object a line, a new file each day, the newest week kept.

use std::path::PathBuf;

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
#[must_use]
pub fn log_file(paths: &Paths) -> Option<PathBuf> {
    let entries = std::fs::read_dir(paths.logs()).ok()?;
    let logs = entries.filter_map(|entry| Some(entry.ok()?.path()));
    logs.filter(|path| path.extension().is_some_and(|extension| extension == SUFFIX)).max()
}
