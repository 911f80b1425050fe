//! What printed bytes set in motion: text and waits, marks and state, screen and ring, viewers.

use std::time::Instant;

use super::super::marks::Mark;
use super::super::pty::Arrival;
use super::super::waits::WaitOutcome;
use super::Actor;
use crate::api::{Event, TerminalState};
use crate::clock;
use crate::watch_text::Matcher;

impl Actor {
    pub(super) fn arrived(&mut self, arrival: Arrival) {
        let buffer = std::mem::take(&mut self.buffer);
        self.take_output(&buffer[..arrival.bytes], arrival.drained);
        self.buffer = buffer;
        if arrival.ended {
            // Nothing will be read again; that the child has ended is told by its signal, now or soon.
            self.closed = true;
            self.reap();
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
            if drained {
                self.waits.feed(&[], true);
                self.match_screen();
            }
            return;
        }
        self.standing.last_output = Some(Instant::now());
        let read = self.text.advance(bytes);
        let marks = std::mem::take(&mut read.marks);
        let questions = std::mem::take(&mut read.questions);
        let (cleared, bell, titled) = (read.cleared, read.bell, read.titled);
        self.echo.filter(&mut read.text);
        self.waits.feed(&read.text, drained);
        for mark in marks {
            self.marked(mark);
        }
        self.printout.push(bytes, &mut self.text);
        for (place, question) in questions {
            let answer = self.printout.answer(place, &question, &self.colours.borrow());
            self.enqueue(answer.into(), None);
        }
        if let Some(place) = cleared {
            // Who has room for it sees what is cleared, and need not begin anew.
            self.viewers.pump(&self.printout);
            self.printout.clear_before(place);
        }
        self.printout.settle(&self.text);
        if bell {
            self.events.send(Event::TerminalBell { terminal: self.view.borrow().id });
        }
        if titled {
            let title = self.text.modes().title().to_owned();
            self.change(|view| view.title = Some(title));
        }
        self.viewers.pump(&self.printout);
        if drained {
            self.match_screen();
        }
    }

    pub(super) fn command_begins(&mut self, command: Option<String>) {
        self.standing.at_prompt = false;
        let since = clock::now();
        self.change(|view| view.state = TerminalState::Running { command, since });
    }

    fn marked(&mut self, mark: Mark) {
        match mark {
            Mark::Prompt => self.forget_echo(),
            Mark::Editor { kernel } => {
                self.handing_over = None;
                // The editor draws all that was typed before it, unless the kernel is the editor.
                if !kernel {
                    self.forget_echo();
                }
                self.standing.marked = true;
                self.standing.at_prompt = true;
                self.standing.prompts += 1;
                let last_exit = self.standing.last_exit;
                self.change(|view| {
                    view.integrated = true;
                    view.state = TerminalState::AtPrompt { last_exit };
                });
            }
            Mark::Output { command } => {
                self.handing_over = None;
                self.command_begins(command);
            }
            Mark::Done { code } => self.standing.last_exit = code,
            Mark::Cwd(cwd) => self.change(|view| view.cwd = cwd),
        }
    }

    fn forget_echo(&mut self) {
        let held = self.echo.clear();
        self.waits.feed(&held, false);
    }

    pub(super) fn match_screen(&mut self) {
        if self.screen_waits.is_empty() {
            return;
        }
        let text = self.printout.screen().view().lines.join("\n");
        self.screen_waits.retain(|(_, done)| !done.is_closed());
        for (_, done) in self.screen_waits.extract_if(.., |(pattern, _)| Matcher::finds(pattern, &text)) {
            _ = done.send(WaitOutcome::Matched { dropped: false });
        }
    }
}
