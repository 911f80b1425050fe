//! Who waits for which text: each run has a cursor into the text, and at most waits on it.
//!
//! Text is kept only as far as some cursor still needs it.

use std::sync::Arc;

use tokio::sync::oneshot;
use uuid::Uuid;

use crate::watch_text::{Matcher, Pattern};

/// Names a run's place in a terminal's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CursorId(Uuid);

impl CursorId {
    /// A name that no other cursor has.
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitOutcome {
    /// The text matched; whether text before it had to be dropped unseen.
    Matched {
        /// More was printed before the wait began than is kept.
        dropped: bool,
    },
    /// It did not in time.
    TimedOut,
    /// The child ended first.
    Ended,
}

/// This much text is kept for a cursor while nothing waits, and up to twice as much before the oldest is dropped.
const KEEP: usize = 1 << 20;
/// How much is kept to show when a wait fails.
const TAIL: usize = 4 << 10;

/// The text and everybody who waits for it.
#[derive(Default)]
pub struct Waits {
    /// Text from `start` on, counted in bytes since the terminal began.
    log: Vec<u8>,
    start: u64,
    /// The newest text, for people.
    tail: Vec<u8>,
    cursors: Vec<Cursor>,
    waiting: Vec<Waiting>,
}

struct Cursor {
    id: CursorId,
    position: u64,
    /// No wait has ended since the last write, so a further write does not move the position.
    wrote: bool,
    dropped: bool,
}

struct Waiting {
    cursor: CursorId,
    matcher: Matcher,
    done: oneshot::Sender<WaitOutcome>,
}

impl Waits {
    /// Opens a cursor at the present end.
    pub fn open(&mut self, id: CursorId) {
        self.cursors.push(Cursor { id, position: self.end(), wrote: false, dropped: false });
    }

    /// Closes a cursor; its waits end.
    pub fn close(&mut self, id: CursorId) {
        self.cursors.retain(|cursor| cursor.id != id);
        self.waiting.retain(|waiting| waiting.cursor != id);
        self.trim();
    }

    /// A cursor's run types: text from here on is the answer.
    pub fn typed(&mut self, id: CursorId) {
        let end = self.end();
        if let Some(cursor) = self.cursors.iter_mut().find(|cursor| cursor.id == id)
            && !cursor.wrote
        {
            cursor.wrote = true;
            cursor.position = cursor.position.max(end);
        }
        self.trim();
    }

    /// Begins a wait. Text that is already there counts from the cursor's position on.
    pub fn wait(
        &mut self,
        id: CursorId,
        pattern: Arc<Pattern>,
        drained: bool,
        done: oneshot::Sender<WaitOutcome>,
    ) {
        let Some(cursor) = self.cursors.iter_mut().find(|cursor| cursor.id == id) else { return };
        let mut matcher = Matcher::new(pattern);
        let from = usize::try_from(cursor.position - self.start).unwrap_or(usize::MAX).min(self.log.len());
        let text = &self.log[from..];
        let hit = matcher.feed(text).or_else(|| (drained && matcher.drained()).then_some(text.len()));
        if let Some(end) = hit {
            cursor.position += end as u64;
            cursor.wrote = false;
            let dropped = std::mem::take(&mut cursor.dropped);
            _ = done.send(WaitOutcome::Matched { dropped });
        } else {
            cursor.position += text.len() as u64;
            self.waiting.push(Waiting { cursor: id, matcher, done });
        }
        self.trim();
    }

    /// More text came. `drained` says that nothing more is to be read for now.
    pub fn feed(&mut self, text: &[u8], drained: bool) {
        self.note_tail(text);
        if self.cursors.is_empty() {
            self.start += text.len() as u64;
            return;
        }
        let end = self.end();
        let Self { cursors, waiting, .. } = self;
        let ended: Vec<Waiting> = waiting
            .extract_if(.., |waiting| {
                let Some(cursor) = cursors.iter_mut().find(|cursor| cursor.id == waiting.cursor) else {
                    return true;
                };
                let matcher = &mut waiting.matcher;
                let hit = matcher.feed(text).or_else(|| (drained && matcher.drained()).then_some(text.len()));
                cursor.position = end + hit.unwrap_or(text.len()) as u64;
                if hit.is_some() {
                    cursor.wrote = false;
                }
                // One whose receiver is gone has timed out.
                hit.is_some() || waiting.done.is_closed()
            })
            .collect();
        for waiting in ended {
            let cursor = self.cursors.iter_mut().find(|cursor| cursor.id == waiting.cursor);
            let dropped = cursor.is_some_and(|cursor| std::mem::take(&mut cursor.dropped));
            _ = waiting.done.send(WaitOutcome::Matched { dropped });
        }
        let end = end + text.len() as u64;
        if self.cursors.iter().all(|cursor| cursor.position == end) {
            // Everybody has seen everything, as while all of them wait: nothing needs to be kept.
            self.log.clear();
            self.start = end;
        } else {
            self.log.extend_from_slice(text);
            self.trim();
        }
    }

    /// The child has ended and all its text has been fed.
    pub fn end_all(&mut self) {
        for mut waiting in self.waiting.drain(..) {
            let matched = waiting.matcher.drained();
            let outcome = if matched { WaitOutcome::Matched { dropped: false } } else { WaitOutcome::Ended };
            _ = waiting.done.send(outcome);
        }
    }

    /// The last lines, for people.
    pub fn tail(&self) -> String {
        let text = String::from_utf8_lossy(&self.tail);
        let text = text.trim_end();
        let lines: Vec<&str> = text.lines().rev().take(10).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    fn end(&self) -> u64 {
        self.start + self.log.len() as u64
    }

    fn note_tail(&mut self, text: &[u8]) {
        let new = &text[text.len().saturating_sub(TAIL)..];
        let surplus = (self.tail.len() + new.len()).saturating_sub(TAIL);
        self.tail.drain(..surplus);
        self.tail.extend_from_slice(new);
    }

    /// Drops text that no cursor needs, and what is beyond the limit.
    fn trim(&mut self) {
        let needed = self.cursors.iter().map(|cursor| cursor.position).min().unwrap_or(u64::MAX);
        let needed = usize::try_from(needed.saturating_sub(self.start)).unwrap_or(usize::MAX);
        // Twice the limit before anything moves, so that each byte is moved at most once.
        let over = if self.log.len() > 2 * KEEP { self.log.len() - KEEP } else { 0 };
        let gone = needed.min(self.log.len()).max(over);
        if gone == self.log.len() {
            self.log.clear();
        } else if over > 0 || gone > KEEP {
            self.log.drain(..gone);
        } else {
            return;
        }
        self.start += gone as u64;
        let start = self.start;
        for cursor in self.cursors.iter_mut().filter(|cursor| cursor.position < start) {
            cursor.position = start;
            cursor.dropped = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(waits: &mut Waits) -> CursorId {
        let cursor = CursorId::fresh();
        waits.open(cursor);
        cursor
    }

    fn wait(waits: &mut Waits, cursor: CursorId, pattern: &str) -> oneshot::Receiver<WaitOutcome> {
        let (done, outcome) = oneshot::channel();
        waits.wait(cursor, Arc::new(Pattern::new(pattern).unwrap()), true, done);
        outcome
    }

    const MATCHED: Result<WaitOutcome, oneshot::error::TryRecvError> =
        Ok(WaitOutcome::Matched { dropped: false });

    #[test]
    fn a_wait_goes_on_where_the_last_one_ended() {
        let mut waits = Waits::default();
        let cursor = open(&mut waits);
        waits.feed(b"one two one ", true);
        assert_eq!(wait(&mut waits, cursor, "one").try_recv(), MATCHED);
        assert_eq!(wait(&mut waits, cursor, "one").try_recv(), MATCHED);
        let mut third = wait(&mut waits, cursor, "one");
        assert!(third.try_recv().is_err());
        waits.feed(b"o", false);
        waits.feed(b"ne", false);
        assert_eq!(third.try_recv(), MATCHED);
    }

    #[test]
    fn text_from_before_the_first_write_does_not_count() {
        let mut waits = Waits::default();
        let cursor = open(&mut waits);
        waits.feed(b"ready ", true);
        waits.typed(cursor);
        assert!(wait(&mut waits, cursor, "ready").try_recv().is_err());
    }

    #[test]
    fn a_second_write_does_not_skip_the_answer_to_the_first() {
        let mut waits = Waits::default();
        let cursor = open(&mut waits);
        waits.typed(cursor);
        waits.feed(b"answer ", true);
        waits.typed(cursor);
        assert_eq!(wait(&mut waits, cursor, "answer").try_recv(), MATCHED);
    }

    #[test]
    fn several_waits_on_one_terminal_see_the_same_text() {
        let mut waits = Waits::default();
        let (first, second) = (open(&mut waits), open(&mut waits));
        let mut one = wait(&mut waits, first, "b");
        let mut two = wait(&mut waits, second, "abc");
        waits.feed(b"abc", true);
        assert_eq!((one.try_recv(), two.try_recv()), (MATCHED, MATCHED));
    }

    #[test]
    fn at_the_end_what_was_printed_still_counts() {
        let mut waits = Waits::default();
        let cursor = open(&mut waits);
        let mut prompt = wait(&mut waits, cursor, "bye$");
        let mut never = wait(&mut waits, cursor, "never");
        waits.feed(b"bye", false);
        waits.end_all();
        assert_eq!(prompt.try_recv(), MATCHED);
        assert_eq!(never.try_recv(), Ok(WaitOutcome::Ended));
    }

    #[test]
    fn memory_stays_bounded_while_nothing_waits() {
        let mut waits = Waits::default();
        let cursor = open(&mut waits);
        for _ in 0..100 {
            waits.feed(&vec![b'x'; 64 << 10], true);
        }
        assert!(waits.log.len() <= 2 * KEEP);
        assert_eq!(wait(&mut waits, cursor, "x").try_recv(), Ok(WaitOutcome::Matched { dropped: true }));
    }
}
