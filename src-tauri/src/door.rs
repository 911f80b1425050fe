//! The way to the host: finds or starts it and hands the page its address and token.
//! What is said through the door is deliberately elsewhere; the page says it itself, over HTTP and WebSocket.

use std::path::{Path, PathBuf};

use orchestrator_core::api::OpenWeb;
use orchestrator_core::client::{Client, ClientError};
use orchestrator_core::paths::Paths;
use serde::Serialize;
use tauri::State;

/// Why the page has no host to talk to, in the shape of the door's own errors.
#[derive(Debug, Serialize)]
pub struct NoHost {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

/// Where the page finds the host: `{address, token}`. Starts the host when none runs.
///
/// # Errors
/// When no host can be started, or what answers isn't one.
#[tauri::command]
pub async fn door(paths: State<'_, Paths>) -> Result<OpenWeb, NoHost> {
    let program = host_program(std::env::var_os("AI_ORCHESTRATOR_BIN").map(PathBuf::from), own_folder());
    // Asked anew each time: the page asks again when the host that it knew is gone.
    let client = Client::connect_or_start(&paths, &program).await?;
    Ok(client.open_web().await?)
}

impl From<ClientError> for NoHost {
    fn from(problem: ClientError) -> Self {
        Self { code: "host_unreachable", message: problem.to_string(), hint: problem.hint() }
    }
}

fn own_folder() -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(Path::to_owned)
}

/// The program to start the host with: the one named, else the one beside the window, else the one on PATH.
fn host_program(named: Option<PathBuf>, beside: Option<PathBuf>) -> PathBuf {
    let name = format!("ai-orchestrator{}", std::env::consts::EXE_SUFFIX);
    named
        .filter(|path| !path.as_os_str().is_empty())
        .or_else(|| beside.map(|folder| folder.join(&name)).filter(|path| path.is_file()))
        .unwrap_or_else(|| PathBuf::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_program_wins_over_the_one_beside() {
        let named = host_program(Some("/opt/host".into()), Some("/usr/bin".into()));
        assert_eq!(named, Path::new("/opt/host"));
    }

    #[test]
    fn without_a_program_beside_the_path_is_searched() {
        let found = host_program(Some(PathBuf::new()), Some("/nowhere".into()));
        assert_eq!(found, Path::new(&format!("ai-orchestrator{}", std::env::consts::EXE_SUFFIX)));
    }
}
