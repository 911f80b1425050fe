//! The only place that asks what time it is; everything else is told.

use chrono::{DateTime, Utc};

/// A moment in UTC, as it goes over the wire (RFC 3339).
pub type Timestamp = DateTime<Utc>;

/// The current time.
#[must_use]
pub fn now() -> Timestamp {
    Utc::now()
}
