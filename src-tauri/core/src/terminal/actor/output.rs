//! What printed bytes set in motion: text and waits, marks and state, screen and ring, viewers.

use std::time::Instant;

use super::super::pty::Arrival;
use super::super::text::Mark;
use super::super::waits::WaitOutcome;
use super::{Actor, size_of};
use crate::api::{Event, TerminalState};
use crate::clock;
use crate::watch_text::Matcher;

impl Actor {
    pub(super) fn arrived(&mut self, arrival: Arrival) {
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
    pub(super) fn read_now(&mut self) -> bool {
        let mut buffer = std::mem::take(&mut self.buffer);
        let arrival = self.pty.fill(&mut buffer);
        self.take_output(&buffer[..arrival.bytes], arrival.drained);
        self.buffer = buffer;
        arrival.drained
    }

    /// Everything that printed bytes set in motion, in one pass.
    pub(super) fn take_output(&mut self, bytes: &[u8], drained: bool) {
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

    pub(super) fn command_begins(&mut self, command: Option<String>) {
        self.standing.at_prompt = false;
        let since = clock::now();
        self.change(|view| view.state = TerminalState::Running { command, since });
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
            Mark::Output { command } => self.command_begins(command),
            Mark::Done { code } => self.standing.last_exit = code,
            Mark::Cwd(cwd) => self.change(|view| view.cwd = cwd),
            Mark::Cleared => {}
        }
    }

    pub(super) fn match_screen(&mut self) {
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
}
