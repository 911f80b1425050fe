//! A hundred terminals on one host, and everything that is done to them at random.

use std::collections::HashSet;
use std::time::Duration;

use ai_orchestrator_tests::{TestHost, processes};
use orchestrator_core::api::{
    ExecuteRequest, KillReport, ResizeRequest, RunStatus, RunView, ScreenView, SpawnRequest, TerminalView,
};
use orchestrator_core::client::{Client, ClientError, path};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use serde_json::Value;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use crate::dice::Dice;
use crate::looker::{self, MANNERS};

/// How many terminals live at a time.
pub const FULL: usize = 100;
/// Longer than anything may take; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many look on at a time.
const LOOKERS: usize = 40;

/// What runs in terminals. The floods rest, so that two cores are enough for a hundred of them.
const CHILDREN: [&str; 13] = [
    "",
    "",
    "sleep 1000",
    "cat",
    "while sleep 1; do date; done",
    "while sleep 10; do yes soak | head -c 500000; done",
    "while sleep 5; do seq 1 2000; done",
    "while sleep 1; do printf '\\033[3%dm%s\\033[0m ' 1 2 3 4 5 6; done",
    "while sleep 1; do printf '\\033[?1049h\\033[2J\\033[5;5H\\344\\275\\240\\345\\245\\275\\033[6n\\033[c'; done",
    "trap '' HUP TERM; while sleep 1; do :; done",
    "sleep 1001 & sleep 1002 & kill -STOP $!; wait",
    "setsid sleep 1003 & sleep 1",
    "sleep 3; exit 3",
];
const SHELLS: [&str; 3] = ["sh", "sh", "bash"];

const CLOSES_ITSELF: &str = "exits";

/// Actions that run among it all.
pub const ACTIONS: [(&str, &str); 3] = [
    (
        "short",
        "  - write: \"echo go-$((1))\\r\"\n  - wait_for: go-1\n    timeout: 1m\n  - write: \"seq 1 3000; echo all-$((2))\\r\"\n  - wait_for: 'all-2$'\n    timeout: 1m\nshell: sh\n",
    ),
    (
        CLOSES_ITSELF,
        "  - write: \"false\\r\"\n  - wait_exit: 1\n    timeout: 1m\nshell: bash\nclose: always\n",
    ),
    ("long", "  - write: \"sleep 1000\\r\"\n  - wait_for: never\n    timeout: 1h\nshell: sh\n"),
];

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Done {
    pub opened: usize,
    pub killed: usize,
    pub survivors: usize,
    pub resized: usize,
    pub typed: usize,
    pub looked: usize,
    pub runs: usize,
    pub cancelled: usize,
    /// The longest that the host took to show a screen.
    pub slowest_screen: Duration,
}

/// The terminals of one round.
pub struct Crowd<'a> {
    host: &'a TestHost,
    client: Client,
    terminals: Vec<(Uuid, u32)>,
    /// Those that their own run closes.
    closing: HashSet<Uuid>,
    lookers: Vec<JoinHandle<()>>,
    kills: JoinSet<Result<usize, String>>,
    done: Done,
}

impl<'a> Crowd<'a> {
    pub async fn new(host: &'a TestHost) -> Self {
        let client = host.client().await;
        Self {
            host,
            client,
            terminals: Vec::new(),
            closing: HashSet::new(),
            lookers: Vec::new(),
            kills: JoinSet::new(),
            done: Done::default(),
        }
    }

    /// Does random things until then.
    pub async fn live_until(&mut self, end: Instant, dice: &mut Dice) -> Result<(), String> {
        let mut beat = tokio::time::interval(Duration::from_millis(15));
        while Instant::now() < end {
            beat.tick().await;
            let (what, step) = timeout(PATIENCE, self.one_thing(dice))
                .await
                .map_err(|_| format!("something did not end within {PATIENCE:?}"))?;
            step.map_err(|error| format!("{what}: {error}"))?;
            while let Some(killed) = self.kills.try_join_next() {
                self.done.survivors += killed.map_err(|error| error.to_string())??;
            }
        }
        Ok(())
    }

    async fn one_thing(&mut self, dice: &mut Dice) -> (&'static str, Result<(), String>) {
        match dice.below(100) {
            _ if self.terminals.len() < FULL => ("open", self.open(dice).await),
            0..10 => {
                self.kill(dice);
                ("kill", Ok(()))
            }
            10..30 => ("resize", self.resize(dice).await),
            30..55 => ("type", self.write(dice).await),
            55..75 => {
                self.look(dice);
                ("look", Ok(()))
            }
            75..85 => ("screen", self.screen(dice).await),
            85..95 => ("run", self.run(dice).await),
            _ => ("cancel", self.cancel(dice).await),
        }
    }

    /// Ends everything; says what was done.
    pub async fn end(mut self) -> Result<Done, String> {
        for looker in self.lookers.drain(..) {
            looker.abort();
        }
        let listed: Vec<TerminalView> = self.client.get("/v1/terminals").await.map_err(text)?;
        for terminal in listed {
            self.begin_kill(terminal.id, terminal.pid.unwrap_or_default());
        }
        while let Some(killed) = self.kills.join_next().await {
            self.done.survivors += killed.map_err(|error| error.to_string())??;
        }
        let runs: Vec<RunView> = self.client.get("/v1/runs").await.map_err(text)?;
        if let Some(run) = runs.iter().find(|run| run.status == RunStatus::Running) {
            return Err(format!("run {} goes on without its terminal", run.id));
        }
        self.end_leavers();
        Ok(self.done)
    }

    /// Ends what left the session of a terminal that its own run closed: it lives on, and no kill named it.
    fn end_leavers(&self) {
        for pid in processes::of_terminals(&self.host.home()) {
            let terminal = processes::terminal_of(pid).and_then(|id| id.parse().ok());
            if processes::leads_session(pid) && terminal.is_some_and(|id| self.closing.contains(&id)) {
                end(pid);
            }
        }
    }

    async fn open(&mut self, dice: &mut Dice) -> Result<(), String> {
        let shell = Some((*dice.one_of(&SHELLS)).to_owned());
        let request = SpawnRequest { shell, ..SpawnRequest::default() };
        let view: TerminalView = self.client.post("/v1/terminals", &request).await.map_err(text)?;
        self.terminals.push((view.id, view.pid.unwrap_or_default()));
        self.done.opened += 1;
        self.type_into(view.id, dice.one_of::<&str>(&CHILDREN)).await
    }

    fn kill(&mut self, dice: &mut Dice) {
        let (id, pid) = self.terminals.swap_remove(dice.below(self.terminals.len()));
        self.begin_kill(id, pid);
        self.done.killed += 1;
    }

    /// Kills it beside what goes on; its session must be empty then, but for those named.
    fn begin_kill(&mut self, id: Uuid, pid: u32) {
        let client = self.client.clone();
        self.kills.spawn(async move {
            let killed: Result<KillReport, ClientError> =
                client.delete(&path(&["terminals", &id.to_string()], &[])).await;
            let Some(report) = gone(killed)? else { return Ok(0) };
            let left = processes::of_session(pid);
            if pid != 0 && !left.is_empty() {
                let left: Vec<String> = left.into_iter().map(processes::command).collect();
                return Err(format!("orphans of a killed terminal: {left:?}"));
            }
            for &survivor in &report.survivors {
                end(survivor);
            }
            Ok(report.survivors.len())
        });
    }

    async fn resize(&mut self, dice: &mut Dice) -> Result<(), String> {
        let (id, _) = *dice.one_of(&self.terminals);
        let sizes = [(80, 24), (1, 1), (200, 60), (37, 11), (132, 43)];
        let (cols, rows) = *dice.one_of(&sizes);
        let path = path(&["terminals", &id.to_string(), "resize"], &[]);
        let resized: Result<Value, _> = self.client.post(&path, &ResizeRequest { cols, rows }).await;
        self.done.resized += 1;
        gone(resized).map(drop)
    }

    async fn write(&mut self, dice: &mut Dice) -> Result<(), String> {
        let (id, _) = *dice.one_of(&self.terminals);
        self.done.typed += 1;
        match dice.below(3) {
            0 => self.type_raw(id, "\x03".into()).await,
            1 => self.type_raw(id, "half a line".into()).await,
            _ => self.type_into(id, dice.one_of::<&str>(&CHILDREN)).await,
        }
    }

    fn look(&mut self, dice: &mut Dice) {
        self.lookers.retain(|looker| !looker.is_finished());
        if self.lookers.len() >= LOOKERS {
            let away = dice.below(self.lookers.len());
            self.lookers.swap_remove(away).abort();
        }
        let (id, _) = *dice.one_of(&self.terminals);
        self.lookers.push(looker::look(self.client.clone(), id, *dice.one_of(&MANNERS)));
        self.done.looked += 1;
    }

    async fn screen(&mut self, dice: &mut Dice) -> Result<(), String> {
        let (id, _) = *dice.one_of(&self.terminals);
        let began = Instant::now();
        let screen: Result<ScreenView, _> =
            self.client.get(&path(&["terminals", &id.to_string(), "screen"], &[])).await;
        self.done.slowest_screen = self.done.slowest_screen.max(began.elapsed());
        gone(screen).map(drop)
    }

    async fn run(&mut self, dice: &mut Dice) -> Result<(), String> {
        let (action, _) = *dice.one_of(&ACTIONS);
        let run = self.host.execute(action, ExecuteRequest::default()).await.map_err(text)?;
        if *action == *CLOSES_ITSELF {
            self.closing.insert(run.terminal);
        }
        let of: Result<TerminalView, _> =
            self.client.get(&path(&["terminals", &run.terminal.to_string()], &[])).await;
        if let Some(terminal) = gone(of)? {
            self.terminals.push((terminal.id, terminal.pid.unwrap_or_default()));
        }
        self.done.runs += 1;
        // Others make room.
        while self.terminals.len() > FULL {
            self.kill(dice);
        }
        Ok(())
    }

    async fn cancel(&mut self, dice: &mut Dice) -> Result<(), String> {
        let runs: Vec<RunView> = self.client.get("/v1/runs").await.map_err(text)?;
        let active: Vec<&RunView> = runs.iter().filter(|run| run.status == RunStatus::Running).collect();
        if active.is_empty() {
            return Ok(());
        }
        let id = dice.one_of(&active).id.to_string();
        let _: RunView = self.client.post(&path(&["runs", &id, "cancel"], &[]), &()).await.map_err(text)?;
        self.done.cancelled += 1;
        Ok(())
    }

    async fn type_into(&self, id: Uuid, line: &str) -> Result<(), String> {
        self.type_raw(id, format!("{line}\r")).await
    }

    /// Beside what goes on: a program that reads nothing lets nobody type.
    async fn type_raw(&self, id: Uuid, keys: String) -> Result<(), String> {
        let path = path(&["terminals", &id.to_string(), "write"], &[]);
        let client = self.client.clone();
        let typed = async move { client.post_bytes::<Value>(&path, keys.into()).await };
        match timeout(Duration::from_millis(200), typed).await {
            Ok(typed) => gone(typed).map(drop),
            Err(_) => Ok(()),
        }
    }
}

/// Kills a process and waits until it is gone; it may have ended by itself meanwhile.
fn end(pid: u32) {
    let Some(pid) = Pid::from_raw(pid.cast_signed()) else { return };
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    _ = kill_process(pid, Signal::KILL);
    _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], None);
}

/// An answer; nothing if the terminal is gone, which may happen at any time.
fn gone<Answer>(answer: Result<Answer, ClientError>) -> Result<Option<Answer>, String> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(ClientError::Refused(refusal))
            if matches!(refusal.code.as_str(), "unknown_terminal" | "terminal_ended") =>
        {
            Ok(None)
        }
        Err(error) => Err(error.to_string()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands behind `map_err`")]
fn text(error: ClientError) -> String {
    error.to_string()
}
