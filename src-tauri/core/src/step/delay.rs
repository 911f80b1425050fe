//! `delay`: waits for a fixed time.

use std::time::Duration;

use schemars::JsonSchema;

use super::{Kind, Stage, Success};
use crate::action::FillError;
use crate::action::duration;
use crate::action::fields::Fields;
use crate::action::template::Filler;
use crate::run::StepFailure;

/// Above this, something is probably waited for that could be looked for.
const LONG: Duration = Duration::from_secs(5);

/// Waits for a fixed time.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct Delay {
    /// How long.
    #[schemars(with = "crate::action::schema::DurationText", rename = "ms")]
    pub duration: Duration,
}

impl Kind for Delay {
    const NAME: &'static str = "delay";
    const WHAT: &'static str = "a `delay` step";
    const MAIN: &'static str = "ms";
    const ALIASES: &'static [&'static str] =
        &["sleep", "wait", "pause", "seconds", "secs", "time", "duration", "for", "milliseconds"];
    const TAKES: &'static str = "milliseconds, or a time with a unit: 3s";

    fn read(fields: &mut Fields<'_, '_, '_>, main: &'static str) -> Option<Self> {
        let at = fields.place_of(main);
        let duration = fields.duration(main);
        if !fields.took(main) {
            fields.missing_or(main, Self::ALIASES, Self::TAKES);
        }
        let duration = duration?;
        if duration.is_zero() {
            let fix = Some("remove the step, or give it some time".to_owned());
            fields.problems.warning(at, "no-time", "a delay of no time does nothing", fix);
        }
        if duration > LONG {
            let message = format!("a delay of {} makes every run slow", duration::show(duration));
            let fix = Some("use a `wait_for` on what shows that it is time to go on".to_owned());
            fields.problems.warning(at, "long-delay", message, fix);
        }
        Some(Self { duration })
    }

    fn written(meant: &str) -> String {
        // Who writes `sleep: 2` thinks of seconds.
        match meant.parse::<u32>() {
            Ok(seconds @ 1..100) => format!("{seconds}s"),
            _ => meant.to_owned(),
        }
    }

    fn text(&self) -> String {
        duration::show(self.duration)
    }

    fn fill(&self, _: &Filler<'_>) -> Result<Self, FillError> {
        Ok(self.clone())
    }

    async fn perform(&self, _: &Stage) -> Result<Success, StepFailure> {
        tokio::time::sleep(self.duration).await;
        Ok(Success::default())
    }
}
