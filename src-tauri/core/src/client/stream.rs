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
use crate::api::ApiError;

/// An open stream.
pub struct Stream {
    socket: WebSocketStream<UnixStream>,
}

/// What comes over a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFrame {
    /// Bytes.
    Binary(Bytes),
    /// A JSON text.
    Text(String),
}

impl ClientFrame {
    /// Reads a text frame; none if it is a binary one.
    pub fn json<T: DeserializeOwned>(&self) -> Result<Option<T>, ClientError> {
        match self {
            Self::Binary(_) => Ok(None),
            Self::Text(text) => serde_json::from_str(text)
                .map(Some)
                .map_err(|error| ClientError::Unreadable(error.to_string())),
        }
    }
}

impl Stream {
    pub(super) async fn open(stream: UnixStream, path: &str) -> Result<Self, ClientError> {
        match tokio_tungstenite::client_async(format!("ws://localhost{path}"), stream).await {
            Ok((socket, _)) => Ok(Self { socket }),
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

    /// The next frame; none when the host has closed the stream.
    pub async fn next(&mut self) -> Result<Option<ClientFrame>, ClientError> {
        loop {
            match self.socket.next().await {
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

    /// Sends bytes.
    pub async fn send_bytes(&mut self, bytes: Bytes) -> Result<(), ClientError> {
        self.socket.send(Message::Binary(bytes)).await.map_err(ClientError::unreachable)
    }

    /// Sends a JSON text.
    pub async fn send_json(&mut self, value: &impl Serialize) -> Result<(), ClientError> {
        let text =
            serde_json::to_string(value).map_err(|error| ClientError::Unreadable(error.to_string()))?;
        self.socket.send(Message::Text(text.into())).await.map_err(ClientError::unreachable)
    }
}
