//! What changed, told to everybody in one order.

use tokio::sync::broadcast;

use crate::api::Event;

/// How many events a client may fall behind before it is dropped and has to list anew.
const BACKLOG: usize = 4096;

/// A handle to the one stream of events.
#[derive(Clone, Debug)]
pub struct Events {
    sender: broadcast::Sender<Event>,
}

impl Default for Events {
    fn default() -> Self {
        Self { sender: broadcast::channel(BACKLOG).0 }
    }
}

impl Events {
    /// Tells everybody who follows.
    pub fn send(&self, event: Event) {
        // Nobody following is no error.
        _ = self.sender.send(event);
    }

    /// Follows from now on.
    pub fn follow(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }
}
