//! The actions that are shipped: put into the user's folder at every start, and taken away when they
//! are shipped no longer. What the user wrote goes to the history first, always.

use std::path::PathBuf;

use super::Notice;
use super::history::Author;
use super::shelf::Shelf;
use crate::config;

/// What is shipped, and what once was.
#[derive(Clone, Debug)]
pub(crate) struct Defaults {
    /// Ids and texts.
    pub shipped: Vec<(String, String)>,
    /// Ids shipped no longer, each with the sha256 of every version that ever was.
    pub deprecated: Vec<(String, Vec<String>)>,
}

/// The embedded files.
const SHIPPED: [(&str, &str); 4] = [
    ("create-project", include_str!("../../../../default-actions/create-project.yaml")),
    ("run-tests", include_str!("../../../../default-actions/run-tests.yaml")),
    ("sync-plugins", include_str!("../../../../default-actions/sync-plugins.yaml")),
    ("update-claude-md", include_str!("../../../../default-actions/update-claude-md.yaml")),
];

/// Ids that were shipped once, with the sha256 of each version. A default that goes is entered here.
const DEPRECATED: [(&str, &[&str]); 0] = [];

impl Defaults {
    /// What this build ships.
    pub fn shipped() -> Self {
        let owned = |text: &str| text.to_owned();
        Self {
            shipped: SHIPPED.iter().map(|(id, text)| (owned(id), owned(text))).collect(),
            deprecated: DEPRECATED
                .iter()
                .map(|(id, all)| (owned(id), all.iter().copied().map(owned).collect()))
                .collect(),
        }
    }

    /// The shipped text of an id.
    pub fn text(&self, id: &str) -> Option<&str> {
        self.shipped.iter().find(|(shipped, _)| shipped == id).map(|(_, text)| text.as_str())
    }
}

impl Shelf {
    /// The ids of the shipped defaults.
    pub fn default_ids(&self) -> Vec<String> {
        self.defaults.shipped.iter().map(|(id, _)| id.clone()).collect()
    }

    /// Puts every default into the user's folder; what could not be done, or was replaced, is told.
    pub fn seed(&mut self) -> Vec<Notice> {
        let shipped = self.defaults.shipped.clone();
        shipped.iter().filter_map(|(id, text)| self.seed_one(id, text)).collect()
    }

    fn seed_one(&mut self, id: &str, text: &str) -> Option<Notice> {
        let active = self.active(None, id).map(|(_, bytes)| bytes);
        if active.as_deref() == Some(text.as_bytes()) {
            return None;
        }
        // A version that the app itself wrote is nobody's work: a newer one simply takes its place.
        let edited = active.as_deref().is_some_and(|bytes| !bytes.is_empty() && !self.is_ours(id, bytes));
        if edited && self.settings.config().defaults == config::Defaults::KeepEdits {
            return None;
        }
        let notice = |code, message| Notice { code, message, action: Some(id.to_owned()), restore: None };
        match self.put(None, id, text.as_bytes(), Author::Seed, "shipped with this version") {
            Ok(undo) if edited => {
                let message =
                    format!("your changes to the default action `{id}` were replaced by the shipped version");
                Some(Notice { restore: undo.timestamp, ..notice("default_overwritten", message) })
            }
            Ok(_) => None,
            Err(error) => {
                let message = format!("the default action `{id}` can't be put into its place: {error}");
                Some(notice("default_not_seeded", message))
            }
        }
    }

    /// Whether the app wrote these bytes as this default.
    fn is_ours(&self, id: &str, bytes: &[u8]) -> bool {
        let key = self.user.key(id);
        let authors = self.history.authors(&key);
        let ours = |timestamp: &String| {
            matches!(authors.get(timestamp), Some(Author::Seed | Author::Reset))
                && self.history.read(&key, timestamp).is_ok_and(|old| old.as_deref() == Some(bytes))
        };
        self.history.timestamps(&key).is_ok_and(|timestamps| timestamps.iter().any(ours))
    }

    /// Takes away defaults that are shipped no longer, if they are as they were shipped.
    pub fn clean_deprecated(&mut self) -> Vec<Notice> {
        let deprecated = self.defaults.deprecated.clone();
        let mut notices = Vec::new();
        for (id, digests) in deprecated {
            let Some((path, bytes)) = self.active(None, &id) else { continue };
            if !digests.contains(&super::sha256(&bytes)) {
                continue;
            }
            match self.take_away(None, &id, &path) {
                Ok(undo) => notices.push(Notice {
                    code: "default_removed",
                    message: format!("the default action `{id}` is no longer shipped and was removed"),
                    action: Some(id),
                    restore: undo.timestamp,
                }),
                Err(error) => notices.push(Notice {
                    code: "default_not_removed",
                    message: format!("the old default action `{id}` can't be removed: {error}"),
                    action: Some(id),
                    restore: None,
                }),
            }
        }
        notices
    }

    /// The file that holds an id now, and its bytes; read from the disk, not from memory.
    pub fn active(&self, project: Option<&std::path::Path>, id: &str) -> Option<(PathBuf, Vec<u8>)> {
        let folder = self.folder(project);
        let own = folder.dir.join(format!("{id}.yaml"));
        let mut paths: Vec<&PathBuf> = folder.with_id(id).map(|(path, _)| path).collect();
        // Of two files with one id, the one that is called so is meant.
        paths.sort_by_key(|path| **path != own);
        paths.into_iter().find_map(|path| match super::file::read_at_most(path, None) {
            Ok(super::file::Content::Bytes(bytes)) => Some((path.clone(), bytes)),
            _ => None,
        })
    }
}
