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
        // One that an earlier version made may be open to others.
        if root.is_dir()
            && let Err(error) = std::fs::set_permissions(&root, std::fs::Permissions::from_mode(PRIVATE))
        {
            tracing::warn!(%error, folder = %root.display(), "the history can't be made private");
        }
        Self {
            root,
            newest: HashMap::new(),
            ids: HashMap::new(),
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
        Ok(kept)
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
        self.keep(key, bytes, author, reason, now, Durable::Soon)
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
    ) -> io::Result<Option<String>> {
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
            return Ok(Some(timestamp.clone()));
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
        if !is_first && let Err(error) = prune(&folder) {
            tracing::warn!(%error, folder = %folder.display(), "old versions can't be removed");
        }
        Ok(Some(timestamp))
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
        self.ids.entry(project.map(Path::to_owned)).or_insert_with(|| {
            let folders = std::fs::read_dir(&root).into_iter().flatten().flatten();
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

    /// The folder of an action's versions; refused if it is a link that leads elsewhere.
    fn folder(&self, key: &Key) -> io::Result<PathBuf> {
        if !is_id(&key.id) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "this can't be an action's id"));
        }
        let folder = self.root_of(key.project.as_deref()).join(&key.id);
        match std::fs::symlink_metadata(&folder) {
            Ok(metadata) if metadata.is_symlink() => {
                Err(io::Error::other("the history's folder is a link, and links are not followed here"))
            }
            _ => Ok(folder),
        }
    }

    fn make(&mut self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(PRIVATE).create(folder)?;
        // Each new level is an entry in the one above, the history's own included.
        let outermost = self.root.parent().unwrap_or(&self.root);
        let levels = folder.ancestors().skip(1).take_while(|level| level.starts_with(outermost));
        self.unsynced.extend(levels.map(Path::to_owned));
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
    // A pipe in its place is an error, and not waited for.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let mut log = OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(flags).open(&path)?;
    log.write_all(&line)?;
    Ok(path)
}

/// Removes the oldest versions above the limit, and now and then their lines in the log.
fn prune(folder: &Path) -> io::Result<()> {
    let versions = timestamps(folder)?;
    let Some(old) = versions.get(KEPT..).filter(|old| !old.is_empty()) else { return Ok(()) };
    for timestamp in old {
        fault::point("before a version is pruned")?;
        std::fs::remove_file(folder.join(format!("{timestamp}.yaml")))?;
    }
    let log = folder.join("log.jsonl");
    let text = String::from_utf8_lossy(&file::read_own(&log)?).into_owned();
    if text.lines().count() > 4 * KEPT {
        // One line of a version that went stays: it tells that there were older ones.
        let kept =
            text.lines().filter(|line| versions[..=KEPT].iter().any(|known| line.contains(known.as_str())));
        let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
        file::write_atomic(&log, kept.as_bytes(), 0o600)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history() -> (tempfile::TempDir, History, Key) {
        let folder = tempfile::tempdir().unwrap();
        let history = History::new(folder.path().join(".history"));
        (folder, history, Key { project: None, id: "a".into() })
    }

    fn at(second: u32) -> DateTime<Utc> {
        parse(&format!("2026-11-21T10-11-{second:02}.345678Z")).unwrap()
    }

    #[test]
    fn equal_neighbours_are_kept_once_and_returns_are_new_versions() {
        let (_folder, mut history, key) = history();
        let mut record = |text: &str, second| {
            history.record(&key, text.as_bytes(), Author::Editor, "", at(second)).unwrap().unwrap()
        };
        let first = record("one", 1);
        assert_eq!(record("one", 2), first);
        let second = record("two", 3);
        let third = record("one", 4);
        assert_eq!(first, "2026-11-21T10-11-01.345678Z");
        assert_eq!(history.timestamps(&key).unwrap(), [third, second, first]);
    }

    #[test]
    fn a_clock_that_goes_back_still_gives_later_versions() {
        let (_folder, mut history, key) = history();
        history.record(&key, b"one", Author::Editor, "", at(9)).unwrap();
        let second = history.record(&key, b"two", Author::Editor, "", at(1)).unwrap().unwrap();
        assert_eq!(second, "2026-11-21T10-11-09.345679Z");
    }

    #[test]
    fn twenty_are_kept_and_the_oldest_go() {
        let (_folder, mut history, key) = history();
        for n in 0..50 {
            history.record(&key, format!("{n}").as_bytes(), Author::Seed, "", at(n)).unwrap();
        }
        let timestamps = history.timestamps(&key).unwrap();
        assert_eq!(timestamps.len(), KEPT);
        assert_eq!(history.read(&key, &timestamps[0]).unwrap().unwrap(), b"49");
        assert_eq!(history.read(&key, &timestamps[19]).unwrap().unwrap(), b"30");
        let authors = history.authors(&key);
        assert_eq!(authors.get(&timestamps[19]), Some(&Author::Seed));
        assert!(authors.len() <= 4 * KEPT && authors.keys().any(|known| *known < timestamps[19]));
    }

    #[test]
    fn what_was_noted_is_durable_before_anything_is_replaced() {
        let (folder, mut history, key) = history();
        let first = history.note(&key, b"one", Author::Seed, "", at(1)).unwrap();
        let log = folder.path().join(".history/a/log.jsonl");
        assert!(history.unsynced.contains(&log) && history.unsynced.len() == 5, "{:?}", history.unsynced);
        history.sync_soon();
        assert!(history.unsynced.is_empty() && history.syncing.len() == 1);
        assert_eq!(history.record(&key, b"one", Author::Editor, "", at(2)).unwrap(), first);
        assert!(history.unsynced.is_empty() && history.syncing.is_empty());
        // What can't be made durable refuses whoever would replace something, until it can.
        let round = folder.path().join("round");
        std::os::unix::fs::symlink(&round, &round).unwrap();
        history.unsynced.insert(round.clone());
        history.sync_soon();
        for _ in 0..2 {
            history.record(&key, b"one", Author::Editor, "", at(3)).unwrap_err();
        }
        std::fs::remove_file(&round).unwrap();
        history.record(&key, b"one", Author::Editor, "", at(4)).unwrap();
    }

    #[test]
    fn an_empty_moment_is_no_version() {
        let (_folder, mut history, key) = history();
        assert_eq!(history.record(&key, b"", Author::Editor, "", at(1)).unwrap(), None);
        assert!(history.ids(None).is_empty());
    }

    #[test]
    fn no_id_and_no_timestamp_leads_out_of_the_folder() {
        let (folder, mut history, key) = history();
        history.record(&key, b"one", Author::Editor, "", at(1)).unwrap();
        std::fs::write(folder.path().join("secret.yaml"), "secret").unwrap();
        for timestamp in ["../../secret", "2026-11-21T10-11-01.345678Z/../x", "", "/etc/passwd", "log"] {
            assert!(history.read(&key, timestamp).unwrap().is_none(), "{timestamp}");
        }
        for id in ["..", ".", "a/b", "", "projects", "/etc", "A", "a--b", "nul"] {
            let key = Key { project: None, id: id.into() };
            assert!(history.record(&key, b"x", Author::Editor, "", at(1)).is_err(), "{id}");
        }
        std::os::unix::fs::symlink(folder.path(), folder.path().join(".history/b")).unwrap();
        let key = Key { project: None, id: "b".into() };
        assert!(history.record(&key, b"x", Author::Editor, "", at(1)).is_err());
    }

    #[test]
    fn what_is_no_version_is_none_and_a_pipe_is_not_waited_for() {
        let (folder, mut history, key) = history();
        history.record(&key, b"one", Author::Seed, "", at(1)).unwrap();
        let own = folder.path().join(".history/a");
        let pipe = |path: &Path| {
            let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600));
            rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
        };
        std::fs::write(folder.path().join("secret"), "secret").unwrap();
        let odd =
            ["2026-01-01T00-00-00.000000Z", "2026-01-01T00-00-01.000000Z", "2026-01-01T00-00-02.000000Z"];
        pipe(&own.join(format!("{}.yaml", odd[0])));
        std::fs::create_dir(own.join(format!("{}.yaml", odd[1]))).unwrap();
        std::os::unix::fs::symlink("../../secret", own.join(format!("{}.yaml", odd[2]))).unwrap();
        for timestamp in odd {
            assert_eq!(history.read(&key, timestamp).unwrap(), None);
        }
        std::fs::remove_file(own.join("log.jsonl")).unwrap();
        pipe(&own.join("log.jsonl"));
        assert!(history.authors(&key).is_empty());
        for n in 2..40 {
            history.record(&key, format!("{n}").as_bytes(), Author::Seed, "", at(n)).unwrap();
        }
        assert_eq!(history.timestamps(&key).unwrap().len(), KEPT);
        assert_eq!(timestamps(&own).unwrap().len(), KEPT);
    }

    #[test]
    fn a_second_history_over_the_same_folder_goes_on_where_the_first_ended() {
        let (folder, mut history, key) = history();
        let first = history.record(&key, b"one", Author::Editor, "", at(5)).unwrap();
        let mut again = History::new(folder.path().join(".history"));
        assert_eq!(again.record(&key, b"one", Author::Editor, "", at(1)).unwrap(), first);
        assert_eq!(again.ids(None), &BTreeSet::from(["a".to_owned()]));
    }

    #[test]
    fn each_project_has_ids_of_its_own() {
        let (_folder, mut history, user) = history();
        let project = Key { project: Some("/repo".into()), id: "b".into() };
        for key in [&user, &project] {
            history.record(key, b"one", Author::Editor, "", at(1)).unwrap();
        }
        assert_eq!(history.ids(None), &BTreeSet::from(["a".to_owned()]));
        assert_eq!(history.ids(Some(Path::new("/repo"))), &BTreeSet::from(["b".to_owned()]));
        assert!(history.ids(Some(Path::new("/other"))).is_empty());
        let later = Key { id: "c".into(), ..project };
        history.record(&later, b"one", Author::Editor, "", at(2)).unwrap();
        assert!(history.ids(Some(Path::new("/repo"))).contains("c"));
    }

    #[test]
    fn versions_are_the_users_alone() {
        let (folder, mut history, user) = history();
        let project = Key { project: Some("/repo".into()), id: "b".into() };
        for key in [&user, &project] {
            history.record(key, b"one", Author::Editor, "", at(1)).unwrap();
        }
        let root = folder.path().join(".history");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let of_project = root.join("projects").join(project_hash(Path::new("/repo")));
        for kept in
            [root.clone(), root.join("a"), root.join("projects"), of_project.clone(), of_project.join("b")]
        {
            assert_eq!(mode(&kept), 0o700, "{}", kept.display());
        }
        for file in std::fs::read_dir(root.join("a")).unwrap().flatten() {
            assert_eq!(mode(&file.path()), 0o600, "{}", file.path().display());
        }
        // What an earlier version left open is closed.
        std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o755)).unwrap();
        History::new(root.clone());
        assert_eq!(mode(&root), 0o700);
    }
}
