//! Which files of which projects the user has seen and accepted, by their action and the sha256 of their bytes.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::file::{self, Content};

/// How many accepted versions a project keeps; the oldest are asked about again.
const KEPT: usize = 500;
/// Above this, the text is not kept beside the digest, and a change has no diff.
const MOST_TEXT: usize = 64 * 1024;

/// What the user has trusted.
#[derive(Debug)]
pub(crate) struct Trust {
    path: PathBuf,
    book: Book,
    /// Why the file could not be read; it is then put aside before anything is written.
    pub broken: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Book {
    version: u32,
    projects: BTreeMap<String, Vec<Accepted>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Accepted {
    id: String,
    sha256: String,
    at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

impl Trust {
    /// Reads what was trusted; a file that can't be read trusts nothing.
    pub fn open(path: PathBuf) -> Self {
        let read = match file::read_at_most(&path, None) {
            Ok(Content::Bytes(bytes)) => serde_json::from_slice(&bytes)
                .map_err(|error| format!("line {} is not as the app wrote it", error.line())),
            Ok(_) => Err("it is not a file".to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Book::default()),
            Err(error) => Err(error.to_string()),
        };
        let (book, broken) = match read {
            Ok(book) => (book, None),
            Err(error) => (Book::default(), Some(error)),
        };
        Self { path, book, broken }
    }

    /// Whether exactly these bytes were accepted in this project, and as this action: a file that is moved behind
    /// another action's button, or made to hide one of the user's, is asked about again.
    pub fn holds(&self, project: &Path, id: &str, sha256: &str) -> bool {
        self.of(project).iter().any(|accepted| accepted.id == id && accepted.sha256 == sha256)
    }

    /// Whether anything was accepted for this action.
    pub fn has_accepted(&self, project: &Path, id: &str) -> bool {
        self.of(project).iter().any(|accepted| accepted.id == id)
    }

    /// The text that was accepted last for this action.
    pub fn last(&self, project: &Path, id: &str) -> Option<&str> {
        self.of(project).iter().rev().find(|accepted| accepted.id == id)?.source.as_deref()
    }

    /// Accepts these bytes in this project from now on.
    pub fn accept(
        &mut self,
        project: &Path,
        id: &str,
        sha256: &str,
        bytes: &[u8],
        at: DateTime<Utc>,
    ) -> io::Result<()> {
        let mut book = self.book.clone();
        let accepted = book.projects.entry(name(project)).or_default();
        accepted.retain(|old| !(old.id == id && old.sha256 == sha256));
        let source =
            std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MOST_TEXT).map(str::to_owned);
        accepted.push(Accepted { id: id.to_owned(), sha256: sha256.to_owned(), at, source });
        if accepted.len() > KEPT {
            accepted.remove(0);
        }
        book.version = 1;
        self.save(&book)?;
        // Only what is on the disk is trusted: the user is told that nothing was changed otherwise.
        self.book = book;
        Ok(())
    }

    fn save(&mut self, book: &Book) -> io::Result<()> {
        if self.broken.is_some() {
            std::fs::rename(&self.path, self.path.with_extension("json.broken"))?;
            self.broken = None;
        }
        let mut text = serde_json::to_vec_pretty(book)?;
        text.push(b'\n');
        file::write_atomic(&self.path, &text, 0o600)
    }

    fn of(&self, project: &Path) -> &[Accepted] {
        self.book.projects.get(&name(project)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A path as a key; the hash tells apart what is not UTF-8.
fn name(project: &Path) -> String {
    match project.to_str() {
        Some(path) => path.to_owned(),
        None => format!("{} ({})", project.display(), super::history::project_hash(project)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_for_exact_bytes_in_one_project_and_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trust.json");
        let mut trust = Trust::open(path.clone());
        trust.accept(Path::new("/a"), "x", "11", b"text", crate::clock::now()).unwrap();
        let trust = Trust::open(path);
        assert!(trust.holds(Path::new("/a"), "x", "11"));
        assert!(!trust.holds(Path::new("/a"), "x", "12"));
        assert!(!trust.holds(Path::new("/b"), "x", "11"));
        assert!(!trust.holds(Path::new("/a"), "y", "11"));
        assert_eq!(trust.last(Path::new("/a"), "x"), Some("text"));
    }

    #[test]
    fn a_broken_file_trusts_nothing_and_is_kept_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trust.json");
        std::fs::write(&path, "{ not json").unwrap();
        let mut trust = Trust::open(path.clone());
        assert!(trust.broken.is_some());
        trust.accept(Path::new("/a"), "x", "11", b"text", crate::clock::now()).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("trust.json.broken")).unwrap(), "{ not json");
        assert!(Trust::open(path).holds(Path::new("/a"), "x", "11"));
    }

    #[test]
    fn what_could_not_be_saved_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trust.json");
        let mut trust = Trust::open(path.clone());
        // No file can take the place of a folder that holds something: not even root's.
        std::fs::create_dir_all(path.join("in the way")).unwrap();
        let accept = |trust: &mut Trust| trust.accept(Path::new("/a"), "x", "11", b"t", crate::clock::now());
        accept(&mut trust).unwrap_err();
        assert!(!trust.holds(Path::new("/a"), "x", "11"));
        assert_eq!(trust.last(Path::new("/a"), "x"), None);
        std::fs::remove_dir_all(&path).unwrap();
        accept(&mut trust).unwrap();
        assert!(trust.holds(Path::new("/a"), "x", "11"));
    }

    #[test]
    fn a_broken_file_that_can_not_be_put_aside_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trust.json");
        std::fs::write(&path, "{ not json").unwrap();
        std::fs::create_dir_all(folder.path().join("trust.json.broken/in the way")).unwrap();
        let mut trust = Trust::open(path.clone());
        for _ in 0..2 {
            trust.accept(Path::new("/a"), "x", "11", b"text", crate::clock::now()).unwrap_err();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "{ not json");
            assert!(!trust.holds(Path::new("/a"), "x", "11"));
        }
    }
}
