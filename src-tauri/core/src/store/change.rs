//! The changes that the app makes to action files: restore, reset, delete, duplicate, seed.
//!
//! The rule in all of them: what the file holds goes to the history first, what it will hold too, and
//! only then one rename makes the change. At any instant one of the two is whole on the disk.

use std::borrow::Cow;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags};
use rustix::io::Errno;

use super::aside::{Aside, SCHEMA, name_beside};
use super::file::{self, Content};
use super::folder::Folder;
use super::history::Author;
use super::shelf::{Place, Reading, Shelf};
use super::{StoreError, Which};
use super::{copy, fault};
use crate::action::{Problem, Scope, id_of, is_id, kebab, read, visible};
use crate::api::Undo;
use crate::clock;

impl Shelf {
    /// Makes a version the active file.
    pub fn restore(&mut self, which: &Which, timestamp: &str) -> Result<Undo, StoreError> {
        let place = self.place_of_version(which, timestamp)?;
        self.refuse_several(place, &which.id)?;
        let key = self.folder(place).key(&which.id);
        let version = self.history.read(&key, timestamp);
        let unknown = || StoreError::UnknownVersion { id: which.id.clone(), timestamp: timestamp.to_owned() };
        let bytes = version.map_err(self.history_error("reading a version"))?.ok_or_else(unknown)?;
        self.put(place, &which.id, &bytes, Author::Restore, timestamp)
    }

    /// Makes the shipped version of a default the active file.
    pub fn reset(&mut self, id: &str) -> Result<Undo, StoreError> {
        if !is_id(id) {
            return Err(StoreError::InvalidId(id.to_owned()));
        }
        let text = self.defaults.text(id).ok_or_else(|| StoreError::NotADefault(id.to_owned()))?.to_owned();
        // The one that is left would keep both from running.
        self.refuse_several(Place::USER, id)?;
        self.put(Place::USER, id, text.as_bytes(), Author::Reset, "reset to the default")
    }

    /// Removes an action's file; its versions stay.
    pub fn delete(&mut self, which: &Which) -> Result<Undo, StoreError> {
        let place = self.place_of_file(which)?;
        if place == Place::USER && self.defaults.text(&which.id).is_some() {
            let projects = self.place(which.project.as_deref());
            let hidden = projects != place && self.folder(projects).with_id(&which.id).next().is_some();
            return Err(StoreError::IsADefault { id: which.id.clone(), hidden });
        }
        self.refuse_several(place, &which.id)?;
        let found = self.folder(place).with_id(&which.id).next().map(|(path, _)| path.clone());
        let path = found.ok_or_else(|| self.unknown(&which.id, place))?;
        self.take_away(place, &which.id, &path)
    }

    /// Which of several files with one id is meant, nobody has said.
    fn refuse_several(&self, place: Place, id: &str) -> Result<(), StoreError> {
        let paths = self.folder(place).with_id(id).map(|(path, _)| path);
        let name = |path: &PathBuf| visible(&path.file_name().unwrap_or_default().to_string_lossy());
        let files: Vec<String> = paths.map(name).collect();
        if files.len() > 1 { Err(StoreError::Ambiguous { id: id.to_owned(), files }) } else { Ok(()) }
    }

    /// Makes a new action of the user's from one, or from a version of one; the new id.
    pub fn duplicate(
        &mut self,
        which: &Which,
        timestamp: Option<&str>,
        id: Option<&str>,
    ) -> Result<String, StoreError> {
        let place = self.place_to_read(which)?;
        let bytes = match timestamp {
            None => {
                let active = self.active(place, &which.id);
                active.ok_or_else(|| self.unknown(&which.id, place))?.1
            }
            Some(timestamp) => {
                let key = self.folder(place).key(&which.id);
                let version = self.history.read(&key, timestamp);
                let unknown =
                    || StoreError::UnknownVersion { id: which.id.clone(), timestamp: timestamp.to_owned() };
                version.map_err(self.history_error("reading a version"))?.ok_or_else(unknown)?
            }
        };
        // The copy would run without a question. What is broken can't be asked about: nobody knows what it will do.
        let (folder, sha256) = (self.folder(place), super::sha256(&bytes));
        if !self.is_trusted(folder, &which.id, &sha256) {
            let problems = read(&self.user().own_path(&which.id), Scope::User, &bytes).1;
            let id = which.id.clone();
            return Err(match problems.into_iter().find(Problem::is_error) {
                Some(problem) => {
                    let file = folder.with_id(&id).next().map_or(problem.file, |(path, _)| path.clone());
                    let message = format!("{}; before that is mended, it is not copied", problem.message);
                    let problem = Box::new(Problem { file, message, ..problem });
                    StoreError::Broken { id, problem, stale: false }
                }
                None => StoreError::Untrusted { changed: self.has_changed(folder, &id, &sha256), id },
            });
        }
        let id = match id {
            Some(id) if !is_id(id) => return Err(StoreError::InvalidId(id.to_owned())),
            Some(id) if self.is_taken(Place::USER, id) => {
                let path = self.user().own_path(id);
                return Err(StoreError::InTheWay {
                    path,
                    what: format!("there is an action `{id}` already"),
                });
            }
            Some(id) => id.to_owned(),
            None => self.free_id(Place::USER, &format!("my-{}", which.id.trim_start_matches("my-"))),
        };
        let path = self.user().own_path(&id);
        let text = copy::copy(&path, &bytes, &id, &self.suffix(&path, &bytes)).ok_or_else(|| {
            let what = format!(
                "a copy of `{}` can't be made: it is written in a way that only an editor can change",
                which.id
            );
            StoreError::InTheWay { path, what }
        })?;
        self.put(Place::USER, &id, text.as_bytes(), Author::Import, &format!("a copy of {}", which.id))?;
        Ok(id)
    }

    /// What the label of a copy ends in, so that no other of the user's actions is called so.
    fn suffix(&self, path: &Path, bytes: &[u8]) -> String {
        let label = read(path, Scope::User, bytes).0.map(|action| action.label).unwrap_or_default();
        let taken = |suffix: &String| {
            let wanted = format!("{label}{suffix}");
            let mut entries = self.user().entries();
            entries.any(|(_, entry)| entry.action.as_ref().is_some_and(|action| action.label == wanted))
        };
        let numbered = (2..).map(|number| format!(" copy {number}"));
        std::iter::once(" copy".to_owned()).chain(numbered).find(|suffix| !taken(suffix)).unwrap_or_default()
    }

    /// Makes a new action: `text` for the first free id like `wanted`; that id.
    pub fn create(
        &mut self,
        project: Option<&Path>,
        wanted: &str,
        text: impl FnOnce(&str) -> String,
    ) -> Result<String, StoreError> {
        let place = self.place(project);
        self.make_folder(place)?;
        self.offer_schema(place)?;
        let id = self.free_id(place, wanted);
        self.put(place, &id, text(&id).as_bytes(), Author::Create, "made from the template")?;
        Ok(id)
    }

    /// Puts the schema beside the files of a folder, where the header of the template has editors look for it.
    pub(super) fn offer_schema(&self, place: Place) -> Result<(), StoreError> {
        let folder = &self.folder(place).dir;
        let path = folder.join(".schema.json");
        let schema = crate::action::schema();
        if matches!(file::read_at_most(&path, None), Ok(Content::Bytes(bytes)) if bytes == schema.as_bytes())
        {
            return Ok(());
        }
        let write = || {
            let beside = file::write_beside_as(folder, SCHEMA, schema.as_bytes(), 0o644)?;
            beside.persist(&path).map_err(|error| error.error)
        };
        write().map(drop).map_err(StoreError::io(&path, "writing the schema"))
    }

    /// Puts bytes into the file that holds an id, else into a new one; what was there is in the history.
    pub fn put(
        &mut self,
        place: Place,
        id: &str,
        bytes: &[u8],
        author: Author,
        reason: &str,
    ) -> Result<Undo, StoreError> {
        self.make_folder(place)?;
        self.keep_all_of(place, id);
        let key = self.folder(place).key(id);
        let mut text = Cow::Borrowed(bytes);
        let (path, current) = match self.held(place, id) {
            Ok(Some((path, current))) => (path, Some(current)),
            Ok(None) => (self.folder(place).own_path(id), None),
            // The file that was called so is another action by now: what comes back stands beside it, and says its id.
            Err(StoreError::InTheWay { .. }) if author == Author::Restore && self.is_anothers(place, id) => {
                let path = self.free_path(place, id);
                if read(&path, self.folder(place).scope, bytes).0.is_some_and(|action| action.id != id)
                    && let Some(copy) = copy::copy(&path, bytes, id, "")
                {
                    text = Cow::Owned(copy.into_bytes());
                }
                (path, None)
            }
            Err(error) => return Err(error),
        };
        let bytes = &*text;
        // A version without an id of its own is called after its file.
        let named = read(&path, self.folder(place).scope, bytes).0.map(|action| action.id);
        if let Some(other) = named.filter(|other| other != id) {
            let what = format!("here this version would be the action `{other}`");
            return Err(StoreError::InTheWay { path, what });
        }
        let mut timestamp = None;
        if let Some(current) = &current {
            timestamp = self
                .history
                .record(&key, current, Author::Editor, "", clock::now())
                .map_err(self.history_error("keeping what the file holds"))?;
        }
        let target = behind_link(self.folder(place).project.as_deref(), &path)?;
        // What the file will hold is durable there; only what it held has to be here before.
        let announced = self
            .history
            .announce(&key, bytes, author, reason, clock::now())
            .map_err(self.history_error("keeping the new version"))?;
        let holds_it = current.as_deref() == Some(bytes);
        let change = if holds_it {
            Ok(Swapped::Nothing)
        } else {
            let metadata = std::fs::metadata(&path).ok();
            let mode = metadata.map_or(0o644, |metadata| metadata.permissions().mode() & 0o777);
            replace(&target, bytes, mode, id, current.is_some())
        };
        let is = |now| matches!(now, Ok(Content::Bytes(now)) if now == bytes);
        // What failed may have failed after the file had changed.
        if change.is_ok() || is(file::read_at_most(&target, None)) {
            self.history.confirm(&announced);
        } else {
            self.history.withdraw(announced);
        }
        if let Swapped::Out { bytes: other, temporary } =
            change.map_err(StoreError::io(&target, "writing the file"))?
        {
            // Somebody wrote between our look and the swap: that is a version too, and ours is newer.
            let instead = Some((bytes.to_vec(), author));
            if Some(&other) != current.as_ref() {
                // If it can't be kept, the file with it stays beside; the next start keeps it.
                self.keep_late(place, id, &other, false, instead.as_ref())
                    .map_err(self.history_error("keeping what was written meanwhile"))?;
            }
            let from = Some(target);
            let aside = Aside { place, id: id.to_owned(), from, kept: other, instead, closed: false };
            self.let_go(&temporary, aside)?;
        }
        if !holds_it {
            self.writing.remove(&path);
        }
        let undo = Undo { timestamp, path: Some(path.to_string_lossy().into_owned()) };
        self.reload(place, vec![path], Reading::Own);
        Ok(undo)
    }

    /// Removes a file through the history.
    pub fn take_away(&mut self, place: Place, id: &str, path: &Path) -> Result<Undo, StoreError> {
        self.make_folder(place)?;
        self.keep_all_of(place, id);
        let key = self.folder(place).key(id);
        let bytes = match file::read_at_most(path, None).map_err(StoreError::io(path, "reading the file"))? {
            Content::Bytes(bytes) => bytes,
            Content::TooLarge(size) => {
                let what = format!("its {size} bytes are too many to keep");
                return Err(StoreError::InTheWay { path: path.to_owned(), what });
            }
            Content::Other(what) => {
                return Err(StoreError::InTheWay { path: path.to_owned(), what: format!("this is {what}") });
            }
        };
        let timestamp = self
            .history
            .record(&key, &bytes, Author::Editor, "", clock::now())
            .map_err(self.history_error("keeping what the file holds"))?;
        // First aside, then away: what somebody wrote in between is seen and kept.
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        let aside = folder.join(name_beside(id));
        fault::point("before the file is put aside").map_err(StoreError::io(path, "removing the file"))?;
        std::fs::rename(path, &aside).map_err(StoreError::io(path, "removing the file"))?;
        fault::point("put aside").map_err(StoreError::io(path, "removing the file"))?;
        let (meanwhile, kept) = match file::read_at_most(&aside, None) {
            Ok(Content::Bytes(now)) if now != bytes => {
                let meanwhile = self.history.record(&key, &now, Author::Editor, "", clock::now());
                (meanwhile.map_err(self.history_error("keeping what was written meanwhile"))?, now)
            }
            _ => (None, bytes),
        };
        let from = Some(path.to_owned());
        self.let_go(&aside, Aside { place, id: id.to_owned(), from, kept, instead: None, closed: false })?;
        file::sync_folder(&folder).map_err(StoreError::io(&folder, "syncing the folder"))?;
        self.remains.remove(&key);
        // When it went is a convenience that may fail.
        if let Err(error) = self.history.note_deleted(&key, clock::now()) {
            tracing::warn!(%error, id, "when it was deleted can't be kept");
        }
        self.reload(place, vec![path.to_owned()], Reading::Own);
        Ok(Undo { timestamp: meanwhile.or(timestamp), path: None })
    }

    /// The folder that a change is meant for: the user's by default.
    pub fn place_to_change(&mut self, which: &Which) -> Result<Place, StoreError> {
        if !is_id(&which.id) {
            return Err(StoreError::InvalidId(which.id.clone()));
        }
        match (&which.project, which.scope) {
            (Some(project), Some(Scope::Project)) => Ok(self.place(Some(project))),
            (None, Some(Scope::Project)) => Err(self.unknown(&which.id, Place::USER)),
            _ => Ok(Place::USER),
        }
    }

    /// The folder whose file is meant, if it is not said which of two: the user's unless only the project has one.
    fn place_of_file(&mut self, which: &Which) -> Result<Place, StoreError> {
        let has = |shelf: &Self, place| shelf.folder(place).with_id(&which.id).next().is_some();
        self.place_that_has(which, has)
    }

    /// The folder whose action has this version, chosen likewise.
    fn place_of_version(&mut self, which: &Which, timestamp: &str) -> Result<Place, StoreError> {
        let has = |shelf: &Self, place| {
            let key = shelf.folder(place).key(&which.id);
            shelf.history.read(&key, timestamp).is_ok_and(|version| version.is_some())
        };
        self.place_that_has(which, has)
    }

    fn place_that_has(
        &mut self,
        which: &Which,
        has: impl Fn(&Self, Place) -> bool,
    ) -> Result<Place, StoreError> {
        let place = self.place_to_change(which)?;
        let Some(project) = which.project.as_deref().filter(|_| which.scope.is_none()) else {
            return Ok(place);
        };
        let projects = self.place(Some(project));
        Ok(if !has(self, place) && has(self, projects) { projects } else { place })
    }

    /// The file with an id and its bytes; refuses what is there but can't be read.
    pub(super) fn held(&self, place: Place, id: &str) -> Result<Option<(PathBuf, Vec<u8>)>, StoreError> {
        if let Some(active) = self.active(place, id) {
            return Ok(Some(active));
        }
        // A file that the watcher has not told of yet, or one that can't be read.
        let path = self.folder(place).own_path(id);
        let blocked = |what: String| Err(StoreError::InTheWay { path: path.clone(), what });
        match file::read_at_most(&path, None) {
            Ok(Content::Bytes(bytes)) if id_of(&path, &bytes) == id => Ok(Some((path, bytes))),
            Ok(Content::Bytes(bytes)) => {
                blocked(format!("this file holds the action `{}`", id_of(&path, &bytes)))
            }
            Ok(Content::TooLarge(size)) => blocked(format!("this file has {size} bytes")),
            Ok(Content::Other(what)) => blocked(format!("this is {what}")),
            Err(_) if path.is_symlink() && !path.exists() => {
                blocked("this link leads to a file that is not there".to_owned())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // It is not the folder that can't be read.
            Err(source) if path.symlink_metadata().is_ok() => {
                Err(StoreError::Unreadable { path: path.clone(), source })
            }
            Err(error) => Err(StoreError::io(&path, "reading the file")(error)),
        }
    }

    /// Whether an action of the user's, or of the project's, has this id: one would hide the other.
    fn is_taken(&self, place: Place, id: &str) -> bool {
        let takes = |folder: &Folder| {
            folder.with_id(id).next().is_some() || folder.own_path(id).symlink_metadata().is_ok()
        };
        takes(self.user()) || takes(self.folder(place))
    }

    fn free_id(&self, place: Place, id: &str) -> String {
        // An id has 100 characters at most, and a number may have to follow.
        let id = id.chars().take(90).collect::<String>();
        let id = id.trim_end_matches('-');
        let ids = std::iter::once(id.to_owned()).chain((2..).map(|n| format!("{id}-{n}")));
        ids.into_iter().find(|id| !self.is_taken(place, id)).unwrap_or_else(|| kebab(id))
    }

    /// Whether the file that is called after an id holds another action.
    fn is_anothers(&self, place: Place, id: &str) -> bool {
        let own = self.folder(place).own_path(id);
        self.folder(place).entry(&own).is_some_and(|entry| entry.id != id)
    }

    /// A path for an action whose name is another file's.
    fn free_path(&self, place: Place, id: &str) -> PathBuf {
        let folder = self.folder(place);
        let mut paths = (2..1000).map(|n| folder.own_path(&format!("{id}-{n}")));
        let free = paths.find(|path| path.symlink_metadata().is_err());
        free.unwrap_or_else(|| folder.own_path(&format!("{id}-{}", uuid::Uuid::new_v4().as_u128())))
    }

    /// Makes the folder; refuses one of a project's that a link has put outside of it.
    fn make_folder(&self, place: Place) -> Result<(), StoreError> {
        let folder = self.folder(place).dir.clone();
        let there = folder.ancestors().find_map(|folder| folder.canonicalize().ok());
        if let (Some(project), Some(there)) = (&self.folder(place).project, there)
            && !there.starts_with(project)
        {
            let what = "this link leads out of the project, and nothing is written through it".to_owned();
            return Err(StoreError::InTheWay { path: folder, what });
        }
        make(&folder)
    }

    pub(super) fn history_error(&self, doing: &'static str) -> impl FnOnce(io::Error) -> StoreError + use<> {
        StoreError::io(&self.paths.history(), doing)
    }
}

/// Makes a folder, if it is not there.
pub(super) fn make(folder: &Path) -> Result<(), StoreError> {
    let Err(source) = std::fs::create_dir_all(folder) else { return Ok(()) };
    let Ok(metadata) = folder.symlink_metadata().map(|there| there.file_type()) else {
        return Err(StoreError::io(folder, "making the folder")(source));
    };
    let what = if metadata.is_symlink() { "this link leads to no folder" } else { "this is no folder" };
    Err(StoreError::InTheWay { path: folder.to_owned(), what: what.to_owned() })
}

/// Where a file really stands: what a link leads to is changed, and the link stays.
fn behind_link(project: Option<&Path>, path: &Path) -> Result<PathBuf, StoreError> {
    if !path.is_symlink() {
        return Ok(path.to_owned());
    }
    let target = path.canonicalize().map_err(StoreError::io(path, "following the link"))?;
    if project.is_some_and(|project| !target.starts_with(project)) {
        let what = "this link leads out of the project, and nothing is written through it".to_owned();
        return Err(StoreError::InTheWay { path: path.to_owned(), what });
    }
    Ok(target)
}

/// What a replacement brought out.
enum Swapped {
    /// There was nothing, or it could not be swapped and was as it had been read.
    Nothing,
    /// What the file held at the instant of the swap, and where it stands now.
    Out { bytes: Vec<u8>, temporary: PathBuf },
}

/// Puts bytes at a path in one step, durably.
fn replace(path: &Path, bytes: &[u8], mode: u32, id: &str, exists: bool) -> io::Result<Swapped> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = file::write_beside_as(folder, id, bytes, mode)?;
    fault::point("before the change")?;
    if !exists {
        temporary.persist_noclobber(path).map_err(|error| error.error)?;
        file::sync_folder(folder)?;
        return Ok(Swapped::Nothing);
    }
    // From here on the temporary file may be the user's: it stays until that is in the history.
    let (_, temporary) = temporary.keep().map_err(|error| error.error)?;
    let swapped = match rustix::fs::renameat_with(CWD, &temporary, CWD, path, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        // The file system can't swap: the moment between the last look and the rename stays open.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            std::fs::rename(&temporary, path).map(|()| false)
        }
        Err(error) => Err(error.into()),
    };
    let swapped = swapped.inspect_err(|_| {
        // It still holds our bytes; that it can't be removed is for the next start.
        let _ = std::fs::remove_file(&temporary);
    })?;
    if !swapped {
        file::sync_folder(folder)?;
        return Ok(Swapped::Nothing);
    }
    fault::point("swapped")?;
    file::sync_folder(folder)?;
    let Content::Bytes(bytes) = file::read_at_most(&temporary, None)? else {
        let what = format!("what stood there is kept beside as {}", temporary.display());
        return Err(io::Error::other(what));
    };
    Ok(Swapped::Out { bytes, temporary })
}
