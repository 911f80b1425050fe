//! Connect, else spawn detached, else wait: two clients that race get one host.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::{Client, ClientError};
use crate::paths::Paths;

/// How often a client looks for a host that is starting or ending: for half a minute, as a busy machine or a slow disk
/// may take its time.
const LOOKS: u32 = 64;

/// Connects to the host that runs, or starts one.
pub async fn connect_or_start(paths: &Paths, program: &Path) -> Result<Client, ClientError> {
    let mut said = String::new();
    for look in 0..LOOKS {
        match Client::connect(paths).await {
            Ok(client) => {
                if let Err(error) = client.offer_defaults().await {
                    // A host that is too old to take them goes on with its own.
                    tracing::debug!(%error, "the default actions were not taken over");
                }
                return Ok(client);
            }
            Err(ClientError::Silent) => return Err(ClientError::Silent),
            Err(_) => {}
        }
        if crate::host::is_vacant(paths) {
            if !said.is_empty() {
                break;
            }
            said = spawn(paths, program).await?;
        } else {
            // Another client's host has the seat but does not answer yet, or a dying one not any more;
            // nothing tells when that ends.
            tokio::time::sleep(pause(look)).await;
        }
    }
    if said.is_empty() {
        "it does not answer".clone_into(&mut said);
    }
    Err(ClientError::Start(said))
}

/// Why a host did not answer: it may have been about to end, and then there is none.
pub async fn unless_ending(paths: &Paths, error: ClientError) -> ClientError {
    for look in 0..6 {
        if crate::host::is_vacant(paths) {
            return ClientError::NoHost;
        }
        tokio::time::sleep(pause(look)).await;
    }
    error
}

/// 10 ms, 20 ms, 40 ms, …, and then half a second each time.
fn pause(look: u32) -> Duration {
    Duration::from_millis((10 << look.min(6)).min(500))
}

/// Starts a host that outlives this process. It holds its standard error open until it answers or gives up;
/// what it says there is why it gave up.
async fn spawn(paths: &Paths, program: &Path) -> Result<String, ClientError> {
    let failed = |error: std::io::Error| ClientError::Start(format!("{}: {error}", program.display()));
    let mut child = Command::new(program)
        .args(["host", "serve"])
        .env("AI_ORCHESTRATOR_HOME", paths.home())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut said = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut said).await.map_err(failed)?;
    }
    Ok(said.trim().trim_start_matches("error: ").to_owned())
}
