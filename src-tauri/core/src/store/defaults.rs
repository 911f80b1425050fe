//! The actions that are shipped: put into the user's folder at every start, and taken away when they
//! are shipped no longer. What the user wrote goes to the history first, always.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::history::Author;
use super::shelf::{Place, Shelf};
use super::{Notice, StoreChange, StoreError};
use crate::action::fields::list;
use crate::action::{Problem, Scope, Severity, is_id};
use crate::api::OfferDefaults;
use crate::config;

/// What is shipped, and what once was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    /// The program's version that ships them.
    pub version: String,
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

impl From<OfferDefaults> for Defaults {
    fn from(offered: OfferDefaults) -> Self {
        let OfferDefaults { version, shipped, deprecated } = offered;
        let shipped = shipped.into_iter().filter(|(id, _)| is_id(id)).collect();
        Self { version, shipped, deprecated: deprecated.into_iter().filter(|(id, _)| is_id(id)).collect() }
    }
}

impl From<Defaults> for OfferDefaults {
    fn from(defaults: Defaults) -> Self {
        let Defaults { version, shipped, deprecated } = defaults;
        Self { version, shipped: shipped.into_iter().collect(), deprecated: deprecated.into_iter().collect() }
    }
}

impl Defaults {
    /// What this build ships.
    pub fn shipped() -> Self {
        let owned = |text: &str| text.to_owned();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            shipped: SHIPPED.iter().map(|(id, text)| (owned(id), owned(text))).collect(),
            deprecated: DEPRECATED
                .iter()
                .map(|(id, all)| (owned(id), all.iter().copied().map(owned).collect()))
                .collect(),
        }
    }

    /// Whether these are of a later version than the other ones. What can't be read as a version is not.
    pub fn are_newer_than(&self, other: &str) -> bool {
        let version = |text: &str| semver::Version::parse(text).ok();
        version(&self.version).zip(version(other)).is_some_and(|(these, those)| these > those)
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
        let mut notices = self.seed_these(self.default_ids());
        notices.extend(self.not_seeded().into_iter().map(|problem| Notice {
            hint: problem.fix,
            ..Notice::new("default_not_seeded", problem.message)
        }));
        notices
    }

    fn seed_these(&mut self, ids: Vec<String>) -> Vec<Notice> {
        let mut notices = Vec::new();
        for id in ids {
            let Some(text) = self.defaults.text(&id).map(str::to_owned) else { continue };
            self.unseeded.remove(&id);
            match self.seed_one(&id, &text) {
                Ok(notice) => notices.extend(notice),
                Err(error) => _ = self.unseeded.insert(id, error),
            }
        }
        notices
    }

    /// Tries again what could not be done: the folder may be writable by now.
    pub fn seed_what_is_missing(&mut self) {
        if self.unseeded.is_empty() {
            return;
        }
        // That it still can't be done has been told.
        for notice in self.seed_these(self.unseeded.keys().cloned().collect()) {
            self.publish(StoreChange::Notice(notice));
        }
        self.publish(StoreChange::Actions { project: None });
    }

    /// Which defaults have their places among these paths.
    pub fn defaults_at(&self, place: Place, paths: &[PathBuf]) -> Vec<String> {
        if place != Place::USER || self.opening.is_some() {
            return Vec::new();
        }
        let ids = self.defaults.shipped.iter().map(|(id, _)| id);
        ids.filter(|id| paths.contains(&self.user().own_path(id))).cloned().collect()
    }

    /// Follows what came into the places of defaults, or went from there: one that was kept out comes back.
    pub fn follow_defaults(&mut self, ids: Vec<String>) {
        for id in ids {
            let path = self.user().own_path(&id);
            // A file that the next start can replace is nobody's business here.
            let is_in_the_way = path.symlink_metadata().is_ok() && !path.is_file();
            let was_in_the_way = matches!(
                self.unseeded.get(&id),
                Some(StoreError::InTheWay { .. } | StoreError::Unreadable { .. })
            );
            if !is_in_the_way && !was_in_the_way {
                continue;
            }
            match self.held(Place::USER, &id) {
                // What the user put there meanwhile is left alone until the next start.
                Ok(Some((_, bytes))) if !self.is_ours(&id, &bytes) => _ = self.unseeded.remove(&id),
                Ok(_) => {
                    for notice in self.seed_these(vec![id]) {
                        self.publish(StoreChange::Notice(notice));
                    }
                }
                Err(_) if self.user().problem.is_some() => {}
                Err(error) => _ = self.unseeded.insert(id, error),
            }
        }
    }

    /// What keeps defaults out of the user's folder.
    pub fn not_seeded(&self) -> Vec<Problem> {
        let mut by_reason: BTreeMap<Option<&Path>, Vec<(&String, &StoreError)>> = BTreeMap::new();
        for (id, error) in &self.unseeded {
            let reason = match error {
                StoreError::InTheWay { path, .. } | StoreError::Unreadable { path, .. } => {
                    Some(path.as_path())
                }
                // What keeps one out of the folder keeps out all of them: the first reason stands for the rest.
                _ => None,
            };
            by_reason.entry(reason).or_default().push((id, error));
        }
        let problem = |(reason, kept): (Option<&Path>, Vec<(&String, &StoreError)>)| {
            let ids = list(kept.iter().map(|(id, _)| id.as_str()));
            let is_one = kept.len() == 1;
            let (default, place) =
                if is_one { ("default action", "its") } else { ("default actions", "their") };
            let first = kept.first().map(|(_, error)| *error);
            let error = first.map(ToString::to_string).unwrap_or_default();
            let message = format!("the {default} {ids} can't be put into {place} place: {error}");
            let fix = match reason {
                Some(_) if matches!(first, Some(StoreError::Unreadable { .. })) => {
                    "let yourself read that file (`chmod u+r`) or move it away; the default then comes back by itself"
                }
                Some(_) if is_one => "move that away; the default then comes back by itself",
                Some(_) => "move that away; the defaults then come back by themselves",
                None if self.user().problem.is_some() => {
                    "let yourself read and write the folder (`chmod u+rwx`); it is then done by itself"
                }
                None if first.is_some_and(StoreError::wants_a_folder) => {
                    "put a folder in its place; `ai-orchestrator action check` then tries again"
                }
                None => "make the folder writable; `ai-orchestrator action check` then tries again",
            };
            self.kept_out(message, fix)
        };
        by_reason.into_iter().map(problem).collect()
    }

    fn kept_out(&self, message: String, fix: &str) -> Problem {
        let problem = Problem::whole(&self.user().dir, "defaults-not-seeded", message);
        Problem { severity: Severity::Warning, fix: Some(fix.to_owned()), ..problem }
    }

    /// Takes over the defaults of a newer program, as far as this one can read them; the ids of the defaults now.
    pub fn offer(&mut self, offered: Defaults) -> Vec<String> {
        if offered.are_newer_than(&self.defaults.version) {
            let readable = |(id, text): &(String, String)| {
                let file = self.user().own_path(id);
                crate::action::read(&file, Scope::User, text.as_bytes())
                    .0
                    .is_some_and(|action| action.id == *id)
            };
            let (new, unreadable): (Vec<_>, Vec<_>) = offered.shipped.into_iter().partition(readable);
            // One that needs a newer host stays as it is until there is one.
            let kept =
                self.defaults.shipped.iter().filter(|(id, _)| unreadable.iter().any(|(new, _)| new == id));
            let shipped = new.into_iter().chain(kept.cloned()).collect();
            self.defaults = Defaults { version: offered.version, shipped, deprecated: offered.deprecated };
            let mut notices = self.clean_deprecated();
            notices.extend(self.seed());
            for notice in notices {
                self.publish(StoreChange::Notice(notice));
            }
            self.publish(StoreChange::Actions { project: None });
        }
        self.default_ids()
    }

    fn seed_one(&mut self, id: &str, text: &str) -> Result<Option<Notice>, StoreError> {
        let active = self.active(Place::USER, id).map(|(_, bytes)| bytes);
        if active.as_deref() == Some(text.as_bytes()) {
            return Ok(None);
        }
        // A version that the app itself wrote is nobody's work: a newer one simply takes its place.
        let edited = active.as_deref().is_some_and(|bytes| !bytes.is_empty() && !self.is_ours(id, bytes));
        if edited && self.settings.config().defaults == config::Defaults::KeepEdits {
            return Ok(None);
        }
        let undo = self.put(Place::USER, id, text.as_bytes(), Author::Seed, "shipped with this version")?;
        let message =
            format!("your changes to the default action `{id}` were replaced by the shipped version");
        Ok(edited.then(|| Notice {
            action: Some(id.to_owned()),
            restore: undo.timestamp,
            ..Notice::new("default_overwritten", message)
                .hint("yours is in its history; `defaults: keep-edits` in config.yaml leaves edits alone")
        }))
    }

    /// Whether the app wrote these bytes as this default.
    fn is_ours(&self, id: &str, bytes: &[u8]) -> bool {
        let key = self.user().key(id);
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
            let Some((path, bytes)) = self.active(Place::USER, &id) else { continue };
            if !digests.contains(&super::sha256(&bytes)) {
                continue;
            }
            match self.take_away(Place::USER, &id, &path) {
                Ok(undo) => {
                    let message = format!("the default action `{id}` is no longer shipped and was removed");
                    let notice = Notice::new("default_removed", message);
                    notices.push(Notice { action: Some(id), restore: undo.timestamp, ..notice });
                }
                Err(error) => {
                    let message = format!("the old default action `{id}` can't be removed: {error}");
                    let notice = Notice::new("default_not_removed", message).hint("make the folder writable");
                    notices.push(Notice { action: Some(id), ..notice });
                }
            }
        }
        notices
    }

    /// The file that holds an id now, and its bytes; read from the disk, not from memory.
    pub fn active(&self, place: Place, id: &str) -> Option<(PathBuf, Vec<u8>)> {
        let folder = self.folder(place);
        let own = folder.own_path(id);
        let mut paths: Vec<&PathBuf> = folder.with_id(id).map(|(path, _)| path).collect();
        // Of two files with one id, the one that is called so is meant.
        paths.sort_by_key(|path| **path != own);
        paths.into_iter().find_map(|path| match super::file::read_at_most(path, None) {
            Ok(super::file::Content::Bytes(bytes)) => Some((path.clone(), bytes)),
            _ => None,
        })
    }
}
