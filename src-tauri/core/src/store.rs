//! The action store: loads action files, watches them, keeps their history, and is their only writer.
//!
//! All state lives on one thread (`shelf`); this is the handle to it. Reading a file's text is
//! `action`'s, running an action is `engine`'s.

mod aside;
mod change;
mod copy;
mod defaults;
mod deleted;
mod error;
mod fault;
pub(crate) mod file;
mod folder;
mod history;
mod keeping;
mod listing;
mod seen;
mod shelf;
mod trust;
mod versions;
mod watch;
pub(crate) mod writers;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use sha2::{Digest as _, Sha256};
use tokio::sync::{broadcast, oneshot};

pub(crate) use defaults::Defaults;
pub(crate) use error::StoreError;

use crate::action::{Action, Problem, Scope};
use crate::api::{ActionDetail, ActionList, ActionView, Preview, Undo, Version, VersionContent};
use crate::paths::Paths;
use crate::remembered::Remembered;
use crate::settings::Settings;
use shelf::{Message, Shelf};
pub use versions::diff;

/// A handle to the store; clones reach the same one, and it ends with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct ActionStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    orders: mpsc::Sender<Message>,
    changes: broadcast::Sender<StoreChange>,
    remembered: Remembered,
    thread: Option<JoinHandle<()>>,
}

/// Which action is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Which {
    pub id: String,
    /// The project's canonical path.
    pub project: Option<PathBuf>,
    /// Which of two actions with this id; for reading the project's by default, for changing the user's. One that only
    /// one of them has is meant wherever it is.
    pub scope: Option<Scope>,
}

impl Which {
    /// An action of the user's.
    pub fn user(id: &str) -> Self {
        Self { id: id.to_owned(), project: None, scope: Some(Scope::User) }
    }

    /// An action as a project sees it.
    #[cfg(test)]
    pub fn seen_from(project: &std::path::Path, id: &str) -> Self {
        Self { id: id.to_owned(), project: Some(project.to_owned()), scope: None }
    }
}

/// The bytes that are about to run, and what they say.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub action: Arc<Action>,
    pub view: ActionView,
    pub sha256: String,
    pub bytes: Arc<[u8]>,
    /// Whether these bytes run without a question.
    pub trusted: bool,
    /// Whether others were accepted for this action before.
    pub changed: bool,
}

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreChange {
    /// Actions: a project's, or the user's if none is named.
    Actions {
        /// The project.
        project: Option<PathBuf>,
    },
    /// Something that the user should know once.
    Notice(Notice),
}

/// Something that the user should know once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub code: &'static str,
    pub message: String,
    pub action: Option<String>,
    /// The version that undoes it.
    pub restore: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Notice {
    /// A notice about no action, that nothing undoes.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), action: None, restore: None, hint: None }
    }

    /// Adds what to do about it.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl ActionStore {
    /// Opens the store: seeds the defaults, cleans up old ones, loads and watches the user's folder.
    pub async fn open(paths: Paths, settings: Settings) -> Result<(Self, Vec<Notice>), StoreError> {
        Self::open_with(paths, settings, Defaults::shipped()).await
    }

    /// Opens the store with other defaults than the shipped ones.
    pub async fn open_with(
        paths: Paths,
        settings: Settings,
        defaults: Defaults,
    ) -> Result<(Self, Vec<Notice>), StoreError> {
        let (orders, inbox) = mpsc::channel();
        let (changes, _) = broadcast::channel(256);
        let remembered = Remembered::open(paths.ui_state());
        let (opened, opening) = oneshot::channel();
        let (sender, publisher, memory) = (orders.clone(), changes.clone(), remembered.clone());
        let thread = std::thread::Builder::new().name("action-store".into());
        let thread = thread
            .spawn(move || {
                let (mut shelf, notices) = Shelf::open(paths, settings, defaults, sender, publisher, memory);
                // Nobody waits any more: then the handle is gone too, and the loop ends at once.
                let _ = opened.send(notices);
                shelf.serve(&inbox);
            })
            .map_err(|source| StoreError::Io {
                path: PathBuf::new(),
                doing: "starting the store's thread",
                source,
            })?;
        let store = Self { inner: Arc::new(Inner { orders, changes, remembered, thread: Some(thread) }) };
        let notices = opening.await.map_err(|_| StoreError::Stopped)??;
        Ok((store, notices))
    }

    /// What changes from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<StoreChange> {
        self.inner.changes.subscribe()
    }

    /// What clients like to find again (`ui.json`); shared, so that no writer undoes another.
    pub fn remembered(&self) -> Remembered {
        self.inner.remembered.clone()
    }

    /// What a toolbar shows.
    pub async fn list(&self, project: Option<PathBuf>) -> Result<ActionList, StoreError> {
        self.order(move |shelf| shelf.action_list(project.as_deref())).await
    }

    /// One action and its file's text.
    pub async fn show(&self, which: Which) -> Result<ActionDetail, StoreError> {
        self.order(move |shelf| shelf.show(&which)).await?
    }

    /// Everything that is wrong in the user's folder and the project's.
    pub async fn check(&self, project: Option<PathBuf>) -> Result<Vec<Problem>, StoreError> {
        self.settle(project.clone()).await?;
        self.order(move |shelf| shelf.check(project.as_deref())).await
    }

    /// Reads the bytes that are about to run from the disk, now; `stale` accepts the last good version of
    /// a broken file.
    pub async fn resolve(&self, which: Which, stale: bool) -> Result<Resolved, StoreError> {
        self.settle(which.project.clone()).await?;
        self.order(move |shelf| shelf.resolve(&which, stale)).await?
    }

    /// What a run would type, for the trust question; `typed` makes of the action what it would type.
    pub async fn preview(
        &self,
        which: Which,
        typed: impl FnOnce(&Action) -> Action + Send + 'static,
    ) -> Result<Preview, StoreError> {
        self.settle(which.project.clone()).await?;
        self.order(move |shelf| shelf.preview(&which, typed)).await?
    }

    /// Accepts a project's file as the user has seen it: `sha256` in hex, or `current`.
    pub async fn trust(&self, which: Which, sha256: String) -> Result<(), StoreError> {
        self.settle(which.project.clone()).await?;
        self.order(move |shelf| shelf.accept(&which, &sha256)).await?
    }

    /// An action's versions, newest first.
    pub async fn history(&self, which: Which) -> Result<Vec<Version>, StoreError> {
        self.order(move |shelf| shelf.versions(&which)).await?
    }

    /// One version's text and its difference from the active file.
    pub async fn version(&self, which: Which, timestamp: String) -> Result<VersionContent, StoreError> {
        self.order(move |shelf| shelf.version(&which, &timestamp)).await?
    }

    /// Makes a version the active file.
    pub async fn restore(&self, which: Which, timestamp: String) -> Result<Undo, StoreError> {
        self.order(move |shelf| shelf.restore(&which, &timestamp)).await?
    }

    /// Makes the shipped version of a default the active file.
    pub async fn reset(&self, id: String) -> Result<Undo, StoreError> {
        self.order(move |shelf| shelf.reset(&id)).await?
    }

    /// Removes an action's file; its versions stay.
    pub async fn delete(&self, which: Which) -> Result<Undo, StoreError> {
        self.order(move |shelf| shelf.delete(&which)).await?
    }

    /// Makes a new action of the user's from one, or from a version of one; the new id.
    pub async fn duplicate(
        &self,
        which: Which,
        timestamp: Option<String>,
        id: Option<String>,
    ) -> Result<String, StoreError> {
        self.order(move |shelf| shelf.duplicate(&which, timestamp.as_deref(), id.as_deref())).await?
    }

    /// Makes a new action in a project's folder, or the user's: `text` for the first free id like `wanted`.
    pub async fn create(
        &self,
        project: Option<PathBuf>,
        wanted: &'static str,
        text: impl FnOnce(&str) -> String + Send + 'static,
    ) -> Result<String, StoreError> {
        self.order(move |shelf| shelf.create(project.as_deref(), wanted, text)).await?
    }

    /// The ids of the shipped defaults.
    pub async fn default_ids(&self) -> Result<Vec<String>, StoreError> {
        self.order(|shelf| shelf.default_ids()).await
    }

    /// Takes over the defaults of a newer program; the ids of the defaults now.
    pub async fn offer_defaults(&self, offered: Defaults) -> Result<Vec<String>, StoreError> {
        self.order(move |shelf| shelf.offer(offered)).await
    }

    /// Puts the defaults into the user's folder again, as at a start.
    #[cfg(test)]
    pub async fn seed(&self) -> Result<Vec<Notice>, StoreError> {
        self.order(Shelf::seed).await
    }

    /// Keeps the values that were given, for the next time; never a secret's.
    pub async fn remember_inputs(
        &self,
        which: Which,
        values: BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        self.order(move |shelf| shelf.remember_inputs(&which, &values)).await?
    }

    /// Gives files that differ from what is known a moment: they may be half written.
    async fn settle(&self, project: Option<PathBuf>) -> Result<(), StoreError> {
        if !self.order(move |shelf| shelf.is_settled(project.as_deref())).await? {
            tokio::time::sleep(file::SETTLE).await;
        }
        Ok(())
    }

    async fn order<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Shelf) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let order = Message::Order(Box::new(move |shelf| {
            // The caller may have gone; the work is done all the same.
            let _ = answer.send(work(shelf));
        }));
        self.inner.orders.send(order).map_err(|_| StoreError::Stopped)?;
        answered.await.map_err(|_| StoreError::Stopped)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The watcher holds a sender too, so the channel alone would never close.
        let _ = self.orders.send(Message::Stop);
        // What it still keeps in the history is to be there; if it panicked, that was told.
        let own = std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != own) {
            let _ = thread.join();
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        use std::fmt::Write as _;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;
