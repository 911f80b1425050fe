//! Checks files that a person names, without a host: as the loader would read them, and with its caution about files
//! that are being written or lead out of their project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Action, Problem, Scope, id_of, is_action_file, read};
use crate::paths::project_of;
use crate::store::file::{SETTLE, read_bounded};
use crate::store::writers::being_written;

/// How often a file that changes while it is checked is read.
const MOST_LOOKS: usize = 10;

/// Everything that is wrong with some files, as the loader would tell it; for `action check PATH`, which needs no host.
/// A file that lies where no actions are loaded from has no scope yet: it may say either.
#[must_use]
pub fn check(files: &BTreeSet<PathBuf>, scope_of: impl Fn(&Path) -> Option<Scope>) -> Vec<Problem> {
    let look = |file: &PathBuf| {
        let scope = scope_of(file);
        if scope == Some(Scope::Project) && leads_outside(file) {
            return (vec![Problem::leads_outside(file)], Vec::new());
        }
        let (_, mut problems, bytes) = load(file, scope.unwrap_or(Scope::User));
        if scope.is_none() && problems.iter().any(|problem| problem.code == "scope-differs") {
            (_, problems, _) = load(file, Scope::Project);
        }
        (problems, bytes)
    };
    let mut found: BTreeMap<&PathBuf, _> = files.iter().map(|file| (file, look(file))).collect();
    settle(&mut found, look);
    let mut problems: BTreeMap<&PathBuf, Vec<Problem>> = BTreeMap::new();
    let mut with_id: BTreeMap<(PathBuf, String), Vec<&PathBuf>> = BTreeMap::new();
    let mut loaded = BTreeMap::new();
    for (file, (found, bytes)) in found {
        problems.insert(file, found);
        let folder = file.parent().map(|folder| if folder == "" { Path::new(".") } else { folder });
        // Of what can't be read no id is known.
        if let Some(Ok(folder)) = folder.map(Path::canonicalize).filter(|_| !bytes.is_empty()) {
            if let Some(scope) = scope_of(file) {
                loaded.insert(folder.clone(), scope);
            }
            with_id.entry((folder, id_of(file, &bytes))).or_default().push(file);
        }
    }
    let beside: Vec<((PathBuf, String), PathBuf)> =
        loaded.iter().flat_map(|(folder, scope)| ids_in(folder, *scope)).collect();
    for (key, other) in &beside {
        let Some(others) = with_id.get_mut(key) else { continue };
        if others.iter().all(|file| file.file_name() != other.file_name()) {
            others.push(other);
        }
    }
    for ((_, id), files) in &with_id {
        for file in files.iter().filter(|file| problems.contains_key(**file)).copied().collect::<Vec<_>>() {
            // The same file under two paths is one.
            let others = files.iter().filter(|other| other.file_name() != file.file_name());
            problems.entry(file).or_default().extend(others.map(|other| Problem::same_id(file, other, id)));
        }
    }
    problems.into_values().flatten().collect()
}

/// The ids that the files of a folder claim, whichever of them were asked about.
fn ids_in(folder: &Path, scope: Scope) -> Vec<((PathBuf, String), PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path()).filter(|file| is_action_file(file));
    let files = files.filter(|file| scope == Scope::User || !leads_outside(file));
    let id = |file: PathBuf| {
        let bytes = read_bounded(&file).ok().filter(|bytes| !bytes.is_empty())?;
        Some(((folder.to_owned(), id_of(&file, &bytes)), file))
    };
    files.filter_map(id).collect()
}

/// What is wrong with a file may be that half of it is written: it is read again before it is called so.
fn settle<'f>(
    found: &mut BTreeMap<&'f PathBuf, (Vec<Problem>, Vec<u8>)>,
    look: impl Fn(&PathBuf) -> (Vec<Problem>, Vec<u8>),
) {
    let mut wrong: BTreeSet<&'f PathBuf> = BTreeSet::new();
    wrong.extend(found.iter().filter(|(_, (problems, _))| !problems.is_empty()).map(|(file, _)| *file));
    let mut moving = wrong.clone();
    for _ in 0..MOST_LOOKS {
        if moving.is_empty() {
            break;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "nobody tells of a file's rest, and nothing else is to be done"
        )]
        std::thread::sleep(SETTLE);
        moving.retain(|file| {
            let now = look(file);
            let grew = found.get(file).is_none_or(|before| before.1 != now.1);
            found.insert(file, now);
            grew
        });
    }
    for file in being_written(wrong.iter().map(|file| file.as_path())) {
        if let Some((problems, _)) = found.get_mut(&file).filter(|(problems, _)| !problems.is_empty()) {
            let message = "this file is being written: it can be checked when it is closed";
            *problems = vec![Problem::being_written(&file, message)];
        }
    }
}

/// Whether a project's file is a link that leads out of the project, whose text then is nobody's business here.
fn leads_outside(file: &Path) -> bool {
    match (project_of(file).map(|project| project.canonicalize()), file.canonicalize()) {
        (Some(Ok(project)), Ok(file)) => !file.starts_with(project),
        _ => false,
    }
}

/// Reads a file from disk the way the loader does.
pub(super) fn load(file: &Path, scope: Scope) -> (Option<Action>, Vec<Problem>, Vec<u8>) {
    match read_bounded(file) {
        Ok(bytes) => {
            let (action, problems) = read(file, scope, &bytes);
            (action, problems, bytes)
        }
        Err(problem) => (None, vec![problem], Vec::new()),
    }
}
