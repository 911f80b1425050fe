//! Waiting for what a program writes, by the file system's own events.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher as _};

/// Waits until a file is there and not empty.
pub fn wait_for_content(file: &Path) {
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(sender).expect("files can be watched");
    watcher
        .watch(file.parent().expect("a file has a folder"), RecursiveMode::NonRecursive)
        .expect("it is there");
    while std::fs::metadata(file).map_or(0, |metadata| metadata.len()) == 0 {
        let event = events.recv_timeout(Duration::from_secs(30));
        assert!(event.is_ok(), "{} never came", file.display());
    }
}
