//! The host as clients see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use chrono::{DateTime, Utc};

/// The host's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Memory {
    /// Resident set size in bytes.
    pub rss: u64,
}

/// How the host is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HostStatus {
    /// Its process id.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// When it started.
    pub started: DateTime<Utc>,
    /// Its socket.
    pub socket: String,
    /// The web address with its token, if the listener is open.
    pub url: Option<String>,
    /// The folder it keeps everything in.
    pub home: String,
    /// Its memory.
    pub memory: Memory,
    /// How many terminals live.
    pub terminals: usize,
    /// How many runs are at work.
    pub runs: usize,
    /// How many clients follow its events.
    pub clients: usize,
    /// Things the user should know: a watch limit reached, a folder that can't be read.
    pub notices: Vec<String>,
}

/// Where the page finds the door on loopback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenWeb {
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// The bearer token.
    pub token: String,
}
