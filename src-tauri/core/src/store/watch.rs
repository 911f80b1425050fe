//! Hears of changes in folders, and goes on hearing when they are removed, made anew or linked elsewhere.
//!
//! Folders are watched, not files: a file's watch dies with the first atomic save. Beside each action
//! folder the way to it is watched, so that its coming and going is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Config, ErrorKind, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::Notice;
use super::seen::Seen;
use super::shelf::Message;

/// How often folders are looked at where the system can't tell of changes.
const POLL: Duration = Duration::from_millis(500);

/// The folders that are watched.
pub(super) struct Watch {
    watcher: Option<Box<dyn Watcher + Send>>,
    polling: bool,
    /// The folders, by the path that no link is in. The system tells of a folder by one name, however many lead to it.
    watched: BTreeMap<PathBuf, Watched>,
    /// Which names are asked for, by the folder or the link that needs them.
    asked: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    sender: Sender<Message>,
}

/// A folder that is watched.
struct Watched {
    /// The device and the number that it has there: another folder may come to its path.
    inode: (u64, u64),
    /// By what paths it is asked for.
    names: BTreeSet<PathBuf>,
}

impl Watch {
    pub fn new(sender: Sender<Message>) -> Self {
        Self { watcher: None, polling: false, watched: BTreeMap::new(), asked: BTreeMap::new(), sender }
    }

    /// Watches a folder and the way to it from `base`, as far as it is there.
    pub fn follow(&mut self, base: &Path, dir: &Path) -> Vec<Notice> {
        // Where a link leads deeper than it stands, its target may have appeared before that was watched: look twice.
        let mut notices = Vec::new();
        let mut names = BTreeSet::new();
        for path in watchable(base, dir).into_iter().chain(watchable(base, dir)) {
            if path.is_dir() && names.insert(path.clone()) {
                notices.extend(self.add(&path));
            }
        }
        self.ask(dir, names);
        notices
    }

    /// Watches the folder in which a link's target stands, or will.
    pub fn see_through(&mut self, link: &Path, target: &Path) -> Option<Notice> {
        let folder = target.ancestors().skip(1).find(|folder| folder.is_dir())?;
        let notice = self.add(folder);
        self.ask(link, BTreeSet::from([folder.to_owned()]));
        notice
    }

    /// Watches no longer what only this link needed.
    pub fn forget(&mut self, link: &Path) {
        self.ask(link, BTreeSet::new());
        self.asked.remove(link);
    }

    fn ask(&mut self, who: &Path, names: BTreeSet<PathBuf>) {
        let before = self.asked.insert(who.to_owned(), names).unwrap_or_default();
        for name in before {
            if !self.asked.values().any(|names| names.contains(&name)) {
                self.release(&name);
            }
        }
    }

    /// An empty collection of events.
    pub fn listen(&self) -> Seen {
        Seen::new(self.polling)
    }

    /// What the system tells by one of a folder's names happened under all of them.
    pub fn under_all_names(&self, event: notify::Result<Event>) -> notify::Result<Event> {
        let mut event = event?;
        let paths = std::mem::take(&mut event.paths);
        event.paths = paths.into_iter().flat_map(|path| self.names_of(path)).collect();
        Ok(event)
    }

    fn names_of(&self, path: PathBuf) -> BTreeSet<PathBuf> {
        let mut names = BTreeSet::new();
        let within = path.parent().and_then(|folder| self.watched.get(folder));
        if let (Some(watched), Some(file)) = (within, path.file_name()) {
            names.extend(watched.names.iter().map(|name| name.join(file)));
        }
        if let Some(watched) = self.watched.get(&path) {
            names.extend(watched.names.iter().cloned());
        }
        names.insert(path);
        names
    }

    /// Whether events say that the folder, or one on the way to it, came or went.
    pub fn chain_moved(base: &Path, dir: &Path, seen: &Seen) -> bool {
        !seen.none_moved() && chain(base, dir).iter().any(|path| seen.moved(path))
    }

    fn add(&mut self, name: &Path) -> Option<Notice> {
        // It went again before we came, or can't be entered: that is the folder's own problem.
        let path = name.canonicalize().ok()?;
        let metadata = path.metadata().ok()?;
        let inode = (metadata.dev(), metadata.ino());
        if self.watched.get(&path).is_none_or(|watched| !watched.names.contains(name)) {
            self.release(name);
        }
        let other = self.watched.get(&path).is_some_and(|watched| watched.inode != inode);
        // A folder that was made anew has the old one's path: the old watch is dead, or follows the old one. One that
        // is watched already and lives goes on without a gap.
        let result = self.watcher().and_then(|watcher| {
            if other {
                let _ = watcher.unwatch(&path);
            }
            watcher.watch(&path, RecursiveMode::NonRecursive)
        });
        let keep = |watch: &mut Self| {
            let watched = watch.watched.entry(path.clone());
            let watched = watched.or_insert_with(|| Watched { inode, names: BTreeSet::new() });
            watched.inode = inode;
            watched.names.insert(name.to_owned());
        };
        match result {
            Ok(()) => {
                keep(self);
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
                keep(self);
                self.poll();
                let hint = "raise fs.inotify.max_user_watches and fs.inotify.max_user_instances";
                Some(Notice::new("watch_limit", message).hint(hint))
            }
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "can't be watched");
                None
            }
        }
    }

    /// Forgets a name; a folder without one is watched no longer.
    fn release(&mut self, name: &Path) {
        let watcher = &mut self.watcher;
        self.watched.retain(|path, watched| {
            let last = watched.names.remove(name) && watched.names.is_empty();
            if let Some(watcher) = watcher.as_mut().filter(|_| last) {
                let _ = watcher.unwatch(path);
            }
            !last
        });
    }

    /// Watches everything anew by looking.
    fn poll(&mut self) {
        self.polling = true;
        self.watcher = None;
        for name in std::mem::take(&mut self.watched).into_values().flat_map(|watched| watched.names) {
            self.add(&name);
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

/// What is to be watched: the way itself, and the folders in which links' targets stand.
///
/// The outer ones come first: what appears in a folder before it is watched is seen by looking for it
/// afterwards, and what appears later is told.
fn watchable(base: &Path, dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = targets(base, dir).into_iter().map(|(parent, _)| parent).collect();
    paths.extend(ways(base, dir));
    // What is gone is seen coming in what it stood in.
    if !base.is_dir() {
        paths.extend(base.ancestors().find(|folder| folder.is_dir()).map(Path::to_owned));
    }
    paths.sort_by(|a, b| a.components().count().cmp(&b.components().count()).then_with(|| a.cmp(b)));
    paths.dedup();
    paths
}

fn ways(base: &Path, dir: &Path) -> Vec<PathBuf> {
    dir.ancestors().take_while(|path| path.starts_with(base)).map(Path::to_owned).collect()
}

fn targets(base: &Path, dir: &Path) -> Vec<(PathBuf, PathBuf)> {
    // A link may lead to a link, but not without end.
    let hops =
        |link: PathBuf| std::iter::successors(target(&link), |(_, target)| self::target(target)).take(8);
    ways(base, dir).into_iter().flat_map(hops).collect()
}

/// The folder in which a link's target stands, and the target, whether it is there or not.
fn target(link: &Path) -> Option<(PathBuf, PathBuf)> {
    let target = link.parent()?.join(std::fs::read_link(link).ok()?);
    let parent = target.parent()?.canonicalize().ok()?;
    let target = parent.join(target.file_name()?);
    Some((parent, target))
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
        assert!(watch.watched.contains_key(&dir));
        std::fs::write(dir.join("a.yaml"), "label: A").unwrap();
        let mut seen = watch.listen();
        while !seen.touches(&dir.join("a.yaml")) {
            match events.recv_timeout(Duration::from_secs(120)).unwrap() {
                Message::Files(event) => seen.take(event),
                _ => unreachable!(),
            }
        }
    }
}
