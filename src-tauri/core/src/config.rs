//! `config.yaml`: the few settings. Unknown keys are refused, a broken file means the defaults.

use std::path::Path;

use serde::Deserialize;

use crate::action::{Problem, Severity, yaml};
use crate::mismatch::Mismatch;

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// What happens to default actions that the user has edited.
    pub defaults: Defaults,
    /// After how many minutes without work the host ends; 10 if not given.
    pub idle_minutes: Option<u64>,
    /// How many lines of a terminal are kept; 10,000 if not given.
    pub scrollback_lines: Option<usize>,
    /// What the host logs: `error`, `warn`, `info`, `debug`, `trace`.
    pub log: Option<String>,
}

/// What happens to default actions that the user has edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defaults {
    /// The shipped version comes back at each start; the edit is in the history.
    #[default]
    Overwrite,
    /// The edit stays.
    KeepEdits,
}

impl Config {
    /// Reads the file; what is wrong with it is a problem, and the defaults are used.
    #[must_use]
    pub fn read(path: &Path) -> (Self, Option<Problem>) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Self::default(), None),
            Err(error) => {
                return (Self::default(), Some(problem(path, (1, 1), &format!("can't be read: {error}"))));
            }
        };
        if text.trim().is_empty() {
            return (Self::default(), None);
        }
        // The reader of action files tells what is wrong with YAML in the user's words.
        if let Err(fault) = yaml::parse(&text) {
            let place = (fault.at.line, fault.at.column);
            return (
                Self::default(),
                Some(Problem { fix: fault.fix, ..problem(path, place, &fault.message) }),
            );
        }
        match serde_yaml::from_str::<Option<Self>>(&text) {
            Ok(config) => (config.unwrap_or_default(), None),
            Err(error) => {
                let place = error.location().map_or((1, 1), |place| (place.line(), place.column()));
                let Mismatch { message, hint } = Mismatch::read(&error.to_string(), "config.yaml");
                (Self::default(), Some(Problem { fix: hint, ..problem(path, place, &message) }))
            }
        }
    }
}

fn problem(path: &Path, (line, column): (usize, usize), message: &str) -> Problem {
    Problem {
        file: path.to_owned(),
        line,
        column,
        severity: Severity::Warning,
        code: "bad-config".to_owned(),
        message: format!("{message}; the default settings are used"),
        fix: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Config, Option<Problem>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yaml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path)
    }

    #[test]
    fn settings_are_read_and_a_missing_or_empty_file_is_fine() {
        assert_eq!(read("defaults: keep-edits\n").0.defaults, Defaults::KeepEdits);
        assert_eq!(read(""), (Config::default(), None));
        assert_eq!(read("# nothing\n"), (Config::default(), None));
        assert_eq!(Config::read(Path::new("/nowhere/config.yaml")), (Config::default(), None));
    }

    #[test]
    fn an_unknown_key_is_a_problem_with_its_place() {
        let (config, problem) = read("defaults: overwrite\ndefualts: keep-edits\n");
        assert_eq!(config, Config::default());
        let problem = problem.unwrap();
        assert_eq!((problem.line, problem.code.as_str()), (2, "bad-config"));
        assert_eq!(problem.message, "config.yaml has no `defualts`; the default settings are used");
        assert_eq!(problem.fix.as_deref(), Some("did you mean `defaults`?"));
    }

    #[test]
    fn what_is_wrong_is_told_in_the_users_words() {
        for (text, message) in [
            ("idle-minutes: soon", "`idle-minutes` must be a whole number from 0 up, but here is a text"),
            ("defaults: keep", "`defaults` can't be `keep`"),
            ("- a", "config.yaml must be a mapping, but here is a list"),
            ("log: [a]", "`log` must be a text, but here is a list"),
            ("log: 'a", "a quote or bracket that was opened is never closed"),
        ] {
            let problem = read(text).1.unwrap();
            assert_eq!(problem.message, format!("{message}; the default settings are used"), "{text}");
        }
    }
}
