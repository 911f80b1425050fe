//! What a burst of events in the watched folders was about.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{Event, EventKind};

/// What a burst of events was about.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Files that were closed after writing, or renamed into place: what they hold now counts.
    pub closed: BTreeSet<PathBuf>,
    /// Files that were removed or renamed away. What is there again all the same is told of by itself, once it is
    /// whole.
    pub gone: BTreeSet<PathBuf>,
    /// Files that are perhaps still being written.
    pub early: BTreeSet<PathBuf>,
    /// Files that were written and not closed since, as far as that is told.
    pub writing: BTreeSet<PathBuf>,
    /// Files whose writer closed them.
    pub shut: BTreeSet<PathBuf>,
    /// Files that were renamed away while they were being written.
    pub carried: BTreeSet<PathBuf>,
    /// Paths that came or went.
    moved: BTreeSet<PathBuf>,
    /// Nobody tells of a file's closing.
    polled: bool,
    /// Events were lost: look at everything.
    pub all: bool,
}

impl Seen {
    /// An empty collection; `polled` if nobody tells of a file's closing.
    pub fn new(polled: bool) -> Self {
        Self { polled, ..Self::default() }
    }

    /// Sorts an event.
    pub fn take(&mut self, event: notify::Result<Event>) {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                tracing::warn!(%error, "the watcher reports an error");
                self.all = true;
                return;
            }
        };
        self.all |= event.need_rescan();
        match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => {
                for path in event.paths {
                    self.writing.remove(&path);
                    self.shut.insert(path.clone());
                    self.closed.insert(path);
                }
            }
            EventKind::Create(kind) => {
                for path in event.paths {
                    let Ok(metadata) = path.symlink_metadata() else { continue };
                    // A link is whole at once and nobody closes it; a file that was just made is not.
                    if metadata.is_symlink() || kind == CreateKind::Folder || metadata.nlink() > 1 {
                        self.closed.insert(path.clone());
                    } else if !metadata.is_file() || self.polled || cfg!(not(target_os = "linux")) {
                        self.early.insert(path.clone());
                    }
                    self.moved.insert(path);
                }
            }
            // Where closing can be seen, it is waited for; and there both ends of a rename are told of one by one.
            EventKind::Modify(ModifyKind::Name(RenameMode::Both))
                if cfg!(target_os = "linux") && !self.polled => {}
            EventKind::Modify(ModifyKind::Data(_)) if cfg!(target_os = "linux") && !self.polled => {
                self.writing.extend(event.paths);
            }
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                for path in &event.paths {
                    if self.writing.remove(path) {
                        self.carried.insert(path.clone());
                    }
                }
                self.moved.extend(event.paths.iter().cloned());
                self.gone.extend(event.paths);
            }
            EventKind::Modify(ModifyKind::Name(_)) => {
                self.moved.extend(event.paths.iter().cloned());
                self.closed.extend(event.paths);
            }
            // A folder may have become one that can be read, or cease to be.
            EventKind::Modify(ModifyKind::Metadata(_)) => {
                self.moved.extend(event.paths.iter().cloned());
                self.early.extend(event.paths);
            }
            EventKind::Modify(_) | EventKind::Any | EventKind::Other => self.early.extend(event.paths),
            EventKind::Access(_) => {}
        }
    }

    /// Whether nothing of interest happened.
    pub fn is_empty(&self) -> bool {
        !self.all
            && self.closed.is_empty()
            && self.gone.is_empty()
            && self.early.is_empty()
            && self.writing.is_empty()
            && self.moved.is_empty()
    }

    /// Whether no path came or went.
    pub fn none_moved(&self) -> bool {
        self.moved.is_empty()
    }

    /// Whether this path came or went, or one of the folders that it stands in.
    pub fn moved(&self, path: &Path) -> bool {
        path.ancestors().any(|above| self.moved.contains(above))
    }

    /// Whether something happened to this path.
    pub fn touches(&self, path: &Path) -> bool {
        self.all || [&self.closed, &self.gone, &self.early].iter().any(|paths| paths.contains(path))
    }
}
