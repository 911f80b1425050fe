//! Files that were taken out of their place: swapped out, deleted, or left behind by a crash.
//!
//! Whoever had such a file open may still write into it. It therefore stays beside, hidden, until its writer
//! has closed it or nothing more comes; what came goes to the history, and only then is it removed.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::file::{self, Content, SETTLE, TEMPORARY};
use super::history::Author;
use super::seen::Seen;
use super::shelf::{Place, Shelf};
use super::writers::being_written;
use super::{Notice, StoreChange, StoreError, fault};
use crate::action::{id_of, is_id};
use crate::clock;

/// How long a file stays beside of which nobody tells that it was closed: whoever opened it may write yet, and what
/// is told of that comes late.
const QUIET: Duration = Duration::from_secs(10);

/// What the schema's unfinished file is called after: no id, so that it is nobody's version.
pub(super) const SCHEMA: &str = "Schema";

/// A file that was taken out of its place.
pub(super) struct Aside {
    pub place: Place,
    pub id: String,
    /// Where it stood, as its folder is watched.
    pub from: Option<PathBuf>,
    /// What it held when it was read last: that much is in the history.
    pub kept: Vec<u8>,
    /// What stands in its place now, and who put it there.
    pub instead: Option<(Vec<u8>, Author)>,
    /// Whether its writer has closed it since it stands beside.
    pub closed: bool,
}

/// A new hidden name that tells whose bytes these are.
pub(super) fn name_beside(id: &str) -> String {
    format!("{TEMPORARY}{id}.{}.tmp", uuid::Uuid::new_v4().simple())
}

impl Shelf {
    /// Puts a file whose bytes are kept beside, to be removed when nobody writes it any more. What a crash left behind
    /// stood beside already, and goes at once if it is at rest.
    pub(super) fn let_go(&mut self, path: &Path, aside: Aside) -> Result<(), StoreError> {
        if aside.from.is_none() && file::is_at_rest(path, SETTLE) && being_written([path]).is_empty() {
            self.history.be_synced().map_err(self.history_error("keeping what a crash left behind"))?;
            fault::point("before what was put aside is removed").map_err(StoreError::io(path, "removing"))?;
            return std::fs::remove_file(path).map_err(StoreError::io(path, "removing"));
        }
        // Under a name that nothing else ever had, all that is told is about this file.
        let hidden = path.with_file_name(name_beside(&aside.id));
        fault::point("before what was put aside has its name").map_err(StoreError::io(path, "renaming"))?;
        std::fs::rename(path, &hidden).map_err(StoreError::io(path, "renaming"))?;
        if aside.from.as_ref().is_some_and(|from| self.writing.remove(from)) {
            self.writing.insert(hidden.clone());
        }
        let wait = if aside.from.is_none() { SETTLE } else { QUIET };
        self.due.insert(hidden.clone(), Instant::now() + wait);
        self.asides.insert(hidden, aside);
        Ok(())
    }

    /// Keeps track of who writes what stands beside.
    pub(super) fn follow_asides(&mut self, seen: &Seen) {
        let now = Instant::now();
        for path in &seen.gone {
            // What is put aside goes on being written there.
            let wrote = !self.asides.contains_key(path) && self.writing.remove(path);
            if wrote || seen.carried.contains(path) {
                // Of several that stood there, the newest is meant: its time comes last.
                let from = self.asides.iter().filter(|(_, aside)| aside.from.as_ref() == Some(path));
                let newest =
                    from.map(|(hidden, _)| hidden).max_by_key(|hidden| self.due.get(*hidden)).cloned();
                self.writing.extend(newest);
            }
        }
        for (hidden, aside) in &mut self.asides {
            if seen.shut.contains(hidden) {
                aside.closed = true;
                self.due.insert(hidden.clone(), now);
            } else if seen.writing.contains(hidden) {
                aside.closed = false;
            }
            // The closing of what stood there may be told only now; and if events were lost, it never is.
            let closed_before = aside.from.as_ref().is_some_and(|from| seen.shut.contains(from));
            if seen.all || closed_before && self.writing.remove(hidden) {
                self.due.insert(hidden.clone(), now + QUIET);
            }
        }
    }

    /// Looks again at a file that was put aside. What can't be kept stays, and the next start tries again.
    pub(super) fn look_aside(&mut self, path: &Path) {
        // Its closing is told.
        if self.writing.contains(path) {
            return;
        }
        let Some(mut aside) = self.asides.remove(path) else { return };
        let Ok(Content::Bytes(bytes)) = file::read_at_most(path, None) else { return };
        if bytes != aside.kept {
            let kept = self.keep_late(aside.place, &aside.id, &bytes, aside.closed, aside.instead.as_ref());
            match kept {
                Ok(Some(timestamp)) => self.tell_of_late(&aside.id, timestamp),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, path = %path.display(), "a late save can't be kept yet");
                    return;
                }
            }
            aside.kept = bytes;
            let wait = if aside.closed { SETTLE } else { QUIET };
            self.asides.insert(path.to_owned(), aside);
            self.due.insert(path.to_owned(), Instant::now() + wait);
            return;
        }
        // Who has opened it and written nothing yet is not told of.
        if !being_written([path]).is_empty() {
            self.asides.insert(path.to_owned(), aside);
            self.due.insert(path.to_owned(), Instant::now() + QUIET);
            return;
        }
        let synced = self.history.be_synced();
        let removed = synced
            .and_then(|()| fault::point("before what was put aside is removed late"))
            .and_then(|()| std::fs::remove_file(path));
        if let Err(error) = removed {
            tracing::warn!(%error, path = %path.display(), "what was put aside can't be removed");
        }
    }

    /// At the end nobody waits any more: what is closed and kept goes now, the rest is for the next start.
    pub(super) fn clear_asides(&mut self) {
        let open = being_written(self.asides.keys().map(PathBuf::as_path));
        let closed = std::mem::take(&mut self.asides).into_iter().filter(|(path, _)| !open.contains(path));
        for (path, aside) in closed {
            let is_kept =
                matches!(file::read_at_most(&path, None), Ok(Content::Bytes(now)) if now == aside.kept);
            if is_kept && self.history.be_synced().is_ok() {
                _ = std::fs::remove_file(&path);
            }
        }
    }

    fn tell_of_late(&mut self, id: &str, timestamp: String) {
        let message =
            format!("`{id}` was being saved while it was replaced; what was saved is in its history");
        let notice = Notice::new("late_save_kept", message).hint("restore that version to have it back");
        let notice = Notice { action: Some(id.to_owned()), restore: Some(timestamp), ..notice };
        self.publish(StoreChange::Notice(notice));
    }

    /// Keeps bytes that are no longer in place, and the ones that are as the newest; the version that is new.
    pub(super) fn keep_late(
        &mut self,
        place: Place,
        id: &str,
        bytes: &[u8],
        whole: bool,
        instead: Option<&(Vec<u8>, Author)>,
    ) -> io::Result<Option<String>> {
        let key = self.folder(place).key(id);
        // Half of a version that the history has whole is nothing new; but who saves a whole file may have taken its
        // end away.
        let has = |old: Vec<u8>| if whole { old == bytes } else { old.starts_with(bytes) };
        let known = self
            .history
            .timestamps(&key)?
            .iter()
            .any(|timestamp| self.history.read(&key, timestamp).is_ok_and(|old| old.is_some_and(has)));
        if known {
            return Ok(None);
        }
        let kept = self.history.record(&key, bytes, Author::Editor, "written late", clock::now())?;
        if let Some((_, active)) = self.active(place, id) {
            let author = instead.filter(|(bytes, _)| *bytes == active);
            let author = author.map_or(Author::Editor, |(_, author)| *author);
            self.history.record(&key, &active, author, "", clock::now())?;
        }
        Ok(kept)
    }

    /// Keeps what a crash left behind in a folder, or beside what its links lead to, then removes it.
    pub(super) fn sweep(&mut self, place: Place) {
        let folder = self.folder(place);
        let mut places: Vec<(PathBuf, Option<String>)> = vec![(folder.dir.clone(), None)];
        for (path, entry) in folder.entries().filter(|(path, _)| path.is_symlink()) {
            if let Ok(target) = path.canonicalize()
                && folder.project.as_ref().is_none_or(|project| target.starts_with(project))
            {
                places.extend(target.parent().map(|parent| (parent.to_owned(), Some(entry.id.clone()))));
            }
        }
        let mut swept = BTreeSet::new();
        for (dir, only) in places {
            let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
            for path in entries.map(|entry| entry.path()) {
                let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
                let Some(rest) = name.strip_prefix(TEMPORARY) else { continue };
                let named = rest.split('.').next().unwrap_or_default();
                // Elsewhere only what is certainly ours is touched.
                if only.as_ref().is_some_and(|id| id != named)
                    || self.asides.contains_key(&path)
                    || !swept.insert(path.clone())
                {
                    continue;
                }
                if named == SCHEMA {
                    _ = std::fs::remove_file(&path);
                    continue;
                }
                let Ok(Content::Bytes(bytes)) = file::read_at_most(&path, None) else { continue };
                let id = if is_id(named) { named.to_owned() } else { id_of(&path, &bytes) };
                if !is_id(&id) || self.keep_late(place, &id, &bytes, false, None).is_err() {
                    continue;
                }
                let aside = Aside { place, id, from: None, kept: bytes, instead: None, closed: false };
                if let Err(error) = self.let_go(&path, aside) {
                    tracing::warn!(%error, "what a crash left behind can't be removed");
                }
            }
        }
    }
}
