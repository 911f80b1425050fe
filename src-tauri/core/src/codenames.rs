//! `discovered-codenames.json`: the codenames of terminals that a person opened. Those that actions, agents and
//! programs open have one too, but are not met by it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::api::CodenamesView;
use crate::clock;
use crate::paths::Paths;
use crate::store::{Notice, file};
use crate::terminal::codename;

/// The only format so far.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    met: BTreeSet<String>,
}

/// A handle to the collection; all clones write the same file.
#[derive(Clone, Debug)]
pub(crate) struct Codenames {
    path: PathBuf,
    met: Arc<Mutex<BTreeSet<String>>>,
}

impl Codenames {
    /// Reads the file. One that can't be read is put aside, and the user is told.
    pub fn open(paths: &Paths) -> (Self, Option<Notice>) {
        let path = paths.codenames();
        let (met, why) = match file::read_own(&path) {
            Ok(bytes) => match serde_json::from_slice::<Written>(&bytes) {
                Ok(Written { version: VERSION, met }) => (met, None),
                Ok(Written { version, .. }) => {
                    (BTreeSet::new(), Some(format!("it has the unknown version {version}")))
                }
                Err(error) => (BTreeSet::new(), Some(error.to_string())),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (BTreeSet::new(), None),
            Err(error) => (BTreeSet::new(), Some(error.to_string())),
        };
        let notice = why.map(|why| {
            let aside = path.with_extension(format!("broken-{}.json", clock::now().format("%Y%m%dT%H%M%S")));
            let kept = match std::fs::rename(&path, &aside) {
                Ok(()) => format!("it is kept as {}", aside.display()),
                Err(error) => format!("it can't be kept: {error}"),
            };
            let message =
                format!("{} can't be read, so the collection begins anew ({why}; {kept})", path.display());
            Notice { code: "codenames_broken", message, hint: None, action: None, restore: None }
        });
        (Self { path, met: Arc::new(Mutex::new(met)) }, notice)
    }

    /// A person opened a terminal of this name; the number of names met if it is a new one. Blocks.
    pub fn meet(&self, name: &str) -> Option<usize> {
        // The lock is held over the writing, so that a newer state is never overwritten by an older one.
        let mut met = self.lock();
        if !codename::is_one(name) || !met.insert(name.to_owned()) {
            return None;
        }
        let written = serde_json::to_vec(&Written { version: VERSION, met: met.clone() });
        let written = written.map_err(std::io::Error::other);
        if let Err(error) = written.and_then(|bytes| file::write_atomic(&self.path, &bytes, 0o600)) {
            tracing::warn!(%error, "the codename is not remembered");
        }
        Some(known(&met).count())
    }

    /// What has been met.
    pub fn view(&self) -> CodenamesView {
        CodenamesView { met: known(&self.lock()).cloned().collect(), of: codename::ALL }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A later release may have other names; those stay in the file.
fn known(met: &BTreeSet<String>) -> impl Iterator<Item = &String> {
    met.iter().filter(|name| codename::is_one(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> (tempfile::TempDir, Paths) {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::at(folder.path(), folder.path().to_owned()).unwrap();
        (folder, paths)
    }

    #[test]
    fn a_codename_is_met_once_and_for_all() {
        let (_folder, paths) = home();
        let (codenames, notice) = Codenames::open(&paths);
        assert!(notice.is_none());
        assert_eq!(codenames.meet("brave-alpaca"), Some(1));
        assert_eq!(codenames.meet("brave-alpaca"), None);
        assert_eq!(codenames.meet("amber-yak"), None, "none of ours");
        assert_eq!(codenames.meet("witty-wombat"), Some(2));
        let (again, _) = Codenames::open(&paths);
        assert_eq!(again.view().met, ["brave-alpaca", "witty-wombat"]);
        assert_eq!(again.view().of, 2500);
        let text = std::fs::read_to_string(paths.codenames()).unwrap();
        assert_eq!(text, r#"{"version":1,"met":["brave-alpaca","witty-wombat"]}"#);
    }

    #[test]
    fn a_file_that_can_t_be_read_is_kept_aside_and_told() {
        for text in ["{\"version\":1,\"met\":[\"bra", "", "{\"version\":2,\"met\":[\"brave-alpaca\"]}"] {
            let (folder, paths) = home();
            std::fs::write(paths.codenames(), text).unwrap();
            let (codenames, notice) = Codenames::open(&paths);
            assert_eq!(notice.unwrap().code, "codenames_broken");
            assert_eq!(codenames.meet("brave-alpaca"), Some(1));
            let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
            let aside = entries.into_iter().find(|path| path.to_string_lossy().contains(".broken-")).unwrap();
            assert_eq!(std::fs::read_to_string(aside).unwrap(), text);
        }
    }
}
