//! Every version of every action that the store saw, on disk.
//!
//! A version is written before anything that could lose it happens, and only then is the old one
//! replaced. What a version means (active, valid, summary) is `versions`' business.

use std::collections::{BTreeSet, HashMap};
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::fault;
use super::file::{self, Content};
use crate::action::is_id;

/// How many versions of an action are kept.
pub(super) const KEPT: usize = 20;
/// What people write into their actions is theirs alone.
const PRIVATE: u32 = 0o700;
const FORMAT: &str = "%Y-%m-%dT%H-%M-%S%.6fZ";

/// Whose versions: one action of the user's, or one of a project's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub project: Option<PathBuf>,
    pub id: String,
}

/// Who wrote a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Author {
    Editor,
    Restore,
    Reset,
    Seed,
    Create,
    Import,
    /// No version: the moment at which the file went.
    Delete,
}

/// The versions, below one folder.
#[derive(Debug)]
pub(crate) struct History {
    root: PathBuf,
    /// The newest version of each action: its timestamp and its content's digest.
    newest: HashMap<Key, (String, [u8; 32])>,
    /// The ids that have versions, the user's and each project's, once they have been looked for.
    ids: HashMap<Option<PathBuf>, BTreeSet<String>>,
    /// What the files of an action hold, in hex, where it has more than one: none of it may be pruned.
    standing: HashMap<Key, BTreeSet<String>>,
    /// What was written and is not durable yet.
    unsynced: BTreeSet<PathBuf>,
    /// Those who make the rest durable; each answers what it could not.
    syncing: Vec<JoinHandle<BTreeSet<PathBuf>>>,
}

/// From so many files on, all that the file system has to write is written at once.
const MANY: usize = 60;

/// When a version is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durable {
    /// Before it is told of: what it holds is about to be replaced.
    Now,
    /// As soon as can be: what it holds stands in its file as well.
    Soon,
}

/// What became of bytes that were to be kept.
struct Kept {
    timestamp: String,
    /// Whether it was not the newest version already.
    is_new: bool,
    /// Whether there was none before.
    is_first: bool,
}

/// A version that is kept for a change which may still fail. Until that is known, none goes for it.
#[must_use]
#[derive(Debug)]
pub(crate) struct Announced {
    key: Key,
    /// What it is called, if it was not the newest already.
    new: Option<String>,
}

/// One line of `log.jsonl`.
#[derive(Serialize, Deserialize)]
struct Entry {
    timestamp: String,
    author: Author,
    /// For people who look into the file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
}

impl History {
    pub fn new(root: PathBuf) -> Self {
        // One that an earlier version made may be open to others; where a link leads is not ours to close.
        if root.symlink_metadata().is_ok_and(|found| found.is_dir())
            && let Err(error) = std::fs::set_permissions(&root, std::fs::Permissions::from_mode(PRIVATE))
        {
            tracing::warn!(%error, folder = %root.display(), "the history can't be made private");
        }
        Self {
            root,
            newest: HashMap::new(),
            ids: HashMap::new(),
            standing: HashMap::new(),
            unsynced: BTreeSet::new(),
            syncing: Vec::new(),
        }
    }

    /// Keeps a version, unless it is the newest already; the timestamp it is known by. It is durable then.
    ///
    /// An empty file is a moment between two versions and none itself.
    pub fn record(
        &mut self,
        key: &Key,
        bytes: &[u8],
        author: Author,
        reason: &str,
        now: DateTime<Utc>,
    ) -> io::Result<Option<String>> {
        let kept = self.keep(key, bytes, author, reason, now, Durable::Now)?;
        // It may be one that was noted a moment ago.
        self.be_synced()?;
        Ok(kept.map(|kept| self.last(key, kept)))
    }

    /// The same for what a file holds, or is about to: it is made durable with all that is noted until `sync_soon`.
    pub fn note(
        &mut self,
        key: &Key,
        bytes: &[u8],
        author: Author,
        reason: &str,
        now: DateTime<Utc>,
    ) -> io::Result<Option<String>> {
        let kept = self.keep(key, bytes, author, reason, now, Durable::Soon)?;
        Ok(kept.map(|kept| self.last(key, kept)))
    }

    /// Keeps what a file is about to hold. Once that is so it is to be confirmed, else withdrawn.
    pub fn announce(
        &mut self,
        key: &Key,
        bytes: &[u8],
        author: Author,
        reason: &str,
        now: DateTime<Utc>,
    ) -> io::Result<Announced> {
        let kept = self.keep(key, bytes, author, reason, now, Durable::Soon)?;
        let new = kept.filter(|kept| kept.is_new).map(|kept| kept.timestamp);
        Ok(Announced { key: key.clone(), new })
    }

    /// The file holds what was announced.
    pub fn confirm(&mut self, announced: &Announced) {
        if announced.new.is_some() {
            self.prune(&announced.key);
        }
    }

    /// No file ever held what was announced: it is no version.
    pub fn withdraw(&mut self, announced: Announced) {
        let Announced { key, new: Some(timestamp) } = announced else { return };
        self.newest.remove(&key);
        let Ok(folder) = self.folder(&key) else { return };
        if let Err(error) = std::fs::remove_file(folder.join(format!("{timestamp}.yaml"))) {
            tracing::warn!(%error, folder = %folder.display(), "a version that never was can't be withdrawn");
            return;
        }
        if timestamps(&folder).is_ok_and(|versions| versions.is_empty()) {
            self.ids.remove(&key.project);
        }
        if let Err(error) = strike(&folder.join("log.jsonl"), |line| !line.contains(&timestamp)) {
            tracing::warn!(%error, folder = %folder.display(), "a version that never was stays in the log");
        }
    }

    /// The version that a change has led to: the oldest may go for it.
    fn last(&mut self, key: &Key, kept: Kept) -> String {
        if kept.is_new && !kept.is_first {
            self.prune(key);
        }
        kept.timestamp
    }

    fn prune(&self, key: &Key) {
        let Ok(folder) = self.folder(key) else { return };
        if let Err(error) = prune(&folder, self.standing.get(key)) {
            tracing::warn!(%error, folder = %folder.display(), "old versions can't be removed");
        }
    }

    /// Notes when an action's file went, for those who look for it.
    pub fn note_deleted(&mut self, key: &Key, now: DateTime<Utc>) -> io::Result<()> {
        log(&self.folder(key)?, &timestamp_of(now), Author::Delete, "").map(drop)
    }

    /// Begins to make durable what was noted, without waiting for the disk.
    pub fn sync_soon(&mut self) {
        let (done, syncing) = self.syncing.drain(..).partition(JoinHandle::is_finished);
        self.syncing = syncing;
        self.take_over(done);
        if self.unsynced.is_empty() {
            return;
        }
        let (root, paths) = (self.root.clone(), self.unsynced.clone());
        let thread = std::thread::Builder::new().name("history-sync".into());
        // Where there is no thread to be had, whoever replaces something does it himself.
        if let Ok(thread) = thread.spawn(move || sync(&root, paths)) {
            self.syncing.push(thread);
            self.unsynced.clear();
        }
    }

    /// Waits until everything that was noted is durable: something is about to be replaced or removed.
    pub fn be_synced(&mut self) -> io::Result<()> {
        let syncing = std::mem::take(&mut self.syncing);
        self.take_over(syncing);
        if self.unsynced.is_empty() {
            return Ok(());
        }
        fault::point("before what was noted is durable")?;
        self.unsynced = sync(&self.root, std::mem::take(&mut self.unsynced));
        match self.unsynced.first() {
            None => Ok(()),
            Some(path) => {
                Err(io::Error::other(format!("{} can't be made durable, and may be lost", path.display())))
            }
        }
    }

    /// Takes back what could not be made durable. Of one that panicked it is not known.
    fn take_over(&mut self, threads: Vec<JoinHandle<BTreeSet<PathBuf>>>) {
        self.unsynced.extend(threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()));
    }

    fn keep(
        &mut self,
        key: &Key,
        bytes: &[u8],
        author: Author,
        reason: &str,
        now: DateTime<Utc>,
        durable: Durable,
    ) -> io::Result<Option<Kept>> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let newest = self.newest(key)?;
        let is_first = newest.is_none();
        if let Some((timestamp, known)) = &newest
            && *known == digest
            && self.folder(key)?.join(format!("{timestamp}.yaml")).exists()
        {
            return Ok(Some(Kept { timestamp: timestamp.clone(), is_new: false, is_first }));
        }
        let after = newest.and_then(|(timestamp, _)| parse(&timestamp));
        let at = after.map_or(now, |newest| now.max(newest + TimeDelta::microseconds(1)));
        let timestamp = timestamp_of(at);

        let folder = self.folder(key)?;
        self.make(&folder)?;
        let temporary = match durable {
            Durable::Now => file::write_beside(&folder, bytes, 0o600)?,
            Durable::Soon => file::write_unsynced(&folder, "", bytes, 0o600)?,
        };
        let path = folder.join(format!("{timestamp}.yaml"));
        fault::point("before the version has its name")?;
        temporary.persist_noclobber(&path).map_err(|error| error.error)?;
        fault::point("the version has its name")?;
        match durable {
            Durable::Now => file::sync_folder(&folder)?,
            Durable::Soon => self.unsynced.extend([path, folder.clone()]),
        }
        self.newest.insert(key.clone(), (timestamp.clone(), digest));
        if let Some(ids) = self.ids.get_mut(&key.project) {
            ids.insert(key.id.clone());
        }
        // The version is safe now; who wrote it is a convenience that may fail.
        match log(&folder, &timestamp, author, reason) {
            // Of a version without a line it is thought that the user wrote it, so that line may as well get lost.
            Ok(_) if author == Author::Editor => {}
            Ok(log) => _ = self.unsynced.insert(log),
            Err(error) => {
                tracing::warn!(%error, folder = %folder.display(), "the history's log can't be kept");
            }
        }
        Ok(Some(Kept { timestamp, is_new: true, is_first }))
    }

    /// Is told what the files of an action hold, each by its sha256 in hex. One file's is the newest version anyway.
    pub fn stand(&mut self, key: Key, digests: BTreeSet<String>) {
        if digests.len() > 1 {
            self.standing.insert(key, digests);
        } else {
            self.standing.remove(&key);
        }
    }

    /// Whether an action has a version with these bytes.
    pub fn has(&self, key: &Key, bytes: &[u8]) -> io::Result<bool> {
        let timestamps = self.timestamps(key)?;
        Ok(timestamps.iter().any(|at| self.read(key, at).is_ok_and(|old| old.as_deref() == Some(bytes))))
    }

    /// The timestamps of an action's versions, newest first.
    pub fn timestamps(&self, key: &Key) -> io::Result<Vec<String>> {
        let mut found = timestamps(&self.folder(key)?)?;
        // After a crash there may be one more, until the next version is kept.
        found.truncate(KEPT);
        Ok(found)
    }

    /// One version's bytes; `None` if there is none.
    pub fn read(&self, key: &Key, timestamp: &str) -> io::Result<Option<Vec<u8>>> {
        // Only what is exactly a timestamp becomes part of a path.
        if parse(timestamp).is_none_or(|at| timestamp_of(at) != timestamp) {
            return Ok(None);
        }
        let path = self.folder(key)?.join(format!("{timestamp}.yaml"));
        // A version is a file of our own: where a link leads is no version of anything.
        if path.is_symlink() {
            return Ok(None);
        }
        match file::read_at_most(&path, None) {
            Ok(Content::Bytes(bytes)) => Ok(Some(bytes)),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Who wrote each version, as far as that is known.
    pub fn authors(&self, key: &Key) -> HashMap<String, Author> {
        let log = self.folder(key).and_then(|folder| file::read_own(&folder.join("log.jsonl")));
        let text = String::from_utf8_lossy(&log.unwrap_or_default()).into_owned();
        text.lines()
            .filter_map(|line| serde_json::from_str::<Entry>(line).ok())
            .map(|entry| (entry.timestamp, entry.author))
            .collect()
    }

    /// The ids of the actions that have versions: the user's, or a project's.
    pub fn ids(&mut self, project: Option<&Path>) -> &BTreeSet<String> {
        let root = self.root_of(project);
        let is_ours = self.refuse_links(&root).is_ok();
        self.ids.entry(project.map(Path::to_owned)).or_insert_with(|| {
            let folders = is_ours.then(|| std::fs::read_dir(&root)).into_iter().flatten().flatten().flatten();
            // A linked folder has no versions either.
            let folders = folders.filter(|folder| folder.file_type().is_ok_and(|kind| kind.is_dir()));
            let names = folders.filter_map(|folder| folder.file_name().into_string().ok());
            let has_versions =
                |id: &String| timestamps(&root.join(id)).is_ok_and(|versions| !versions.is_empty());
            names.filter(|name| is_id(name)).filter(has_versions).collect()
        })
    }

    /// Below which folder the versions of the user's actions are, or of a project's.
    fn root_of(&self, project: Option<&Path>) -> PathBuf {
        match project {
            None => self.root.clone(),
            Some(project) => self.root.join("projects").join(project_hash(project)),
        }
    }

    /// The newest version's timestamp and digest.
    pub(super) fn newest(&mut self, key: &Key) -> io::Result<Option<(String, [u8; 32])>> {
        if let Some(newest) = self.newest.get(key) {
            return Ok(Some(newest.clone()));
        }
        let Some(timestamp) = self.timestamps(key)?.into_iter().next() else { return Ok(None) };
        let bytes = self.read(key, &timestamp)?.unwrap_or_default();
        let newest = (timestamp, Sha256::digest(&bytes).into());
        self.newest.insert(key.clone(), newest.clone());
        Ok(Some(newest))
    }

    /// The folder of an action's versions; refused if a link would lead elsewhere.
    fn folder(&self, key: &Key) -> io::Result<PathBuf> {
        if !is_id(&key.id) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "this can't be an action's id"));
        }
        let folder = self.root_of(key.project.as_deref()).join(&key.id);
        self.refuse_links(&folder)?;
        Ok(folder)
    }

    /// At no level, from the history's own folder on, is a link followed: elsewhere nothing is ours to write or to
    /// close. What else is no folder is told by its name, too.
    fn refuse_links(&self, folder: &Path) -> io::Result<()> {
        let levels = folder.ancestors().take_while(|level| level.starts_with(&self.root));
        let kinds = levels.filter_map(|level| Some((level, level.symlink_metadata().ok()?.file_type())));
        let mut others = kinds.filter(|(_, kind)| !kind.is_dir());
        let Some((level, kind)) = others.next() else { return Ok(()) };
        let name = level.strip_prefix(self.root.parent().unwrap_or(&self.root)).unwrap_or(level);
        let what = if kind.is_symlink() { "a link, and the history follows none" } else { "no folder" };
        let message = format!("`{}` is {what}", name.display());
        Err(io::Error::new(io::ErrorKind::NotADirectory, message))
    }

    /// Whether the folder is there that the history stands in: the user's own actions.
    pub fn is_there(&self) -> bool {
        self.root.parent().is_none_or(Path::is_dir)
    }

    /// Whether the newest version of an action is where it was.
    pub fn is_kept(&mut self, key: &Key) -> bool {
        let newest = self.newest(key).ok().flatten();
        let path = |(timestamp, _)| Some(self.folder(key).ok()?.join(format!("{timestamp}.yaml")));
        if newest.and_then(path).is_some_and(|path| path.is_file()) {
            return true;
        }
        // Somebody removed it; there may be others.
        self.newest.remove(key);
        self.newest(key).is_ok_and(|newest| newest.is_some())
    }

    fn make(&mut self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        let outermost = self.root.parent().unwrap_or(&self.root);
        // A folder that the user took away stays away: what was in there went along, and may come back as it was. One that
        // was made in its place would be in the way.
        let levels: Vec<&Path> = folder.ancestors().take_while(|level| *level != outermost).collect();
        for level in levels.into_iter().rev() {
            match DirBuilder::new().mode(PRIVATE).create(level) {
                Err(error) if !level.is_dir() => return Err(error),
                // Each new level is an entry in the one above, the history's own included.
                _ => self.unsynced.extend(level.parent().map(Path::to_owned)),
            }
        }
        Ok(())
    }
}

impl Drop for History {
    fn drop(&mut self) {
        if let Err(error) = self.be_synced() {
            tracing::warn!(%error, "the history's last versions");
        }
    }
}

/// Makes files and folders durable; what can't be is answered.
fn sync(root: &Path, mut paths: BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let synced = |path: &Path| match std::fs::File::open(path).and_then(|file| file.sync_all()) {
        Ok(()) => true,
        // It was pruned since.
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "a version can't be made durable");
            false
        }
    };
    #[cfg(target_os = "linux")]
    if paths.len() >= MANY && std::fs::File::open(root).and_then(|root| Ok(rustix::fs::syncfs(root)?)).is_ok()
    {
        return BTreeSet::new();
    }
    paths.retain(|path| !synced(path));
    paths
}

/// The name under which a project's versions and trust are kept.
pub(super) fn project_hash(project: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    super::hex(&Sha256::digest(project.as_os_str().as_bytes())[..16])
}

/// How a moment is called.
pub(super) fn timestamp_of(at: DateTime<Utc>) -> String {
    at.format(FORMAT).to_string()
}

/// The moment that a timestamp names.
pub(super) fn parse(timestamp: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(timestamp, "%Y-%m-%dT%H-%M-%S%.fZ").ok().map(|at| at.and_utc())
}

fn timestamps(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".yaml")?.to_owned()))
        .filter(|stem| parse(stem).is_some_and(|at| timestamp_of(at) == *stem))
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found)
}

/// Adds a line to the log; the log's path.
fn log(folder: &Path, timestamp: &str, author: Author, reason: &str) -> io::Result<PathBuf> {
    let entry = Entry { timestamp: timestamp.to_owned(), author, reason: reason.to_owned() };
    let mut line = serde_json::to_vec(&entry)?;
    line.push(b'\n');
    let path = folder.join("log.jsonl");
    // A pipe in its place is an error, and not waited for; so is a link.
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    let mut log = OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(flags).open(&path)?;
    log.write_all(&line)?;
    Ok(path)
}

/// Removes the oldest versions above the limit, but none that a file holds; and now and then their lines in the log.
fn prune(folder: &Path, standing: Option<&BTreeSet<String>>) -> io::Result<()> {
    let mut versions = timestamps(folder)?;
    let surplus = versions.len().saturating_sub(KEPT);
    if surplus == 0 {
        return Ok(());
    }
    let path_of = |timestamp: &String| folder.join(format!("{timestamp}.yaml"));
    let mut held = BTreeSet::new();
    let mut missing = standing.cloned().unwrap_or_default();
    for timestamp in &versions {
        // Of equal ones the newest is enough.
        if !missing.is_empty()
            && missing.remove(&super::sha256(&file::read_own(&path_of(timestamp)).unwrap_or_default()))
        {
            held.insert(timestamp.clone());
        }
    }
    let old: Vec<String> =
        versions.iter().rev().filter(|timestamp| !held.contains(*timestamp)).take(surplus).cloned().collect();
    for timestamp in &old {
        fault::point("before a version is pruned")?;
        std::fs::remove_file(path_of(timestamp))?;
    }
    // One line of a version that went stays in the log: it tells that there were older ones.
    versions.retain(|timestamp| old.last() == Some(timestamp) || !old.contains(timestamp));
    let log = folder.join("log.jsonl");
    let text = String::from_utf8_lossy(&file::read_own(&log)?).into_owned();
    if text.lines().count() > 4 * KEPT {
        strike(&log, |line| versions.iter().any(|known| line.contains(known.as_str())))?;
    }
    Ok(())
}

/// Strikes the lines of a log that are not to be kept.
fn strike(log: &Path, is_kept: impl Fn(&str) -> bool) -> io::Result<()> {
    let text = String::from_utf8_lossy(&file::read_own(log)?).into_owned();
    let kept: String = text.lines().filter(|line| is_kept(line)).flat_map(|line| [line, "\n"]).collect();
    file::write_atomic(log, kept.as_bytes(), 0o600)
}

#[cfg(test)]
mod tests;
