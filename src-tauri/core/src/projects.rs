//! The projects that were used, last one first. What a project is, is `project.rs`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, Event, ProjectView};
use crate::clock;
use crate::events::Events;
use crate::paths::Paths;
use crate::project::Project;
use crate::remembered::Remembered;

/// How many are remembered.
const KEEP: usize = 50;
/// Their place in what is remembered.
const KEY: &str = "projects";

/// A handle to the list.
#[derive(Clone, Debug)]
pub struct Projects {
    paths: Paths,
    remembered: Remembered,
    events: Events,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Used {
    path: PathBuf,
    used: DateTime<Utc>,
}

impl Projects {
    /// The list as it was left.
    pub fn new(paths: Paths, remembered: Remembered, events: Events) -> Self {
        Self { paths, remembered, events }
    }

    /// The project of a folder.
    pub async fn discover(&self, folder: &str) -> Result<PathBuf, ApiError> {
        let (folder, paths) = (PathBuf::from(folder), self.paths.clone());
        if !folder.is_absolute() {
            let message = format!("{} is no absolute path", folder.display());
            return Err(ApiError::new(400, "bad_project", message));
        }
        let shown = folder.display().to_string();
        blocking(move || Project::discover(&folder, &paths))
            .await?
            .map(|project| project.root().to_owned())
            .map_err(|error| unknown(&shown, &error))
    }

    /// All of them, last used first.
    pub fn list(&self) -> Vec<ProjectView> {
        self.used().iter().map(view).collect()
    }

    /// Adds the project of a folder, or moves it to the front.
    pub async fn add(&self, folder: &str) -> Result<ProjectView, ApiError> {
        let root = self.discover(folder).await?;
        let used = Used { path: root, used: clock::now() };
        let kept = used.clone();
        self.change(move |all| {
            all.retain(|other| other.path != kept.path);
            all.insert(0, kept);
            all.truncate(KEEP);
        })
        .await?;
        Ok(view(&used))
    }

    /// Forgets one; answers the rest.
    pub async fn remove(&self, path: &str) -> Result<Vec<ProjectView>, ApiError> {
        let path = PathBuf::from(path);
        self.change(move |all| all.retain(|other| other.path != path)).await?;
        Ok(self.list())
    }

    fn used(&self) -> Vec<Used> {
        self.remembered.get(KEY).and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    async fn change(&self, change: impl FnOnce(&mut Vec<Used>) + Send + 'static) -> Result<(), ApiError> {
        let mut all = self.used();
        change(&mut all);
        let all = serde_json::to_value(all).unwrap_or_default();
        let remembered = self.remembered.clone();
        blocking(move || remembered.change(KEY, |value| *value = all)).await?.map_err(|error| {
            ApiError::new(500, "io", format!("the list of projects could not be written: {error}"))
        })?;
        self.events.send(Event::ProjectsChanged);
        Ok(())
    }
}

/// There is no such project, or its folder can't be read.
pub(crate) fn unknown(folder: &str, error: &std::io::Error) -> ApiError {
    let (message, hint) = if error.kind() == std::io::ErrorKind::NotFound {
        (
            format!("the folder {folder} is not there"),
            "it may have been moved or deleted; name one that is there",
        )
    } else {
        (format!("{folder}: {error}"), "name a folder that may be read")
    };
    ApiError::new(404, "unknown_project", message).hint(hint)
}

fn view(used: &Used) -> ProjectView {
    let name = used.path.file_name().map_or_else(|| "/".into(), |name| name.to_string_lossy().into_owned());
    let exists = used.path.is_dir();
    ProjectView { path: used.path.to_string_lossy().into_owned(), name, used: used.used, exists }
}

/// Runs blocking work beside the event loop.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::new(500, "internal", error.to_string()))
}
