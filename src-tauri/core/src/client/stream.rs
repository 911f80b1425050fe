//! A WebSocket of the door, on the host's socket.

use futures_util::{SinkExt as _, StreamExt as _};
use hyper::body::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::ClientError;
use super::pulse::{Due, Pulse};
use crate::api::{ApiError, EventsIn};

/// An open stream.
pub struct Stream {
    socket: WebSocketStream<UnixStream>,
    /// Where it matters that the host goes silent.
    pulse: Option<Pulse>,
}

/// What comes over a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFrame {
    /// Bytes.
    Binary(Bytes),
    /// A JSON text.
    Text(String),
    /// Nothing came for long, nor an answer to the question for one: the host hangs, or is suspended. It is told once,
    /// and only by a stream that watches for it.
    Silence,
}

impl ClientFrame {
    /// Reads a text frame; none if it is a binary one.
    pub fn json<T: DeserializeOwned>(&self) -> Result<Option<T>, ClientError> {
        match self {
            Self::Binary(_) | Self::Silence => Ok(None),
            Self::Text(text) => serde_json::from_str(text)
                .map(Some)
                .map_err(|error| ClientError::Unreadable(error.to_string())),
        }
    }
}

impl Stream {
    pub(super) async fn open(stream: UnixStream, path: &str) -> Result<Self, ClientError> {
        match tokio_tungstenite::client_async(format!("ws://localhost{path}"), stream).await {
            Ok((socket, _)) => Ok(Self { socket, pulse: None }),
            Err(Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                let status = response.status();
                Err(match serde_json::from_slice::<ApiError>(body) {
                    Ok(error) => ClientError::Refused(ApiError { status: status.as_u16(), ..error }),
                    Err(_) => ClientError::Unreadable(status.to_string()),
                })
            }
            Err(error) => Err(ClientError::unreachable(error)),
        }
    }

    /// Has it told when the host goes silent.
    #[must_use]
    pub fn watched(self) -> Self {
        Self { pulse: Some(Pulse::new()), ..self }
    }

    /// The next frame; none when the host has closed the stream.
    pub async fn next(&mut self) -> Result<Option<ClientFrame>, ClientError> {
        loop {
            let message = tokio::select! {
                // What is there already was heard, however late it is looked at.
                biased;
                message = self.socket.next() => message,
                due = due(&mut self.pulse) => match due {
                    Due::Question => {
                        // Both kinds of stream have the same question.
                        self.send_json(&EventsIn::Sync).await?;
                        continue;
                    }
                    Due::Silence => return Ok(Some(ClientFrame::Silence)),
                },
            };
            if let Some(pulse) = &mut self.pulse {
                pulse.heard();
            }
            match message {
                Some(Ok(Message::Binary(bytes))) => return Ok(Some(ClientFrame::Binary(bytes))),
                Some(Ok(Message::Text(text))) => return Ok(Some(ClientFrame::Text(text.to_string()))),
                Some(Ok(Message::Close(_))) | None => return Ok(None),
                // A host that was killed says no goodbye.
                Some(Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) | Error::Io(_))) => {
                    return Ok(None);
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(ClientError::unreachable(error)),
            }
        }
    }

    /// Sends what was typed.
    pub async fn send_bytes(&mut self, bytes: Bytes) -> Result<(), ClientError> {
        if let Some(pulse) = &mut self.pulse {
            pulse.typed();
        }
        self.socket.send(Message::Binary(bytes)).await.map_err(ClientError::unreachable)
    }

    /// Sends a JSON text.
    pub async fn send_json(&mut self, value: &impl Serialize) -> Result<(), ClientError> {
        let text =
            serde_json::to_string(value).map_err(|error| ClientError::Unreadable(error.to_string()))?;
        self.socket.send(Message::Text(text.into())).await.map_err(ClientError::unreachable)
    }
}

async fn due(pulse: &mut Option<Pulse>) -> Due {
    match pulse {
        Some(pulse) => pulse.due().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream and its other end, which stands for a host that may hang.
    async fn stream() -> (Stream, WebSocketStream<UnixStream>) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (stream, host) = tokio::join!(Stream::open(ours, "/v1/events"), async {
            tokio_tungstenite::accept_async(theirs).await
        });
        (stream.unwrap().watched(), host.unwrap())
    }

    const QUESTION: &str = r#"{"type":"sync"}"#;

    #[tokio::test(start_paused = true)]
    async fn a_host_that_owes_an_answer_is_told_as_silent_once_and_is_back_with_its_next_word() {
        let (mut stream, mut host) = stream().await;
        assert_eq!(stream.next().await.unwrap(), Some(ClientFrame::Silence));
        assert_eq!(host.next().await.unwrap().unwrap(), Message::Text(QUESTION.into()));
        // Asked again, it has nothing new to tell until the host speaks, and then it listens anew.
        host.send(Message::Text("{}".into())).await.unwrap();
        assert_eq!(stream.next().await.unwrap(), Some(ClientFrame::Text("{}".to_owned())));
        assert_eq!(stream.next().await.unwrap(), Some(ClientFrame::Silence));
        let once_more = tokio::time::timeout(std::time::Duration::from_secs(3600), stream.next()).await;
        assert!(once_more.is_err(), "it is told once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_answers_is_never_told_as_silent() {
        let (mut stream, mut host) = stream().await;
        let answers = async {
            for _ in 0..20 {
                assert_eq!(host.next().await.unwrap().unwrap(), Message::Text(QUESTION.into()));
                host.send(Message::Text(r#"{"event":"synced"}"#.into())).await.unwrap();
            }
        };
        let heard = async {
            for _ in 0..20 {
                assert!(matches!(stream.next().await.unwrap(), Some(ClientFrame::Text(_))));
            }
        };
        tokio::join!(answers, heard);
    }
}
