//! What an action's history says: each version with its author, and what changed from one to the next.

use similar::{ChangeTag, TextDiff};

use super::history::{self, Author};
use super::shelf::{Place, Shelf};
use super::{StoreError, Which};
use crate::action::{Action, Problem, read, span_of};
use crate::api::{Version, VersionContent};

impl Shelf {
    /// An action's versions, newest first.
    pub fn versions(&mut self, which: &Which) -> Result<Vec<Version>, StoreError> {
        let place = self.place_to_read(which)?;
        self.keep_all_of(place, &which.id);
        self.keep_unkept(place);
        let key = self.folder(place).key(&which.id);
        let failed = |shelf: &Self| shelf.history_error("reading the history");
        let timestamps = self.history.timestamps(&key).map_err(failed(self))?;
        if timestamps.is_empty() && self.folder(place).with_id(&which.id).next().is_none() {
            return Err(self.unknown(&which.id, place));
        }
        if timestamps.is_empty()
            && let Some(problem) = self.never_read(place, &which.id)
        {
            let message = format!("{}; until that is mended, no version of it is kept", problem.message);
            let problem = Box::new(Problem { message, ..problem });
            return Err(StoreError::Broken { id: which.id.clone(), problem, stale: false });
        }
        let authors = self.history.authors(&key);
        let active = self.active(place, &which.id);
        let path =
            active.as_ref().map_or_else(|| format!("{}.yaml", which.id).into(), |(path, _)| path.clone());
        let scope = self.folder(place).scope;
        let mut versions: Vec<Version> = Vec::new();
        // From the oldest on, so that each can be compared with the one before.
        let mut older: Option<(Vec<u8>, Option<Action>)> = None;
        for timestamp in timestamps.into_iter().rev() {
            let Some(bytes) = self.history.read(&key, &timestamp).map_err(failed(self))? else { continue };
            let action = read(&path, scope, &bytes).0;
            let author = authors.get(&timestamp).copied().unwrap_or(Author::Editor);
            versions.push(Version {
                at: history::parse(&timestamp).unwrap_or_default(),
                size: bytes.len() as u64,
                author: format!("{author:?}").to_lowercase(),
                valid: action.is_some(),
                summary: match &older {
                    Some(older) => summary(older, &bytes, action.as_ref()),
                    None if authors.keys().any(|known| *known < timestamp) => {
                        "the oldest that is kept".to_owned()
                    }
                    None => "first version known".to_owned(),
                },
                // Of equal ones only the newest is, see below.
                active: active.as_ref().is_some_and(|(_, active)| *active == bytes),
                timestamp,
            });
            older = Some((bytes, action));
        }
        versions.reverse();
        for older in versions.iter_mut().filter(|version| version.active).skip(1) {
            older.active = false;
        }
        Ok(versions)
    }

    /// Why the file of an id could not be read, if it could not: then the history has nothing of it.
    fn never_read(&self, place: Place, id: &str) -> Option<Problem> {
        let mut problems = self.folder(place).with_id(id).flat_map(|(_, entry)| &entry.problems);
        let why = |problem: &&Problem| matches!(&*problem.code, "too-large" | "unreadable" | "not-a-file");
        problems.find(why).cloned()
    }

    /// One version's text and its difference from the active file.
    pub fn version(&mut self, which: &Which, timestamp: &str) -> Result<VersionContent, StoreError> {
        let place = self.place_to_read(which)?;
        let unknown = || StoreError::UnknownVersion { id: which.id.clone(), timestamp: timestamp.to_owned() };
        let versions = self.versions(which)?;
        let version =
            versions.into_iter().find(|version| version.timestamp == timestamp).ok_or_else(unknown)?;
        let key = self.folder(place).key(&which.id);
        let bytes = self.history.read(&key, timestamp).map_err(self.history_error("reading a version"))?;
        let source = String::from_utf8_lossy(&bytes.ok_or_else(unknown)?).into_owned();
        let active = self.active(place, &which.id).map(|(_, bytes)| bytes).unwrap_or_default();
        let diff = diff(&String::from_utf8_lossy(&active), &source, "active", timestamp);
        Ok(VersionContent { version, source, diff })
    }

    /// The folder that is read when none is named: where the action is, the project's first.
    pub(super) fn place_to_read(&mut self, which: &Which) -> Result<Place, StoreError> {
        let place = self.place_to_change(which)?;
        let Some(root) = which.project.as_deref().filter(|_| which.scope.is_none()) else { return Ok(place) };
        let projects = self.place(Some(root));
        let is_in = |place| self.folder(place).with_id(&which.id).next().is_some();
        if is_in(projects) || is_in(Place::USER) {
            return Ok(if is_in(projects) { projects } else { Place::USER });
        }
        // One that was deleted is where it was, unless the user had one of the same id.
        let was_here =
            !self.history.ids(None).contains(&which.id) && self.history.ids(Some(root)).contains(&which.id);
        Ok(if was_here { projects } else { Place::USER })
    }
}

/// A unified diff; empty if there is no difference.
#[must_use]
pub fn diff(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    if old == new {
        return String::new();
    }
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(old_name, new_name).to_string()
}

/// What changed against the next older version, in one line.
fn summary(older: &(Vec<u8>, Option<Action>), bytes: &[u8], action: Option<&Action>) -> String {
    let (old_bytes, old_action) = older;
    let mut parts = Vec::new();
    match (old_action, action) {
        (Some(old), Some(new)) => parts.extend(changes(old, new)),
        (Some(_), None) => parts.push("no longer parses".to_owned()),
        (None, Some(_)) => parts.push("parses again".to_owned()),
        (None, None) => {}
    }
    let (old, new) = (String::from_utf8_lossy(old_bytes), String::from_utf8_lossy(bytes));
    // The folder decides about the scope, so that only the text knows of it.
    if old_action.is_some() && action.is_some() && written_scope(&old) != written_scope(&new) {
        parts.push("scope changed".to_owned());
    }
    let (mut added, mut removed) = (0, 0);
    for change in TextDiff::from_lines(&*old, &*new).iter_all_changes() {
        match change.tag() {
            ChangeTag::Insert => added += 1,
            ChangeTag::Delete => removed += 1,
            ChangeTag::Equal => {}
        }
    }
    parts.push(format!("+{added} −{removed} lines"));
    parts.join(", ")
}

fn written_scope(text: &str) -> Option<String> {
    let (start, end) = span_of(text, "scope")?;
    let written: String = text.chars().skip(start).take(end - start).collect();
    Some(written.trim_matches(['"', '\'']).to_owned())
}

fn changes(old: &Action, new: &Action) -> Vec<String> {
    let mut parts = Vec::new();
    if old.label != new.label {
        parts.push(format!("label “{}” → “{}”", old.label, new.label));
    }
    if old.steps.len() != new.steps.len() {
        parts.push(format!("{} → {} steps", old.steps.len(), new.steps.len()));
    } else if old.steps != new.steps {
        let changed: Vec<String> = (0..new.steps.len())
            .filter(|&at| old.steps[at] != new.steps[at])
            .map(|at| (at + 1).to_string())
            .collect();
        parts.push(format!("step {} changed", changed.join(", ")));
    }
    for (what, differs) in [
        ("description", old.description != new.description),
        ("icon", old.icon != new.icon),
        ("inputs", old.inputs != new.inputs),
        ("env", old.env != new.env),
        ("cwd", old.cwd != new.cwd),
        ("shell", old.shell != new.shell),
        ("timeout", old.timeout != new.timeout),
        ("claude", old.claude != new.claude),
        ("tags", old.tags != new.tags),
        ("close", old.close != new.close),
        ("terminal", old.terminal != new.terminal),
    ] {
        if differs {
            parts.push(format!("{what} changed"));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Scope;

    #[test]
    fn a_summary_names_what_changed() {
        let version = |head: &str| {
            let text = format!("{head}label: A\nsteps:\n  - write: \"ls\\r\"\n");
            let action = read("a.yaml".as_ref(), Scope::User, text.as_bytes()).0;
            assert!(action.is_some(), "{text}");
            (text.into_bytes(), action)
        };
        for (old, new, expected) in [
            ("", "close: always\n", "close changed, +1 −0 lines"),
            ("close: always\n", "terminal: new\n", "close changed, terminal changed, +1 −1 lines"),
            ("", "scope: user\n", "scope changed, +1 −0 lines"),
            ("scope: user\n", "scope: project\n", "scope changed, +1 −1 lines"),
            ("scope: user\n", "scope: 'user' # mine\n", "+1 −1 lines"),
        ] {
            let (old, (bytes, action)) = (version(old), version(new));
            assert_eq!(summary(&old, &bytes, action.as_ref()), expected);
        }
    }
}
