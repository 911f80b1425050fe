//! `ui.json`: what clients like to find again (projects, last inputs, layout), one value a key.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::store::file;

/// A handle to what is remembered; all clones write the same file.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    path: PathBuf,
    values: Arc<Mutex<Map<String, Value>>>,
}

impl Remembered {
    /// Reads the file. It is only a convenience: one that can't be read is put aside and begun anew.
    pub fn open(path: PathBuf) -> Self {
        let values = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, path = %path.display(), "begun anew");
                let _ = std::fs::rename(&path, path.with_extension("json.broken"));
                Map::new()
            }),
            Err(_) => Map::new(),
        };
        Self { path, values: Arc::new(Mutex::new(values)) }
    }

    /// The value of a key, or nothing.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Changes the value of a key (`null` at first) and writes the file.
    pub fn change(&self, key: &str, change: impl FnOnce(&mut Value)) -> io::Result<()> {
        // The lock is held over the writing, so that a newer state is never overwritten by an older one.
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        change(values.entry(key).or_insert(Value::Null));
        file::write_atomic(&self.path, &serde_json::to_vec_pretty(&*values)?, 0o600)
    }
}
