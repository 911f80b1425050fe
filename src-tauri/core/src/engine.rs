//! The one loop that moves runs: performs their steps, one after another, many runs at once.
//!
//! What a change means for a run is `run.rs`; what a step does is the step's own file.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{AbortHandle, Abortable, BoxFuture, FutureExt as _};
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::api::{ApiError, RunView};
use crate::clock;
use crate::events::Events;
use crate::run::{Change, Next, Plan, Run, StepEnd};
use crate::step::{Stage, Step};
use crate::terminal::{CursorId, Message as TerminalMessage, Opened, Terminal, UnderWay};
use crate::terminals::Terminals;
use crate::watch_text::Patterns;

/// How many ended runs are remembered.
const KEEP_ENDED: usize = 500;

/// What to run, and where: frozen, so that a file that changes meanwhile changes nothing.
pub struct Start {
    /// The run's facts.
    pub plan: Plan,
    /// Its steps with everything filled in.
    pub steps: Vec<Step>,
    /// Its terminal.
    pub terminal: Terminal,
    /// The whole run's time limit.
    pub timeout: Option<Duration>,
    /// Do nothing until somebody looks at the terminal.
    pub await_viewer: bool,
}

/// A handle to the engine.
#[derive(Clone, Debug)]
pub struct ActionEngine {
    commands: mpsc::UnboundedSender<Command>,
}

enum Command {
    Start { start: Box<Start>, begun: oneshot::Sender<RunView> },
    Cancel { run: Uuid, cancelled: oneshot::Sender<Option<RunView>> },
    List { runs: oneshot::Sender<Vec<RunView>> },
    Show { run: Uuid, view: oneshot::Sender<Option<RunView>> },
}

impl ActionEngine {
    /// Starts the loop in the present runtime.
    pub fn start_loop(terminals: Terminals, events: Events) -> Self {
        let (commands, inbox) = mpsc::unbounded_channel();
        let engine = Loop {
            terminals,
            events,
            patterns: Patterns::default(),
            active: HashMap::new(),
            ended: VecDeque::new(),
            work: FuturesUnordered::new(),
        };
        tokio::spawn(engine.run(inbox));
        Self { commands }
    }

    /// Starts a run.
    pub async fn start(&self, start: Start) -> Result<RunView, ApiError> {
        self.ask(|begun| Command::Start { start: Box::new(start), begun }).await
    }

    /// Cancels a run; one that has ended stays as it is.
    pub async fn cancel(&self, run: Uuid) -> Result<RunView, ApiError> {
        self.ask(|cancelled| Command::Cancel { run, cancelled }).await?.ok_or_else(|| unknown(run))
    }

    /// All runs that are remembered, newest first.
    pub async fn list(&self) -> Result<Vec<RunView>, ApiError> {
        self.ask(|runs| Command::List { runs }).await
    }

    /// One run.
    pub async fn show(&self, run: Uuid) -> Result<RunView, ApiError> {
        self.ask(|view| Command::Show { run, view }).await?.ok_or_else(|| unknown(run))
    }

    async fn ask<Answer>(
        &self,
        command: impl FnOnce(oneshot::Sender<Answer>) -> Command,
    ) -> Result<Answer, ApiError> {
        let (sender, answer) = oneshot::channel();
        let stopped = || ApiError::new(503, "stopping", "the host is stopping");
        self.commands.send(command(sender)).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())
    }
}

fn unknown(run: Uuid) -> ApiError {
    ApiError::new(404, "unknown_run", format!("there is no run {run}"))
        .hint("`ai-orchestrator run list` shows those that are there")
}

/// Something that was waited for has happened to a run.
struct Done {
    run: Uuid,
    change: Change,
}

struct Active {
    run: Run,
    steps: Vec<Step>,
    terminal: Terminal,
    cursor: CursorId,
    typed: bool,
    /// How far the write that is under way has come.
    under_way: UnderWay,
    await_viewer: bool,
    /// Breaks off what the run is doing now.
    work: Option<AbortHandle>,
    limit: Option<AbortHandle>,
}

struct Loop {
    terminals: Terminals,
    events: Events,
    patterns: Patterns,
    active: HashMap<Uuid, Active>,
    ended: VecDeque<RunView>,
    work: FuturesUnordered<BoxFuture<'static, Option<Done>>>,
}

impl Loop {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        loop {
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => self.command(command),
                    None => break,
                },
                Some(done) = self.work.next(), if !self.work.is_empty() => {
                    if let Some(Done { run, change }) = done {
                        self.apply(run, change);
                    }
                }
            }
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Start { start, begun } => {
                let view = self.begin(*start);
                _ = begun.send(view);
            }
            Command::Cancel { run, cancelled } => {
                let typed = self.active.get(&run).map_or(0, |active| active.under_way.typed());
                self.apply(run, Change::Cancel { typed });
                _ = cancelled.send(self.view(run));
            }
            Command::List { runs } => {
                let mut all: Vec<RunView> = self.active.values().map(|active| active.run.view()).collect();
                all.extend(self.ended.iter().cloned());
                all.sort_unstable_by_key(|view| std::cmp::Reverse(view.id));
                _ = runs.send(all);
            }
            Command::Show { run, view } => _ = view.send(self.view(run)),
        }
    }

    fn view(&self, run: Uuid) -> Option<RunView> {
        let active = self.active.get(&run).map(|active| active.run.view());
        active.or_else(|| self.ended.iter().find(|view| view.id == run).cloned())
    }

    fn begin(&mut self, start: Start) -> RunView {
        let Start { plan, steps, terminal, timeout, await_viewer } = start;
        let id = plan.id;
        terminal.send(TerminalMessage::Own { run: Some(id), task: Some(plan.label.clone()) });
        let cursor = CursorId::fresh();
        terminal.send(TerminalMessage::OpenCursor(cursor));
        let run = Run::new(plan, clock::moment());
        let limit = timeout.map(|timeout| {
            let terminal = terminal.clone();
            self.work_on(id, async move {
                tokio::time::sleep(timeout).await;
                Change::TimeIsUp { limit: timeout, last_output: terminal.tail().await }
            })
        });
        let under_way = UnderWay::default();
        let active =
            Active { run, steps, terminal, cursor, typed: false, under_way, await_viewer, work: None, limit };
        self.active.insert(id, active);
        self.apply(id, Change::Begin);
        self.view(id).unwrap_or_else(|| unreachable!("a run that has begun is active or remembered"))
    }

    /// Moves a run and does what comes next. A change that comes too late (a step that ended while the run
    /// was cancelled) is not taken.
    fn apply(&mut self, id: Uuid, change: Change) {
        let Some(active) = self.active.get_mut(&id) else { return };
        let breaks_off = matches!(change, Change::Cancel { .. } | Change::TimeIsUp { .. });
        let mut events = Vec::new();
        let next = match active.run.apply(change, clock::moment(), &mut events) {
            Ok(next) => next,
            Err(error) => {
                tracing::debug!(run = %id, %error, "a change came too late");
                return;
            }
        };
        if breaks_off && let Some(work) = active.work.take() {
            work.abort();
        }
        for event in events {
            self.events.send(event);
        }
        match next {
            Next::Perform(step) => self.perform(id, step),
            Next::Settle => self.settle(id),
            Next::Close => self.close(id),
            Next::Nothing => self.finish(id),
        }
    }

    fn perform(&mut self, id: Uuid, index: usize) {
        let Some(active) = self.active.get_mut(&id) else { return };
        let Some(step) = active.steps.get(index).cloned() else { return };
        let terminal = active.terminal.clone();
        let (cursor, typed) = (active.cursor, active.typed);
        active.typed |= step.types();
        active.under_way = UnderWay::default();
        let under_way = active.under_way.clone();
        let await_viewer = std::mem::take(&mut active.await_viewer);
        let patterns = self.patterns.clone();
        let work = self.work_on(id, async move {
            if await_viewer {
                terminal.wait_viewer().await;
            }
            let stage = Stage { terminal, cursor, typed, under_way, patterns };
            let end = match step.perform(&stage).await {
                Ok(success) => StepEnd::Succeeded { reason: success.reason, exit_code: success.exit_code },
                Err(failure) => StepEnd::Failed(failure),
            };
            Change::StepEnded(end)
        });
        self.set_work(id, work);
    }

    fn settle(&mut self, id: Uuid) {
        let Some(active) = self.active.get(&id) else { return };
        let (terminal, cursor) = (active.terminal.clone(), active.cursor);
        let work = self.work_on(id, async move {
            let code = match terminal.wait_end(cursor).await {
                Opened::Ended(code) => code,
                _ => terminal.exit_code(),
            };
            Change::Settled(code)
        });
        self.set_work(id, work);
    }

    fn close(&mut self, id: Uuid) {
        let Some(active) = self.active.get(&id) else { return };
        let (terminals, terminal) = (self.terminals.clone(), active.terminal.id());
        let work = self.work_on(id, async move {
            // One that is already gone is what was wanted.
            _ = terminals.kill(terminal).await;
            Change::Closed
        });
        self.set_work(id, work);
    }

    fn finish(&mut self, id: Uuid) {
        let Some(active) = self.active.remove(&id) else { return };
        if let Some(limit) = active.limit {
            limit.abort();
        }
        active.terminal.send(TerminalMessage::CloseCursor(active.cursor));
        active.terminal.send(TerminalMessage::Own { run: None, task: None });
        self.ended.push_front(active.run.view());
        self.ended.truncate(KEEP_ENDED);
    }

    fn set_work(&mut self, id: Uuid, work: AbortHandle) {
        if let Some(active) = self.active.get_mut(&id) {
            active.work = Some(work);
        }
    }

    fn work_on(&mut self, run: Uuid, change: impl Future<Output = Change> + Send + 'static) -> AbortHandle {
        let (handle, registration) = AbortHandle::new_pair();
        let work = Abortable::new(change, registration);
        self.work.push(work.map(move |change| Some(Done { run, change: change.ok()? })).boxed());
        handle
    }
}
