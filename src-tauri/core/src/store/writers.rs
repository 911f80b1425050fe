//! Who has a file open for writing: asked where waiting for its closing would not do.
//!
//! A watched file's closing is told, but late on a busy machine, and a file that was opened before its folder was
//! watched is not told of at all. Linux lists what each of the user's processes has open; elsewhere, and of other
//! users' processes, nothing is known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Those of the files that somebody has open for writing, as far as the system tells.
pub(crate) fn being_written<'p>(files: impl IntoIterator<Item = &'p Path>) -> BTreeSet<PathBuf> {
    let mut folders: BTreeMap<&Path, Option<PathBuf>> = BTreeMap::new();
    let mut wanted: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for file in files {
        let real = if file.is_symlink() {
            file.canonicalize().ok()
        } else {
            // Of many files in one folder, the way to it is the same.
            let folder = file.parent().filter(|folder| *folder != "").unwrap_or(Path::new("."));
            let name = file.file_name();
            let folder = folders.entry(folder).or_insert_with(|| folder.canonicalize().ok());
            folder.as_ref().zip(name).map(|(folder, name)| folder.join(name))
        };
        if let Some(real) = real {
            wanted.entry(real).or_default().insert(file.to_owned());
        }
    }
    let mut found = BTreeSet::new();
    if !wanted.is_empty() && cfg!(target_os = "linux") {
        let is_process = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        };
        for process in entries(Path::new("/proc")).filter(is_process) {
            for opened in entries(&process.join("fd")) {
                let names = std::fs::read_link(&opened).ok().and_then(|file| wanted.get(&file));
                if let Some(names) = names.filter(|_| writes(&process, &opened)) {
                    found.extend(names.iter().cloned());
                }
            }
        }
    }
    found
}

/// Whether a process has a descriptor for writing; one that is closed again has not.
fn writes(process: &Path, opened: &Path) -> bool {
    let info = opened.file_name().map(|descriptor| process.join("fdinfo").join(descriptor));
    let info = info.and_then(|info| std::fs::read_to_string(info).ok()).unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    // The access mode: 0 reads, 1 writes, 2 does both.
    flags.is_some_and(|flags| matches!(flags & 3, 1 | 2))
}

/// What is in a folder; nothing in another user's process.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn who_writes_is_known_until_it_is_closed_and_who_reads_is_not_meant() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, other] = ["a.yaml", "link.yaml", "b.yaml"].map(|name| folder.path().join(name));
        std::os::unix::fs::symlink("a.yaml", &link).unwrap();
        std::fs::write(&other, "").unwrap();
        let reader = File::open(&other).unwrap();
        let writer = File::create(&file).unwrap();
        let all = || being_written([&*file, &*link, &*other, Path::new("/nowhere")]);
        assert_eq!(all(), BTreeSet::from([file.clone(), link.clone()]));
        // What another test starts has it until its own program begins; the lock is free when it has it no more.
        writer.lock().unwrap();
        drop(writer);
        File::open(&file).unwrap().lock_shared().unwrap();
        assert_eq!(all(), BTreeSet::new());
        drop(reader);
    }
}
