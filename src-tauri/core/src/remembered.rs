//! `ui.json`: what clients like to find again (projects, last inputs, layout), one value a key.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::store::file;

/// The file's shape. One of a later program is put aside rather than misread.
const VERSION: u64 = 1;

/// A handle to what is remembered; all clones write the same file.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    path: PathBuf,
    values: Arc<Mutex<Map<String, Value>>>,
}

impl Remembered {
    /// Reads the file. It is only a convenience: one that can't be read is put aside and begun anew.
    pub fn open(path: PathBuf) -> Self {
        let read = match file::read_own(&path) {
            Ok(bytes) => values(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Map::new()),
            Err(error) => Err(error.to_string()),
        };
        let values = read.unwrap_or_else(|why| {
            tracing::warn!(why, path = %path.display(), "begun anew");
            let _ = std::fs::rename(&path, path.with_extension("json.broken"));
            Map::new()
        });
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
        values.insert("version".to_owned(), json!(VERSION));
        change(values.entry(key).or_insert(Value::Null));
        file::write_atomic(&self.path, &serde_json::to_vec_pretty(&*values)?, 0o600)
    }
}

fn values(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    let values: Map<String, Value> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match values.get("version").and_then(Value::as_u64) {
        Some(version) if version > VERSION => Err(format!("it is of version {version}")),
        // What was written before there were versions has the first one's shape.
        _ => Ok(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_there_for_the_next_host() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ui.json");
        Remembered::open(path.clone()).change("layout", |layout| *layout = json!([1])).unwrap();
        assert_eq!(Remembered::open(path).get("layout"), Some(json!([1])));
    }

    #[test]
    fn what_is_no_file_is_put_aside_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ui.json");
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600));
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).unwrap();
        Remembered::open(path.clone()).change("layout", |layout| *layout = json!([1])).unwrap();
        assert_eq!(Remembered::open(path).get("layout"), Some(json!([1])));
    }

    #[test]
    fn a_file_that_makes_no_sense_is_put_aside() {
        for text in ["{", "[]", "", r#"{"version": 2, "layout": 1}"#] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ui.json");
            std::fs::write(&path, text).unwrap();
            let remembered = Remembered::open(path.clone());
            assert_eq!(remembered.get("layout"), None, "{text}");
            assert_eq!(std::fs::read_to_string(path.with_extension("json.broken")).unwrap(), text);
            remembered.change("layout", |layout| *layout = json!(1)).unwrap();
            assert_eq!(Remembered::open(path).get("layout"), Some(json!(1)));
        }
    }
}
