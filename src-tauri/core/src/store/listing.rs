//! What clients see of the store: lists, one action, the bytes about to run, the trust question.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::folder::{Entry, Folder};
use super::shelf::{Place, Reading, Shelf};
use super::{Resolved, StoreChange, StoreError, Which, versions};
use crate::action::fields::nearest;
use crate::action::{Action, DEFAULT_ICON, InputType, Problem, Scope, label, verbatim, visible};
use crate::api::{ActionDetail, ActionHealth, ActionList, ActionView, Overridden, Preview, StepView};
use crate::clock;
use crate::step::Step;

impl Shelf {
    /// What a toolbar shows: the project's actions, the user's, the defaults; each group by label.
    pub fn action_list(&mut self, project: Option<&Path>) -> ActionList {
        let place = self.place(project);
        let mut actions = Vec::new();
        let mut problems = self.own_problems();
        for folder in Self::places(place).map(|place| self.folder(place)) {
            problems.extend(folder.problem.clone());
            for (path, entry) in folder.entries() {
                actions.push(self.view(folder, path, entry, project));
            }
        }
        // A user's action that the project overrides is told of by the one that hides it.
        let overridden: BTreeSet<String> = actions
            .iter()
            .filter(|action| action.scope == Scope::Project)
            .map(|action: &ActionView| action.id.clone())
            .collect();
        actions.retain(|action| action.scope == Scope::Project || !overridden.contains(&action.id));
        actions.sort_by_cached_key(|action| {
            let group = match action.scope {
                Scope::Project => 0,
                Scope::User if !action.default => 1,
                Scope::User => 2,
            };
            (group, label::order(&action.label), action.id.clone())
        });
        let mut deleted = Vec::new();
        for place in Self::places(place) {
            deleted.extend(self.deleted_in(place));
        }
        let project = project.map(|project| project.to_string_lossy().into_owned());
        ActionList { project, actions, deleted, problems }
    }

    /// Everything that is wrong, file by file, as the files are now: problems are shown with their lines.
    pub fn check(&mut self, project: Option<&Path>) -> Vec<Problem> {
        let place = self.place(project);
        for place in Self::places(place) {
            self.rescan(place, Reading::Asked);
        }
        self.seed_what_is_missing();
        let mut problems = self.own_problems();
        for folder in Self::places(place).map(|place| self.folder(place)) {
            problems.extend(folder.problem.clone());
            for (path, entry) in folder.entries() {
                problems.extend(problems_of(folder, path, entry));
            }
            problems.extend(self.unfinished(folder));
        }
        problems
    }

    /// What is wrong beyond the action files.
    fn own_problems(&self) -> Vec<Problem> {
        self.settings.problems().into_iter().chain(self.not_seeded()).chain(self.not_kept()).collect()
    }

    /// One action and its file's text.
    pub fn show(&mut self, which: &Which) -> Result<ActionDetail, StoreError> {
        let (place, path) = self.find(which)?;
        let folder = self.folder(place);
        let Some(entry) = folder.entry(&path) else { return Err(self.unknown(&which.id, place)) };
        let source = String::from_utf8_lossy(&entry.bytes).into_owned();
        Ok(ActionDetail { action: self.view(folder, &path, entry, which.project.as_deref()), source })
    }

    /// Reads the bytes that are about to run from the disk.
    pub fn resolve(&mut self, which: &Which, stale: bool) -> Result<Resolved, StoreError> {
        let (place, path) = self.find(which)?;
        // The file may have changed since the watcher last told: what runs is what is there now.
        self.reload(place, vec![path.clone()], Reading::Asked);
        let folder = self.folder(place);
        let Some(entry) = folder.entry(&path).filter(|entry| entry.id == which.id) else {
            return Err(self.unknown(&which.id, place));
        };
        let mut view = self.view(folder, &path, entry, which.project.as_deref());
        view.problems.extend(self.unfinished(folder).filter(|problem| problem.file == path));
        let first = view.problems.iter().find(|problem| problem.is_error()).cloned();
        let (action, bytes, sha256) = match (&entry.action, &entry.good, first) {
            (Some(action), _, None) => (action, &entry.bytes, &entry.sha256),
            (None, Some(good), _) if stale => (&good.action, &good.bytes, &good.sha256),
            (_, good, problem) => {
                let problem = problem.unwrap_or_else(|| Problem::whole(&path, "broken", "it can't run"));
                let (id, stale) = (which.id.clone(), good.is_some());
                return Err(StoreError::Broken { id, problem: Box::new(problem), stale });
            }
        };
        Ok(Resolved {
            action: Arc::clone(action),
            sha256: sha256.clone(),
            bytes: Arc::clone(bytes),
            trusted: self.is_trusted(folder, &entry.id, sha256),
            changed: self.has_changed(folder, &entry.id, sha256),
            view,
        })
    }

    /// What a run would type, verbatim.
    pub fn preview(
        &mut self,
        which: &Which,
        typed: impl FnOnce(&Action) -> Action,
    ) -> Result<Preview, StoreError> {
        let resolved = self.resolve(which, true)?;
        let commands = commands(&typed(&resolved.action));
        let diff = which.project.as_deref().filter(|_| !resolved.trusted).and_then(|project| {
            let old = self.trust.last(project, &which.id)?;
            let new = String::from_utf8_lossy(&resolved.bytes);
            let diff = versions::diff(old, &new, "trusted", "now");
            Some(
                diff.split_inclusive('\n').map(|line| verbatim(line.trim_end_matches('\n')) + "\n").collect(),
            )
        });
        Ok(Preview { action: resolved.view, commands, sha256: resolved.sha256, diff })
    }

    /// Accepts a project's file as it is, if it is as the user has seen it.
    pub fn accept(&mut self, which: &Which, sha256: &str) -> Result<(), StoreError> {
        let resolved = self.resolve(which, true)?;
        if sha256 != resolved.sha256 {
            return Err(StoreError::Changed(which.id.clone()));
        }
        let Some(project) = which.project.as_deref().filter(|_| resolved.view.scope == Scope::Project) else {
            return Ok(());
        };
        self.trust
            .accept(project, &which.id, &resolved.sha256, &resolved.bytes, clock::now())
            .map_err(StoreError::io(&self.paths.trust(), "remembering that this is trusted"))?;
        // Its button asks no question any more, in every window.
        self.publish(StoreChange::Actions { project: Some(project.to_owned()) });
        Ok(())
    }

    /// Keeps the values that were given, for the next time.
    pub fn remember_inputs(
        &mut self,
        which: &Which,
        values: &BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        let resolved = self.resolve(which, true)?;
        let plain = |id: &String| {
            resolved.action.inputs.iter().any(|input| input.id == *id && input.kind != InputType::Secret)
        };
        let kept: BTreeMap<&String, &String> = values.iter().filter(|(id, _)| plain(id)).collect();
        let place = place_name(which.project.as_deref());
        self.remembered
            .change("inputs", |all| {
                if !all.is_object() {
                    *all = json!({});
                }
                if !all[&place].is_object() {
                    all[&place] = json!({});
                }
                all[&place][&which.id] = json!(kept);
            })
            .map_err(StoreError::io(&self.paths.ui_state(), "remembering the inputs"))
    }

    /// No such action; perhaps one that is called nearly so.
    pub fn unknown(&self, id: &str, place: Place) -> StoreError {
        let ids = Self::places(place).flat_map(|place| self.folder(place).ids());
        let near = nearest(id, ids).map(str::to_owned);
        StoreError::UnknownAction { id: id.to_owned(), near }
    }

    /// The folder and the file of an action; of two with its id, the project's.
    fn find(&mut self, which: &Which) -> Result<(Place, PathBuf), StoreError> {
        if let Some(found) = self.known(which)? {
            return Ok(found);
        }
        // Perhaps it was written a moment ago, and is not told of yet.
        let place = self.place(which.project.as_deref());
        for place in Self::places(place) {
            self.rescan(place, Reading::Asked);
        }
        self.known(which)?.ok_or_else(|| self.unknown(&which.id, place))
    }

    fn known(&mut self, which: &Which) -> Result<Option<(Place, PathBuf)>, StoreError> {
        let place = self.place_to_read(which)?;
        let path = self.folder(place).with_id(&which.id).next().map(|(path, _)| path.clone());
        Ok(path.map(|path| (place, path)))
    }

    fn view(&self, folder: &Folder, path: &Path, entry: &Entry, project: Option<&Path>) -> ActionView {
        let problems = problems_of(folder, path, entry);
        let broken = problems.iter().any(Problem::is_error);
        let good = entry.good.as_ref();
        let health = match (broken, entry.action.is_some() || good.is_none()) {
            (false, _) => ActionHealth::Ready,
            (true, false) => ActionHealth::Stale,
            (true, true) => ActionHealth::Broken,
        };
        let action = entry.action.as_ref().or(good.map(|good| &good.action));
        let sha256 = if entry.action.is_none() { good.map(|good| &good.sha256) } else { None };
        let sha256 = sha256.unwrap_or(&entry.sha256).clone();
        let overrides = (folder.scope == Scope::Project)
            .then(|| self.user().with_id(&entry.id).next())
            .flatten()
            .map(|(path, hidden)| Overridden {
                label: label_of(hidden),
                path: path.to_string_lossy().into_owned(),
                default: self.defaults.text(&hidden.id).is_some(),
            });
        ActionView {
            id: entry.id.clone(),
            label: label_of(entry),
            description: action.and_then(|action| action.description.clone()),
            icon: action.map_or(DEFAULT_ICON, |action| &action.icon).to_owned(),
            tags: action.map(|action| action.tags.clone()).unwrap_or_default(),
            scope: folder.scope,
            path: path.to_string_lossy().into_owned(),
            default: folder.scope == Scope::User && self.defaults.text(&entry.id).is_some(),
            overrides,
            trusted: self.is_trusted(folder, &entry.id, &sha256),
            health,
            inputs: action.map(|action| action.inputs.clone()).unwrap_or_default(),
            last_inputs: self.last_inputs(&entry.id, project, action),
            steps: action.map(|action| steps(action)).unwrap_or_default(),
            problems,
            sha256,
        }
    }

    /// What lies in the user's folder is trusted, what lies in a project's after it was seen.
    pub(super) fn is_trusted(&self, folder: &Folder, id: &str, sha256: &str) -> bool {
        folder.project.as_deref().is_none_or(|project| self.trust.holds(project, id, sha256))
    }

    /// Whether it was accepted with other bytes, and not with these.
    pub(super) fn has_changed(&self, folder: &Folder, id: &str, sha256: &str) -> bool {
        let project = folder.project.as_deref();
        project.is_some_and(|project| {
            self.trust.has_accepted(project, id) && !self.trust.holds(project, id, sha256)
        })
    }

    fn last_inputs(
        &self,
        id: &str,
        project: Option<&Path>,
        action: Option<&Arc<Action>>,
    ) -> BTreeMap<String, String> {
        let Some(action) = action.filter(|action| !action.inputs.is_empty()) else { return BTreeMap::new() };
        let all = self.remembered.get("inputs").unwrap_or_default();
        let Some(Value::Object(values)) = all.get(place_name(project)).and_then(|of| of.get(id)) else {
            return BTreeMap::new();
        };
        // An input may have become a secret since.
        let plain =
            |id: &str| action.inputs.iter().any(|input| input.id == id && input.kind != InputType::Secret);
        let text = |(id, value): (&String, &Value)| Some((id.clone(), value.as_str()?.to_owned()));
        values.iter().filter(|(id, _)| plain(id)).filter_map(text).collect()
    }
}

/// The button's text: what the file says, what it said when it was good last, what can be read of it; else its id.
fn label_of(entry: &Entry) -> String {
    let known = entry.action.as_ref().or(entry.good.as_ref().map(|good| &good.action));
    let label = known.map(|action| action.label.clone()).or_else(|| label::label_of(&entry.bytes));
    visible(label.as_ref().unwrap_or(&entry.id))
}

/// The file's own problems, and the one that it makes together with others.
fn problems_of(folder: &Folder, path: &Path, entry: &Entry) -> Vec<Problem> {
    let mut problems = entry.problems.clone();
    let others = folder.with_id(&entry.id).filter(|(other, _)| *other != path);
    problems.extend(others.map(|(other, _)| Problem::same_id(path, other, &entry.id)));
    problems
}

/// The steps for people.
fn steps(action: &Action) -> Vec<StepView> {
    let view = |step: &Step| StepView { kind: step.kind().to_owned(), text: visible(&step.text()) };
    action.steps.iter().map(view).collect()
}

/// The steps with every Enter and all that hides, for the user who decides about them.
fn commands(action: &Action) -> Vec<StepView> {
    let view = |step: &Step| {
        let text = match step {
            Step::Write(write) => verbatim(&write.content),
            step => verbatim(&step.text()),
        };
        StepView { kind: step.kind().to_owned(), text }
    };
    settings(action).chain(action.steps.iter().map(view)).collect()
}

/// What decides how the steps run, as the file says it.
fn settings(action: &Action) -> impl Iterator<Item = StepView> {
    let row = |kind: &str, text: &str| StepView { kind: kind.to_owned(), text: verbatim(text) };
    let mut rows = Vec::new();
    rows.extend(action.shell.as_deref().map(|shell| row("shell", shell)));
    rows.extend(action.cwd.as_deref().map(|cwd| row("cwd", cwd)));
    rows.extend(action.env.iter().map(|(name, value)| row("env", &format!("{name}={value}"))));
    if let Some(Ok(serde_json::Value::Object(flags))) = action.claude.as_ref().map(serde_json::to_value) {
        let given = flags.into_iter().filter(|(_, value)| !value.is_null());
        rows.extend(given.map(|(name, value)| match value {
            serde_json::Value::String(text) => row("claude", &format!("{name}: {text}")),
            value => row("claude", &format!("{name}: {value}")),
        }));
    }
    rows.into_iter()
}

/// Under which name a project's inputs are remembered.
fn place_name(project: Option<&Path>) -> String {
    project.map_or_else(|| "~".to_owned(), |project| project.to_string_lossy().into_owned())
}
