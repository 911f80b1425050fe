//! Who holds the settings: the one writer of `config.yaml`, and what everybody reads. That the file changed on the
//! disk, the store's watcher tells.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use crate::action::Problem;
use crate::api::{ApiError, ConfigView, Event, Place};
use crate::config::{Config, EditError, edit, read};
use crate::events::Events;
use crate::paths::Paths;
use crate::store::file;

/// A handle to the settings; all clones hold the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    path: PathBuf,
    events: Events,
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    text: String,
    config: Config,
    problems: Vec<Problem>,
}

impl Settings {
    /// Reads the file. One that is not there is one without settings.
    pub fn open(paths: &Paths, events: Events) -> Self {
        let settings = Self { path: paths.config(), events, held: Arc::default() };
        settings.lock().reload(&settings.path);
        settings
    }

    /// The settings as they are now.
    pub fn config(&self) -> Config {
        self.lock().config.clone()
    }

    /// What is wrong with the file.
    pub fn problems(&self) -> Vec<Problem> {
        self.lock().problems.clone()
    }

    /// What clients see.
    pub fn view(&self) -> ConfigView {
        self.lock().view(&self.path)
    }

    /// Reads the file again; tells everybody if it says something else than before.
    pub fn reload(&self) {
        let mut held = self.lock();
        if held.reload(&self.path) {
            self.events.send(Event::ConfigChanged { config: held.view(&self.path) });
        }
    }

    /// Changes settings in the file, each key to its value or, for `null`, to what is usual. Blocks.
    pub fn change(&self, changes: &Map<String, Value>) -> Result<ConfigView, ApiError> {
        // Held over the writing, so that no two changes overwrite each other.
        let mut held = self.lock();
        // What somebody just wrote by hand is kept, even if nobody told of it yet.
        let was_changed = held.reload(&self.path);
        let edited = edit(&self.path, &held.text, changes).map_err(refusal);
        if let Ok(edited) = &edited
            && *edited != held.text
        {
            self.write(edited)?;
            held.reload(&self.path);
            self.events.send(Event::ConfigChanged { config: held.view(&self.path) });
        } else if was_changed {
            self.events.send(Event::ConfigChanged { config: held.view(&self.path) });
        }
        edited.map(|_| held.view(&self.path))
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
    /// Reads the file; whether something changed.
    fn reload(&mut self, path: &std::path::Path) -> bool {
        let (text, config, problems) = match file::read_bounded(path) {
            Ok(bytes) => {
                if let Ok(text) = String::from_utf8(bytes) {
                    let (config, problems) = read(path, &text, &self.config);
                    (text, config, problems)
                } else {
                    let message = "the file is not UTF-8; what was set before still holds";
                    (String::new(), self.config.clone(), vec![Problem::whole(path, "not-utf8", message)])
                }
            }
            Err(problem) if problem.code == "gone" => (String::new(), Config::default(), Vec::new()),
            Err(problem) => (String::new(), self.config.clone(), vec![problem]),
        };
        let changed = (&config, &problems) != (&self.config, &self.problems);
        *self = Self { text, config, problems };
        changed
    }

    fn view(&self, path: &std::path::Path) -> ConfigView {
        ConfigView {
            path: path.to_string_lossy().into_owned(),
            settings: self.config.clone(),
            usual: Config::default(),
            problems: self.problems.clone(),
        }
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
        // What the watcher tells of our own writing is nothing new.
        settings.reload();
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
