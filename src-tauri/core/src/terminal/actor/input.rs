//! How bytes get into a terminal: one queue, in order, each write one entry.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes};
use tokio::sync::oneshot;

use super::super::echo::Discipline;
use super::super::waits::CursorId;
use super::super::{Typing, UnderWay, WriteError, foreground, typing};
use super::Actor;

/// One write on its way into the terminal.
pub(super) struct Entry {
    /// What is left of it: an Enter or a paste is a stroke of its own.
    strokes: VecDeque<Bytes>,
    /// The first of them has been begun.
    begun: bool,
    /// It is a step's, and no person's.
    step: bool,
    /// It may be typed only where it shows nowhere.
    secret: bool,
    pub(super) under_way: UnderWay,
    pub(super) done: Option<oneshot::Sender<Result<usize, WriteError>>>,
}

impl Entry {
    /// Nobody waits for it any more: what has not been typed is dropped, but for the end of a paste.
    fn cancel(&mut self) {
        let paste = if self.begun {
            self.strokes.pop_front().filter(|stroke| stroke.ends_with(PASTE_END))
        } else {
            None
        };
        self.strokes.clear();
        if let Some(mut paste) = paste {
            paste.advance(paste.len().saturating_sub(PASTE_END.len()));
            self.strokes.push_back(paste);
        }
    }
}

/// What ends a bracketed paste.
const PASTE_END: &[u8] = b"\x1b[201~";

/// A shell lets go of the terminal, and says so, within milliseconds of the Enter.
const HANDOVER: Duration = Duration::from_millis(300);

/// A key in the shell's own line editor, of which a mark is to tell what became.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Handover {
    Enter,
    Interrupt,
    /// Of the first one no prompt came: bash may be reading on, with the signal noticed at the next key only.
    InterruptAgain,
}

impl Handover {
    fn of(stroke: &[u8]) -> Option<Self> {
        stroke.iter().rev().find_map(|key| match *key {
            b'\r' => Some(Self::Enter),
            typing::INTERRUPT => Some(Self::Interrupt),
            _ => None,
        })
    }
}

/// What is known of a run's last write.
pub(super) struct Written {
    pub(super) cursor: CursorId,
    /// The prompt that comes after it, where that is sure.
    pub(super) prompt: Option<u64>,
    pub(super) reader: Reader,
}

/// Who reads what is typed.
#[derive(Clone)]
pub(super) struct Reader {
    /// The process group that has the foreground, the group that started it, and so on.
    pub(super) groups: Vec<u32>,
    /// It takes one command after the other.
    pub(super) takes_commands: bool,
}

impl Actor {
    pub(super) fn type_text(
        &mut self,
        typing: &Typing,
        cursor: CursorId,
        under_way: UnderWay,
        done: oneshot::Sender<Result<usize, WriteError>>,
    ) {
        let Typing { content, secret } = typing;
        if self.ending.is_some() {
            _ = done.send(Err(WriteError::Ended));
            return;
        }
        // What is already there to read was printed before this write.
        self.read_now();
        let strokes = typing::keystrokes(content, self.printout.screen().bracketed_paste());
        let canonical = self.pty.discipline() != Discipline::Raw;
        let all = strokes.concat();
        if canonical && typing::has_overlong_line(&all, self.unsent) {
            _ = done.send(Err(WriteError::LineTooLong));
            return;
        }
        self.waits.typed(cursor);
        let sure =
            self.standing.at_prompt && self.next_prompt.is_none_or(|prompt| self.standing.prompts >= prompt);
        self.next_prompt = sure.then(|| self.standing.prompts + typing::prompts(content));
        self.written.retain(|written| written.cursor != cursor);
        let (prompt, reader) = (self.next_prompt, self.reader(!canonical));
        self.written.push(Written { cursor, prompt, reader });
        let strokes = strokes.into_iter().map(Bytes::from).collect();
        self.queue_up(Entry {
            strokes,
            begun: false,
            step: true,
            secret: *secret,
            under_way,
            done: Some(done),
        });
    }

    /// Who reads what is typed now. The one that read before is not looked up again.
    fn reader(&mut self, raw: bool) -> Reader {
        let group = self.pty.foreground();
        let same = self.reader.take().filter(|reader| reader.groups.first().copied() == group);
        let reader = same.unwrap_or_else(|| Reader {
            groups: group.map(foreground::lineage).unwrap_or_default(),
            takes_commands: group
                .is_some_and(|group| group == self.standing.shell || foreground::is_shell(group)),
        });
        self.reader = Some(reader.clone());
        Reader { takes_commands: reader.takes_commands || raw, ..reader }
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
        let strokes = VecDeque::from([bytes]);
        self.queue_up(Entry {
            strokes,
            begun: false,
            step: false,
            secret: false,
            under_way: UnderWay::default(),
            done,
        });
    }

    fn queue_up(&mut self, entry: Entry) {
        // What reads single keys has them already.
        let raw = self.pty.discipline() == Discipline::Raw;
        let strokes = entry.strokes.iter();
        let unsent = strokes.fold(self.unsent, |unsent, stroke| typing::unsent_after(stroke, unsent));
        self.unsent = if raw { 0 } else { unsent };
        self.queue.push_back(entry);
        if self.queue.len() == 1 {
            self.flush();
        }
    }

    /// Types as much of the queue as the terminal takes.
    pub(super) fn flush(&mut self) {
        self.interrupt_again();
        let submitted = self.write_queue();
        // A shell whose line editor is the kernel's can't say that a command begins: the Enter does.
        if submitted && self.standing.at_prompt {
            self.command_begins(None);
        }
    }

    /// Between an Enter in the shell's own line editor and the mark that the command begins, nobody can know whether
    /// the editor will draw what is typed or the kernel echo it; so the next write waits for the mark. Between a Ctrl+C
    /// there and the next prompt the editor may drop a key, a quote perhaps; so whatever comes next waits. Until when,
    /// since no mark comes of a line that goes on, or of one that was empty.
    pub(super) fn held_until(&self) -> Option<Instant> {
        let (since, key) = self.handing_over?;
        let until = since + HANDOVER;
        let entry = self.queue.front()?;
        let fresh = !entry.begun && (entry.under_way.typed() == 0 || key != Handover::Enter);
        let wanted = !entry.done.as_ref().is_some_and(oneshot::Sender::is_closed);
        // A line too long for the kernel is better off with the editor.
        let fits = !entry.strokes.iter().any(|stroke| typing::has_overlong_line(stroke, 0));
        let holds = self.text.in_editor() && fresh && wanted && fits && until > Instant::now();
        holds.then_some(until)
    }

    /// Of a Ctrl+C that comes between bash's last look at its signals and its reading, bash knows when the next key
    /// comes, and drops that one. Before a step's text it is another Ctrl+C.
    fn interrupt_again(&mut self) {
        let next = self.queue.front().is_some_and(|entry| entry.step && !entry.begun);
        if let Some((_, Handover::Interrupt)) = self.handing_over
            && next
            && self.text.in_editor()
            && self.held_until().is_none()
        {
            // How many prompts come of the two is not known.
            self.blur_typed_ahead();
            _ = self.pty.write(&[typing::INTERRUPT]);
            self.handing_over = Some((Instant::now(), Handover::InterruptAgain));
        }
    }

    /// Answers whether a line was submitted outside of the shell's own line editor.
    fn write_queue(&mut self) -> bool {
        let mut submitted = false;
        while self.held_until().is_none()
            && let Some(entry) = self.queue.front_mut()
        {
            if entry.done.as_ref().is_some_and(oneshot::Sender::is_closed) {
                entry.cancel();
            }
            if let Some(stroke) = entry.strokes.front_mut() {
                let discipline = self.pty.discipline();
                // Looked at now, as echo may have come back since the step began.
                if entry.secret && !entry.begun && discipline != Discipline::Silent {
                    if let Some(Entry { done: Some(done), .. }) = self.queue.pop_front() {
                        _ = done.send(Err(WriteError::WouldShow));
                    }
                    continue;
                }
                if !entry.begun {
                    if !self.text.in_editor() {
                        self.echo.typed(stroke, discipline, Instant::now());
                        submitted |= stroke.contains(&b'\r');
                    } else if let Some(key) = Handover::of(stroke) {
                        self.handing_over = Some((Instant::now(), key));
                    } else {
                        // What became of a Ctrl+C nobody told; from here on there is something on the line.
                        self.handing_over.take_if(|(_, key)| *key != Handover::Enter);
                    }
                }
                entry.begun = true;
                match self.pty.write(stroke) {
                    Ok(count) => {
                        stroke.advance(count);
                        entry.under_way.add(count);
                    }
                    // The other side is gone; the child's end is told by its signal.
                    Err(error) => {
                        tracing::debug!(%error, "nothing can be typed any more");
                        self.queue.clear();
                        break;
                    }
                }
                self.standing.last_input = Some(Instant::now());
                if !stroke.is_empty() {
                    break;
                }
                entry.strokes.pop_front();
                entry.begun = false;
                if !entry.strokes.is_empty() {
                    continue;
                }
            }
            if let Some(Entry { under_way, done: Some(done), .. }) = self.queue.pop_front() {
                _ = done.send(Ok(under_way.typed()));
            }
        }
        submitted
    }
}
