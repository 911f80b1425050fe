//! Whether anybody needs the host: it ends by itself after a while with nobody there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{broadcast, watch};

use crate::api::Event;

/// Counts the clients that stay.
#[derive(Default)]
pub struct Activity {
    clients: Arc<AtomicUsize>,
    moved: watch::Sender<()>,
}

/// A client that stays, until this is dropped.
pub struct Client {
    clients: Arc<AtomicUsize>,
    moved: watch::Sender<()>,
}

impl Activity {
    /// A client that stays.
    pub fn client(&self) -> Client {
        self.clients.fetch_add(1, Ordering::Relaxed);
        self.moved.send_replace(());
        Client { clients: self.clients.clone(), moved: self.moved.clone() }
    }

    /// How many stay.
    pub fn clients(&self) -> usize {
        self.clients.load(Ordering::Relaxed)
    }

    /// Comes back when no client is left.
    pub async fn deserted(&self) {
        let mut moved = self.moved.subscribe();
        while self.clients() > 0 {
            // The sender lives as long as this.
            _ = moved.changed().await;
        }
    }

    /// Comes back when nobody was there and nothing happened for so long, and nothing was `busy` at its end.
    pub async fn idle(
        &self,
        patience: Duration,
        mut events: broadcast::Receiver<Event>,
        busy: impl Fn() -> bool,
    ) {
        let mut moved = self.moved.subscribe();
        loop {
            let something = async {
                tokio::select! {
                    _ = moved.changed() => {}
                    // Missed ones have happened too.
                    _ = events.recv() => {}
                }
            };
            let quiet = tokio::time::timeout(patience, something).await.is_err();
            if quiet && self.clients() == 0 && !busy() {
                return;
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.clients.fetch_sub(1, Ordering::Relaxed);
        self.moved.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Events;

    const PATIENCE: Duration = Duration::from_secs(600);

    #[tokio::test(start_paused = true)]
    async fn a_host_ends_only_when_nobody_needs_it() {
        let (activity, events) = (Activity::default(), Events::default());
        let client = activity.client();
        let idle = activity.idle(PATIENCE, events.follow(), || false);
        tokio::pin!(idle);
        assert!(tokio::time::timeout(PATIENCE * 3, &mut idle).await.is_err());
        drop(client);
        assert!(tokio::time::timeout(PATIENCE * 2, &mut idle).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_living_terminal_keeps_the_host() {
        let (activity, events) = (Activity::default(), Events::default());
        let idle = activity.idle(PATIENCE, events.follow(), || true);
        assert!(tokio::time::timeout(PATIENCE * 3, idle).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_happens_begins_the_wait_anew() {
        let (activity, events) = (Activity::default(), Events::default());
        let idle = activity.idle(PATIENCE, events.follow(), || false);
        tokio::pin!(idle);
        assert!(tokio::time::timeout(PATIENCE / 2, &mut idle).await.is_err());
        events.send(Event::ProjectsChanged);
        assert!(tokio::time::timeout(PATIENCE * 3 / 4, &mut idle).await.is_err());
    }
}
