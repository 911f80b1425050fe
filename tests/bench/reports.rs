//! What children tell of themselves: lines that come through a FIFO, whoever their terminal belongs to.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, mknodat};

/// Longer than anything here takes.
const PATIENCE: Timespec = Timespec { tv_sec: 600, tv_nsec: 0 };

/// The reading end.
pub struct Reports {
    path: PathBuf,
    fifo: File,
    received: Vec<u8>,
}

impl Reports {
    /// Makes the FIFO.
    pub fn new(path: &Path) -> Self {
        make_fifo(path);
        // Open for writing too, so that it never ends between two children.
        let fifo = open_fifo(path);
        Self { path: path.to_owned(), fifo, received: Vec::new() }
    }

    /// Where children write to.
    pub fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// Waits for the next line.
    pub fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.received.drain(..=end).collect();
                return String::from_utf8(line).unwrap().trim_end().to_owned();
            }
            let came = poll(&mut [PollFd::new(&self.fifo, PollFlags::IN)], Some(&PATIENCE)).unwrap();
            assert!(came > 0, "a child never reported");
            let mut chunk = [0; 4096];
            let count = self.fifo.read(&mut chunk).unwrap();
            self.received.extend_from_slice(&chunk[..count]);
        }
    }

    /// Waits for the next line, and reads it as seconds.
    pub fn seconds(&mut self) -> f64 {
        self.line().parse().unwrap()
    }
}

/// Makes a FIFO.
pub fn make_fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap();
}

/// Opens a FIFO from both ends, which never waits and lets go those who wait for it.
pub fn open_fifo(path: &Path) -> File {
    OpenOptions::new().read(true).write(true).open(path).unwrap()
}
