//! What a step waits for besides text: a shell that is ready, a command that has ended.
//!
//! Pure: the terminal says how things stand, a gate says whether it opens, or when to ask again.

use std::time::{Duration, Instant};

/// How a terminal stands, as far as gates care.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not one state")]
pub struct Standing {
    /// The shell gives our marks (some have come).
    pub marked: bool,
    /// The shell was given our marks to say, so they should come.
    pub marks_expected: bool,
    /// Something else has the terminal before the first mark, so that none may come.
    pub taken_over: bool,
    /// What has it is the shell itself, in its place: its own line editor, perhaps, whose first mark is on its way.
    pub by_itself: bool,
    /// The line editor waits for input.
    pub at_prompt: bool,
    /// How many prompts there have been.
    pub prompts: u64,
    /// The exit code of the last command, where known.
    pub last_exit: Option<i32>,
    /// When output last came.
    pub last_output: Option<Instant>,
    /// When bytes were last typed.
    pub last_input: Option<Instant>,
    /// The process group that has the foreground, the group that started it, and so on.
    pub foreground: Vec<u32>,
    /// Something was typed that nobody has read yet.
    pub unread: bool,
    /// Who has the foreground computes, or would if it got its turn on a busy machine: it does not wait for input.
    pub busy: bool,
    /// Another program stands in the place of the shell that gave the marks.
    pub replaced: bool,
    /// The shell's own process group.
    pub shell: u32,
    /// Somebody looks.
    pub viewed: bool,
    /// The child has ended.
    pub exited: bool,
}

/// Something to wait for.
#[derive(Clone, Debug)]
pub enum Gate {
    /// The shell takes input.
    Ready {
        /// Since when it is waited for.
        since: Instant,
    },
    /// Somebody looks.
    Viewed {
        /// Since when it is waited for.
        since: Instant,
    },
    /// The command that the last write started has ended.
    CommandEnd(CommandEnd),
}

/// What is known of the command whose end is waited for.
#[derive(Clone, Debug)]
pub struct CommandEnd {
    /// When the wait began.
    pub since: Instant,
    /// With marks and nothing typed ahead: the prompt that comes after the last line typed.
    pub prompt: Option<u64>,
    /// The process group that reads what was typed, the group that started it, and so on.
    pub reader: Vec<u32>,
    /// The reader takes one command after the other: it edits lines itself, or is a shell that doesn't. What else reads
    /// lines is itself the command.
    pub takes_commands: bool,
    /// Since when the reader has the foreground, with all read that was typed.
    pub back: Option<Instant>,
}

/// What a gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It opens, for this reason.
    Open(Opened),
    /// Not yet; ask again at this moment, or earlier if something happens.
    Closed(Option<Instant>),
}

/// Why a gate opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The shell's mark said so.
    Mark,
    /// Nothing was printed for a while.
    Quiet,
    /// Patience ran out.
    Patience,
    /// Somebody looks.
    Viewed,
    /// The command has ended with this code; none if the shell doesn't tell.
    Ended(Option<i32>),
    /// The terminal's child has ended.
    Exited,
}

const MARK_PATIENCE: Duration = Duration::from_secs(10);
const READY_QUIET: Duration = Duration::from_millis(150);
/// Between a shell's taking the terminal for its line editor and its first mark, a busy machine may take a while.
const EDITOR_QUIET: Duration = Duration::from_secs(2);
const READY_PATIENCE: Duration = Duration::from_secs(3);
const VIEWER_PATIENCE: Duration = Duration::from_secs(10);
const END_QUIET: Duration = Duration::from_millis(300);
const FOREGROUND_INTERVAL: Duration = Duration::from_millis(50);

impl Gate {
    /// Whether it opens now.
    pub fn check(&mut self, standing: &Standing, now: Instant) -> Verdict {
        match self {
            Self::Viewed { .. } if standing.viewed => Verdict::Open(Opened::Viewed),
            Self::Viewed { since } if now >= *since + VIEWER_PATIENCE => Verdict::Open(Opened::Patience),
            Self::Viewed { since } => Verdict::Closed(Some(*since + VIEWER_PATIENCE)),
            _ if standing.exited => Verdict::Open(Opened::Exited),
            Self::Ready { since } => ready(*since, standing, now),
            Self::CommandEnd(end) => end.check(standing, now),
        }
    }
}

fn ready(since: Instant, standing: &Standing, now: Instant) -> Verdict {
    if standing.at_prompt {
        return Verdict::Open(Opened::Mark);
    }
    // Marks that have come once are believed: something else runs, and is typed into after the usual rules.
    let given_away = standing.taken_over && !standing.by_itself;
    if standing.marks_expected && !standing.marked && !given_away && now < since + MARK_PATIENCE {
        let editor_quiet = standing.last_output.unwrap_or(since) + EDITOR_QUIET;
        if standing.taken_over && editor_quiet <= now {
            return Verdict::Open(Opened::Quiet);
        }
        // Nothing tells that a start file has handed the terminal on, so it is looked at again when the
        // usual rules would let go.
        let quiet = standing.last_output.map(|at| at + READY_QUIET);
        let looks = [quiet, Some(editor_quiet), Some(since + READY_PATIENCE)];
        let next = looks.into_iter().flatten().filter(|at| *at > now).min();
        return Verdict::Closed(Some(next.unwrap_or(since + MARK_PATIENCE)));
    }
    if now >= since + READY_PATIENCE {
        return Verdict::Open(Opened::Patience);
    }
    let quiet = standing.last_output.map(|at| at + READY_QUIET);
    match quiet {
        Some(at) if at <= now => Verdict::Open(Opened::Quiet),
        Some(at) => Verdict::Closed(Some(at.min(since + READY_PATIENCE))),
        None => Verdict::Closed(Some(since + READY_PATIENCE)),
    }
}

impl CommandEnd {
    fn check(&mut self, standing: &Standing, now: Instant) -> Verdict {
        self.follow(&standing.foreground);
        let quiet_at = |since: Option<Instant>| {
            let all = [Some(self.since), standing.last_output, standing.last_input, since];
            all.into_iter().flatten().max().map_or(now, |at| at + END_QUIET)
        };
        if standing.at_prompt {
            let ended = Verdict::Open(Opened::Ended(standing.last_exit));
            if self.prompt.is_some_and(|prompt| standing.prompts >= prompt) || quiet_at(None) <= now {
                return ended;
            }
            // A prompt, but perhaps with typed-ahead lines still to be read: those would run at once.
            return Verdict::Closed(Some(quiet_at(None)));
        }
        let marked = standing.marked && !standing.replaced;
        if marked && self.reader.first() == Some(&standing.shell) {
            // The shell that gives the marks will say.
            return Verdict::Closed(None);
        }
        // No marks, or a program inside that gives none: a nested shell, a REPL, or one that does not read yet.
        let rests = !standing.unread && !standing.busy;
        let has_it = standing.foreground.first() == self.reader.first() && rests;
        if !has_it || (marked && !self.takes_commands) {
            self.back = None;
            return Verdict::Closed(Some(now + FOREGROUND_INTERVAL));
        }
        let quiet_at = quiet_at(Some(*self.back.get_or_insert(now)));
        if quiet_at <= now {
            return Verdict::Open(Opened::Ended(None));
        }
        Verdict::Closed(Some(quiet_at.min(now + FOREGROUND_INTERVAL)))
    }

    /// Finds out who reads now what was typed, once the one that had the terminal then is gone: whoever started it.
    fn follow(&mut self, foreground: &[u32]) {
        let Some(reader) = self.reader.first() else {
            self.reader = foreground.to_vec();
            return;
        };
        // A group whose leader has ended does not tell who started it.
        let tells = foreground.len() > 1 || self.reader.iter().any(|group| foreground.contains(group));
        if foreground.contains(reader) || !tells {
            return;
        }
        let above = self.reader.iter().position(|group| foreground.contains(group));
        match above {
            Some(place) => _ = self.reader.drain(..place),
            None => self.reader = foreground.to_vec(),
        }
        self.takes_commands = true;
        self.back = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHELL: u32 = 10;

    fn standing(now: Instant) -> Standing {
        Standing {
            marked: true,
            marks_expected: true,
            taken_over: false,
            by_itself: false,
            at_prompt: false,
            prompts: 1,
            last_exit: Some(3),
            last_output: Some(now),
            last_input: None,
            foreground: vec![SHELL],
            unread: false,
            busy: false,
            replaced: false,
            shell: SHELL,
            viewed: false,
            exited: false,
        }
    }

    fn end(prompt: Option<u64>, reader: &[u32], takes_commands: bool, now: Instant) -> Gate {
        let reader = reader.to_vec();
        Gate::CommandEnd(CommandEnd { since: now, prompt, reader, takes_commands, back: None })
    }

    const UNKNOWN: Verdict = Verdict::Open(Opened::Ended(None));

    #[test]
    fn a_shell_with_marks_is_ready_at_its_prompt() {
        let now = Instant::now();
        let mut gate = Gate::Ready { since: now };
        let mut standing = Standing { marked: false, ..standing(now) };
        assert_eq!(gate.check(&standing, now), Verdict::Closed(Some(now + READY_QUIET)));
        let silent = now + READY_PATIENCE;
        assert_eq!(gate.check(&standing, silent), Verdict::Closed(Some(now + MARK_PATIENCE)));
        standing.at_prompt = true;
        assert_eq!(gate.check(&standing, now), Verdict::Open(Opened::Mark));
    }

    #[test]
    fn a_program_that_took_the_shell_s_place_is_ready_when_it_is_quiet() {
        let now = Instant::now();
        let mut gate = Gate::Ready { since: now };
        let standing = Standing { marked: false, taken_over: true, ..standing(now) };
        assert_eq!(gate.check(&standing, now), Verdict::Closed(Some(now + READY_QUIET)));
        assert_eq!(gate.check(&standing, now + READY_QUIET), Verdict::Open(Opened::Quiet));
    }

    #[test]
    fn a_shell_that_took_the_terminal_itself_has_more_time_for_its_first_mark() {
        let now = Instant::now();
        let mut gate = Gate::Ready { since: now };
        let late = now + READY_PATIENCE * 2;
        let mut standing = Standing { marked: false, taken_over: true, by_itself: true, ..standing(late) };
        assert_eq!(gate.check(&standing, late), Verdict::Closed(Some(late + READY_QUIET)));
        let quiet = late + READY_QUIET;
        assert_eq!(gate.check(&standing, quiet), Verdict::Closed(Some(late + EDITOR_QUIET)));
        assert_eq!(gate.check(&standing, late + EDITOR_QUIET), Verdict::Open(Opened::Quiet));
        standing.at_prompt = true;
        assert_eq!(gate.check(&standing, quiet), Verdict::Open(Opened::Mark));
    }

    #[test]
    fn a_shell_without_marks_is_ready_when_it_is_quiet() {
        let now = Instant::now();
        let mut gate = Gate::Ready { since: now };
        let standing = Standing { marked: false, marks_expected: false, ..standing(now) };
        assert_eq!(gate.check(&standing, now), Verdict::Closed(Some(now + READY_QUIET)));
        assert_eq!(gate.check(&standing, now + READY_QUIET), Verdict::Open(Opened::Quiet));
        let silent = Standing { last_output: None, ..standing };
        assert_eq!(gate.check(&silent, now + READY_PATIENCE), Verdict::Open(Opened::Patience));
    }

    #[test]
    fn a_command_has_ended_at_the_prompt_after_it() {
        let now = Instant::now();
        let mut gate = end(Some(2), &[SHELL], true, now);
        let mut standing = standing(now);
        assert_eq!(gate.check(&standing, now), Verdict::Closed(None));
        standing.at_prompt = true;
        standing.prompts = 2;
        assert_eq!(gate.check(&standing, now), Verdict::Open(Opened::Ended(Some(3))));
    }

    #[test]
    fn a_prompt_that_may_have_typed_ahead_lines_must_stay() {
        let now = Instant::now();
        let mut gate = end(None, &[SHELL], true, now);
        let standing = Standing { at_prompt: true, ..standing(now) };
        assert_eq!(gate.check(&standing, now), Verdict::Closed(Some(now + END_QUIET)));
        assert_eq!(gate.check(&standing, now + END_QUIET), Verdict::Open(Opened::Ended(Some(3))));
    }

    #[test]
    fn without_marks_the_foreground_tells() {
        let now = Instant::now();
        let mut gate = end(None, &[SHELL], true, now);
        let mut standing = Standing { marked: false, foreground: vec![11, SHELL], ..standing(now) };
        assert_eq!(gate.check(&standing, now), Verdict::Closed(Some(now + FOREGROUND_INTERVAL)));
        standing.foreground = vec![SHELL];
        let back = now + Duration::from_secs(5);
        assert_eq!(gate.check(&standing, back), Verdict::Closed(Some(back + FOREGROUND_INTERVAL)));
        assert_eq!(gate.check(&standing, back + END_QUIET), UNKNOWN);
    }

    #[test]
    fn a_line_that_nobody_has_read_has_not_begun() {
        let now = Instant::now();
        let mut gate = end(None, &[SHELL], true, now);
        let mut standing = Standing { marked: false, unread: true, ..standing(now) };
        let later = now + Duration::from_secs(60);
        assert_eq!(gate.check(&standing, later), Verdict::Closed(Some(later + FOREGROUND_INTERVAL)));
        // Who has read it may not have had its turn to do it.
        (standing.unread, standing.busy) = (false, true);
        assert_eq!(gate.check(&standing, later), Verdict::Closed(Some(later + FOREGROUND_INTERVAL)));
        standing.busy = false;
        assert_eq!(gate.check(&standing, later), Verdict::Closed(Some(later + FOREGROUND_INTERVAL)));
        assert_eq!(gate.check(&standing, later + END_QUIET), UNKNOWN);
    }

    #[test]
    fn what_reads_lines_and_is_no_shell_is_itself_the_command() {
        let now = Instant::now();
        let mut gate = end(None, &[11, SHELL], false, now);
        let mut standing = Standing { foreground: vec![11, SHELL], ..standing(now) };
        let later = now + Duration::from_secs(60);
        assert_eq!(gate.check(&standing, later), Verdict::Closed(Some(later + FOREGROUND_INTERVAL)));
        // Its end leaves the shell, whose marks tell.
        standing.foreground = vec![SHELL];
        assert_eq!(gate.check(&standing, later), Verdict::Closed(None));
        standing.at_prompt = true;
        assert_eq!(gate.check(&standing, later), Verdict::Open(Opened::Ended(Some(3))));
    }

    #[test]
    fn a_line_typed_ahead_in_a_nested_shell_is_that_shells() {
        let now = Instant::now();
        for missed in [false, true] {
            // The nested shell 11 runs 12; then it reads the line, and runs 13.
            let mut gate = end(None, &[12, 11, SHELL], false, now);
            let mut standing = Standing { foreground: vec![12, 11, SHELL], unread: true, ..standing(now) };
            let running = Verdict::Closed(Some(now + FOREGROUND_INTERVAL));
            assert_eq!(gate.check(&standing, now), running);
            if !missed {
                standing.foreground = vec![11, SHELL];
                assert_eq!(gate.check(&standing, now), running);
            }
            standing.unread = false;
            standing.foreground = vec![13, 11, SHELL];
            assert_eq!(gate.check(&standing, now), running);
            let later = now + Duration::from_secs(60);
            assert_eq!(gate.check(&standing, later), Verdict::Closed(Some(later + FOREGROUND_INTERVAL)));
            standing.foreground = vec![11, SHELL];
            assert_eq!(gate.check(&standing, later), Verdict::Closed(Some(later + FOREGROUND_INTERVAL)));
            assert_eq!(gate.check(&standing, later + END_QUIET), UNKNOWN);
        }
    }

    #[test]
    fn a_group_without_its_leader_is_still_the_command() {
        let now = Instant::now();
        let mut gate = end(None, &[11, SHELL], true, now);
        let standing = Standing { foreground: vec![12], ..standing(now) };
        let later = now + Duration::from_secs(60);
        assert_eq!(gate.check(&standing, later), Verdict::Closed(Some(later + FOREGROUND_INTERVAL)));
    }

    #[test]
    fn a_shell_that_was_replaced_gives_no_marks() {
        let now = Instant::now();
        let mut gate = end(Some(2), &[SHELL], true, now);
        let standing = Standing { replaced: true, ..standing(now) };
        assert_eq!(gate.check(&standing, now), Verdict::Closed(Some(now + FOREGROUND_INTERVAL)));
        assert_eq!(gate.check(&standing, now + END_QUIET), UNKNOWN);
    }

    #[test]
    fn inside_a_program_with_a_line_editor_quiet_tells() {
        let now = Instant::now();
        let standing = Standing { foreground: vec![11, SHELL], ..standing(now) };
        let mut gate = end(None, &[11, SHELL], true, now);
        assert_eq!(gate.check(&standing, now), Verdict::Closed(Some(now + FOREGROUND_INTERVAL)));
        assert_eq!(gate.check(&standing, now + END_QUIET), UNKNOWN);
    }
}
