//! A terminal: a pseudo-terminal, its child, and what it printed. This is the handle and its messages.
//!
//! The loop that owns everything is `terminal/actor.rs`; the set of all terminals is `terminals.rs`.

pub(crate) mod actor;
pub(crate) mod characters;
pub(crate) mod codename;
pub(crate) mod dialect;
pub(crate) mod echo;
pub(crate) mod ending;
pub(crate) mod foreground;
pub(crate) mod gate;
pub(crate) mod marks;
pub(crate) mod modes;
pub(crate) mod printout;
pub(crate) mod pty;
pub(crate) mod question;
#[cfg(test)]
mod recordings;
pub(crate) mod ring;
pub(crate) mod screen;
pub(crate) mod sequence;
pub(crate) mod shell;
#[cfg(test)]
mod splits;
mod successor;
pub(crate) mod text;
pub(crate) mod typing;
pub(crate) mod viewers;
pub(crate) mod waits;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use crate::api::{KillReport, ScreenView, TerminalState, TerminalView};
use crate::watch_text::Pattern;
pub(crate) use gate::Opened;
pub(crate) use viewers::Frame;
pub(crate) use waits::{CursorId, WaitOutcome};

/// A terminal's size in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width in columns.
    pub cols: u16,
    /// Height in rows.
    pub rows: u16,
}

impl Size {
    /// No terminal is larger than this in either direction.
    pub const LARGEST: u16 = 1000;
}

impl Default for Size {
    fn default() -> Self {
        Self { cols: 80, rows: 24 }
    }
}

/// How far a write has come, for who does not wait for its end. All clones tell of the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    /// How many bytes the terminal has taken.
    pub fn typed(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Why a write did not happen, or not whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The child has ended.
    #[error("the terminal has ended")]
    Ended,
    /// The kernel would cut a line.
    #[error(
        "a line of more than {} bytes can't be typed while the terminal edits lines itself: the rest would be cut off",
        typing::MAX_LINE
    )]
    LineTooLong,
    /// It is secret, and the terminal would show it.
    #[error(
        "the terminal would show the secret as it is typed; wait for the program's own question first, or pass the \
         secret in `env`"
    )]
    WouldShow,
}

/// A step's text, with its Enters and pastes.
#[derive(Clone, Debug)]
pub(crate) struct Typing {
    /// What is typed.
    pub content: String,
    /// It is typed only while the terminal's echo is off.
    pub secret: bool,
}

/// A handle; the terminal lives until it is killed or its child ends.
#[derive(Clone, Debug)]
pub struct Terminal {
    id: Uuid,
    messages: mpsc::UnboundedSender<Message>,
    view: watch::Receiver<TerminalView>,
}

/// All that can be asked of a terminal.
pub(crate) enum Message {
    /// Bytes as they are.
    Write { bytes: Bytes, done: Option<oneshot::Sender<Result<usize, WriteError>>> },
    /// A step's text, with its Enters and pastes.
    Type {
        typing: Typing,
        cursor: CursorId,
        under_way: UnderWay,
        done: oneshot::Sender<Result<usize, WriteError>>,
    },
    /// A run begins to listen.
    OpenCursor(CursorId),
    /// A run listens no more.
    CloseCursor(CursorId),
    /// Waits for text after the cursor.
    WaitText { cursor: CursorId, pattern: Arc<Pattern>, done: oneshot::Sender<WaitOutcome> },
    /// Waits for text on the screen.
    WaitScreen { pattern: Arc<Pattern>, done: oneshot::Sender<WaitOutcome> },
    /// Waits until somebody has looked.
    WaitViewer { done: oneshot::Sender<Opened> },
    /// Waits until the shell takes input.
    WaitReady { done: oneshot::Sender<Opened> },
    /// Waits until the command that the last write of this cursor started has ended.
    WaitEnd { cursor: CursorId, done: oneshot::Sender<Opened> },
    /// The last lines printed.
    Tail { done: oneshot::Sender<String> },
    /// What is on the screen.
    Screen { done: oneshot::Sender<ScreenView> },
    /// Another size.
    Resize(Size),
    /// Somebody looks.
    Attach { frames: mpsc::UnboundedSender<Frame>, lossless: bool, viewer: oneshot::Sender<u64> },
    /// Somebody looks no more.
    Detach(u64),
    /// What fits into a viewer, if it shows anything. Where it claims, the terminal takes that size; else only while no
    /// other viewer shows it.
    Fits { viewer: u64, size: Option<Size>, claims: bool },
    /// A viewer has drawn bytes.
    Ack { viewer: u64, bytes: u64 },
    /// A viewer wants to know when it is up to date.
    Sync { viewer: u64 },
    /// Another run, or none, owns the terminal.
    Own { run: Option<Uuid>, task: Option<String> },
    /// Something that must stay for as long as the terminal's child.
    Keep(Box<dyn std::any::Any + Send>),
    /// Ends the terminal's session.
    Kill { done: Option<oneshot::Sender<KillReport>> },
}

impl Terminal {
    pub(crate) fn new(
        id: Uuid,
        messages: mpsc::UnboundedSender<Message>,
        view: watch::Receiver<TerminalView>,
    ) -> Self {
        Self { id, messages, view }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// How it is now.
    #[must_use]
    pub fn view(&self) -> TerminalView {
        self.view.borrow().clone()
    }

    /// Sends a message; one to a terminal that is gone is dropped, and so is its answer's sender.
    pub(crate) fn send(&self, message: Message) {
        _ = self.messages.send(message);
    }

    /// Types bytes as they are; answers how many the terminal took.
    pub async fn write(&self, bytes: Bytes) -> Result<usize, WriteError> {
        self.ask(|done| Message::Write { bytes, done: Some(done) }).await.unwrap_or(Err(WriteError::Ended))
    }

    /// Types a step's text.
    pub(crate) async fn type_text(
        &self,
        typing: Typing,
        cursor: CursorId,
        under_way: UnderWay,
    ) -> Result<usize, WriteError> {
        self.ask(|done| Message::Type { typing, cursor, under_way, done })
            .await
            .unwrap_or(Err(WriteError::Ended))
    }

    /// Waits until `pattern` matches text after the cursor, at most this long.
    pub(crate) async fn wait_text(
        &self,
        cursor: CursorId,
        pattern: Arc<Pattern>,
        limit: Duration,
    ) -> WaitOutcome {
        self.within(limit, |done| Message::WaitText { cursor, pattern, done }).await
    }

    /// Waits until `pattern` matches the screen, at most this long.
    pub(crate) async fn wait_screen(&self, pattern: Arc<Pattern>, limit: Duration) -> WaitOutcome {
        self.within(limit, |done| Message::WaitScreen { pattern, done }).await
    }

    /// Waits until somebody has looked, but not for ever.
    pub(crate) async fn wait_viewer(&self) -> Opened {
        self.ask(|done| Message::WaitViewer { done }).await.unwrap_or(Opened::Exited)
    }

    /// Waits until the shell takes input.
    pub(crate) async fn wait_ready(&self) -> Opened {
        self.ask(|done| Message::WaitReady { done }).await.unwrap_or(Opened::Exited)
    }

    /// Types a line as soon as the shell is ready for it.
    pub(crate) async fn type_first(&self, line: String) {
        self.wait_ready().await;
        let cursor = CursorId::fresh();
        self.send(Message::OpenCursor(cursor));
        let typing = Typing { content: line, secret: false };
        if let Err(error) = self.type_text(typing, cursor, UnderWay::default()).await {
            tracing::warn!(%error, "the first command was not typed");
        }
        self.send(Message::CloseCursor(cursor));
    }

    /// Waits until the command that the cursor's last write started has ended.
    pub(crate) async fn wait_end(&self, cursor: CursorId) -> Opened {
        self.ask(|done| Message::WaitEnd { cursor, done }).await.unwrap_or(Opened::Exited)
    }

    /// The exit code of its child, if that has ended by itself.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        match self.view.borrow().state {
            TerminalState::Exited { code, .. } => code,
            _ => None,
        }
    }

    /// The last lines it printed.
    pub(crate) async fn tail(&self) -> String {
        self.ask(|done| Message::Tail { done }).await.unwrap_or_default()
    }

    /// What is on its screen; none if it is gone.
    pub async fn screen(&self) -> Option<ScreenView> {
        self.ask(|done| Message::Screen { done }).await
    }

    /// Looks at it: frames come until the terminal or the receiver is gone.
    pub(crate) async fn attach(&self, lossless: bool) -> Option<(u64, mpsc::UnboundedReceiver<Frame>)> {
        let (frames, receiver) = mpsc::unbounded_channel();
        let viewer = self.ask(|viewer| Message::Attach { frames, lossless, viewer }).await?;
        Some((viewer, receiver))
    }

    /// Ends its session: hangs up, then asks, then forces.
    pub async fn kill(&self) -> Option<KillReport> {
        self.ask(|done| Message::Kill { done: Some(done) }).await
    }

    async fn within(
        &self,
        limit: Duration,
        message: impl FnOnce(oneshot::Sender<WaitOutcome>) -> Message,
    ) -> WaitOutcome {
        match tokio::time::timeout(limit, self.ask(message)).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => WaitOutcome::Ended,
            Err(_) => WaitOutcome::TimedOut,
        }
    }

    async fn ask<Answer>(&self, message: impl FnOnce(oneshot::Sender<Answer>) -> Message) -> Option<Answer> {
        let (sender, answer) = oneshot::channel();
        self.messages.send(message(sender)).ok()?;
        answer.await.ok()
    }
}
