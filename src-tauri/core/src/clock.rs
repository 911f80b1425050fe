//! The only place that asks what time it is; everything else is told.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// A moment: what the calendar says, and a clock that never jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For people.
    pub wall: DateTime<Utc>,
    /// For durations.
    pub steady: Instant,
}

impl Moment {
    /// How long it is since `earlier`.
    #[must_use]
    pub fn since(&self, earlier: Self) -> Duration {
        self.steady.saturating_duration_since(earlier.steady)
    }
}

/// This moment.
#[must_use]
pub fn moment() -> Moment {
    Moment { wall: Utc::now(), steady: Instant::now() }
}

/// The current time in UTC.
#[must_use]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A duration as it goes over the wire: milliseconds, with microseconds as decimals.
#[must_use]
pub fn milliseconds(duration: Duration) -> f64 {
    // No run lasts so long that its microseconds would not fit a double exactly.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 285 years")]
    let microseconds = duration.as_micros() as f64;
    microseconds / 1000.0
}
