//! Brings what was read from files into the history: what was saved at once, and what many files held when they were
//! read for the first time when nothing else is to be done.

use std::io;
use std::path::{Path, PathBuf};

use super::folder::{Entry, Good};
use super::history::Author;
use super::shelf::{Place, Reading, Shelf};
use super::{Notice, StoreChange};
use crate::action::{Problem, Severity, visible};
use crate::clock;

/// How many files are kept before it is asked whether something else is to be done.
const AT_ONCE: usize = 16;

impl Shelf {
    /// Takes what was read for the file's state, and keeps it in the history.
    pub(super) fn keep(&mut self, place: Place, path: &Path, mut entry: Entry, reading: Reading) {
        self.keep_now(place, path);
        if reading == Reading::First {
            // That the history can't be written is known from the first one.
            if self.later.is_empty() {
                self.note(place, path, &entry);
            }
            // Nobody has to wait for the rest: the file holds it, and before it is known to hold something else it is
            // kept.
            self.later.insert((place, path.to_owned()));
        } else {
            self.note(place, path, &entry);
        }
        if entry.action.is_none() && entry.good.is_none() {
            entry.good = self.last_good(place, path, &entry.id);
        }
        let (old, id) = (self.folder(place).entry(path).cloned(), entry.id.clone());
        self.folder_mut(place).insert(path.to_owned(), entry);
        self.tell_what_stands(place, &id);
        if let Some(old) = old.filter(|old| old.id != id) {
            self.tell_what_stands(place, &old.id);
            self.keep_last(place, path, &old);
        }
    }

    /// Forgets a file that is gone; whether it was known. What it held last stays in the history.
    pub(super) fn let_file_go(&mut self, place: Place, path: &Path) -> bool {
        self.keep_now(place, path);
        let Some(entry) = self.folder(place).entry(path).cloned() else { return false };
        self.folder_mut(place).remove(path);
        self.tell_what_stands(place, &entry.id);
        self.keep_last(place, path, &entry);
        true
    }

    /// Keeps what no file holds any more, if others of the same id have pushed it out of the history. Where somebody has
    /// removed all of that, it stays removed: he may be removing the folder.
    fn keep_last(&mut self, place: Place, path: &Path, entry: &Entry) {
        let key = self.folder(place).key(&entry.id);
        let is_removed = || self.history.timestamps(&key).is_ok_and(|kept| kept.is_empty());
        if entry.bytes.is_empty() || (!self.unkept.contains_key(path) && is_removed()) {
            return;
        }
        if !self.history.has(&key, &entry.bytes).unwrap_or_default() {
            self.note(place, path, entry);
        }
    }

    /// Tells the history which bytes the files of an id hold, so that it prunes none of them.
    fn tell_what_stands(&mut self, place: Place, id: &str) {
        let folder = self.folder(place);
        let digests = folder.with_id(id).map(|(_, entry)| entry.sha256.clone()).collect();
        let key = folder.key(id);
        self.history.stand(key, digests);
    }

    /// Keeps what a file held at its first reading, if that is still to be done.
    pub(super) fn keep_now(&mut self, place: Place, path: &Path) {
        if !self.later.is_empty() && self.later.remove(&(place, path.to_owned())) {
            self.note_known(place, path);
        }
    }

    /// The same for all files of an action, whose history is about to be read or written.
    pub(super) fn keep_all_of(&mut self, place: Place, id: &str) {
        let paths: Vec<PathBuf> = self.folder(place).with_id(id).map(|(path, _)| path.clone()).collect();
        for path in paths {
            self.keep_now(place, &path);
        }
    }

    /// Keeps some of what is to be kept when nothing else is to be done.
    pub(super) fn keep_some(&mut self) {
        for _ in 0..AT_ONCE {
            let Some((place, path)) = self.later.pop_first() else { return };
            self.note_known(place, &path);
        }
        if self.later.is_empty() {
            self.history.sync_soon();
        }
    }

    fn note_known(&mut self, place: Place, path: &Path) {
        if let Some(entry) = self.folder(place).entry(path).cloned() {
            self.note(place, path, &entry);
        }
    }

    fn note(&mut self, place: Place, path: &Path, entry: &Entry) {
        let key = self.folder(place).key(&entry.id);
        let Err(error) = self.history.note(&key, &entry.bytes, Author::Editor, "", clock::now()) else {
            self.unkept.remove(path);
            return;
        };
        // It went with its folder, the history with it.
        if key.project.is_none() && !self.history.is_there() {
            return;
        }
        tracing::warn!(%error, path = %path.display(), "a version can't be kept in the history");
        let was_kept = self.unkept.is_empty();
        self.unkept.insert(path.to_owned(), error);
        if was_kept && let Some(problem) = self.not_kept() {
            let notice = Notice::new("history_failed", problem.message);
            self.publish(StoreChange::Notice(Notice {
                action: Some(entry.id.clone()),
                hint: problem.fix,
                ..notice
            }));
            self.publish(StoreChange::Actions { project: None });
        }
    }

    /// That the history can't be written: for those who come after the notice.
    pub(super) fn not_kept(&self) -> Option<Problem> {
        let (path, error) = self.unkept.first_key_value()?;
        let fix = match error.kind() {
            io::ErrorKind::NotADirectory => "put a folder in its place; it is tried again at each change",
            io::ErrorKind::NotFound => "put the folder of your actions back, or make a new one",
            _ => "make room on the disk, and the folder writable; it is tried again at each change",
        };
        let file = visible(&path.file_name().unwrap_or_default().to_string_lossy());
        let others = if self.unkept.len() > 1 { " and others" } else { "" };
        let message =
            format!("the history can't be written ({error}): what `{file}`{others} held is not kept for now");
        let problem = Problem::whole(&self.paths.history(), "history-not-written", message);
        Some(Problem { severity: Severity::Warning, fix: Some(fix.to_owned()), ..problem })
    }

    /// Tries again to keep what could not be kept: the disk may have room now.
    pub(super) fn keep_unkept(&mut self, place: Place) {
        let paths: Vec<PathBuf> = self.unkept.keys().cloned().collect();
        for path in paths {
            let folder = self.folder(place);
            let kept = match folder.entry(&path) {
                Some(entry) => {
                    let (key, bytes) = (folder.key(&entry.id), entry.bytes.clone());
                    self.history.note(&key, &bytes, Author::Editor, "", clock::now()).map(drop)
                }
                // Of a file that is gone nothing is left to keep.
                None if folder.owns(&path) => Ok(()),
                None => continue,
            };
            match kept {
                Ok(()) => _ = self.unkept.remove(&path),
                Err(error) => _ = self.unkept.insert(path, error),
            }
            if self.unkept.is_empty() {
                self.publish(StoreChange::Actions { project: None });
            }
        }
    }

    /// The newest version in the history that parses: what a broken file said before a restart.
    fn last_good(&self, place: Place, path: &Path, id: &str) -> Option<Good> {
        let folder = self.folder(place);
        let key = folder.key(id);
        self.history.timestamps(&key).ok()?.into_iter().find_map(|timestamp| {
            let bytes = self.history.read(&key, &timestamp).ok()??;
            let action = crate::action::read(path, folder.scope, &bytes).0?;
            let sha256 = super::sha256(&bytes);
            Some(Good { action: action.into(), bytes: bytes.into(), sha256 })
        })
    }
}
