//! Hears of changes in folders, and goes on hearing when they are removed, made anew or linked elsewhere.
//!
//! Folders are watched, not files: a file's watch dies with the first atomic save. Beside each action
//! folder the way to it is watched, so that its coming and going is seen.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{Config, ErrorKind, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::Notice;
use super::shelf::Message;

/// How often folders are looked at where the system can't tell of changes.
const POLL: Duration = Duration::from_millis(500);

/// The folders that are watched.
pub(super) struct Watch {
    watcher: Option<Box<dyn Watcher + Send>>,
    polling: bool,
    watched: BTreeSet<PathBuf>,
    sender: Sender<Message>,
}

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

    /// Whether something happened to this path.
    pub fn touches(&self, path: &Path) -> bool {
        self.all || [&self.closed, &self.gone, &self.early].iter().any(|paths| paths.contains(path))
    }
}

impl Watch {
    pub fn new(sender: Sender<Message>) -> Self {
        Self { watcher: None, polling: false, watched: BTreeSet::new(), sender }
    }

    /// Watches a folder and the way to it from `base`, as far as it is there.
    pub fn follow(&mut self, base: &Path, dir: &Path) -> Vec<Notice> {
        let mut notices = Vec::new();
        for path in watchable(base, dir) {
            // A folder that was made anew has the old one's path: the old watch is dead, whatever it says.
            if self.watched.remove(&path)
                && let Some(watcher) = &mut self.watcher
            {
                let _ = watcher.unwatch(&path);
            }
            if path.is_dir() {
                notices.extend(self.add(&path));
            }
        }
        // Where a link leads deeper than it stands, its target may have appeared before that was watched.
        for path in watchable(base, dir) {
            if path.is_dir() && !self.watched.contains(&path) {
                notices.extend(self.add(&path));
            }
        }
        notices
    }

    /// Watches a folder in which links' targets stand.
    pub fn also(&mut self, folder: &Path) -> Option<Notice> {
        if self.watched.contains(folder) { None } else { self.add(folder) }
    }

    /// An empty collection of events.
    pub fn listen(&self) -> Seen {
        Seen { polled: self.polling, ..Seen::default() }
    }

    /// Whether events say that the folder, or one on the way to it, came or went.
    pub fn chain_moved(base: &Path, dir: &Path, seen: &Seen) -> bool {
        !seen.moved.is_empty() && chain(base, dir).iter().any(|path| seen.moved.contains(path))
    }

    fn add(&mut self, path: &Path) -> Option<Notice> {
        let result = match self.watcher() {
            Ok(watcher) => watcher.watch(path, RecursiveMode::NonRecursive),
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => {
                self.watched.insert(path.to_owned());
                None
            }
            // It went again before we came.
            Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => None,
            // That is the folder's own problem, and told as such; looking at it more often would not help.
            Err(error) if is_denied(&error) => None,
            Err(error) if !self.polling => {
                tracing::warn!(%error, path = %path.display(), "falls back to polling");
                let message = "the system's limit of watched folders is reached, so changes of action files \
                               are looked for twice a second";
                self.watched.insert(path.to_owned());
                self.poll();
                Some(Notice::new("watch_limit", message).hint("raise fs.inotify.max_user_watches"))
            }
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "can't be watched");
                None
            }
        }
    }

    /// Watches everything anew by looking.
    fn poll(&mut self) {
        self.polling = true;
        self.watcher = None;
        for path in std::mem::take(&mut self.watched) {
            self.add(&path);
        }
    }

    fn watcher(&mut self) -> notify::Result<&mut Box<dyn Watcher + Send>> {
        if self.watcher.is_none() {
            let sender = self.sender.clone();
            let tell = move |event: notify::Result<Event>| {
                // Looking into a file is no change; our own reading would wake us without end.
                let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
                let is_look = |event: &Event| event.kind.is_access() && event.kind != written;
                if !event.as_ref().is_ok_and(is_look) {
                    let _ = sender.send(Message::Files(event));
                }
            };
            let config = Config::default().with_poll_interval(POLL).with_compare_contents(true);
            let watcher: Box<dyn Watcher + Send> = if self.polling {
                Box::new(PollWatcher::new(tell, config)?)
            } else {
                Box::new(RecommendedWatcher::new(tell, config)?)
            };
            self.watcher = Some(watcher);
        }
        self.watcher.as_mut().ok_or_else(|| notify::Error::generic("no watcher"))
    }
}

fn is_denied(error: &notify::Error) -> bool {
    matches!(&error.kind, ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::PermissionDenied)
}

/// The folder, what is between it and `base`, and where links among these lead.
fn chain(base: &Path, dir: &Path) -> Vec<PathBuf> {
    let mut chain = ways(base, dir);
    chain.extend(targets(base, dir).into_iter().flat_map(|(parent, target)| [parent, target]));
    chain
}

/// What is to be watched: the way itself, and the folders in which links' targets stand. Not the targets:
/// they are the same folders as the links, and would be told of by one of two names only.
///
/// The outer ones come first: what appears in a folder before it is watched is seen by looking for it
/// afterwards, and what appears later is told.
fn watchable(base: &Path, dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = targets(base, dir).into_iter().map(|(parent, _)| parent).collect();
    paths.extend(ways(base, dir));
    paths.sort_by(|a, b| a.components().count().cmp(&b.components().count()).then_with(|| a.cmp(b)));
    paths.dedup();
    paths
}

fn ways(base: &Path, dir: &Path) -> Vec<PathBuf> {
    dir.ancestors().take_while(|path| path.starts_with(base)).map(Path::to_owned).collect()
}

fn targets(base: &Path, dir: &Path) -> Vec<(PathBuf, PathBuf)> {
    let target = |link: PathBuf| {
        let target = link.parent()?.join(std::fs::read_link(&link).ok()?);
        let parent = target.parent()?.canonicalize().ok()?;
        let target = parent.join(target.file_name()?);
        Some((parent, target))
    };
    ways(base, dir).into_iter().filter_map(target).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn where_the_system_can_not_tell_of_changes_they_are_found_by_looking() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        let dir = base.join("actions");
        std::fs::create_dir(&dir).unwrap();
        let (sender, events) = mpsc::channel();
        let mut watch = Watch::new(sender);
        watch.follow(&base, &dir);
        // As if the system's limit had been met.
        watch.poll();
        assert!(watch.watched.contains(&dir));
        std::fs::write(dir.join("a.yaml"), "label: A").unwrap();
        let mut seen = watch.listen();
        while !seen.touches(&dir.join("a.yaml")) {
            match events.recv_timeout(Duration::from_secs(20)).unwrap() {
                Message::Files(event) => seen.take(event),
                _ => unreachable!(),
            }
        }
    }
}
