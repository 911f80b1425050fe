//! Actions whose file is gone: what they were called, and when they went as far as the history knows.

use super::history::{self, Author};
use super::shelf::{Place, Shelf};
use crate::action::{label, visible};
use crate::api::DeletedAction;

impl Shelf {
    /// What the history has of actions that a folder has no file of.
    pub fn deleted_in(&mut self, place: Place) -> Vec<DeletedAction> {
        let mut ids: Vec<String> = self.deleted(place).cloned().collect();
        // Of what somebody has removed from the history nothing can be brought back.
        ids.retain(|id| {
            let key = self.folder(place).key(id);
            self.history.is_kept(&key)
        });
        ids.into_iter().map(|id| self.remains(place, id)).collect()
    }

    /// What is known of one. Its history is read once for each version: lists are asked for often.
    fn remains(&mut self, place: Place, id: String) -> DeletedAction {
        let folder = self.folder(place);
        let (scope, key) = (folder.scope, folder.key(&id));
        let newest = self.history.newest(&key).ok().flatten().map(|(timestamp, _)| timestamp);
        let seen = newest.as_deref().and_then(history::parse);
        if let Some(known) = self.remains.get(&key).filter(|known| known.seen == seen) {
            return known.clone();
        }
        let bytes = newest.as_ref().and_then(|newest| self.history.read(&key, newest).ok().flatten());
        let label = bytes.and_then(|bytes| label::label_of(&bytes));
        let authors = self.history.authors(&key);
        // A line that is older than the newest version is of a time before it came back.
        let deleted = authors
            .iter()
            .filter(|(timestamp, author)| **author == Author::Delete && Some(*timestamp) > newest.as_ref())
            .filter_map(|(timestamp, _)| history::parse(timestamp))
            .max();
        let remains =
            DeletedAction { label: visible(label.as_ref().unwrap_or(&id)), id, scope, deleted, seen };
        self.remains.insert(key, remains.clone());
        remains
    }
}
