//! The way to the host: finds or starts it and hands the page its address and token.
//! What is said through the door is deliberately elsewhere; the page says it itself, over HTTP and WebSocket.

use std::path::{Path, PathBuf};

use orchestrator_core::api::OpenWeb;
use orchestrator_core::client::Client;
use orchestrator_core::paths::Paths;
use serde::Serialize;
use tauri::State;
use tokio::sync::Mutex;

/// The window's own connection to the host. It is kept for as long as the window lives, because the host
/// keeps its loopback listener open while a client that asked for it is there.
pub struct Door {
    paths: Paths,
    client: Mutex<Option<Client>>,
}

/// Why the page has no host to talk to, in the shape of the door's own errors.
#[derive(Debug, Serialize)]
pub struct NoHost {
    code: &'static str,
    message: String,
    hint: &'static str,
}

impl Door {
    /// A door to the host of this home; nothing is started yet.
    pub fn new(paths: Paths) -> Self {
        Self { paths, client: Mutex::new(None) }
    }

    async fn open(&self) -> Result<OpenWeb, NoHost> {
        let mut kept = self.client.lock().await;
        // A kept connection may be to a host that has ended since: then look for, or start, another.
        if let Some(client) = kept.as_ref()
            && let Ok(web) = client.open_web().await
        {
            return Ok(web);
        }
        let program = host_program(std::env::var_os("AI_ORCHESTRATOR_BIN").map(PathBuf::from), own_folder());
        let client = Client::connect_or_start(&self.paths, &program).await.map_err(NoHost::because)?;
        let web = client.open_web().await.map_err(NoHost::because)?;
        *kept = Some(client);
        Ok(web)
    }
}

impl NoHost {
    fn because(problem: impl std::fmt::Display) -> Self {
        Self {
            code: "host_unreachable",
            message: problem.to_string(),
            hint: "see what `ai-orchestrator host start` says in a terminal, and `ai-orchestrator host log`",
        }
    }
}

/// Where the page finds the host: `{address, token}`. Starts the host when none runs.
#[tauri::command]
pub async fn door(door: State<'_, Door>) -> Result<OpenWeb, NoHost> {
    door.open().await
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
