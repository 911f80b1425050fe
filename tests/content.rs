//! Waiting for what a program writes, by the file system's own events; and writing so that nothing is left to wait for.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::mpsc;

use notify::{RecursiveMode, Watcher as _};

use crate::test_host::PATIENCE;

/// Waits until a file is there and not empty.
pub fn wait_for_content(file: &Path) {
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(sender).expect("files can be watched");
    watcher
        .watch(file.parent().expect("a file has a folder"), RecursiveMode::NonRecursive)
        .expect("it is there");
    while std::fs::metadata(file).map_or(0, |metadata| metadata.len()) == 0 {
        let event = events.recv_timeout(PATIENCE);
        assert!(event.is_ok(), "{} never came", file.display());
    }
}

/// Writes a file as an editor does that saves in place; nobody has it open any more when this returns.
///
/// What another test starts just then has our files, and with them this one, until its own program begins, and so long
/// the host would rightly say that it is being written.
pub fn save(path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> io::Result<()> {
    let mut file = File::create(&path)?;
    file.write_all(text.as_ref())?;
    close(file, path)
}

/// Closes a file that was being written, for every process that has it from this one.
pub fn close(file: File, path: impl AsRef<Path>) -> io::Result<()> {
    // Whoever has it from here has this lock with it, and the lock is free when the last one has closed it.
    file.lock()?;
    drop(file);
    match File::open(path) {
        Ok(file) => file.lock_shared(),
        // It is another's by now.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
