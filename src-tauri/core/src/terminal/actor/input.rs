//! How bytes get into a terminal: one queue, in order, each write one entry.

use std::time::Instant;

use bytes::{Buf as _, Bytes};
use tokio::sync::oneshot;

use super::super::echo::Discipline;
use super::super::waits::CursorId;
use super::super::{WriteError, typing};
use super::Actor;

/// Bytes on their way into the terminal.
pub(super) struct Entry {
    pub(super) bytes: Bytes,
    pub(super) total: usize,
    begun: bool,
    pub(super) done: Option<oneshot::Sender<Result<usize, WriteError>>>,
}

/// What is known of a run's last write.
pub(super) struct Written {
    pub(super) cursor: CursorId,
    /// The prompt that comes after it, where that is sure.
    pub(super) prompt: Option<u64>,
    /// The process group that it was typed into.
    pub(super) group: Option<u32>,
    /// That group read single keys.
    pub(super) raw: bool,
}

impl Actor {
    pub(super) fn type_text(
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
        let strokes = typing::keystrokes(content, self.printout.screen().bracketed_paste());
        let canonical = self.pty.discipline() != Discipline::Raw;
        if canonical && strokes.iter().any(|stroke| typing::has_overlong_line(stroke)) {
            _ = done.send(Err(WriteError::LineTooLong));
            return;
        }
        self.waits.typed(cursor);
        let sure =
            self.standing.at_prompt && self.next_prompt.is_none_or(|prompt| self.standing.prompts >= prompt);
        self.next_prompt = sure.then(|| self.standing.prompts + typing::enters(content));
        self.written.retain(|written| written.cursor != cursor);
        let (prompt, group) = (self.next_prompt, self.pty.foreground());
        self.written.push(Written { cursor, prompt, group, raw: !canonical });
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
    pub(super) fn blur_typed_ahead(&mut self) {
        self.next_prompt = Some(u64::MAX);
        for written in &mut self.written {
            written.prompt = None;
        }
    }

    pub(super) fn enqueue(&mut self, bytes: Bytes, done: Option<oneshot::Sender<Result<usize, WriteError>>>) {
        if self.ending.is_some() {
            _ = done.map(|done| done.send(Err(WriteError::Ended)));
            return;
        }
        self.queue.push_back(Entry { total: bytes.len(), bytes, begun: false, done });
        if self.queue.len() == 1 {
            self.flush();
        }
    }

    /// Types as much of the queue as the terminal takes.
    pub(super) fn flush(&mut self) {
        let submitted = self.write_queue();
        // A shell whose line editor is the kernel's can't say that a command begins: the Enter does.
        if submitted && self.standing.at_prompt {
            self.command_begins(None);
        }
    }

    /// Answers whether a line was submitted outside of the shell's own line editor.
    fn write_queue(&mut self) -> bool {
        let mut submitted = false;
        while let Some(entry) = self.queue.front_mut() {
            let cancelled = !entry.begun && entry.done.as_ref().is_some_and(oneshot::Sender::is_closed);
            if !cancelled {
                if !entry.begun && !self.text.in_editor() {
                    self.echo.typed(&entry.bytes, self.pty.discipline(), Instant::now());
                    submitted |= entry.bytes.contains(&b'\r');
                }
                entry.begun = true;
                let count = self.pty.write(&entry.bytes).unwrap_or(entry.bytes.len());
                entry.bytes.advance(count);
                self.standing.last_input = Some(Instant::now());
                if !entry.bytes.is_empty() {
                    break;
                }
            }
            if let Some(Entry { total, done: Some(done), .. }) = self.queue.pop_front() {
                _ = done.send(Ok(total));
            }
        }
        submitted
    }
}
