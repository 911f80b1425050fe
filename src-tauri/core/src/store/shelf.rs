//! The store's state and its one thread: orders and file events in, changes out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::aside::Aside;
use super::change::make;
use super::file::{self, SETTLE};
use super::folder::{Change, Folder};
use super::history::{History, Key};
use super::seen::Seen;
use super::trust::Trust;
use super::watch::Watch;
use super::writers::being_written;
use super::{Defaults, Notice, StoreChange, StoreError};
use crate::action::{Problem, Scope};
use crate::api::DeletedAction;
use crate::paths::Paths;
use crate::remembered::Remembered;
use crate::settings::Settings;

/// How long a file that somebody has open is not looked at again, if nobody tells of its closing.
const STILL_OPEN: Duration = Duration::from_secs(1);

/// Why files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Their writers are done, it was told. What is broken is read once more a little later.
    Told,
    /// Nobody has seen them before.
    First,
    /// They are wanted as they are now, whatever was told; but half a file is none.
    Asked,
    /// The store itself has just changed them.
    Own,
}

/// What reaches the thread.
pub(super) enum Message {
    /// Something to do, which answers by itself.
    Order(Box<dyn FnOnce(&mut Shelf) + Send>),
    /// Something happened in a watched folder.
    Files(notify::Result<notify::Event>),
    /// The last handle is gone.
    Stop,
}

/// A folder that is loaded: only the shelf makes these, so that nothing is done in a folder that nobody has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place(usize);

impl Place {
    /// The user's own.
    pub const USER: Self = Self(0);
}

/// Everything the store knows.
pub(super) struct Shelf {
    pub paths: Paths,
    pub defaults: Defaults,
    /// The defaults that are not in the user's folder, and why.
    pub unseeded: BTreeMap<String, StoreError>,
    pub settings: Settings,
    /// The user's folder, then those of the projects that were used; none is ever taken out.
    folders: Vec<Folder>,
    pub history: History,
    pub trust: Trust,
    pub remembered: Remembered,
    watch: Watch,
    changes: broadcast::Sender<StoreChange>,
    /// The notices of the start, while it lasts: nobody listens yet.
    pub(super) opening: Option<Vec<Notice>>,
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
    /// The links in the folders, and where they lead.
    links: BTreeMap<PathBuf, PathBuf>,
    /// What is known of deleted actions, by their versions.
    pub(super) remains: HashMap<Key, DeletedAction>,
    /// Files whose bytes could not be kept in the history yet, and why.
    pub(super) unkept: BTreeMap<PathBuf, io::Error>,
    /// Files whose bytes go to the history when nothing else is to be done.
    pub(super) later: BTreeSet<(Place, PathBuf)>,
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
            folders: vec![Folder::new(Scope::User, None, paths.actions())],
            history: History::new(paths.history()),
            trust: Trust::open(paths.trust()),
            watch: Watch::new(sender),
            due: BTreeMap::new(),
            writing: BTreeSet::new(),
            glanced: HashMap::new(),
            unfinished: BTreeSet::new(),
            asides: BTreeMap::new(),
            links: BTreeMap::new(),
            remains: HashMap::new(),
            unkept: BTreeMap::new(),
            later: BTreeSet::new(),
            paths,
            defaults,
            unseeded: BTreeMap::new(),
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
        match make(&actions) {
            // Projects have actions too; that the user's can't be there is told with the defaults.
            Ok(()) | Err(StoreError::InTheWay { .. }) => {}
            Err(error) => return Err(error),
        }
        let mut notices = Vec::new();
        // Watched first, loaded then: what changes in between is seen twice rather than never.
        notices.extend(self.watch.follow(self.paths.home(), &actions));
        self.load(Place::USER);
        notices.extend(self.clean_deprecated());
        notices.extend(self.seed());
        // An editor checks files against the format of the program that reads them.
        if let Err(error) = self.offer_schema(Place::USER) {
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
        self.history.sync_soon();
        Ok(notices)
    }

    /// Works until the last handle is gone.
    pub fn serve(&mut self, inbox: &Receiver<Message>) {
        loop {
            let next = self.due.values().min().copied();
            let message = match next {
                _ if !self.later.is_empty() => inbox.try_recv().map_err(|error| match error {
                    TryRecvError::Empty => RecvTimeoutError::Timeout,
                    TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
                }),
                Some(at) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let mut seen = self.watch.listen();
            let mut message = match message {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => {
                    self.keep_some();
                    None
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            // A burst is one reload of the files that it touched: take all of it, up to an order.
            let mut order = None;
            while let Some(next) = message.take() {
                match next {
                    Message::Files(event) => seen.take(self.watch.under_all_names(event)),
                    Message::Order(work) => {
                        order = Some(work);
                        break;
                    }
                    Message::Stop => {
                        while !self.later.is_empty() {
                            self.keep_some();
                        }
                        self.clear_asides();
                        return;
                    }
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

    /// A project's folder, loaded and watched from its first use on; the user's without a project, and where the
    /// project's is that one.
    pub fn place(&mut self, project: Option<&Path>) -> Place {
        let Some((root, dir)) = project.and_then(|root| Some((root, self.paths.actions_of(root)?))) else {
            return Place::USER;
        };
        if let Some(at) = self.folders.iter().position(|folder| folder.project.as_deref() == project) {
            return Place(at);
        }
        let place = Place(self.folders.len());
        self.folders.push(Folder::new(Scope::Project, Some(root.to_owned()), dir.clone()));
        for notice in self.watch.follow(root, &dir) {
            self.publish(StoreChange::Notice(notice));
        }
        self.load(place);
        place
    }

    /// The folders that matter in one, its own first.
    pub fn places(place: Place) -> impl Iterator<Item = Place> {
        let users = Some(Place::USER).filter(|users| *users != place);
        std::iter::once(place).chain(users)
    }

    /// Reads a folder for the first time. A file that was written this instant is given a moment.
    fn load(&mut self, place: Place) {
        let fresh = |path: &PathBuf| path.is_file() && !file::is_at_rest(path, SETTLE);
        if self.folder_mut(place).list().iter().any(fresh) {
            #[expect(
                clippy::disallowed_methods,
                reason = "this thread is the store's own, and nobody tells of rest"
            )]
            std::thread::sleep(SETTLE);
        }
        self.rescan(place, Reading::First);
        self.sweep(place);
    }

    /// A folder.
    pub fn folder(&self, place: Place) -> &Folder {
        &self.folders[place.0]
    }

    pub(super) fn folder_mut(&mut self, place: Place) -> &mut Folder {
        &mut self.folders[place.0]
    }

    /// The user's folder.
    pub fn user(&self) -> &Folder {
        self.folder(Place::USER)
    }

    /// The ids of which the history has versions and the folder has no file.
    pub fn deleted(&mut self, place: Place) -> impl Iterator<Item = &String> {
        let folder = &self.folders[place.0];
        let ids = self.history.ids(folder.project.as_deref()).iter();
        ids.filter(|id| folder.with_id(id).next().is_none())
    }

    fn tell_of_actions(&mut self, place: Place) {
        let project = self.folder(place).project.clone();
        self.publish(StoreChange::Actions { project });
    }

    /// Looks at everything that events named.
    fn absorb(&mut self, mut seen: Seen) {
        if seen.is_empty() {
            return;
        }
        self.follow_writers(&seen);
        self.see_through_links(&mut seen);
        let seen = &seen;
        if seen.touches(&self.paths.config()) {
            self.settings.reload();
            self.tell_of_actions(Place::USER);
        }
        for place in (0..self.folders.len()).map(Place) {
            let folder = self.folder(place);
            let dir = folder.dir.clone();
            let base = folder.project.as_deref().unwrap_or(self.paths.home()).to_owned();
            if seen.all || Watch::chain_moved(&base, &dir, seen) {
                for notice in self.watch.follow(&base, &dir) {
                    self.publish(StoreChange::Notice(notice));
                }
                self.rescan(place, Reading::Told);
                let stands = base.is_dir();
                if stands != std::mem::replace(&mut self.folder_mut(place).stands, stands) {
                    // Also where it has no actions, somebody may look at it.
                    self.tell_of_actions(place);
                }
                if place == Place::USER {
                    // It may be one that can be read and written now.
                    self.seed_what_is_missing();
                    // The history is in there, the projects' too.
                    for place in (0..self.folders.len()).map(Place) {
                        self.keep_unkept(place);
                    }
                }
                continue;
            }
            let touched: Vec<PathBuf> =
                seen.closed.iter().filter(|path| folder.owns(path)).cloned().collect();
            let early: Vec<PathBuf> = seen.early.iter().filter(|path| folder.owns(path)).cloned().collect();
            let gone: Vec<PathBuf> = seen.gone.iter().filter(|path| folder.owns(path)).cloned().collect();
            self.forget(place, &gone);
            self.reload(place, touched, Reading::Told);
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
        for (link, target) in &self.links {
            if seen.closed.contains(target) {
                self.writing.remove(link);
                seen.closed.insert(link.clone());
            }
            if seen.writing.contains(target) {
                self.writing.insert(link.clone());
            }
            let above_moved = !seen.none_moved() && target.parent().is_some_and(|above| seen.moved(above));
            if above_moved || seen.gone.contains(target) || seen.early.contains(target) {
                seen.early.insert(link.clone());
            }
        }
    }

    /// Watches what a link leads to, where it may be followed.
    fn watch_target(&mut self, place: Place, link: &Path) {
        let inside = |target: &PathBuf| {
            let project = self.folder(place).project.as_ref();
            project.is_none_or(|project| target.starts_with(project))
        };
        let target = Some(link).filter(|link| link.is_symlink()).and_then(whither).filter(inside);
        let Some(target) = target else {
            if self.links.remove(link).is_some() {
                self.watch.forget(link);
            }
            return;
        };
        if let Some(notice) = self.watch.see_through(link, &target) {
            self.publish(StoreChange::Notice(notice));
        }
        self.links.insert(link.to_owned(), target);
    }

    /// Lets go of files that were removed. One that is there again is about to be told of.
    fn forget(&mut self, place: Place, paths: &[PathBuf]) {
        self.keep_unkept(place);
        let mut changed = false;
        for path in paths.iter().filter(|path| path.symlink_metadata().is_err()) {
            changed |= self.let_file_go(place, path);
        }
        let defaults = self.defaults_at(place, paths);
        self.follow_defaults(defaults);
        if changed {
            self.tell_of_actions(place);
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
        let mut by_place: BTreeMap<Place, Vec<PathBuf>> = BTreeMap::new();
        for path in due {
            self.due.remove(&path);
            if self.asides.contains_key(&path) {
                self.look_aside(&path);
                continue;
            }
            let place = self.folders.iter().position(|folder| folder.owns(&path)).map(Place);
            by_place.entry(place.unwrap_or(Place::USER)).or_default().push(path);
        }
        for (place, paths) in by_place {
            self.reload(place, paths, Reading::Asked);
        }
    }

    /// Looks at all files of a folder; only those that differ from what is known are loaded.
    pub fn rescan(&mut self, place: Place, reading: Reading) {
        let folder = self.folder_mut(place);
        let mut paths: BTreeSet<PathBuf> = folder.list().into_iter().collect();
        paths.extend(folder.entries().map(|(path, _)| path.clone()));
        self.reload(place, paths.into_iter().collect(), reading);
    }

    /// Reads files again.
    pub fn reload(&mut self, place: Place, paths: Vec<PathBuf>, reading: Reading) {
        // What is known now may be gone from the disk in a moment.
        self.keep_unkept(place);
        let mut changed = false;
        let defaults = self.defaults_at(place, &paths);
        let mut read = Vec::new();
        for path in paths {
            self.watch_target(place, &path);
            let (change, entry) = self.folder(place).look(&path);
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
            read.push((path, change, entry));
        }
        let asked = matches!(reading, Reading::First | Reading::Asked);
        let differing = read.iter().filter(|(_, _, entry)| entry.is_some() && asked);
        let open = being_written(differing.map(|(path, ..)| path.as_path()));
        for (path, change, entry) in read {
            if open.contains(&path) {
                self.due.insert(path.clone(), Instant::now() + STILL_OPEN);
                self.unfinished.insert(path);
                continue;
            }
            self.unfinished.remove(&path);
            match (change, entry) {
                (Change::None, _) => {}
                (Change::Gone, _) => {
                    changed |= self.let_file_go(place, &path);
                }
                (Change::Broken, Some(_)) if reading == Reading::Told => {
                    self.due.entry(path).or_insert(Instant::now() + SETTLE);
                }
                (_, Some(entry)) => {
                    self.keep(place, &path, entry, reading);
                    changed = true;
                }
                (_, None) => {}
            }
        }
        self.follow_defaults(defaults);
        // While the store opens, the defaults' files would wait for all of it to be written.
        if self.opening.is_none() {
            self.history.sync_soon();
        }
        if changed {
            self.tell_of_actions(place);
        }
    }

    /// Whether all files hold what is known of them; one that does not may be half written.
    pub fn is_settled(&mut self, project: Option<&Path>) -> bool {
        self.glanced.clear();
        for place in Self::places(self.place(project)) {
            let paths = self.folder_mut(place).list();
            let folder = self.folder(place);
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
            Problem::being_written(path, message)
        })
    }
}

/// Where a link leads in the end, or would.
fn whither(link: &Path) -> Option<PathBuf> {
    link.canonicalize().ok().or_else(|| {
        let target = link.parent()?.join(std::fs::read_link(link).ok()?);
        let there = target.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
        let (above, real) = there?;
        let rest = target.strip_prefix(above).ok()?;
        // What goes up from a folder that is not there leads nowhere.
        let is_down = rest.components().all(|part| matches!(part, Component::Normal(_)));
        is_down.then(|| real.join(rest))
    })
}
