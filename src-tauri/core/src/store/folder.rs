//! One folder of action files: what each file held when it was read last.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file;
use super::history::Key;
use crate::action::{Action, Problem, Scope, id_of, is_action_file, is_id, kebab, read};

/// A loaded folder.
#[derive(Debug)]
pub(super) struct Folder {
    pub scope: Scope,
    /// The project's root, for a project's folder.
    pub project: Option<PathBuf>,
    pub dir: PathBuf,
    /// Whether what it stands in was there when that was looked at last: a project may go as a whole.
    pub stands: bool,
    entries: BTreeMap<PathBuf, Entry>,
    /// The files of each id; more than one is a mistake.
    by_id: HashMap<String, BTreeSet<PathBuf>>,
    /// What is wrong with the folder itself.
    pub problem: Option<Problem>,
}

/// A loaded file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The id, as far as it can be told.
    pub id: String,
    pub bytes: Arc<[u8]>,
    pub sha256: String,
    /// The action; none while the file is broken.
    pub action: Option<Arc<Action>>,
    /// What the file said when it was good last, if it is broken now.
    pub good: Option<Good>,
    pub problems: Vec<Problem>,
}

/// A version that can run.
#[derive(Clone, Debug)]
pub(super) struct Good {
    pub action: Arc<Action>,
    pub bytes: Arc<[u8]>,
    pub sha256: String,
}

/// What reading a file again brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// What was known already.
    None,
    /// The file is gone.
    Gone,
    /// New bytes that parse.
    Good,
    /// New bytes that don't: perhaps only half of what is being written.
    Broken,
}

impl Folder {
    pub fn new(scope: Scope, project: Option<PathBuf>, dir: PathBuf) -> Self {
        let stands = project.as_ref().is_none_or(|root| root.is_dir());
        Self { scope, project, dir, stands, entries: BTreeMap::new(), by_id: HashMap::new(), problem: None }
    }

    /// Whether a path is an action file of this folder, by its name.
    pub fn owns(&self, path: &Path) -> bool {
        path.parent() == Some(&self.dir) && is_action_file(path)
    }

    /// Where an action's file is, if it is called so.
    pub fn own_path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.yaml"))
    }

    /// The action files that are there now.
    pub fn list(&mut self) -> Vec<PathBuf> {
        self.problem = None;
        match std::fs::read_dir(&self.dir) {
            Ok(entries) => {
                let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
                paths.retain(|path| is_action_file(path));
                paths
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                let message = if error.kind() == std::io::ErrorKind::NotADirectory {
                    "this is no folder, so there are no actions in it".to_owned()
                } else {
                    format!("the folder can't be read: {error}")
                };
                self.problem = Some(Problem::whole(&self.dir, "unreadable", message));
                Vec::new()
            }
        }
    }

    /// Reads one file as it is now; what was known stays in `entries` until `accept`.
    pub fn look(&self, path: &Path) -> (Change, Option<Entry>) {
        let old = self.entries.get(path);
        if path.symlink_metadata().is_err() {
            return (if old.is_some() { Change::Gone } else { Change::None }, None);
        }
        let read = self.stays_inside(path).and_then(|()| file::read_bounded(path));
        let entry = match read {
            Ok(bytes) => {
                if old.is_some_and(|old| *old.bytes == *bytes && (old.action.is_some() || !bytes.is_empty()))
                {
                    return (Change::None, None);
                }
                self.parse(path, bytes.into(), old)
            }
            Err(problem) if problem.code == "gone" && !path.is_symlink() => {
                return (if old.is_some() { Change::Gone } else { Change::None }, None);
            }
            Err(problem) => {
                if old.is_some_and(|old| old.problems == [problem.clone()]) {
                    return (Change::None, None);
                }
                Entry {
                    id: old.map_or_else(|| stem_id(path), |old| old.id.clone()),
                    bytes: Arc::from([]),
                    sha256: super::sha256(&[]),
                    action: None,
                    good: old.and_then(Entry::good),
                    problems: vec![problem],
                }
            }
        };
        let change = if entry.action.is_some() { Change::Good } else { Change::Broken };
        (change, Some(entry))
    }

    fn parse(&self, path: &Path, bytes: Arc<[u8]>, old: Option<&Entry>) -> Entry {
        let (action, problems) = read(path, self.scope, &bytes);
        let id = match (&action, old) {
            (Some(action), _) => action.id.clone(),
            // A file that is broken keeps the last id it had, so that its history goes on.
            (None, Some(old)) if id_of(path, &bytes) == stem(path) => old.id.clone(),
            (None, _) => Some(id_of(path, &bytes)).filter(|id| is_id(id)).unwrap_or_else(|| stem_id(path)),
        };
        let sha256 = super::sha256(&bytes);
        let good = if action.is_some() { None } else { old.and_then(Entry::good) };
        Entry { id, bytes, sha256, action: action.map(Arc::new), good, problems }
    }

    /// A repository must not show or run files from outside of it through a link.
    fn stays_inside(&self, path: &Path) -> Result<(), Problem> {
        let Some(project) = &self.project else { return Ok(()) };
        match path.canonicalize() {
            Ok(real) if !real.starts_with(project) => Err(Problem::leads_outside(path)),
            _ => Ok(()),
        }
    }

    /// All files, by path.
    pub fn entries(&self) -> impl Iterator<Item = (&PathBuf, &Entry)> {
        self.entries.iter()
    }

    /// One file.
    pub fn entry(&self, path: &Path) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// The files with an id.
    pub fn with_id(&self, id: &str) -> impl Iterator<Item = (&PathBuf, &Entry)> + use<'_> {
        let paths = self.by_id.get(id).into_iter().flatten();
        paths.filter_map(|path| self.entries.get_key_value(path))
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }

    /// Takes a file's state as it was read.
    pub fn insert(&mut self, path: PathBuf, entry: Entry) {
        self.remove(&path);
        self.by_id.entry(entry.id.clone()).or_default().insert(path.clone());
        self.entries.insert(path, entry);
    }

    /// Forgets a file that is gone; whether it was known.
    pub fn remove(&mut self, path: &Path) -> bool {
        let Some(old) = self.entries.remove(path) else { return false };
        if let Some(paths) = self.by_id.get_mut(&old.id) {
            paths.remove(path);
            if paths.is_empty() {
                self.by_id.remove(&old.id);
            }
        }
        true
    }

    /// Under which key the history keeps an id of this folder.
    pub fn key(&self, id: &str) -> Key {
        Key { project: self.project.clone(), id: id.to_owned() }
    }
}

impl Entry {
    /// The version that can run, be it the current or an older one.
    fn good(&self) -> Option<Good> {
        match &self.action {
            Some(action) => Some(Good {
                action: Arc::clone(action),
                bytes: Arc::clone(&self.bytes),
                sha256: self.sha256.clone(),
            }),
            None => self.good.clone(),
        }
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// An id for a file whose name is none: what can be kept of it, else its digest.
fn stem_id(path: &Path) -> String {
    let stem = stem(path);
    let kebab = kebab(&stem);
    if is_id(&stem) {
        stem
    } else if is_id(&kebab) {
        kebab
    } else {
        format!("file-{}", &super::sha256(path.as_os_str().as_encoded_bytes())[..8])
    }
}
