//! `ai-orchestrator terminal attach`: the outer terminal becomes a viewer of one of the host's.

use std::io::Write as _;
use std::process::ExitCode;

use orchestrator_core::api::{StreamIn, StreamOut};
use orchestrator_core::client::{Client, ClientFrame, Stream, path};
use tokio::io::AsyncReadExt as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::keyboard::{self, RawMode};
use crate::print;
use crate::sieve::Sieve;

/// Ctrl-], as telnet has it: no shell or editor needs it much.
const DETACH: u8 = 0x1d;
/// Output is acknowledged in steps of this size.
const ACK: u64 = 128 << 10;
/// Undoes what the inner program may have switched on: alternate screen, mouse, pastes, focus, keys, colours.
const RESTORE: &[u8] = b"\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[?1l\x1b>\x1b[?25h\x1b[0m";

pub async fn attach(client: &Client, id: &str) -> Result<ExitCode, Failure> {
    let Some(raw) = RawMode::enter() else {
        return Err(Failure::usage("attaching needs a terminal at both ends")
            .hint("`terminal screen` prints what is on it, `terminal send` types into it"));
    };
    let stream = client.stream(&path(&["terminals", id, "stream"], &[])).await?.watched();
    let ended =
        Attached { stream, sieve: Sieve::for_terminal(), replaying: 0, unacked: 0, sized: false }.run().await;
    _ = std::io::stdout().write_all(RESTORE);
    _ = std::io::stdout().flush();
    drop(raw);
    eprintln!();
    match ended? {
        Ended::Detached => eprintln!("detached; `ai-orchestrator terminal attach {id}` comes back"),
        Ended::Exited(Some(code)) => eprintln!("the terminal has ended with exit code {code}"),
        Ended::Exited(None) => eprintln!("the terminal has ended"),
    }
    Ok(ExitCode::SUCCESS)
}

enum Ended {
    Detached,
    Exited(Option<i32>),
}

struct Attached {
    stream: Stream,
    sieve: Sieve,
    /// Replayed bytes still to come; those are not acknowledged.
    replaying: u64,
    unacked: u64,
    /// The terminal has our size: it takes that of whoever typed or was resized last.
    sized: bool,
}

impl Attached {
    async fn run(mut self) -> Result<Ended, Failure> {
        let mut stdin = tokio::io::stdin();
        let mut keys = [0; 4096];
        let mut resized =
            signal(SignalKind::window_change()).map_err(|error| Failure::usage(error.to_string()))?;
        loop {
            tokio::select! {
                frame = self.stream.next() => match frame? {
                    Some(frame) => {
                        if let Some(ended) = self.printed(&frame).await? {
                            return Ok(ended);
                        }
                    }
                    None => return Ok(Ended::Exited(None)),
                },
                count = stdin.read(&mut keys) => {
                    let typed = &keys[..count.unwrap_or(0)];
                    // The end of the keyboard is a way out too.
                    let end = typed.iter().position(|&key| key == DETACH).or(typed.is_empty().then_some(0));
                    self.typed(&typed[..end.unwrap_or(typed.len())]).await?;
                    if end.is_some() {
                        return Ok(Ended::Detached);
                    }
                }
                _ = resized.recv() => self.take_size().await?,
            }
        }
    }

    async fn printed(&mut self, frame: &ClientFrame) -> Result<Option<Ended>, Failure> {
        match frame {
            ClientFrame::Binary(bytes) => {
                let mut stdout = std::io::stdout().lock();
                let written = stdout.write_all(&self.sieve.sift(bytes)).and_then(|()| stdout.flush());
                drop(stdout);
                written.map_err(|error| Failure::usage(format!("stdout can't be written to: {error}")))?;
                let replayed = self.replaying.min(bytes.len() as u64);
                self.replaying -= replayed;
                self.unacked += bytes.len() as u64 - replayed;
                if self.unacked >= ACK {
                    self.stream.send_json(&StreamIn::Ack { bytes: self.unacked }).await?;
                    self.unacked = 0;
                }
            }
            ClientFrame::Text(_) => match frame.json()? {
                Some(StreamOut::Replay { bytes, .. }) => {
                    self.replaying = bytes;
                    _ = std::io::stdout().write_all(b"\x1b[2J\x1b[H");
                }
                Some(StreamOut::Live) => {
                    if let Some((cols, rows)) = keyboard::size() {
                        self.stream.send_json(&StreamIn::Fits { cols, rows }).await?;
                    }
                }
                Some(StreamOut::Exit { code, .. }) => return Ok(Some(Ended::Exited(code))),
                _ => {}
            },
            ClientFrame::Silence => print::silence(),
        }
        Ok(None)
    }

    async fn typed(&mut self, keys: &[u8]) -> Result<(), Failure> {
        if keys.is_empty() {
            return Ok(());
        }
        if !self.sized {
            self.take_size().await?;
        }
        Ok(self.stream.send_bytes(keys.to_vec().into()).await?)
    }

    async fn take_size(&mut self) -> Result<(), Failure> {
        self.sized = true;
        if let Some((cols, rows)) = keyboard::size() {
            self.stream.send_json(&StreamIn::Resize { cols, rows }).await?;
        }
        Ok(())
    }
}
