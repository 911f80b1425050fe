//! All terminals of the host: opens them, finds them, forgets them.

mod live;

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::api::{ApiError, Colours, Event, KillReport, TerminalState, TerminalView};
use crate::clock;
use crate::environment::{Environment, Variables};
use crate::events::Events;
use crate::paths::{Paths, is_same_folder};
use crate::settings::Settings;
use crate::terminal::actor::{Actor, Parts};
use crate::terminal::pty::Unattached;
use crate::terminal::shell::{NoShell, Shell};
use crate::terminal::{Size, Terminal, codename};
use live::Session;

/// How many terminals whose child has ended are kept for people to read.
const KEEP_EXITED: usize = 50;

/// What to open.
#[derive(Clone, Debug)]
pub struct Spawn {
    /// The shell.
    pub shell: Shell,
    /// The folder.
    pub cwd: PathBuf,
    /// The project it is for.
    pub project: Option<PathBuf>,
    /// Variables beside the user's own.
    pub env: Vec<(String, String)>,
    /// Its size.
    pub size: Size,
    /// What it is for, in words.
    pub task: String,
    /// The run that will own it.
    pub run: Option<Uuid>,
}

/// Why no terminal was opened.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// No such shell.
    #[error(transparent)]
    NoShell(#[from] NoShell),
    /// No such folder.
    #[error("{0} is not a folder that a terminal can start in")]
    NoFolder(PathBuf),
    /// The system refused.
    #[error("{program} could not be started: {source}")]
    Start {
        /// The shell's program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl From<SpawnError> for ApiError {
    fn from(error: SpawnError) -> Self {
        let message = error.to_string();
        match error {
            SpawnError::NoShell(none) => Self::new(422, "no_shell", message).hint(none.fix),
            SpawnError::NoFolder(_) => Self::new(422, "no_folder", message)
                .hint("`cwd` is relative to the project; name a folder that is there"),
            SpawnError::Start { .. } => Self::new(500, "spawn_failed", message),
        }
    }
}

/// A handle to the set of terminals.
#[derive(Clone, Debug)]
pub struct Terminals {
    paths: Paths,
    events: Events,
    settings: Settings,
    environment: Environment,
    living: Arc<Mutex<BTreeMap<Uuid, Kept>>>,
    /// As some window draws all terminals.
    colours: Arc<watch::Sender<Colours>>,
    /// Whether the home is another host's by now, and nothing is written there any more.
    homeless: Arc<AtomicBool>,
}

/// A terminal, how it was opened, and the session to end should the host be killed.
#[derive(Clone, Debug)]
struct Kept {
    terminal: Terminal,
    opened: Opened,
    session: Option<Session>,
}

/// What decides how a terminal takes what is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Opened {
    shell: Shell,
    cwd: PathBuf,
    env: Vec<(String, String)>,
}

impl Opened {
    fn by(spawn: &Spawn) -> Self {
        Self { shell: spawn.shell.clone(), cwd: spawn.cwd.clone(), env: spawn.env.clone() }
    }
}

impl Terminals {
    /// An empty set. What a killed host left behind is ended first; that blocks.
    pub fn new(paths: Paths, events: Events, settings: Settings, environment: Environment) -> Self {
        live::end_leftovers(&paths);
        Self {
            paths,
            events,
            settings,
            environment,
            living: Arc::default(),
            colours: Arc::default(),
            homeless: Arc::default(),
        }
    }

    /// Writes nothing into the home from now on.
    pub fn leave_home(&self) {
        self.homeless.store(true, Ordering::Relaxed);
    }

    /// What programs that ask for colours are told from now on.
    pub fn draw_in(&self, colours: Colours) {
        self.colours.send_replace(colours);
    }

    /// The user's variables, which every terminal starts with.
    pub async fn environment(&self) -> Arc<Variables> {
        self.environment.get().await
    }

    /// Opens a terminal.
    pub async fn spawn(&self, spawn: Spawn) -> Result<Terminal, SpawnError> {
        if !spawn.cwd.is_dir() {
            return Err(SpawnError::NoFolder(spawn.cwd));
        }
        let id = Uuid::now_v7();
        let program = spawn.shell.program.display().to_string();
        let failed = |source| SpawnError::Start { program: program.clone(), source };
        let base = self.environment().await;
        let (launch, aid) =
            spawn.shell.launch(&self.paths, id, &spawn.cwd, &spawn.env, &base).map_err(failed)?;
        let argv = launch.argv.iter().flat_map(|word| [word.as_bytes(), b"\0"]).flatten().copied().collect();
        let size = spawn.size;
        let opened = Opened::by(&spawn);
        let pty = tokio::task::spawn_blocking(move || Unattached::spawn(&launch, size))
            .await
            .map_err(std::io::Error::other)
            .flatten()
            .map_err(failed)?;
        let view = TerminalView {
            id,
            codename: codename::choose(Uuid::new_v4(), |name| self.is_taken(name)),
            task: spawn.task,
            cwd: path_text(&spawn.cwd),
            project: spawn.project.as_deref().map(path_text),
            cols: size.cols,
            rows: size.rows,
            pid: Some(pty.pid()),
            state: TerminalState::Starting,
            integrated: false,
            title: None,
            created: clock::now(),
            run: spawn.run,
        };
        let marks_expected = spawn.shell.gives_marks();
        let parts = Parts {
            pty,
            view: view.clone(),
            aid,
            argv,
            marks_expected,
            scrollback: self.settings.config().scrollback_lines as usize,
            colours: self.colours.subscribe(),
            events: self.events.clone(),
        };
        let (actor, views) = Actor::new(parts).map_err(failed)?;
        let (messages, inbox) = mpsc::unbounded_channel();
        let terminal = Terminal::new(id, messages, views);
        let session = view.pid.and_then(|pid| Session::of(id, pid));
        self.lock().insert(id, Kept { terminal: terminal.clone(), opened, session });
        self.write_sessions();
        self.events.send(Event::TerminalChanged { terminal: view });
        tokio::spawn(actor.run(inbox));
        self.forget_oldest_exited();
        Ok(terminal)
    }

    /// The terminal of this id.
    pub fn get(&self, id: Uuid) -> Result<Terminal, ApiError> {
        self.lock().get(&id).map(|kept| kept.terminal.clone()).ok_or_else(|| {
            ApiError::new(404, "unknown_terminal", format!("there is no terminal {id}"))
                .hint("`ai-orchestrator terminal list` shows those that are there")
        })
    }

    /// Whether a terminal was opened as this would open one, and is still in the folder that it was opened in.
    pub fn is_as_opened_by(&self, id: Uuid, spawn: &Spawn) -> bool {
        let Some(kept) = self.lock().get(&id).cloned() else { return false };
        let now = kept.terminal.view().cwd;
        kept.opened == Opened::by(spawn) && is_same_folder(Path::new(&now), &spawn.cwd)
    }

    /// All terminals, oldest first.
    pub fn list(&self) -> Vec<TerminalView> {
        self.lock().values().map(|kept| kept.terminal.view()).collect()
    }

    /// How many have a living child.
    pub fn living(&self) -> usize {
        self.lock().values().filter(|kept| !is_exited(&kept.terminal.view())).count()
    }

    /// Ends a terminal's session and forgets it.
    pub async fn kill(&self, id: Uuid) -> Result<KillReport, ApiError> {
        let terminal = self.get(id)?;
        let report = terminal.kill().await;
        self.forget(id);
        Ok(report.unwrap_or(KillReport { code: None, signal: None, survivors: Vec::new() }))
    }

    /// Ends all terminals.
    pub async fn kill_all(&self) {
        let all: Vec<Uuid> = self.lock().keys().copied().collect();
        futures_util::future::join_all(all.into_iter().map(|id| self.kill(id))).await;
    }

    fn forget(&self, id: Uuid) {
        if self.lock().remove(&id).is_some() {
            self.write_sessions();
            self.events.send(Event::TerminalClosed { terminal: id });
        }
    }

    fn write_sessions(&self) {
        if self.homeless.load(Ordering::Relaxed) {
            return;
        }
        let sessions: Vec<Session> = self.lock().values().filter_map(|kept| kept.session.clone()).collect();
        if let Err(error) = live::write(&self.paths, &sessions) {
            tracing::warn!(%error, "the living sessions could not be written down");
        }
    }

    fn forget_oldest_exited(&self) {
        let living = self.lock();
        let exited: Vec<Uuid> =
            living.iter().filter(|(_, kept)| is_exited(&kept.terminal.view())).map(|(id, _)| *id).collect();
        drop(living);
        for id in exited.iter().take(exited.len().saturating_sub(KEEP_EXITED)) {
            self.forget(*id);
        }
    }

    fn is_taken(&self, codename: &str) -> bool {
        self.lock().values().any(|kept| kept.terminal.view().codename == codename)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Uuid, Kept>> {
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_exited(view: &TerminalView) -> bool {
    matches!(view.state, TerminalState::Exited { .. })
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
