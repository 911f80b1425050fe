//! The store's state and its one thread: orders and file events in, changes out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::aside::Aside;
use super::file;
use super::folder::{Change, Entry, Folder, Good};
use super::history::{Author, History};
use super::trust::Trust;
use super::watch::{Seen, Watch};
use super::{Defaults, Notice, StoreChange, StoreError};
use crate::action::{Problem, Scope, Severity};
use crate::clock;
use crate::paths::Paths;
use crate::remembered::Remembered;
use crate::settings::Settings;

/// How long after a reading that failed, or that may have been early, a file is read again.
pub(super) const SETTLE: Duration = Duration::from_millis(30);

/// What reaches the thread.
pub(super) enum Message {
    /// Something to do, which answers by itself.
    Order(Box<dyn FnOnce(&mut Shelf) + Send>),
    /// Something happened in a watched folder.
    Files(notify::Result<notify::Event>),
    /// The last handle is gone.
    Stop,
}

/// Everything the store knows.
pub(super) struct Shelf {
    pub paths: Paths,
    pub defaults: Defaults,
    /// Why not all defaults are in the user's folder.
    pub unseeded: Option<Problem>,
    pub settings: Settings,
    pub user: Folder,
    pub projects: HashMap<PathBuf, Folder>,
    pub history: History,
    pub trust: Trust,
    pub remembered: Remembered,
    watch: Watch,
    changes: broadcast::Sender<StoreChange>,
    /// The notices of the start, while it lasts: nobody listens yet.
    opening: Option<Vec<Notice>>,
    /// Files to read again, and when.
    pub(super) due: BTreeMap<PathBuf, Instant>,
    /// Files that somebody writes and has not closed.
    pub(super) writing: BTreeSet<PathBuf>,
    /// What files held that differ from what is known, at a first glance: they may be half written.
    glanced: HashMap<PathBuf, String>,
    /// Files whose new content was not taken, because it is still being written.
    unfinished: BTreeSet<PathBuf>,
    /// Files that were taken out of their place and are not removed yet.
    pub(super) asides: BTreeMap<PathBuf, Aside>,
    /// Where links in the folders lead, and the links.
    links: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Files whose bytes could not be kept in the history yet.
    unkept: BTreeSet<PathBuf>,
}

impl Shelf {
    /// Loads the user's folder and begins to watch it.
    pub fn open(
        paths: Paths,
        settings: Settings,
        defaults: Defaults,
        sender: Sender<Message>,
        changes: broadcast::Sender<StoreChange>,
        remembered: Remembered,
    ) -> (Self, Result<Vec<Notice>, StoreError>) {
        let mut shelf = Self {
            user: Folder::new(Scope::User, None, paths.actions()),
            projects: HashMap::new(),
            history: History::new(paths.history()),
            trust: Trust::open(paths.trust()),
            watch: Watch::new(sender),
            due: BTreeMap::new(),
            writing: BTreeSet::new(),
            glanced: HashMap::new(),
            unfinished: BTreeSet::new(),
            asides: BTreeMap::new(),
            links: BTreeMap::new(),
            unkept: BTreeSet::new(),
            paths,
            defaults,
            unseeded: None,
            opening: Some(Vec::new()),
            settings,
            changes,
            remembered,
        };
        let notices = shelf.begin();
        (shelf, notices)
    }

    fn begin(&mut self) -> Result<Vec<Notice>, StoreError> {
        let actions = self.paths.actions();
        std::fs::create_dir_all(&actions).map_err(StoreError::io(&actions, "making the folder"))?;
        let mut notices = Vec::new();
        // Watched first, loaded then: what changes in between is seen twice rather than never.
        notices.extend(self.watch.follow(self.paths.home(), &actions));
        self.load(None);
        notices.extend(self.clean_deprecated());
        notices.extend(self.seed());
        // An editor checks files against the format of the program that reads them.
        if let Err(error) = self.offer_schema(None) {
            tracing::warn!(%error, "the schema beside the actions may be an older one");
        }
        if let Some(why) = &self.trust.broken {
            let message = format!("trust.json can't be read ({why}), so project actions ask again");
            let hint = format!("remove or mend {}", self.paths.trust().display());
            notices.push(Notice::new("trust_unreadable", message).hint(hint));
        }
        for problem in self.settings.problems() {
            let message = format!("config.yaml:{}:{}: {}", problem.line, problem.column, problem.message);
            notices.push(Notice { hint: problem.fix.clone(), ..Notice::new("bad_config", message) });
        }
        notices.extend(self.opening.take().unwrap_or_default());
        Ok(notices)
    }

    /// Works until the last handle is gone.
    pub fn serve(&mut self, inbox: &Receiver<Message>) {
        loop {
            let next = self.due.values().min().copied();
            let message = match next {
                Some(at) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let mut seen = self.watch.listen();
            let mut message = match message {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            // A burst is one reload of the files that it touched: take all of it, up to an order.
            let mut order = None;
            while let Some(next) = message.take() {
                match next {
                    Message::Files(event) => seen.take(event),
                    Message::Order(work) => {
                        order = Some(work);
                        break;
                    }
                    Message::Stop => return,
                }
                message = inbox.try_recv().ok();
            }
            self.absorb(seen);
            self.read_due();
            if let Some(work) = order {
                work(self);
            }
        }
    }

    /// Tells everyone.
    pub fn publish(&mut self, change: StoreChange) {
        match (&mut self.opening, change) {
            (Some(notices), StoreChange::Notice(notice)) => notices.push(notice),
            // Without listeners there is nobody to tell.
            (_, change) => _ = self.changes.send(change),
        }
    }

    /// A project's folder, loaded and watched from its first use on.
    pub fn project(&mut self, root: &Path) -> &Folder {
        if !self.projects.contains_key(root) {
            let dir = Paths::project_actions(root);
            let folder = Folder::new(Scope::Project, Some(root.to_owned()), dir.clone());
            self.projects.insert(root.to_owned(), folder);
            for notice in self.watch.follow(root, &dir) {
                self.publish(StoreChange::Notice(notice));
            }
            self.load(Some(root));
        }
        self.folder(Some(root))
    }

    /// Reads a folder for the first time. A file that was written this instant is given a moment.
    fn load(&mut self, project: Option<&Path>) {
        let fresh = |path: &PathBuf| path.is_file() && !file::is_at_rest(path, SETTLE);
        if self.folder_mut(project).list().iter().any(fresh) {
            #[expect(
                clippy::disallowed_methods,
                reason = "this thread is the store's own, and nobody tells of rest"
            )]
            std::thread::sleep(SETTLE);
        }
        self.rescan(project, true);
        self.sweep(project);
    }

    /// A folder that is loaded; the user's for a project that is not.
    pub fn folder(&self, project: Option<&Path>) -> &Folder {
        project.and_then(|root| self.projects.get(root)).unwrap_or(&self.user)
    }

    fn folder_mut(&mut self, project: Option<&Path>) -> &mut Folder {
        match project.and_then(|root| self.projects.get_mut(root)) {
            Some(folder) => folder,
            None => &mut self.user,
        }
    }

    /// Looks at everything that events named.
    fn absorb(&mut self, mut seen: Seen) {
        if seen.is_empty() {
            return;
        }
        self.follow_writers(&seen);
        self.see_through_links(&mut seen);
        let seen = &seen;
        let roots: Vec<Option<PathBuf>> =
            std::iter::once(None).chain(self.projects.keys().cloned().map(Some)).collect();
        if seen.touches(&self.paths.config()) {
            self.settings.reload();
            self.publish(StoreChange::Actions { project: None });
        }
        for root in roots {
            let dir = self.folder(root.as_deref()).dir.clone();
            let base = root.as_deref().unwrap_or(self.paths.home()).to_owned();
            if seen.all || Watch::chain_moved(&base, &dir, seen) {
                for notice in self.watch.follow(&base, &dir) {
                    self.publish(StoreChange::Notice(notice));
                }
                self.rescan(root.as_deref(), false);
                if root.is_none() {
                    // It may be one that can be read and written now.
                    self.seed_what_is_missing();
                }
                continue;
            }
            let folder = self.folder(root.as_deref());
            let touched: Vec<PathBuf> =
                seen.closed.iter().filter(|path| folder.owns(path)).cloned().collect();
            let early: Vec<PathBuf> = seen.early.iter().filter(|path| folder.owns(path)).cloned().collect();
            let gone: Vec<PathBuf> = seen.gone.iter().filter(|path| folder.owns(path)).cloned().collect();
            self.forget(root.as_deref(), &gone);
            self.reload(root.as_deref(), touched, false);
            let at = Instant::now() + SETTLE;
            // Each new sign of writing puts the reading off again.
            self.due.extend(early.into_iter().map(|path| (path, at)));
        }
    }

    /// Keeps track of who is still writing.
    fn follow_writers(&mut self, seen: &Seen) {
        self.follow_asides(seen);
        if seen.all {
            // Who closed what meanwhile is not known.
            self.writing.clear();
        }
        for path in &seen.shut {
            self.writing.remove(path);
        }
        self.writing.extend(seen.writing.iter().cloned());
    }

    /// What happens to a link's target happens to the link.
    fn see_through_links(&mut self, seen: &mut Seen) {
        for (target, links) in &self.links {
            if seen.closed.contains(target) {
                self.writing.retain(|path| !links.contains(path));
                seen.closed.extend(links.iter().cloned());
            }
            if seen.writing.contains(target) {
                self.writing.extend(links.iter().cloned());
            }
            if seen.gone.contains(target) || seen.early.contains(target) {
                seen.early.extend(links.iter().cloned());
            }
        }
    }

    /// Watches what a link leads to, where it may be followed.
    fn watch_target(&mut self, project: Option<&Path>, link: &Path) {
        if !link.is_symlink() {
            return;
        }
        let Ok(target) = link.canonicalize() else { return };
        if project.is_some_and(|project| !target.starts_with(project)) {
            return;
        }
        if let Some(notice) = target.parent().and_then(|parent| self.watch.also(parent)) {
            self.publish(StoreChange::Notice(notice));
        }
        self.links.entry(target).or_default().insert(link.to_owned());
    }

    /// Lets go of files that were removed. One that is there again is about to be told of.
    fn forget(&mut self, project: Option<&Path>, paths: &[PathBuf]) {
        self.keep_unkept(project);
        let mut changed = false;
        for path in paths.iter().filter(|path| path.symlink_metadata().is_err()) {
            changed |= self.folder_mut(project).remove(path);
        }
        if changed {
            self.publish(StoreChange::Actions { project: project.map(Path::to_owned) });
        }
    }

    /// Reads the files whose time has come; now their state is taken for what it is.
    fn read_due(&mut self) {
        let now = Instant::now();
        let due: Vec<PathBuf> =
            self.due.iter().filter(|(_, at)| **at <= now).map(|(p, _)| p.clone()).collect();
        if due.is_empty() {
            return;
        }
        let mut by_root: HashMap<Option<PathBuf>, Vec<PathBuf>> = HashMap::new();
        for path in due {
            self.due.remove(&path);
            if self.asides.contains_key(&path) {
                self.look_aside(&path);
                continue;
            }
            let root = self.projects.values().find(|folder| folder.owns(&path));
            let root = root.and_then(|folder| folder.project.clone());
            by_root.entry(root).or_default().push(path);
        }
        for (root, paths) in by_root {
            self.reload(root.as_deref(), paths, true);
        }
    }

    /// Looks at all files of a folder; only those that differ from what is known are loaded.
    pub fn rescan(&mut self, project: Option<&Path>, first: bool) {
        let folder = self.folder_mut(project);
        let mut paths: BTreeSet<PathBuf> = folder.list().into_iter().collect();
        paths.extend(folder.entries().map(|(path, _)| path.clone()));
        self.reload(project, paths.into_iter().collect(), first);
    }

    /// Reads files again. Broken ones are read once more a little later, unless this is `final_reading`.
    pub fn reload(&mut self, project: Option<&Path>, paths: Vec<PathBuf>, final_reading: bool) {
        // What is known now may be gone from the disk in a moment.
        self.keep_unkept(project);
        let mut changed = false;
        for path in paths {
            self.watch_target(project, &path);
            let (change, entry) = self.folder(project).look(&path);
            let glanced = self.glanced.remove(&path);
            if let Some(entry) = &entry {
                let grows = glanced.is_some_and(|glanced| glanced != entry.sha256);
                if grows {
                    self.due.insert(path.clone(), Instant::now() + SETTLE);
                }
                if grows || self.writing.contains(&path) {
                    self.unfinished.insert(path);
                    continue;
                }
            }
            self.unfinished.remove(&path);
            match (change, entry) {
                (Change::None, _) => {}
                (Change::Gone, _) => {
                    changed |= self.folder_mut(project).remove(&path);
                }
                (Change::Broken, Some(_)) if !final_reading => {
                    self.due.entry(path).or_insert(Instant::now() + SETTLE);
                }
                (_, Some(entry)) => {
                    self.keep(project, path, entry);
                    changed = true;
                }
                (_, None) => {}
            }
        }
        self.history.sync_soon();
        if changed {
            self.publish(StoreChange::Actions { project: project.map(Path::to_owned) });
        }
    }

    /// Whether all files hold what is known of them; one that does not may be half written.
    pub fn is_settled(&mut self, project: Option<&Path>) -> bool {
        self.glanced.clear();
        if let Some(project) = project {
            self.project(project);
        }
        for root in project.map(Some).into_iter().chain([None]) {
            let paths = self.folder_mut(root).list();
            let folder = self.folder(root);
            let differing = paths.into_iter().filter_map(|path| {
                let sha256 = folder.look(&path).1?.sha256;
                Some((path, sha256))
            });
            let differing: Vec<(PathBuf, String)> = differing.collect();
            self.glanced.extend(differing);
        }
        self.glanced.is_empty()
    }

    /// The files of a folder whose new content was not taken, because it is still being written.
    pub fn unfinished(&self, folder: &Folder) -> impl Iterator<Item = Problem> {
        let paths = self.unfinished.iter().filter(|path| folder.owns(path));
        paths.map(|path| {
            let message = "this file is being written: it counts as it was before, until it is closed";
            Problem { severity: Severity::Warning, ..Problem::whole(path, "being-written", message) }
        })
    }

    /// Tries again to keep what could not be kept: the disk may have room now.
    fn keep_unkept(&mut self, project: Option<&Path>) {
        for path in self.unkept.clone() {
            let folder = self.folder(project);
            let Some(entry) = folder.entry(&path) else { continue };
            let (key, bytes) = (folder.key(&entry.id), entry.bytes.clone());
            if self.history.note(&key, &bytes, Author::Editor, "", clock::now()).is_ok() {
                self.unkept.remove(&path);
            }
        }
    }

    /// Takes what was read for the file's state, and keeps it in the history.
    fn keep(&mut self, project: Option<&Path>, path: PathBuf, mut entry: Entry) {
        let key = self.folder(project).key(&entry.id);
        if let Err(error) = self.history.note(&key, &entry.bytes, Author::Editor, "", clock::now()) {
            tracing::warn!(%error, path = %path.display(), "a version can't be kept in the history");
            if self.unkept.is_empty() {
                let message =
                    format!("the history can't be written ({error}): versions are not kept for now");
                let hint = "make room on the disk, and the folder writable; it is tried again at each change";
                self.publish(StoreChange::Notice(Notice {
                    action: Some(entry.id.clone()),
                    ..Notice::new("history_failed", message).hint(hint)
                }));
            }
            self.unkept.insert(path.clone());
        } else {
            self.unkept.remove(&path);
        }
        if entry.action.is_none() && entry.good.is_none() {
            entry.good = self.last_good(project, &path, &entry.id);
        }
        self.folder_mut(project).insert(path, entry);
    }

    /// The newest version in the history that parses: what a broken file said before a restart.
    fn last_good(&self, project: Option<&Path>, path: &Path, id: &str) -> Option<Good> {
        let folder = self.folder(project);
        let key = folder.key(id);
        self.history.timestamps(&key).ok()?.into_iter().find_map(|timestamp| {
            let bytes = self.history.read(&key, &timestamp).ok()??;
            let action = crate::action::read(path, folder.scope, &bytes).0?;
            let sha256 = super::sha256(&bytes);
            Some(Good { action: action.into(), bytes: bytes.into(), sha256 })
        })
    }
}
