//! The one loop of a terminal: reads, parses and matches in place, and answers messages.
//!
//! Everything here has one owner, [`Actor`]; others talk to it through `Terminal`.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::{Buf as _, Bytes};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};

use super::echo::{Discipline, Echo};
use super::gate::{CommandEnd, Gate, Opened, Standing, Verdict};
use super::pty::{Arrival, Ending, Pty, Unattached};
use super::ring::Ring;
use super::screen::Screen;
use super::text::{Mark, TextReader};
use super::viewers::Viewers;
use super::waits::{CursorId, WaitOutcome, Waits};
use super::{Message, Size, WriteError, ending, typing};
use crate::api::{Event, KillReport, StreamOut, TerminalState, TerminalView};
use crate::clock;
use crate::events::Events;
use crate::watch_text::{Matcher, Pattern};

/// One read's worth.
const BUFFER: usize = 64 << 10;

/// What a terminal is made from.
pub struct Parts {
    /// The child and its terminal.
    pub pty: Unattached,
    /// How it looks to clients at first.
    pub view: TerminalView,
    /// The id that our marks carry, if the shell was given any to say.
    pub aid: Option<String>,
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
    screen: Screen,
    ring: Ring,
    viewers: Viewers,
    queue: VecDeque<Entry>,
    standing: Standing,
    /// The last write of each run's cursor: the prompt that comes after it, where that is sure.
    written: Vec<(CursorId, Option<u64>)>,
    /// The prompt that comes after all lines typed so far, while nothing typed ahead blurs the count.
    next_prompt: Option<u64>,
    child_signals: Signal,
    ending: Option<Ending>,
    kills: Vec<oneshot::Sender<KillReport>>,
    killed: Option<oneshot::Receiver<Vec<u32>>>,
    view: watch::Sender<TerminalView>,
    events: Events,
}

/// Bytes on their way into the terminal.
struct Entry {
    bytes: Bytes,
    total: usize,
    begun: bool,
    done: Option<oneshot::Sender<Result<usize, WriteError>>>,
}

impl Actor {
    /// Takes its place in the present runtime's event loop.
    pub fn new(parts: Parts) -> std::io::Result<(Self, watch::Receiver<TerminalView>)> {
        let size = Size { cols: parts.view.cols, rows: parts.view.rows };
        let (view, receiver) = watch::channel(parts.view);
        let actor = Self {
            pty: Pty::attach(parts.pty)?,
            buffer: vec![0; BUFFER],
            standing: Standing {
                marked: false,
                marks_expected: parts.aid.is_some(),
                at_prompt: false,
                prompts: 0,
                last_exit: None,
                last_output: None,
                last_input: None,
                foreground: true,
                exited: false,
            },
            text: TextReader::new(parts.aid.unwrap_or_default()),
            echo: Echo::default(),
            waits: Waits::default(),
            screen_waits: Vec::new(),
            gates: Vec::new(),
            screen: Screen::new(size),
            ring: Ring::new(size),
            viewers: Viewers::default(),
            queue: VecDeque::new(),
            written: Vec::new(),
            next_prompt: None,
            child_signals: signal(SignalKind::child())?,
            ending: None,
            kills: Vec::new(),
            killed: None,
            view,
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
            let reading = alive && !self.viewers.hold_back(&self.ring);
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.handle(message),
                    None => break,
                },
                () = self.pty.writable(), if alive && !self.queue.is_empty() => self.flush(),
                arrival = self.pty.read(&mut self.buffer), if reading => self.arrived(arrival),
                _ = self.child_signals.recv(), if alive => self.reap(),
                () = until(deadline), if deadline.is_some() => {}
                survivors = ended(&mut self.killed) => {
                    self.finish_kill(survivors);
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
            Message::Type { content, cursor, done } => self.type_text(&content, cursor, done),
            Message::OpenCursor(cursor) => self.waits.open(cursor),
            Message::CloseCursor(cursor) => {
                self.waits.close(cursor);
                self.written.retain(|(id, _)| *id != cursor);
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
                self.screen_waits.push((pattern, done));
                self.match_screen();
            }
            Message::WaitReady { done } => self.gates.push((Gate::Ready { since: Instant::now() }, done)),
            Message::WaitEnd { cursor, done } => {
                let prompt =
                    self.written.iter().find(|(id, _)| *id == cursor).and_then(|(_, prompt)| *prompt);
                let end = CommandEnd { since: Instant::now(), prompt, left: false };
                self.gates.push((Gate::CommandEnd(end), done));
            }
            Message::Tail { done } => _ = done.send(self.waits.tail()),
            Message::HidesTyping { done } => _ = done.send(self.pty.discipline() == Discipline::Silent),
            Message::Screen { done } => _ = done.send(self.screen.view()),
            Message::Resize(size) => self.resize(size),
            Message::Attach { frames, lossless, viewer } => {
                let id = self.viewers.attach(frames, lossless, &self.ring, &self.screen);
                _ = viewer.send(id);
                if let Some(ending) = &self.ending {
                    self.viewers.finish(&self.ring, &self.screen, &exit_frame(ending));
                }
            }
            Message::Detach(viewer) => self.viewers.detach(viewer),
            Message::Ack { viewer, bytes } => self.viewers.ack(viewer, bytes, &self.ring, &self.screen),
            Message::Sync { viewer } => self.viewers.sync(viewer, &self.ring, &self.screen),
            Message::Own { run, task } => self.change(|view| {
                view.run = run;
                if let Some(task) = task {
                    view.task = task;
                }
            }),
            Message::Kill { done } => self.kill(done),
        }
    }

    /// Opens the gates that can be opened; says when to look again by itself.
    fn settle(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let echo = self.echo.deadline();
        if echo.is_some_and(|at| at <= now) {
            let released = self.echo.expire(now);
            self.waits.feed(&released, true);
        }
        if self.gates.is_empty() {
            return echo;
        }
        self.standing.foreground = self.standing.marked || self.pty.child_has_foreground();
        let mut deadline = echo;
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

    fn arrived(&mut self, arrival: Arrival) {
        let buffer = std::mem::take(&mut self.buffer);
        self.take_output(&buffer[..arrival.bytes], arrival.drained);
        self.buffer = buffer;
        if arrival.ended {
            self.reap();
            if self.ending.is_none() {
                // Nothing will ever be read again; the child's end comes by its signal.
                self.wait_for_child();
            }
        }
    }

    /// Takes what is there to read at this moment; whether that was all.
    fn read_now(&mut self) -> bool {
        let mut buffer = std::mem::take(&mut self.buffer);
        let arrival = self.pty.fill(&mut buffer);
        self.take_output(&buffer[..arrival.bytes], arrival.drained);
        self.buffer = buffer;
        arrival.drained
    }

    /// Everything that printed bytes set in motion, in one pass.
    fn take_output(&mut self, bytes: &[u8], drained: bool) {
        if bytes.is_empty() {
            return;
        }
        self.standing.last_output = Some(Instant::now());
        let read = self.text.advance(bytes);
        let marks = std::mem::take(&mut read.marks);
        if marks.contains(&Mark::Cleared) {
            self.ring.clear(size_of(&self.view.borrow()), self.screen.modes());
        }
        self.echo.filter(&mut read.text);
        self.waits.feed(&read.text, drained);
        for mark in marks {
            self.marked(mark);
        }
        self.record(bytes);
        let asides = self.screen.take_asides();
        if !asides.answers.is_empty() {
            self.enqueue(asides.answers.into(), None);
        }
        if asides.bell {
            self.events.send(Event::TerminalBell { terminal: self.view.borrow().id });
        }
        if asides.title.is_some() {
            self.change(|view| view.title = asides.title);
        }
        self.viewers.pump(&self.ring, &self.screen);
        if drained {
            self.match_screen();
        }
    }

    /// Puts bytes on the screen and into the ring, whose segments are cut at line ends.
    fn record(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while self.ring.is_full()
            && let Some(line_end) = rest.iter().position(|&byte| byte == b'\n')
        {
            let (line, after) = rest.split_at(line_end + 1);
            self.screen.draw(line);
            self.ring.push(line);
            self.ring.cut(size_of(&self.view.borrow()), self.screen.modes());
            rest = after;
        }
        self.screen.draw(rest);
        self.ring.push(rest);
    }

    fn marked(&mut self, mark: Mark) {
        match mark {
            Mark::Prompt => {
                let held = self.echo.clear();
                self.waits.feed(&held, false);
            }
            Mark::Editor => {
                self.standing.marked = true;
                self.standing.at_prompt = true;
                self.standing.prompts += 1;
                let last_exit = self.standing.last_exit;
                self.change(|view| {
                    view.integrated = true;
                    view.state = TerminalState::AtPrompt { last_exit };
                });
            }
            Mark::Output => {
                self.standing.at_prompt = false;
                let since = clock::now();
                self.change(|view| view.state = TerminalState::Running { command: None, since });
            }
            Mark::Done { code } => self.standing.last_exit = code,
            Mark::Cwd(cwd) => self.change(|view| view.cwd = cwd),
            Mark::Cleared => {}
        }
    }

    fn type_text(
        &mut self,
        content: &str,
        cursor: CursorId,
        done: oneshot::Sender<Result<usize, WriteError>>,
    ) {
        if self.ending.is_some() {
            _ = done.send(Err(WriteError::Ended));
            return;
        }
        // What is already there to read was printed before this write.
        self.read_now();
        let strokes = typing::keystrokes(content, self.screen.bracketed_paste());
        let canonical = self.pty.discipline() != Discipline::Raw;
        if canonical && strokes.iter().any(|stroke| typing::has_overlong_line(stroke)) {
            _ = done.send(Err(WriteError::LineTooLong));
            return;
        }
        self.waits.typed(cursor);
        let sure =
            self.standing.at_prompt && self.next_prompt.is_none_or(|prompt| self.standing.prompts >= prompt);
        self.next_prompt = sure.then(|| self.standing.prompts + typing::enters(content));
        self.written.retain(|(id, _)| *id != cursor);
        self.written.push((cursor, self.next_prompt));
        let last = strokes.len().saturating_sub(1);
        let mut done = Some(done);
        if strokes.is_empty() {
            _ = done.take().map(|done| done.send(Ok(0)));
        }
        for (index, stroke) in strokes.into_iter().enumerate() {
            let done = if index == last { done.take() } else { None };
            self.enqueue(stroke.into(), done);
        }
    }

    /// Somebody else types too, so prompts can't be counted any more.
    fn blur_typed_ahead(&mut self) {
        self.next_prompt = Some(u64::MAX);
        for (_, prompt) in &mut self.written {
            *prompt = None;
        }
    }

    fn enqueue(&mut self, bytes: Bytes, done: Option<oneshot::Sender<Result<usize, WriteError>>>) {
        if self.ending.is_some() {
            _ = done.map(|done| done.send(Err(WriteError::Ended)));
            return;
        }
        self.queue.push_back(Entry { total: bytes.len(), bytes, begun: false, done });
        if self.queue.len() == 1 {
            self.flush();
        }
    }

    fn flush(&mut self) {
        while let Some(entry) = self.queue.front_mut() {
            let cancelled = !entry.begun && entry.done.as_ref().is_some_and(oneshot::Sender::is_closed);
            if !cancelled {
                if !entry.begun && !self.text.in_editor() {
                    self.echo.typed(&entry.bytes, self.pty.discipline(), Instant::now());
                }
                entry.begun = true;
                let count = self.pty.write(&entry.bytes).unwrap_or(entry.bytes.len());
                entry.bytes.advance(count);
                self.standing.last_input = Some(Instant::now());
                if !entry.bytes.is_empty() {
                    return;
                }
            }
            if let Some(Entry { total, done: Some(done), .. }) = self.queue.pop_front() {
                _ = done.send(Ok(total));
            }
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
        self.screen.resize(size);
        self.ring.cut(size, self.screen.modes());
        self.viewers.pump(&self.ring, &self.screen);
        self.change(|view| (view.cols, view.rows) = (size.cols, size.rows));
    }

    fn match_screen(&mut self) {
        if self.screen_waits.is_empty() {
            return;
        }
        let text = self.screen.view().lines.join("\n");
        self.screen_waits.retain(|(_, done)| !done.is_closed());
        for (_, done) in self.screen_waits.extract_if(.., |(pattern, _)| {
            let mut matcher = Matcher::new(pattern.clone());
            matcher.feed(text.as_bytes()).is_some() || matcher.drained()
        }) {
            _ = done.send(WaitOutcome::Matched { dropped: false });
        }
    }

    /// The terminal's output is over, but its child lives (it closed its descriptors).
    fn wait_for_child(&mut self) {
        self.waits.end_all();
        self.kill(None);
    }

    /// Looks whether the child has ended; if so, reads what it left behind and tells everybody.
    fn reap(&mut self) {
        if self.ending.is_some() {
            return;
        }
        let Some(ending) = self.pty.try_wait() else { return };
        while !self.read_now() {}
        let held = self.echo.clear();
        self.waits.feed(&held, true);
        self.standing.exited = true;
        self.waits.end_all();
        for (_, done) in self.screen_waits.drain(..) {
            _ = done.send(WaitOutcome::Ended);
        }
        for entry in self.queue.drain(..) {
            let typed = entry.total - entry.bytes.len();
            _ = entry.done.map(|done| done.send(if typed > 0 { Ok(typed) } else { Err(WriteError::Ended) }));
        }
        self.viewers.finish(&self.ring, &self.screen, &exit_frame(&ending));
        let state = TerminalState::Exited { code: ending.code, signal: ending.signal.clone() };
        self.ending = Some(ending);
        self.change(|view| view.state = state);
    }

    fn kill(&mut self, done: Option<oneshot::Sender<KillReport>>) {
        self.kills.extend(done);
        if self.killed.is_none() {
            let (sender, receiver) = oneshot::channel();
            self.killed = Some(receiver);
            let (session, terminal) = (self.pty.pid(), self.view.borrow().id);
            // Nobody waits for the answer any more once the terminal is gone.
            tokio::task::spawn_blocking(move || sender.send(ending::end_session(session, terminal)));
        }
    }

    fn finish_kill(&mut self, survivors: Vec<u32>) {
        self.reap();
        let (code, signal) = match &self.ending {
            Some(ending) => (ending.code, ending.signal.clone()),
            None => (None, None),
        };
        for done in self.kills.drain(..) {
            let survivors = survivors.clone();
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
