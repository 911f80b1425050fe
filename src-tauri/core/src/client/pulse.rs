//! Whether the host behind an open stream still answers. One that hangs, or whose process is suspended, keeps its
//! sockets open and says nothing. So a program that has heard nothing for a while asks, as the window's page does
//! (`ui/src/api/pulse.ts`), over the stream that it has anyway.

use std::time::Duration;

use tokio::time::Instant;

/// So long nothing may be heard before it is asked for.
const QUIET: Duration = Duration::from_secs(10);
/// So long what was typed may stay without any answer.
const UNANSWERED: Duration = Duration::from_secs(2);
/// So long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is to be done when nothing was heard in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// To ask.
    Question,
    /// To tell that no answer came.
    Silence,
}

/// When which of the two is due.
#[derive(Debug)]
pub struct Pulse {
    next: Option<(Instant, Due)>,
}

impl Pulse {
    /// For a stream whose host has just answered.
    pub fn new() -> Self {
        Self { next: Some((Instant::now() + QUIET, Due::Question)) }
    }

    /// The host said something.
    pub fn heard(&mut self) {
        *self = Self::new();
    }

    /// Something was typed: mostly an echo comes back at once. A password has none, which the answer tells.
    pub fn typed(&mut self) {
        let soon = Instant::now() + UNANSWERED;
        if let Some((when, Due::Question)) = &mut self.next {
            *when = soon.min(*when);
        }
    }

    /// Waits until something is due. Silence is told once; then there is nothing to wait for until something is heard.
    pub async fn due(&mut self) -> Due {
        let Some((when, due)) = self.next else { return std::future::pending().await };
        tokio::time::sleep_until(when).await;
        self.next = match due {
            Due::Question => Some((Instant::now() + PATIENCE, Due::Silence)),
            Due::Silence => None,
        };
        due
    }
}
