//! Whether anybody needs the host: it ends by itself after a while with nobody there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;

/// How long a host with nothing to do waits for somebody to come.
const PATIENCE: Duration = Duration::from_secs(600);

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

    /// Comes back when nobody was there for a while, and nothing was `busy` at its end.
    pub async fn idle(&self, busy: impl Fn() -> bool) {
        let mut moved = self.moved.subscribe();
        loop {
            let quiet = tokio::time::timeout(PATIENCE, moved.changed()).await.is_err();
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

    #[tokio::test(start_paused = true)]
    async fn a_host_ends_only_when_nobody_needs_it() {
        let activity = Activity::default();
        let client = activity.client();
        let idle = activity.idle(|| false);
        tokio::pin!(idle);
        assert!(tokio::time::timeout(PATIENCE * 3, &mut idle).await.is_err());
        drop(client);
        assert!(tokio::time::timeout(PATIENCE * 2, &mut idle).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_living_terminal_keeps_the_host() {
        let activity = Activity::default();
        assert!(tokio::time::timeout(PATIENCE * 3, activity.idle(|| true)).await.is_err());
    }
}
