//! The host: the one process of a user that owns terminals, actions and runs. Builds all rooms and opens the
//! door; nothing here knows what an operation does.

mod activity;
mod log;
mod seat;
mod socket;
mod web;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, Notify, broadcast, watch};

use crate::action::Problem;
use crate::agent_command::PromptFolder;
use crate::api::operations::COLOURS;
use crate::api::{ApiError, Event, HostStatus, Memory, OpenWeb, RunStatus};
use crate::clock;
use crate::codenames::Codenames;
use crate::engine::ActionEngine;
use crate::environment::Environment;
use crate::events::Events;
use crate::paths::{Paths, way_out};
use crate::projects::Projects;
use crate::settings::Settings;
use crate::store::{ActionStore, Notice, StoreChange, StoreError};
use crate::terminal::shell::Shell;
use crate::terminals::{SpawnError, Terminals};
use activity::{Activity, Client};
use seat::Seat;
use web::WebDoor;

pub use log::{LogReader, LogWatch};
pub use seat::{Occupant, is_vacant, occupant, wait_until_vacant};

/// How long a host that ends waits for its clients to have heard so.
const FAREWELL: Duration = Duration::from_millis(500);

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Another one is there already.
    #[error("a host runs already for this home (process {})", .0.pid)]
    AlreadyRuns(Occupant),
    /// The socket or its folder can't be used.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The socket's folder belongs to somebody else.
    #[error("{0} belongs to another user, so the host's socket can't be put there")]
    Foreign(PathBuf),
    /// The store can't be opened.
    #[error("{0}")]
    Store(String),
}

impl HostError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Io { source, .. } => Some(way_out(source)),
            Self::Foreign(_) => Some("set AI_ORCHESTRATOR_HOME to a folder of your own"),
            Self::AlreadyRuns(_) | Self::Store(_) => None,
        }
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        |source| Self::Io { path, source }
    }
}

/// The rooms that operations work in.
#[derive(Clone)]
pub(crate) struct Rooms {
    pub paths: Paths,
    pub events: Events,
    pub terminals: Terminals,
    pub engine: ActionEngine,
    pub store: ActionStore,
    pub projects: Projects,
    pub settings: Settings,
    pub prompts: PromptFolder,
    pub codenames: Codenames,
    facts: Arc<Facts>,
}

/// What the host knows of itself.
struct Facts {
    started: DateTime<Utc>,
    socket: PathBuf,
    activity: Activity,
    stop: Notify,
    /// Whether all has ended, and only clients are left to be told.
    ended: watch::Sender<bool>,
    /// What the start brought up.
    notices: Vec<Notice>,
    /// The same, until a client that shows notices has taken them.
    untold: std::sync::Mutex<VecDeque<Event>>,
    web: Mutex<Option<WebDoor>>,
}

impl Rooms {
    /// The project of a folder, if one is named; its use is remembered.
    pub async fn project(&self, folder: Option<&str>) -> Result<Option<PathBuf>, ApiError> {
        match folder {
            Some(folder) => self.projects.discover(folder).await.map(Some),
            None => Ok(None),
        }
    }

    /// The shell of this name or path; the one of the settings if none is named, else the login shell.
    pub async fn shell(&self, wanted: Option<&str>) -> Result<Shell, ApiError> {
        let usual = self.settings.config().shell;
        let base = self.terminals.environment().await;
        Shell::find(wanted.or(usual.as_deref()), &base).map_err(|error| {
            let refusal = ApiError::from(SpawnError::from(error));
            match self.settings.shell_problem() {
                // Whose line that is, nobody who opens a terminal sees.
                Some(Problem { line, fix: Some(fix), .. }) if wanted.is_none() => {
                    refusal.hint(format!("line {line} of config.yaml names it: {fix}"))
                }
                _ => refusal,
            }
        })
    }

    /// A client that stays; it counts until this is dropped.
    pub fn client(&self) -> Client {
        self.facts.activity.client()
    }

    /// How the host is.
    pub async fn status(&self) -> Result<HostStatus, ApiError> {
        let runs = self.engine.list().await?;
        let web = self.facts.web.lock().await;
        Ok(HostStatus {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.facts.started,
            socket: self.facts.socket.to_string_lossy().into_owned(),
            url: web.as_ref().map(WebDoor::url),
            home: self.paths.home().to_string_lossy().into_owned(),
            memory: Memory { rss: resident() },
            terminals: self.terminals.living(),
            runs: runs.iter().filter(|run| run.status == RunStatus::Running).count(),
            clients: self.facts.activity.clients(),
            notices: self.facts.notices.iter().map(said).collect(),
        })
    }

    /// Opens the door on loopback, if it is not open yet.
    pub async fn open_web(&self, port: u16) -> Result<OpenWeb, ApiError> {
        let mut web = self.facts.web.lock().await;
        if let Some(open) = web.as_ref() {
            if port != 0 && port != open.port() {
                let message = format!("the door is open on port {} already", open.port());
                return Err(
                    ApiError::new(409, "already_open", message).hint("use that one, or stop the host first")
                );
            }
            return Ok(open.address());
        }
        let open = WebDoor::open(port, self.clone()).await?;
        let address = open.address();
        *web = Some(open);
        Ok(address)
    }

    /// A notice of the start that nobody has been told yet; the next call has the next one.
    pub fn next_untold(&self) -> Option<Event> {
        self.facts.untold().pop_front()
    }

    /// Puts a notice back that did not reach its client.
    pub fn not_told(&self, notice: Event) {
        self.facts.untold().push_front(notice);
    }

    /// Comes back when all has ended, and only clients are left to be told.
    pub async fn farewell(&self) {
        // The sender lives as long as this.
        _ = self.facts.ended.subscribe().wait_for(|ended| *ended).await;
    }

    /// Asks the host to end.
    pub fn stop(&self) {
        self.facts.stop.notify_one();
    }
}

impl Facts {
    fn untold(&self) -> std::sync::MutexGuard<'_, VecDeque<Event>> {
        self.untold.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Runs the host of this home until it is asked to stop or has nothing to do. `ready` is called once it answers.
pub async fn serve(paths: Paths, ready: impl FnOnce()) -> Result<(), HostError> {
    let seat = Seat::take(&paths)?;
    let events = Events::default();
    let environment = Environment::open(paths.user_home());
    let settings = Settings::open(&paths, events.clone()).in_environment(environment.clone());
    let config = settings.config();
    let _log = log::open(&paths, config.log.name());
    for problem in settings.problems() {
        tracing::warn!(line = problem.line, "config.yaml: {}", problem.message);
    }
    let socket = socket::bind(&seat)?;
    let terminals = Terminals::new(paths.clone(), events.clone(), settings.clone(), environment);
    let engine = ActionEngine::start_loop(terminals.clone(), events.clone());
    let (store, mut notices) =
        ActionStore::open(paths.clone(), settings.clone()).await.map_err(|error| match error {
            StoreError::Io { path, source, .. } => HostError::Io { path, source },
            error => HostError::Store(error.to_string()),
        })?;
    if let Some(colours) = store.remembered().get(COLOURS).and_then(|kept| serde_json::from_value(kept).ok())
    {
        terminals.draw_in(colours);
    }
    let (codenames, notice) = Codenames::open(&paths);
    notices.extend(notice);
    let projects = Projects::new(paths.clone(), store.remembered(), events.clone());
    tokio::spawn(tell_changes(store.subscribe(), events.clone()));
    let prompts = PromptFolder::open(&std::env::temp_dir(), paths.home())
        .map_err(HostError::io(std::env::temp_dir()))?;
    prompts.sweep();
    let facts = Facts {
        started: clock::now(),
        socket: seat.socket().to_owned(),
        activity: Activity::default(),
        stop: Notify::new(),
        ended: watch::Sender::new(false),
        untold: std::sync::Mutex::new(notices.iter().cloned().map(event_of).collect()),
        notices,
        web: Mutex::default(),
    };
    let facts = Arc::new(facts);
    let rooms =
        Rooms { paths, events, terminals, engine, store, projects, settings, prompts, codenames, facts };
    seat.announce()?;
    tracing::info!(socket = %seat.socket().display(), "the host is open");
    let door = tokio::spawn(socket::serve(socket, rooms.clone()));
    ready();
    let patience = Duration::from_secs(60 * u64::from(config.idle_minutes));
    tokio::select! {
        () = rooms.facts.stop.notified() => tracing::info!("asked to stop"),
        () = rooms.facts.activity.idle(patience, rooms.events.follow(), || rooms.terminals.living() > 0) => {
            tracing::info!("nothing to do");
        }
        () = ended_by_signal() => tracing::info!("ended by a signal"),
        missing = seat.lost() => {
            let missing = missing.display();
            tracing::warn!(%missing, "this was removed or replaced, so nobody finds this host any more");
            rooms.terminals.leave_home();
        }
    }
    rooms.events.send(Event::Stopping);
    rooms.terminals.kill_all().await;
    // A client that was not told would take the host for crashed, and start another.
    rooms.facts.ended.send_replace(true);
    _ = tokio::time::timeout(FAREWELL, rooms.facts.activity.deserted()).await;
    door.abort();
    if rooms.facts.web.lock().await.is_some() && seat.is_ours() {
        web::forget_token(&rooms.paths);
    }
    drop(seat);
    Ok(())
}

/// Tells clients what changes in the store.
async fn tell_changes(mut changes: broadcast::Receiver<StoreChange>, events: Events) {
    loop {
        match changes.recv().await {
            Ok(StoreChange::Actions { project }) => {
                let project = project.map(|project| project.to_string_lossy().into_owned());
                events.send(Event::ActionsChanged { project });
            }
            Ok(StoreChange::Notice(notice)) => events.send(event_of(notice)),
            Err(RecvError::Lagged(_)) => events.send(Event::ActionsChanged { project: None }),
            Err(RecvError::Closed) => return,
        }
    }
}

/// A notice in one line.
fn said(notice: &Notice) -> String {
    match &notice.hint {
        Some(hint) => format!("{} ({hint})", notice.message),
        None => notice.message.clone(),
    }
}

fn event_of(notice: Notice) -> Event {
    let Notice { code, message, action, restore, hint } = notice;
    Event::Notice { code: code.to_owned(), message, action, restore, hint }
}

async fn ended_by_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

/// Resident set size in bytes (`proc_pid_statm(5)`); 0 where that can't be asked.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|statm| statm.split(' ').nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * rustix::param::page_size() as u64
}
