//! The one loop of a terminal: reads, parses and matches in place, and answers messages.
//!
//! Everything here has one owner, [`Actor`]; others talk to it through `Terminal`. What output sets in motion is
//! `actor/output.rs`, how bytes get in is `actor/input.rs`.

mod input;
mod output;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};

use super::echo::Echo;
use super::ending::Session;
use super::gate::{CommandEnd, Gate, Opened, Standing, Verdict};
use super::printout::Printout;
use super::pty::{Ending, Pty, Unattached};
use super::text::TextReader;
use super::viewers::Viewers;
use super::waits::{WaitOutcome, Waits};
use super::{Message, Size, WriteError, ending, foreground, successor};
use crate::api::{Colours, Event, KillReport, StreamOut, TerminalState, TerminalView};
use crate::events::Events;
use crate::watch_text::Pattern;
use input::{Entry, Handover, Reader, Written};

/// One read's worth.
const BUFFER: usize = 16 << 10;

/// More than the kernel holds of what a child printed before it ended.
const MOST_LEFT: usize = 4 << 20;

/// The kernel is not asked more often who has the foreground, however much is printed.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// What a terminal is made from.
pub struct Parts {
    /// The child and its terminal.
    pub pty: Unattached,
    /// How it looks to clients at first.
    pub view: TerminalView,
    /// The id that our marks carry.
    pub aid: String,
    /// What the child's command line ends with, each argument with its NUL.
    pub argv: Vec<u8>,
    /// Whether marks are sure to come.
    pub marks_expected: bool,
    /// How many lines are kept.
    pub scrollback: usize,
    /// What programs that ask for colours are told.
    pub colours: watch::Receiver<Colours>,
    /// Where changes are told.
    pub events: Events,
}

/// Owns a terminal until its child has ended and somebody has let go of it.
pub struct Actor {
    pty: Pty,
    buffer: Vec<u8>,
    text: TextReader,
    echo: Echo,
    waits: Waits,
    screen_waits: Vec<(std::sync::Arc<Pattern>, oneshot::Sender<WaitOutcome>)>,
    gates: Vec<(Gate, oneshot::Sender<Opened>)>,
    printout: Printout,
    viewers: Viewers,
    queue: VecDeque<Entry>,
    /// How many bytes of a line the kernel holds that nobody has sent.
    unsent: usize,
    /// When an Enter or a Ctrl+C was typed into the shell's line editor, until a mark tells what became of it.
    handing_over: Option<(Instant, Handover)>,
    standing: Standing,
    /// When the kernel was last asked how things stand.
    looked: Option<Instant>,
    /// What the child was started as.
    argv: Vec<u8>,
    /// The last write of each run's cursor.
    written: Vec<Written>,
    /// Who read what was last typed.
    reader: Option<Reader>,
    /// The prompt that comes after all lines typed so far, while nothing typed ahead blurs the count.
    next_prompt: Option<u64>,
    child_signals: Signal,
    /// Nobody has the terminal open any more, so there is nothing to read.
    closed: bool,
    ending: Option<Ending>,
    /// What must stay for as long as the child: files that its command line names.
    kept: Vec<Box<dyn std::any::Any + Send>>,
    kills: Vec<oneshot::Sender<KillReport>>,
    killed: Option<oneshot::Receiver<Vec<u32>>>,
    view: watch::Sender<TerminalView>,
    colours: watch::Receiver<Colours>,
    events: Events,
}

impl Actor {
    /// Takes its place in the present runtime's event loop.
    pub fn new(parts: Parts) -> std::io::Result<(Self, watch::Receiver<TerminalView>)> {
        let size = Size { cols: parts.view.cols, rows: parts.view.rows };
        let (view, receiver) = watch::channel(parts.view);
        let shell = parts.pty.pid();
        let actor = Self {
            pty: Pty::attach(parts.pty)?,
            buffer: vec![0; BUFFER],
            standing: Standing {
                marked: false,
                marks_expected: parts.marks_expected,
                taken_over: false,
                by_itself: false,
                at_prompt: false,
                prompts: 0,
                last_exit: None,
                last_output: None,
                last_input: None,
                foreground: Vec::new(),
                unread: false,
                busy: false,
                replaced: false,
                shell,
                viewed: false,
                exited: false,
            },
            looked: None,
            argv: parts.argv,
            text: TextReader::new(parts.aid),
            echo: Echo::default(),
            waits: Waits::default(),
            screen_waits: Vec::new(),
            gates: Vec::new(),
            printout: Printout::new(size, Size::LARGEST, parts.scrollback),
            viewers: Viewers::default(),
            queue: VecDeque::new(),
            unsent: 0,
            handing_over: None,
            written: Vec::new(),
            reader: None,
            next_prompt: None,
            child_signals: signal(SignalKind::child())?,
            closed: false,
            ending: None,
            kept: Vec::new(),
            kills: Vec::new(),
            killed: None,
            view,
            colours: parts.colours,
            events: parts.events,
        };
        Ok((actor, receiver))
    }

    /// Runs until nobody holds a handle, or the terminal was killed.
    pub async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        // The child may have ended before the signal was watched for.
        self.reap();
        loop {
            let deadline = self.settle();
            let alive = self.ending.is_none();
            let typing = alive && !self.queue.is_empty() && self.held_until().is_none();
            let reading = alive && !self.closed && !self.viewers.hold_back(&self.printout);
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.handle(message),
                    None => break,
                },
                () = self.pty.writable(), if typing => {
                    // The mark that was waited for may be there, where it is we who come late.
                    if self.handing_over.is_some() {
                        self.read_now();
                    }
                    self.flush();
                }
                arrival = self.pty.read(&mut self.buffer), if reading => {
                    self.arrived(arrival);
                    if !arrival.drained {
                        // A flood: the others' turn.
                        tokio::task::yield_now().await;
                    }
                }
                _ = self.child_signals.recv(), if alive => self.reap(),
                () = until(deadline), if deadline.is_some() => {}
                survivors = ended(&mut self.killed) => {
                    self.finish_kill(&survivors);
                    break;
                }
            }
        }
    }

    fn handle(&mut self, message: Message) {
        match message {
            Message::Write { bytes, done } => {
                self.blur_typed_ahead();
                self.enqueue(bytes, done);
            }
            Message::Type { typing, cursor, under_way, done } => {
                self.type_text(&typing, cursor, under_way, done);
            }
            Message::OpenCursor(cursor) => self.waits.open(cursor),
            Message::CloseCursor(cursor) => {
                self.waits.close(cursor);
                self.written.retain(|written| written.cursor != cursor);
            }
            Message::WaitText { cursor, pattern, done } => {
                // An end of output counts only where nothing more is to be read.
                let drained = !pattern.sees_end() || self.read_now();
                self.waits.wait(cursor, pattern, drained, done);
                if self.ending.is_some() {
                    self.waits.end_all();
                }
            }
            Message::WaitScreen { pattern, done } => {
                self.read_now();
                self.screen_waits.push((pattern, done));
                // Until something has been drawn after the last write, the screen is that from before it.
                let (typed, printed) = (self.standing.last_input, self.standing.last_output);
                if typed.is_none() || printed > typed {
                    self.match_screen();
                }
                if self.ending.is_some() {
                    self.match_screen();
                    self.end_screen_waits();
                }
            }
            Message::WaitViewer { done } => self.gates.push((Gate::Viewed { since: Instant::now() }, done)),
            Message::WaitReady { done } => self.gates.push((Gate::Ready { since: Instant::now() }, done)),
            Message::WaitEnd { cursor, done } => {
                let written = self.written.iter().find(|written| written.cursor == cursor);
                let (prompt, reader) =
                    written.map_or((None, None), |written| (written.prompt, Some(written.reader.clone())));
                let Reader { groups: reader, takes_commands } =
                    reader.unwrap_or(Reader { groups: Vec::new(), takes_commands: true });
                let end = CommandEnd { since: Instant::now(), prompt, reader, takes_commands, back: None };
                self.gates.push((Gate::CommandEnd(end), done));
            }
            Message::Tail { done } => _ = done.send(self.waits.tail()),
            Message::Screen { done } => _ = done.send(self.printout.screen().view()),
            Message::Resize(size) => self.resize(size),
            Message::Attach { frames, lossless, viewer } => {
                let id = self.viewers.attach(frames, lossless, &self.printout);
                _ = viewer.send(id);
                self.standing.viewed = true;
                if let Some(ending) = &self.ending {
                    self.viewers.finish(&self.printout, &exit_frame(ending));
                }
            }
            Message::Detach(viewer) => {
                if self.viewers.detach(viewer) {
                    self.fit();
                }
            }
            Message::Fits { viewer, size, claims } => {
                self.viewers.show(viewer, size);
                match size {
                    Some(size) if claims => self.resize(size),
                    _ => self.fit(),
                }
            }
            Message::Ack { viewer, bytes } => self.viewers.ack(viewer, bytes, &self.printout),
            Message::Sync { viewer } => self.viewers.sync(viewer, &self.printout),
            Message::Own { run, task } => self.change(|view| {
                view.run = run;
                if let Some(task) = task {
                    view.task = task;
                }
            }),
            Message::Keep(thing) => self.kept.push(thing),
            Message::Kill { done } => self.kill(done),
        }
    }

    /// Opens the gates that can be opened; says when to look again by itself.
    fn settle(&mut self) -> Option<Instant> {
        // On a busy machine we come late: what is there to read was no quiet.
        if !self.gates.is_empty() && self.ending.is_none() && !self.viewers.hold_back(&self.printout) {
            self.read_now();
        }
        let now = Instant::now();
        let echo = self.echo.deadline();
        if echo.is_some_and(|at| at <= now) {
            let released = self.echo.expire(now);
            self.waits.feed(&released, true);
        }
        let next = [echo, self.held_until()].into_iter().flatten().min();
        if self.gates.is_empty() {
            return next;
        }
        let mut deadline = next;
        if self.gates.iter().any(|(gate, _)| matches!(gate, Gate::CommandEnd(_))) {
            match self.looked.map(|at| at + LOOK_INTERVAL).filter(|&at| at > now) {
                Some(at) => deadline = [deadline, Some(at)].into_iter().flatten().min(),
                None => self.look(now),
            }
        }
        if self.standing.marks_expected && !self.standing.marked {
            self.standing.taken_over =
                successor::has_taken_over(self.standing.shell, &self.argv, self.pty.discipline());
            self.standing.by_itself = self.pty.foreground() == Some(self.standing.shell)
                && !successor::is_replaced(self.standing.shell, &self.argv);
        }
        let standing = &self.standing;
        for (mut gate, done) in std::mem::take(&mut self.gates) {
            if done.is_closed() {
                continue;
            }
            match gate.check(standing, now) {
                Verdict::Open(opened) => _ = done.send(opened),
                Verdict::Closed(at) => {
                    deadline = [deadline, at].into_iter().flatten().min();
                    self.gates.push((gate, done));
                }
            }
        }
        deadline
    }

    /// Asks the kernel how things stand, which it does not tell by itself.
    fn look(&mut self, now: Instant) {
        self.standing.foreground = self.pty.foreground().map(foreground::lineage).unwrap_or_default();
        self.standing.unread = self.pty.has_unread();
        self.standing.busy =
            self.standing.foreground.first().is_some_and(|&group| foreground::is_busy(group));
        self.standing.replaced = successor::is_replaced(self.standing.shell, &self.argv);
        self.looked = Some(now);
    }

    /// Takes the size of the only viewer that shows the terminal, if there is such a one.
    fn fit(&mut self) {
        if let Some(size) = self.viewers.only_shown() {
            self.resize(size);
        }
    }

    fn resize(&mut self, size: Size) {
        if size == size_of(&self.view.borrow()) || self.ending.is_some() {
            return;
        }
        if let Err(error) = self.pty.resize(size) {
            tracing::warn!(%error, "the terminal could not be resized");
            return;
        }
        self.printout.resize(size, &mut self.text);
        self.viewers.pump(&self.printout);
        self.change(|view| (view.cols, view.rows) = (size.cols, size.rows));
    }

    /// Looks whether the child has ended; if so, reads what it left behind and tells everybody.
    fn reap(&mut self) {
        // While its session is being ended, nobody else may get its number.
        if self.ending.is_some() || self.killed.is_some() {
            return;
        }
        let Some(ending) = self.pty.try_wait() else { return };
        // The kernel hangs up with the session's first process, so nobody prints any more; should somebody, it is
        // not waited for.
        for _ in 0..MOST_LEFT / BUFFER {
            if self.read_now() {
                break;
            }
        }
        let held = self.echo.clear();
        self.waits.feed(&held, true);
        self.standing.exited = true;
        self.waits.end_all();
        self.end_screen_waits();
        for entry in self.queue.drain(..) {
            let typed = entry.under_way.typed();
            let answer = if typed > 0 { Ok(typed) } else { Err(WriteError::Ended) };
            _ = entry.done.map(|done| done.send(answer));
        }
        self.viewers.finish(&self.printout, &exit_frame(&ending));
        let state = TerminalState::Exited { code: ending.code, signal: ending.signal.clone() };
        self.ending = Some(ending);
        self.kept.clear();
        self.change(|view| view.state = state);
    }

    fn end_screen_waits(&mut self) {
        for (_, done) in self.screen_waits.drain(..) {
            _ = done.send(WaitOutcome::Ended);
        }
    }

    fn kill(&mut self, done: Option<oneshot::Sender<KillReport>>) {
        self.kills.extend(done);
        if self.killed.is_none() {
            let (sender, receiver) = oneshot::channel();
            self.killed = Some(receiver);
            let session = Session { id: self.pty.pid(), is_reaped: self.ending.is_some() };
            let terminal = self.view.borrow().id;
            // Nobody waits for the answer any more once the terminal is gone.
            tokio::task::spawn_blocking(move || sender.send(ending::end_session(session, terminal)));
        }
    }

    fn finish_kill(&mut self, survivors: &[u32]) {
        self.killed = None;
        self.reap();
        let (code, signal) = match &self.ending {
            Some(ending) => (ending.code, ending.signal.clone()),
            None => (None, None),
        };
        for done in self.kills.drain(..) {
            let survivors = survivors.to_vec();
            _ = done.send(KillReport { code, signal: signal.clone(), survivors });
        }
    }

    fn change(&self, change: impl FnOnce(&mut TerminalView)) {
        self.view.send_modify(change);
        self.events.send(Event::TerminalChanged { terminal: self.view.borrow().clone() });
    }
}

fn size_of(view: &TerminalView) -> Size {
    Size { cols: view.cols, rows: view.rows }
}

fn exit_frame(ending: &Ending) -> StreamOut {
    StreamOut::Exit { code: ending.code, signal: ending.signal.clone() }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// The answer of [`ending::end_session`], once it was asked for.
async fn ended(killed: &mut Option<oneshot::Receiver<Vec<u32>>>) -> Vec<u32> {
    match killed {
        Some(receiver) => receiver.await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}
