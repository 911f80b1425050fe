//! Somebody who looks at a terminal for a while: quickly, slowly, or without ever saying what was drawn.

use std::time::Duration;

use orchestrator_core::api::{StreamIn, StreamOut};
use orchestrator_core::client::{Client, ClientFrame, path};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How somebody looks.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// Draws and acknowledges at once.
    Quick,
    /// Acknowledges after a pause.
    Slow,
    /// Never acknowledges.
    Silent,
    /// Skips nothing: the program waits for it.
    Lossless,
}

/// All manners.
pub const MANNERS: [Manner; 4] = [Manner::Quick, Manner::Slow, Manner::Silent, Manner::Lossless];
/// Output is acknowledged in steps of this size.
const ACK: u64 = 128 << 10;
/// What a slow viewer needs to draw that much.
const SLOW: Duration = Duration::from_millis(300);

/// Looks at a terminal until it ends, or until this is dropped by an abort.
pub fn look(client: Client, terminal: Uuid, manner: Manner) -> JoinHandle<()> {
    tokio::spawn(async move {
        let lossless = matches!(manner, Manner::Lossless).then_some("1");
        let stream = path(&["terminals", &terminal.to_string(), "stream"], &[("lossless", lossless)]);
        // The terminal may be gone already.
        let Ok(mut stream) = client.stream(&stream).await else { return };
        let (mut unacked, mut replaying) = (0, 0);
        let mut pause = tokio::time::interval(SLOW);
        while let Ok(Some(frame)) = stream.next().await {
            match &frame {
                ClientFrame::Binary(bytes) => {
                    let count = bytes.len() as u64;
                    let replayed = count.min(replaying);
                    replaying -= replayed;
                    unacked += count - replayed;
                }
                ClientFrame::Text(_) => {
                    if let Ok(Some(StreamOut::Replay { bytes, .. })) = frame.json() {
                        // What was sent before a replay is no longer counted.
                        (replaying, unacked) = (bytes, 0);
                    }
                }
                ClientFrame::Silence => {}
            }
            if unacked < ACK || matches!(manner, Manner::Silent) {
                continue;
            }
            if matches!(manner, Manner::Slow) {
                pause.tick().await;
            }
            if stream.send_json(&StreamIn::Ack { bytes: unacked }).await.is_err() {
                return;
            }
            unacked = 0;
        }
    })
}
