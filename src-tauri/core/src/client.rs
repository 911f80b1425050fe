//! The way in for programs: finds the host or starts it, calls operations, follows streams.

mod pulse;
mod start;
mod stream;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::net::UnixStream;

use crate::api::{ApiError, HostStatus, OfferDefaults, OpenWeb};
use crate::paths::Paths;
use crate::store::Defaults;

pub use stream::{ClientFrame, Stream};

/// How long a host may take to say that it is there: it does so at once, unless its process is suspended or hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a call did not come back with an answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The host answered with an error.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// No host runs.
    #[error("no host runs")]
    NoHost,
    /// The host could not be started.
    #[error("the host could not be started: {0}")]
    Start(String),
    /// A host has the seat, but says nothing.
    #[error("the host does not answer")]
    Silent,
    /// The connection broke.
    #[error("the host can't be reached: {0}")]
    Unreachable(String),
    /// The answer makes no sense: most likely another version.
    #[error("the host's answer could not be read: {0}")]
    Unreadable(String),
}

impl ClientError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused(error) => error.hint.clone(),
            Self::NoHost => Some("`ai-orchestrator host start` starts one".to_owned()),
            Self::Silent => Some(
                "was it suspended? `kill -CONT` lets it go on; `ai-orchestrator host log` shows what it said last"
                    .to_owned(),
            ),
            Self::Start(_) | Self::Unreachable(_) => {
                Some("`ai-orchestrator host log` shows what it said last".to_owned())
            }
            Self::Unreadable(_) => {
                Some("is it another version? see `ai-orchestrator host status`".to_owned())
            }
        }
    }

    fn unreachable(error: impl std::fmt::Display) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// A connection to the host of one home. Each call is a connection of its own.
#[derive(Clone, Debug)]
pub struct Client {
    socket: PathBuf,
    version: String,
}

impl Client {
    /// Connects to the host that runs; never starts one.
    pub async fn connect(paths: &Paths) -> Result<Self, ClientError> {
        let occupant = crate::host::occupant(paths).ok_or(ClientError::NoHost)?;
        let client = Self { socket: occupant.socket, version: occupant.version };
        // A host that is just ending still accepts connections; only one that answers is there.
        let answer = tokio::time::timeout(PATIENCE, client.status()).await;
        match answer.unwrap_or(Err(ClientError::Silent)) {
            Ok(status) => Ok(Self { version: status.version, ..client }),
            Err(ClientError::Silent) => Err(ClientError::Silent),
            Err(error) => Err(start::unless_ending(paths, error).await),
        }
    }

    /// Connects to the host that runs, or starts `program host serve` and connects to that.
    pub async fn connect_or_start(paths: &Paths, program: &std::path::Path) -> Result<Self, ClientError> {
        start::connect_or_start(paths, program).await
    }

    /// The host's version, if it is another than this program's: not everything may work as documented.
    #[must_use]
    pub fn other_version(&self) -> Option<&str> {
        (self.version != env!("CARGO_PKG_VERSION")).then_some(&self.version)
    }

    /// Calls an operation without a body.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call(Method::GET, path, "application/json", Bytes::new()).await
    }

    /// Calls an operation with a JSON body.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(|error| ClientError::Unreadable(error.to_string()))?;
        self.call(Method::POST, path, "application/json", body.into()).await
    }

    /// Calls an operation that changes parts of something.
    pub async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(|error| ClientError::Unreadable(error.to_string()))?;
        self.call(Method::PATCH, path, "application/json", body.into()).await
    }

    /// Calls an operation with a body of bytes.
    pub async fn post_bytes<T: DeserializeOwned>(&self, path: &str, body: Bytes) -> Result<T, ClientError> {
        self.call(Method::POST, path, "application/octet-stream", body).await
    }

    /// Calls an operation that removes something.
    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call(Method::DELETE, path, "application/json", Bytes::new()).await
    }

    /// Hands this program's default actions to a host of an older version, so that they are as new as the newest
    /// program that is used.
    async fn offer_defaults(&self) -> Result<(), ClientError> {
        let ours = Defaults::shipped();
        if ours.are_newer_than(&self.version) {
            let offered = OfferDefaults::from(ours);
            let body =
                serde_json::to_vec(&offered).map_err(|error| ClientError::Unreadable(error.to_string()))?;
            let _: Vec<String> =
                self.call(Method::PUT, "/v1/default-actions", "application/json", body.into()).await?;
        }
        Ok(())
    }

    /// How the host is.
    pub async fn status(&self) -> Result<HostStatus, ClientError> {
        self.get("/v1/host").await
    }

    /// Has the host open its door on loopback; answers where, and the token.
    pub async fn open_web(&self) -> Result<OpenWeb, ClientError> {
        self.open_web_on(0).await
    }

    /// The same on a port of choice; 0 is any free one.
    pub async fn open_web_on(&self, port: u16) -> Result<OpenWeb, ClientError> {
        self.post("/v1/host/open-web", &json!({ "port": port })).await
    }

    /// Opens a WebSocket of the door.
    pub async fn stream(&self, path: &str) -> Result<Stream, ClientError> {
        Stream::open(self.open().await?, path).await
    }

    async fn open(&self) -> Result<UnixStream, ClientError> {
        UnixStream::connect(&self.socket).await.map_err(ClientError::unreachable)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Bytes,
    ) -> Result<T, ClientError> {
        let stream = TokioIo::new(self.open().await?);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(stream).await.map_err(ClientError::unreachable)?;
        let connection = tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "localhost")
            .header(CONTENT_TYPE, content_type)
            .body(Full::new(body))
            .map_err(ClientError::unreachable)?;
        let response = sender.send_request(request).await.map_err(ClientError::unreachable)?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(ClientError::unreachable)?.to_bytes();
        connection.abort();
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| ClientError::Unreadable(error.to_string()));
        }
        let error: ApiError = serde_json::from_slice(&body)
            .map_err(|_| ClientError::Unreadable(format!("{status}: {}", String::from_utf8_lossy(&body))))?;
        Err(ClientError::Refused(ApiError { status: status.as_u16(), ..error }))
    }
}

/// Makes a path of the door: `path(&["actions", id, "history"], &[("project", dir)])`.
#[must_use]
pub fn path(segments: &[&str], query: &[(&str, Option<&str>)]) -> String {
    let mut path = String::from("/v1");
    for segment in segments {
        path.push('/');
        path.push_str(&percent_encode(segment));
    }
    let mut separator = '?';
    for (name, value) in query {
        if let Some(value) = value {
            path.push(separator);
            path.extend([name, "=", &percent_encode(value)]);
            separator = '&';
        }
    }
    path
}

/// Everything but the characters that never need it (RFC 3986, unreserved).
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a text can't fail.
            _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_carry_any_text() {
        assert_eq!(
            path(&["actions", "a/b"], &[("project", Some("/t ü")), ("scope", None)]),
            "/v1/actions/a%2Fb?project=%2Ft%20%C3%BC"
        );
    }
}
