//! Fills placeholders: pure, all values are given.
//!
//! Where values come from is elsewhere: the form and `--input` (clients), `project` (folder, git).

mod around;
mod placeholder;
pub(crate) mod shell;
mod typed;

use std::collections::BTreeMap;
use std::ops::Range;

pub(crate) use around::Around;
pub(crate) use placeholder::{Namespace, Placeholder, near_misses, placeholder_at, placeholders};
pub use shell::ShellKind;
pub(crate) use typed::Typed;

use super::{Action, Input, InputType};

/// What stands for a secret wherever it could be seen.
const MASK: &str = "••••••";

/// What `{{ project.… }}` knows.
pub(crate) const PROJECT_NAMES: [&str; 4] = ["root", "name", "test_command", "test_rule"];
/// What `{{ git.… }}` knows.
pub(crate) const GIT_NAMES: [&str; 1] = ["branch"];

/// The values that placeholders are filled with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// What was given for the inputs.
    pub inputs: BTreeMap<String, String>,
    /// What is known of the project.
    pub project: ProjectValues,
    /// What is known of its repository.
    pub git: GitValues,
    /// The environment.
    pub env: BTreeMap<String, String>,
}

/// What is known of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectValues {
    /// The folder.
    pub root: String,
    /// The folder's name.
    pub name: String,
    /// How its tests are run.
    pub tests: Tests,
}

/// How a project's tests are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tests {
    /// By this command; never text from the repository.
    By {
        /// The command.
        command: String,
        /// The rule that chose it, and the command.
        rule: String,
    },
    /// A file that says so can't be read.
    Broken(BrokenFile),
    /// No rule fits.
    Unknown {
        /// What the rules look for.
        looked_for: String,
    },
}

/// A file of the project's that can't be read, and where it is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenFile {
    /// Its path.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub why: String,
}

impl Default for Tests {
    fn default() -> Self {
        Self::Unknown { looked_for: String::new() }
    }
}

/// What is known of a project's repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitValues {
    /// The branch that is checked out.
    pub branch: Option<String>,
}

/// An action whose placeholders are filled.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// What runs.
    pub action: Action,
    /// The same with secrets masked: what may be shown and logged.
    pub shown: Action,
}

/// Where a value stands in a text that was filled, quoted for the shell that reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueAt {
    /// In bytes.
    pub range: Range<usize>,
    /// What it was filled in for: `inputs.name`.
    pub placeholder: String,
}

/// Whether an action types the project's test command.
pub(crate) fn runs_tests(action: &Action) -> bool {
    action.steps.iter().any(|step| {
        let crate::step::Step::Write(write) = step else { return false };
        placeholders(&write.content)
            .iter()
            .any(|it| it.namespace == Namespace::Project && it.name == "test_command")
    })
}

impl ValueAt {
    /// Where values are still to come.
    pub(crate) fn awaited(text: &str) -> Vec<Self> {
        let quoted = placeholders(text).into_iter().filter(|placeholder| !placeholder.raw);
        quoted
            .map(|placeholder| Self { placeholder: placeholder.full_name(), range: placeholder.range })
            .collect()
    }
}

/// Why placeholders can't be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// Required inputs have no value.
    #[error("this action needs a value for {}", .0.join(", "))]
    MissingInputs(Vec<String>),
    /// A value was given for an input that is not there.
    #[error("this action has no input `{name}`; it has {known}")]
    UnknownInput {
        /// The name that was given.
        name: String,
        /// The names that are there.
        known: String,
    },
    /// A value does not fit its input, or can't be typed.
    #[error("the value of {name} {why}")]
    BadValue {
        /// The placeholder's name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// A placeholder has no value here.
    #[error("{{{{ {name} }}}} has no value here: {why}")]
    NoValue {
        /// The placeholder's name.
        name: String,
        /// Why there is none.
        why: String,
    },
    /// No rule says how the project's tests are run.
    #[error("no rule knows how this project is tested: {project}")]
    NoTests {
        /// The project's folder.
        project: String,
        /// What the rules look for.
        looked_for: String,
    },
    /// The file that says how the project's tests are run is broken.
    #[error("how the tests are run can't be read from {}: {}", super::visible(&.0.file), super::visible(&.0.why))]
    BrokenTests(BrokenFile),
    /// A filled pattern matches everything or can't be compiled.
    #[error("the pattern {pattern} {why} once its placeholders are filled")]
    BadPattern {
        /// The filled pattern.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
}

impl FillError {
    /// The door's name for it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingInputs(_) => "missing_input",
            Self::UnknownInput { .. } => "unknown_input",
            Self::BadValue { .. } => "bad_input",
            Self::NoValue { .. } => "no_value",
            Self::NoTests { .. } => "no_tests",
            Self::BrokenTests(_) => "broken_tests",
            Self::BadPattern { .. } => "bad_pattern",
        }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::MissingInputs(names) => {
                let flags: Vec<String> = names.iter().map(|name| format!("--input {name}=VALUE")).collect();
                Some(format!("fill in the form, or give {}", flags.join(" ")))
            }
            Self::NoTests { looked_for, .. } => Some(format!(
                "there are rules for {looked_for}; for anything else, write an action of your own with \
                 `ai-orchestrator action new`"
            )),
            Self::BrokenTests(_) => Some("mend the file there, then run the tests again".to_owned()),
            _ => None,
        }
    }
}

impl From<FillError> for crate::api::ApiError {
    fn from(error: FillError) -> Self {
        let mut refused = Self::new(422, error.code(), error.to_string());
        if let FillError::BrokenTests(BrokenFile { file, line, column, .. }) = &error {
            refused = refused.at(crate::api::Place { file: file.into(), line: *line, column: *column });
        }
        match error.hint() {
            Some(hint) => refused.hint(hint),
            None => refused,
        }
    }
}

/// Fills every placeholder of an action, or says everything that is missing before anything runs.
pub fn fill(action: &Action, values: &Values, shell: ShellKind) -> Result<Filled, FillError> {
    let inputs = settle(&action.inputs, values)?;
    let mut source =
        Filler { inputs: &inputs, declared: &action.inputs, values, shell, mask: false, partly: false };
    let filled = fill_with(action, &source)?;
    source.mask = true;
    let shown = fill_with(action, &source)?;
    Ok(Filled { action: filled, shown })
}

/// The same with secrets masked, and with the placeholders that have no value yet left as they are.
pub(crate) fn fill_known(action: &Action, values: &Values, shell: ShellKind) -> Action {
    let known = |input: &Input| {
        let given = values.inputs.get(&input.id).or(input.default.as_ref()).cloned().unwrap_or_default();
        let fits = if given.is_empty() { !input.required } else { input.refuse(&given).is_none() };
        fits.then(|| (input.id.clone(), at_home(input.kind, given, values)))
    };
    let inputs = action.inputs.iter().filter_map(known).collect();
    let filler =
        Filler { inputs: &inputs, declared: &action.inputs, values, shell, mask: true, partly: true };
    fill_with(action, &filler).unwrap_or_else(|_| action.clone())
}

fn fill_with(action: &Action, filler: &Filler<'_>) -> Result<Action, FillError> {
    let mut copy = action.clone();
    copy.cwd = action.cwd.as_deref().map(|cwd| filler.plain(cwd)).transpose()?;
    for value in copy.env.values_mut() {
        *value = filler.plain(value)?;
    }
    copy.steps = action.steps.iter().map(|step| step.fill(filler)).collect::<Result<_, _>>()?;
    Ok(copy)
}

/// Each input's value: what was given, else its default, else nothing.
fn settle(declared: &[Input], values: &Values) -> Result<BTreeMap<String, String>, FillError> {
    if let Some(name) = values.inputs.keys().find(|name| !declared.iter().any(|input| input.id == **name)) {
        let known = super::fields::list(declared.iter().map(|input| input.id.as_str()));
        return Err(FillError::UnknownInput { name: name.clone(), known });
    }
    let mut missing = Vec::new();
    let mut settled = BTreeMap::new();
    for input in declared {
        let given = values.inputs.get(&input.id).or(input.default.as_ref());
        let value = given.cloned().unwrap_or_default();
        if value.is_empty() && input.required {
            missing.push(input.id.clone());
        } else if !value.is_empty()
            && let Some(why) = input.refuse(&value)
        {
            return Err(FillError::BadValue { name: format!("inputs.{}", input.id), why });
        }
        settled.insert(input.id.clone(), at_home(input.kind, value, values));
    }
    if missing.is_empty() { Ok(settled) } else { Err(FillError::MissingInputs(missing)) }
}

/// A quoted `~` is no home folder to any shell, so that of a path is written out.
fn at_home(kind: InputType, value: String, values: &Values) -> String {
    match (kind, values.env.get("HOME"), value.strip_prefix('~')) {
        (InputType::Path, Some(home), Some(rest)) if rest.is_empty() || rest.starts_with('/') => {
            format!("{home}{rest}")
        }
        _ => value,
    }
}

/// Fills texts, each in the way of the place it stands in.
pub(crate) struct Filler<'a> {
    inputs: &'a BTreeMap<String, String>,
    declared: &'a [Input],
    values: &'a Values,
    shell: ShellKind,
    mask: bool,
    /// Whether a placeholder that has no value stays.
    partly: bool,
}

impl Filler<'_> {
    /// For text that the terminal's shell reads: each value becomes one word, unless it is raw. Also where those words
    /// are.
    pub fn shell(&self, text: &str) -> Result<(String, Vec<ValueAt>), FillError> {
        let mut values = Vec::new();
        let put = |placeholder: &Placeholder<'_>, value: Option<&str>, at: usize| {
            let word = match value {
                None => text[placeholder.range.clone()].to_owned(),
                Some(value) if placeholder.raw => value.to_owned(),
                Some(value) => self.shell.quote(value),
            };
            if placeholder.raw {
                return word;
            }
            values.push(ValueAt { range: at..at + word.len(), placeholder: placeholder.full_name() });
            word
        };
        let filled = self.replace(text, put)?;
        Ok((filled, values))
    }

    /// For a pattern: each value matches itself.
    pub fn pattern(&self, text: &str) -> Result<String, FillError> {
        let escape = |placeholder: &Placeholder<'_>, value: Option<&str>, _| match value {
            None => text[placeholder.range.clone()].to_owned(),
            Some(value) if placeholder.raw => value.to_owned(),
            Some(value) => regex::escape(value),
        };
        let pattern = self.replace(text, escape)?;
        match crate::step::refuse_pattern(&pattern) {
            Some((_, why, _)) if !self.partly => Err(FillError::BadPattern { pattern, why }),
            _ => Ok(pattern),
        }
    }

    /// For text that is used as it is.
    pub fn plain(&self, text: &str) -> Result<String, FillError> {
        self.replace(text, |placeholder, value, _| {
            value.unwrap_or(&text[placeholder.range.clone()]).to_owned()
        })
    }

    /// Whether a secret stands in the text.
    pub fn holds_secret(&self, text: &str) -> bool {
        placeholders(text).iter().any(|placeholder| self.is_secret(placeholder))
    }

    /// Puts what `put` makes of each value, and of where it will begin, in the place of its placeholder. Where only what
    /// is known is filled in, there may be no value.
    fn replace(
        &self,
        text: &str,
        mut put: impl FnMut(&Placeholder<'_>, Option<&str>, usize) -> String,
    ) -> Result<String, FillError> {
        let mut filled = String::with_capacity(text.len());
        let mut from = 0;
        for placeholder in placeholders(text) {
            filled.push_str(&text[from..placeholder.range.start]);
            from = placeholder.range.end;
            let value = match self.value(&placeholder) {
                Err(_) if self.partly => None,
                value => Some(value?),
            };
            if self.mask && self.is_secret(&placeholder) {
                filled.push_str(MASK);
            } else {
                let word = put(&placeholder, value, filled.len());
                filled.push_str(&word);
            }
        }
        filled.push_str(&text[from..]);
        Ok(filled)
    }

    fn is_secret(&self, placeholder: &Placeholder<'_>) -> bool {
        placeholder.namespace == Namespace::Inputs
            && self.declared.iter().any(|i| i.id == placeholder.name && i.kind == InputType::Secret)
    }

    fn value(&self, placeholder: &Placeholder<'_>) -> Result<&str, FillError> {
        let (space, project) = (placeholder.namespace, &self.values.project);
        let (value, why) = match (space, placeholder.name) {
            (Namespace::Inputs, name) => (self.inputs.get(name), "the action has no such input"),
            (Namespace::Env, name) => (self.values.env.get(name), "the variable is not set"),
            (Namespace::Git, "branch") => {
                (self.values.git.branch.as_ref(), "no git branch is checked out here")
            }
            (Namespace::Project, "root") => (Some(&project.root), ""),
            (Namespace::Project, "name") => (Some(&project.name), ""),
            (Namespace::Project, name @ ("test_command" | "test_rule")) => match &project.tests {
                Tests::By { rule, .. } if name == "test_rule" => (Some(rule), ""),
                Tests::By { command, .. } => (Some(command), ""),
                Tests::Unknown { looked_for } => {
                    let (project, looked_for) = (super::visible(&project.root), looked_for.clone());
                    return Err(FillError::NoTests { project, looked_for });
                }
                Tests::Broken(broken) => return Err(FillError::BrokenTests(broken.clone())),
            },
            (Namespace::Git | Namespace::Project, _) => (None, "there is no such value"),
        };
        let Some(value) = value else {
            return Err(FillError::NoValue { name: placeholder.full_name(), why: why.to_owned() });
        };
        // Inputs were looked at before; a folder or branch can have such a name too.
        match value.chars().find(|&c| c.is_control() && c != '\t' && c != '\n') {
            Some(control) => {
                let why = format!("holds the control character \\u{{{:x}}}", u32::from(control));
                Err(FillError::BadValue { name: placeholder.full_name(), why })
            }
            None => Ok(value),
        }
    }
}

#[cfg(test)]
mod tests;
