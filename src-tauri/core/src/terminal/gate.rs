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
    /// The process group that has the foreground.
    pub group: Option<u32>,
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
    /// The process group that was typed into.
    pub group: Option<u32>,
    /// It reads single keys, as a line editor does; so it was waiting for them.
    pub raw: bool,
    /// The foreground has been seen to leave that group.
    pub left: bool,
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
    if standing.marks_expected && !standing.marked && !standing.taken_over && now < since + MARK_PATIENCE {
        // Nothing tells that a start file has handed the terminal on, so it is looked at again when the
        // usual rules would let go.
        let looks = [standing.last_output.map(|at| at + READY_QUIET), Some(since + READY_PATIENCE)];
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
        let quiet_since = [Some(self.since), standing.last_output, standing.last_input];
        let quiet_at = quiet_since.into_iter().flatten().max().map_or(now, |at| at + END_QUIET);
        if standing.at_prompt {
            let ended = Verdict::Open(Opened::Ended(standing.last_exit));
            if self.prompt.is_some_and(|prompt| standing.prompts >= prompt) || quiet_at <= now {
                return ended;
            }
            // A prompt, but perhaps with typed-ahead lines still to be read: those would run at once.
            return Verdict::Closed(Some(quiet_at));
        }
        if standing.marked && self.group == Some(standing.shell) {
            // The shell that gives the marks will say.
            return Verdict::Closed(None);
        }
        // No marks, or a program inside that gives none: a nested shell, a REPL, or one that does not read yet.
        if standing.group != self.group {
            self.left = true;
        } else if self.left || (quiet_at <= now && (self.raw || !standing.marked)) {
            return Verdict::Open(Opened::Ended(None));
        }
        Verdict::Closed(Some(now + FOREGROUND_INTERVAL))
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
            at_prompt: false,
            prompts: 1,
            last_exit: Some(3),
            last_output: Some(now),
            last_input: None,
            group: Some(SHELL),
            shell: SHELL,
            viewed: false,
            exited: false,
        }
    }

    fn end(prompt: Option<u64>, group: u32, raw: bool, now: Instant) -> Gate {
        Gate::CommandEnd(CommandEnd { since: now, prompt, group: Some(group), raw, left: false })
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
        let mut gate = end(Some(2), SHELL, true, now);
        let mut standing = standing(now);
        assert_eq!(gate.check(&standing, now), Verdict::Closed(None));
        standing.at_prompt = true;
        standing.prompts = 2;
        assert_eq!(gate.check(&standing, now), Verdict::Open(Opened::Ended(Some(3))));
    }

    #[test]
    fn a_prompt_that_may_have_typed_ahead_lines_must_stay() {
        let now = Instant::now();
        let mut gate = end(None, SHELL, true, now);
        let standing = Standing { at_prompt: true, ..standing(now) };
        assert_eq!(gate.check(&standing, now), Verdict::Closed(Some(now + END_QUIET)));
        assert_eq!(gate.check(&standing, now + END_QUIET), Verdict::Open(Opened::Ended(Some(3))));
    }

    #[test]
    fn without_marks_the_foreground_tells() {
        let now = Instant::now();
        let mut gate = end(None, SHELL, false, now);
        let mut standing = Standing { marked: false, group: Some(11), ..standing(now) };
        assert_eq!(gate.check(&standing, now), Verdict::Closed(Some(now + FOREGROUND_INTERVAL)));
        standing.group = Some(SHELL);
        assert_eq!(gate.check(&standing, now), UNKNOWN);
        assert_eq!(end(None, SHELL, false, now).check(&standing, now + END_QUIET), UNKNOWN);
    }

    #[test]
    fn a_line_typed_ahead_of_a_running_command_waits_for_the_prompt() {
        let now = Instant::now();
        let mut gate = end(None, 11, false, now);
        let mut standing = Standing { group: Some(11), ..standing(now) };
        let later = now + Duration::from_secs(60);
        assert_eq!(gate.check(&standing, later), Verdict::Closed(Some(later + FOREGROUND_INTERVAL)));
        standing.at_prompt = true;
        assert_eq!(gate.check(&standing, later), Verdict::Open(Opened::Ended(Some(3))));
    }

    #[test]
    fn inside_a_program_with_a_line_editor_quiet_tells() {
        let now = Instant::now();
        let standing = Standing { group: Some(11), ..standing(now) };
        assert_eq!(end(None, 11, true, now).check(&standing, now + END_QUIET), UNKNOWN);
    }
}
