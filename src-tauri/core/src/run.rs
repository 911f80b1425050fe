//! A run: a value that one pure function moves from state to state. Who performs the steps is `engine`.

use std::time::Duration;

use uuid::Uuid;

use crate::action::{Scope, duration};
use crate::api::{Event, RunFailure, RunStatus, RunView, StepRecord, StepStatus};
use crate::clock::{Moment, milliseconds};

/// What a run is made from.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The run's id.
    pub id: Uuid,
    /// The action's id.
    pub action: String,
    /// The action's label.
    pub label: String,
    /// Where the action lives.
    pub scope: Scope,
    /// The project it runs in.
    pub project: Option<String>,
    /// Its terminal.
    pub terminal: Uuid,
    /// Each step's kind, and the step in one line with secrets masked.
    pub steps: Vec<(String, String)>,
    /// Wait for the last command's end before finishing.
    pub settle: bool,
    /// Close the terminal after a success.
    pub close_on_success: bool,
    /// Close the terminal after a failure or a cancel.
    pub close_on_failure: bool,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Run {
    plan: Plan,
    state: State,
    steps: Vec<StepRecord>,
    exit_code: Option<i32>,
    began: Moment,
    ended: Option<Moment>,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    New,
    Step {
        index: usize,
        since: Moment,
    },
    Settling,
    /// The outcome is known; the terminal is being closed.
    Closing(Outcome),
    Ended(Outcome),
}

#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Succeeded,
    Failed(RunFailure),
    Cancelled,
}

/// How a step ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepEnd {
    /// It did what it should.
    Succeeded {
        /// Which rule let it go on, or what else is worth knowing.
        reason: Option<String>,
        /// The exit code it learnt, if it asked for one.
        exit_code: Option<i32>,
    },
    /// It did not.
    Failed(StepFailure),
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepFailure {
    /// A stable, `snake_case` name.
    pub code: String,
    /// What went wrong, in the user's words.
    pub message: String,
    /// The last lines that the step saw.
    pub last_output: Option<String>,
    /// The exit code it learnt.
    pub exit_code: Option<i32>,
}

/// What happens to a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It begins.
    Begin,
    /// The step at work ended.
    StepEnded(StepEnd),
    /// The last command ended, with this code where known.
    Settled(Option<i32>),
    /// Its time is up.
    TimeIsUp {
        /// How long it might have lasted.
        limit: Duration,
        /// The last lines on its terminal.
        last_output: String,
    },
    /// Somebody stops it.
    Cancel {
        /// How much of a write that is under way has been typed, in bytes.
        typed: usize,
    },
    /// Its terminal is closed.
    Closed,
}

/// What is to be done next for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Perform this step.
    Perform(usize),
    /// Wait for the last command's end.
    Settle,
    /// Close the terminal.
    Close,
    /// Nothing: it has ended.
    Nothing,
}

/// A change that makes no sense in the run's state.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("a run that is {state} can't take {change}")]
pub struct IllegalMove {
    state: String,
    change: String,
}

impl Run {
    /// A run that has not begun.
    pub fn new(plan: Plan, now: Moment) -> Self {
        let steps = plan
            .steps
            .iter()
            .enumerate()
            .map(|(step, (kind, text))| StepRecord {
                step,
                kind: kind.clone(),
                text: text.clone(),
                status: StepStatus::Pending,
                started: None,
                duration_ms: None,
                reason: None,
            })
            .collect();
        Self { plan, state: State::New, steps, exit_code: None, began: now, ended: None }
    }

    /// The one function that moves a run: says what is to be done next, and adds what clients hear to `events`.
    pub fn apply(
        &mut self,
        change: Change,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<Next, IllegalMove> {
        match (std::mem::replace(&mut self.state, State::New), change) {
            (State::New, Change::Begin) => {
                let next = self.go_to(0, now, events);
                events.insert(0, Event::RunStarted { run: self.plan.id, view: self.view() });
                Ok(next)
            }
            (State::Step { index, since }, Change::StepEnded(end)) => {
                Ok(self.step_ended(index, since, end, now, events))
            }
            (State::Settling, Change::Settled(code)) => {
                self.exit_code = code.or(self.exit_code);
                Ok(self.conclude(Outcome::Succeeded, now, events))
            }
            (state @ (State::Step { .. } | State::Settling), Change::Cancel { typed }) => {
                let reason = match typed {
                    0 => "cancelled".to_owned(),
                    1 => "cancelled after 1 byte was typed".to_owned(),
                    _ => format!("cancelled after {typed} bytes were typed"),
                };
                self.break_off(&state, StepStatus::Cancelled, &reason, now, events);
                Ok(self.conclude(Outcome::Cancelled, now, events))
            }
            (state @ (State::Step { .. } | State::Settling), Change::TimeIsUp { limit, last_output }) => {
                let reason = format!("the run's time was up after {}", duration::show(limit));
                let step = self.break_off(&state, StepStatus::Failed, &reason, now, events);
                let failure = RunFailure {
                    step,
                    code: "timeout".into(),
                    message: match step {
                        Some(_) => reason,
                        None => format!("the last command had not ended when {reason}"),
                    },
                    last_output: Some(last_output),
                };
                Ok(self.conclude(Outcome::Failed(failure), now, events))
            }
            (State::Closing(outcome), Change::Closed) => Ok(self.end(outcome, now, events)),
            (state, change) => {
                let error = IllegalMove { state: format!("{state:?}"), change: format!("{change:?}") };
                self.state = state;
                Err(error)
            }
        }
    }

    /// The run for clients.
    pub fn view(&self) -> RunView {
        let (status, failure) = match &self.state {
            State::Closing(outcome) | State::Ended(outcome) => match outcome {
                Outcome::Succeeded => (RunStatus::Succeeded, None),
                Outcome::Failed(failure) => (RunStatus::Failed, Some(failure.clone())),
                Outcome::Cancelled => (RunStatus::Cancelled, None),
            },
            State::New | State::Step { .. } | State::Settling => (RunStatus::Running, None),
        };
        RunView {
            id: self.plan.id,
            action: self.plan.action.clone(),
            label: self.plan.label.clone(),
            scope: self.plan.scope,
            project: self.plan.project.clone(),
            terminal: self.plan.terminal,
            status,
            steps: self.steps.clone(),
            exit_code: self.exit_code,
            failure,
            started: self.began.wall,
            duration_ms: self.ended.map(|ended| milliseconds(ended.since(self.began))),
        }
    }

    fn step_ended(
        &mut self,
        index: usize,
        since: Moment,
        end: StepEnd,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Next {
        match end {
            StepEnd::Succeeded { reason, exit_code } => {
                self.exit_code = exit_code.or(self.exit_code);
                self.close_step(index, since, StepStatus::Succeeded, reason, now, events);
                self.go_to(index + 1, now, events)
            }
            StepEnd::Failed(failure) => {
                self.exit_code = failure.exit_code.or(self.exit_code);
                let reason = Some(failure.message.clone());
                self.close_step(index, since, StepStatus::Failed, reason, now, events);
                let StepFailure { code, message, last_output, .. } = failure;
                let failure = RunFailure { step: Some(index), code, message, last_output };
                self.conclude(Outcome::Failed(failure), now, events)
            }
        }
    }

    fn go_to(&mut self, index: usize, now: Moment, events: &mut Vec<Event>) -> Next {
        if let Some(step) = self.steps.get_mut(index) {
            step.status = StepStatus::Running;
            step.started = Some(now.wall);
            events.push(Event::StepStarted { run: self.plan.id, step: index, kind: step.kind.clone() });
            self.state = State::Step { index, since: now };
            Next::Perform(index)
        } else if self.plan.settle {
            self.state = State::Settling;
            Next::Settle
        } else {
            self.conclude(Outcome::Succeeded, now, events)
        }
    }

    /// Ends the step at work, if one is, from outside; answers which.
    fn break_off(
        &mut self,
        state: &State,
        status: StepStatus,
        reason: &str,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Option<usize> {
        let &State::Step { index, since } = state else { return None };
        self.close_step(index, since, status, Some(reason.to_owned()), now, events);
        Some(index)
    }

    fn close_step(
        &mut self,
        index: usize,
        since: Moment,
        status: StepStatus,
        reason: Option<String>,
        now: Moment,
        events: &mut Vec<Event>,
    ) {
        let duration_ms = milliseconds(now.since(since));
        let step = &mut self.steps[index];
        step.status = status;
        step.duration_ms = Some(duration_ms);
        step.reason.clone_from(&reason);
        let kind = step.kind.clone();
        events.push(Event::StepFinished {
            run: self.plan.id,
            step: index,
            kind,
            status,
            duration_ms,
            reason,
        });
    }

    fn conclude(&mut self, outcome: Outcome, now: Moment, events: &mut Vec<Event>) -> Next {
        for step in self.steps.iter_mut().filter(|step| step.status == StepStatus::Pending) {
            step.status = StepStatus::Skipped;
        }
        let close = match outcome {
            Outcome::Succeeded => self.plan.close_on_success,
            Outcome::Failed(_) | Outcome::Cancelled => self.plan.close_on_failure,
        };
        if close {
            self.state = State::Closing(outcome);
            Next::Close
        } else {
            self.end(outcome, now, events)
        }
    }

    fn end(&mut self, outcome: Outcome, now: Moment, events: &mut Vec<Event>) -> Next {
        self.state = State::Ended(outcome);
        self.ended = Some(now);
        let view = self.view();
        events.push(Event::RunFinished {
            run: view.id,
            status: view.status,
            exit_code: view.exit_code,
            terminal: view.terminal,
            duration_ms: view.duration_ms.unwrap_or_default(),
            failure: view.failure,
            steps: view.steps,
        });
        Next::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn plan() -> Plan {
        Plan {
            id: Uuid::nil(),
            action: "a".into(),
            label: "A".into(),
            scope: Scope::User,
            project: None,
            terminal: Uuid::nil(),
            steps: vec![("write".into(), "x".into()), ("delay".into(), "1 s".into())],
            settle: false,
            close_on_success: false,
            close_on_failure: false,
        }
    }

    fn done() -> Change {
        Change::StepEnded(StepEnd::Succeeded { reason: None, exit_code: None })
    }

    fn failed() -> Change {
        let failure = StepFailure {
            code: "timeout".into(),
            message: "nothing came".into(),
            last_output: Some("$ ".into()),
            exit_code: None,
        };
        Change::StepEnded(StepEnd::Failed(failure))
    }

    /// Applies all changes; the last answer, the events' names and the run.
    fn play(plan: Plan, changes: Vec<Change>) -> (Next, Vec<String>, Run) {
        let now = clock::moment();
        let mut run = Run::new(plan, now);
        let mut events = Vec::new();
        let mut next = Next::Nothing;
        for change in changes {
            next = run.apply(change, now, &mut events).unwrap();
        }
        let name = |event: &Event| serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned();
        (next, events.iter().map(name).collect(), run)
    }

    #[test]
    fn steps_run_one_after_another() {
        let (next, events, run) = play(plan(), vec![Change::Begin, done(), done()]);
        assert_eq!(next, Next::Nothing);
        assert_eq!(
            events,
            ["run_started", "step_started", "step_finished", "step_started", "step_finished", "run_finished"]
        );
        assert_eq!(run.view().status, RunStatus::Succeeded);
    }

    #[test]
    fn a_failed_step_skips_the_rest() {
        let (_, _, run) = play(plan(), vec![Change::Begin, failed()]);
        let view = run.view();
        assert_eq!(view.failure.unwrap().step, Some(0));
        assert_eq!(view.steps[1].status, StepStatus::Skipped);
    }

    #[test]
    fn a_settling_run_learns_the_exit_code_and_closes_its_terminal() {
        let plan = Plan { settle: true, close_on_success: true, ..plan() };
        let (next, _, run) = play(plan.clone(), vec![Change::Begin, done(), done()]);
        assert_eq!((next, run.view().status), (Next::Settle, RunStatus::Running));
        let changes = vec![Change::Begin, done(), done(), Change::Settled(Some(3)), Change::Closed];
        let (_, events, run) = play(plan, changes);
        assert_eq!(run.view().exit_code, Some(3));
        assert_eq!(events.last().unwrap(), "run_finished");
    }

    #[test]
    fn cancel_works_in_every_state_before_the_end() {
        for before in [vec![Change::Begin], vec![Change::Begin, done()], vec![Change::Begin, done(), done()]]
        {
            let plan = Plan { settle: true, ..plan() };
            let (_, _, run) = play(plan, [before, vec![Change::Cancel { typed: 0 }]].concat());
            assert_eq!(run.view().status, RunStatus::Cancelled);
        }
    }

    #[test]
    fn a_run_that_does_not_settle_in_time_has_failed() {
        let plan = Plan { settle: true, ..plan() };
        let late = Change::TimeIsUp { limit: Duration::from_secs(90), last_output: "…".into() };
        let (_, _, run) = play(plan, vec![Change::Begin, done(), done(), late]);
        let failure = run.view().failure.unwrap();
        assert_eq!((failure.step, failure.code.as_str()), (None, "timeout"));
        assert!(failure.message.ends_with("the run's time was up after 1 min 30 s"), "{}", failure.message);
    }

    #[test]
    fn an_illegal_move_changes_nothing() {
        let (_, _, mut run) = play(plan(), vec![Change::Begin, Change::Cancel { typed: 0 }]);
        let mut events = Vec::new();
        assert!(run.apply(done(), clock::moment(), &mut events).is_err());
        assert!(events.is_empty());
        assert_eq!(run.view().status, RunStatus::Cancelled);
    }
}
