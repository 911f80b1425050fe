//! Who holds the settings: the one writer of `config.yaml`, and what everybody reads. That the file changed on the
//! disk, the store's watcher tells.

use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use crate::action::{Problem, Severity};
use crate::api::{ApiError, ConfigView, Event, Place};
use crate::config::{Config, EditError, UNREAD, edit, place_of, read};
use crate::environment::Environment;
use crate::events::Events;
use crate::paths::Paths;
use crate::store::file;
use crate::terminal::shell::{NoShell, Shell};

/// A handle to the settings; all clones hold the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    path: PathBuf,
    events: Events,
    held: Arc<Mutex<Held>>,
    /// Where shells are looked for; without it none is.
    environment: Option<Environment>,
}

#[derive(Debug, Default)]
struct Held {
    /// None if the file can't be read: then nothing may be written in its place.
    text: Option<String>,
    config: Config,
    problems: Vec<Problem>,
    /// How often they changed since the host began.
    revision: u64,
}

impl Settings {
    /// Reads the file. One that is not there is one without settings.
    pub fn open(paths: &Paths, events: Events) -> Self {
        let settings = Self { path: paths.config(), events, held: Arc::default(), environment: None };
        settings.lock().reload(&settings.path);
        settings
    }

    /// Also tells when the shell of the settings is not there.
    pub fn in_environment(self, environment: Environment) -> Self {
        Self { environment: Some(environment), ..self }
    }

    /// The settings as they are now.
    pub fn config(&self) -> Config {
        self.lock().config.clone()
    }

    /// What is wrong with the file.
    pub fn problems(&self) -> Vec<Problem> {
        let problems = self.lock().problems.clone();
        self.with_shell_problem(problems)
    }

    fn with_shell_problem(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        problems.extend(self.shell_problem());
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }

    /// That the shell of the settings is not on this machine. It may come and go, so it is looked for each time.
    pub fn shell_problem(&self) -> Option<Problem> {
        let (text, shell) = {
            let held = self.lock();
            (held.text.clone(), held.config.shell.clone()?)
        };
        let none = self.find(&shell).err()?;
        let (line, column) = place_of(&text.unwrap_or_default(), "shell").unwrap_or((1, 1));
        Some(Problem {
            line,
            column,
            severity: Severity::Warning,
            fix: Some(none.fix.clone()),
            ..Problem::whole(&self.path, "no-shell", format!("{none}; new terminals can't open"))
        })
    }

    /// Looks for a shell, as far as is known where.
    fn find(&self, shell: &str) -> Result<(), NoShell> {
        let known = self.environment.as_ref().and_then(Environment::now);
        match known {
            Some(variables) => Shell::find(Some(shell), &variables).map(|_| ()),
            None => Ok(()),
        }
    }

    /// The editors that the user's environment names, as far as it is known.
    fn editors(&self) -> Vec<String> {
        let known = self.environment.as_ref().and_then(Environment::now);
        let named = |name| known.as_ref().and_then(|variables| variables.get(name)?.to_str());
        ["VISUAL", "EDITOR"].into_iter().filter_map(named).map(str::to_owned).collect()
    }

    /// What clients see.
    pub fn view(&self) -> ConfigView {
        let (settings, revision, problems) = {
            let held = self.lock();
            (held.config.clone(), held.revision, held.problems.clone())
        };
        ConfigView {
            path: self.path.to_string_lossy().into_owned(),
            settings,
            usual: Config::default(),
            editors: self.editors(),
            revision,
            problems: self.with_shell_problem(problems),
        }
    }

    /// Reads the file again; tells everybody if it says something else than before.
    pub fn reload(&self) {
        let changed = self.lock().reload(&self.path);
        if changed {
            self.tell();
        }
    }

    /// Changes settings in the file, each key to its value or, for `null`, to what is usual. Blocks.
    pub fn change(&self, changes: &Map<String, Value>) -> Result<ConfigView, ApiError> {
        if let Some(Value::String(shell)) = changes.get("shell") {
            self.find(shell)
                .map_err(|none| ApiError::new(422, "bad_setting", none.to_string()).hint(none.fix))?;
        }
        // Held over the writing, so that no two changes overwrite each other.
        let mut held = self.lock();
        // What somebody just wrote by hand is kept, even if nobody told of it yet.
        let mut is_new = held.reload(&self.path);
        let edited = held.edited(&self.path, changes).and_then(|edited| {
            if held.text.as_ref() != Some(&edited) {
                self.write(&edited)?;
                is_new |= held.reload(&self.path);
            }
            Ok(())
        });
        drop(held);
        if is_new {
            self.tell();
        }
        edited.map(|()| self.view())
    }

    fn tell(&self) {
        self.events.send(Event::ConfigChanged { config: self.view() });
    }

    fn write(&self, text: &str) -> Result<(), ApiError> {
        use std::os::unix::fs::PermissionsExt as _;
        // A link to a folder of dotfiles stays one.
        let target = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        let mode = target.metadata().map_or(0o600, |metadata| metadata.permissions().mode() & 0o777);
        file::write_atomic(&target, text.as_bytes(), mode).map_err(|error| {
            ApiError::new(500, "io", format!("{} could not be written: {error}", target.display()))
                .hint("see that the folder may be written to, and that the disk has room")
        })
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The file's text with the changes made.
    fn edited(&self, path: &Path, changes: &Map<String, Value>) -> Result<String, ApiError> {
        match (&self.text, self.problems.first()) {
            (Some(text), _) => edit(path, text, changes).map_err(refusal),
            (None, Some(problem)) => Err(refusal(EditError::Broken(problem.clone()))),
            (None, None) => Err(refusal(EditError::TooClever)),
        }
    }

    /// Reads the file; whether something changed.
    fn reload(&mut self, path: &Path) -> bool {
        let unreadable = |problem: Problem| {
            let message = format!("{}{UNREAD}", problem.message);
            let problem = Problem { message, severity: Severity::Warning, ..problem };
            (None, self.config.unread(), vec![problem])
        };
        let (text, config, problems) = match file::read_bounded(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => {
                    let (config, problems) = read(path, &text, &self.config);
                    (Some(text), config, problems)
                }
                Err(error) => unreadable(not_utf8(path, &error)),
            },
            // A link that leads nowhere is not written over either.
            Err(problem) if problem.code == "gone" && !path.is_symlink() => {
                (Some(String::new()), Config::default(), Vec::new())
            }
            Err(problem) if problem.code == "too-large" => unreadable(Problem {
                message: "the file is larger than 1 MiB, which settings never are".to_owned(),
                fix: None,
                ..problem
            }),
            Err(problem) => unreadable(problem),
        };
        let changed = (&config, &problems) != (&self.config, &self.problems);
        let revision = self.revision + u64::from(changed);
        *self = Self { text, config, problems, revision };
        changed
    }
}

/// Where the first byte stands that is none of a text's.
fn not_utf8(path: &Path, error: &FromUtf8Error) -> Problem {
    let before = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
    Problem {
        line: before.matches('\n').count() + 1,
        column: before.chars().rev().take_while(|&character| character != '\n').count() + 1,
        fix: Some("save the file as UTF-8".to_owned()),
        ..Problem::whole(path, "not-utf8", "the file is not UTF-8 from here on")
    }
}

fn refusal(error: EditError) -> ApiError {
    let message = error.to_string();
    match error {
        EditError::Broken(problem) => {
            let Problem { file, line, column, fix, .. } = problem;
            let refusal = ApiError::new(409, "config_broken", message).at(Place { file, line, column });
            refusal.hint(fix.unwrap_or_else(|| "mend the file in an editor first".to_owned()))
        }
        EditError::BadValue(_) => ApiError::new(422, "bad_setting", message),
        EditError::TooClever => {
            ApiError::new(409, "config_not_editable", message).hint("change it in an editor")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else { unreachable!() };
        map
    }

    #[test]
    fn a_change_is_in_the_file_and_told_once() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::at(home.path(), PathBuf::from("/")).unwrap();
        let events = Events::default();
        let mut told = events.follow();
        let settings = Settings::open(&paths, events);
        settings.change(&map(json!({"font-size": 15}))).unwrap();
        assert_eq!(settings.view().revision, 1);
        // What the watcher tells of our own writing is nothing new.
        settings.reload();
        assert_eq!(settings.view().revision, 1);
        assert_eq!(std::fs::read_to_string(paths.config()).unwrap(), "font-size: 15\n");
        assert!(
            matches!(told.try_recv().unwrap(), Event::ConfigChanged { config } if config.settings.font_size == 15)
        );
        assert!(told.try_recv().is_err());
    }

    #[test]
    fn a_broken_file_keeps_the_last_good_values_and_is_not_written_over() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::at(home.path(), PathBuf::from("/")).unwrap();
        std::fs::write(paths.config(), "font-size: 15\n").unwrap();
        let settings = Settings::open(&paths, Events::default());
        std::fs::write(paths.config(), "font-size: [\n").unwrap();
        settings.reload();
        assert_eq!((settings.config().font_size, settings.problems().len()), (15, 1));
        let refused = settings.change(&map(json!({"theme": "dark"}))).unwrap_err();
        assert_eq!((refused.code.as_str(), refused.at.unwrap().line), ("config_broken", 1));
        assert_eq!(std::fs::read_to_string(paths.config()).unwrap(), "font-size: [\n");
    }

    #[test]
    fn what_can_t_be_read_is_not_written_over() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::at(home.path(), PathBuf::from("/")).unwrap();
        let latin = b"font-size: 15\n# sch\xf6n\n";
        std::fs::write(paths.config(), latin).unwrap();
        let settings = Settings::open(&paths, Events::default());
        let problem = &settings.problems()[0];
        assert_eq!((problem.code.as_str(), problem.line, problem.column), ("not-utf8", 2, 6));
        let change = || settings.change(&map(json!({"theme": "dark"}))).unwrap_err();
        assert_eq!(change().code, "config_broken");
        assert_eq!(std::fs::read(paths.config()).unwrap(), latin);
        std::fs::remove_file(paths.config()).unwrap();
        std::os::unix::fs::symlink("nowhere", paths.config()).unwrap();
        assert_eq!(change().code, "config_broken");
        assert!(paths.config().is_symlink());
        std::fs::remove_file(paths.config()).unwrap();
        std::fs::create_dir(paths.config()).unwrap();
        assert_eq!(change().code, "config_broken");
    }

    #[test]
    fn a_shell_that_is_not_there_is_told_where_it_stands_and_can_t_be_chosen() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::at(home.path(), PathBuf::from("/")).unwrap();
        let known = |name: &str, value: &str| (name.into(), value.into());
        let variables = [known("PATH", "/usr/bin:/bin"), known("HOME", "/home/ada")].into_iter().collect();
        let settings =
            Settings::open(&paths, Events::default()).in_environment(Environment::known(variables));
        for (shell, why, fix) in [
            ("/does/not/exist", "there is no such file", "name a shell that is installed"),
            ("/usr", "that is a folder", "name a shell"),
            ("/etc/passwd", "that file is not executable", "name a shell"),
            ("no-such-shell", "no folder of PATH has such a program", "name a shell"),
            ("~/bin/zsh", "there is no such file", "write `/home/ada/bin/zsh`"),
            ("/bin/sh -l", "there is no such file", "name the program alone, `/bin/sh`"),
        ] {
            std::fs::write(paths.config(), format!("# mine\nshell: {shell}\n")).unwrap();
            settings.reload();
            let [problem] = &settings.problems()[..] else { panic!("{:?}", settings.problems()) };
            assert_eq!((problem.line, problem.column), (2, 8));
            assert!(problem.message.contains(why), "{}", problem.message);
            assert!(problem.fix.as_ref().unwrap().contains(fix), "{problem:?}");
            let refusal = settings.change(&map(json!({ "shell": shell }))).unwrap_err();
            assert_eq!(refusal.code, "bad_setting");
            assert!(refusal.hint.unwrap().contains(fix));
        }
        // Another setting can be changed all the same, and the way back is open.
        settings.change(&map(json!({"theme": "dark"}))).unwrap();
        let view = settings.change(&map(json!({"shell": null}))).unwrap();
        assert!(view.problems.is_empty());
        settings.change(&map(json!({"shell": "sh"}))).unwrap();
        assert_eq!(std::fs::read_to_string(paths.config()).unwrap(), "# mine\ntheme: dark\nshell: sh\n");
    }

    #[test]
    fn a_link_stays_a_link() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::at(home.path(), PathBuf::from("/")).unwrap();
        let target = home.path().join("dotfiles.yaml");
        std::fs::write(&target, "# mine\n").unwrap();
        std::os::unix::fs::symlink(&target, paths.config()).unwrap();
        Settings::open(&paths, Events::default()).change(&map(json!({"webgl": true}))).unwrap();
        assert!(paths.config().is_symlink());
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "# mine\nwebgl: true\n");
    }
}
