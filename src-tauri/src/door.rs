//! The way to the host: finds or starts it and hands the page its address and token.
//! What is said through the door is deliberately elsewhere; the page says it itself, over HTTP and WebSocket.

use std::path::{Path, PathBuf};

use orchestrator_core::api::OpenWeb;
use orchestrator_core::client::{Client, ClientError};
use orchestrator_core::paths::Paths;
use serde::Serialize;

/// Why the page has no host to talk to, in the shape of the door's own errors.
#[derive(Debug, Serialize)]
pub struct NoHost {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

/// Where the page finds the host: `{address, token}`. Starts the host when none runs, if it may.
///
/// # Errors
/// When there is no host and none can be started, or what answers isn't one.
#[tauri::command]
pub async fn door(start: bool) -> Result<OpenWeb, NoHost> {
    // Looked for anew each time, like the host: what was wrong with the home may be mended by now.
    let paths = Paths::from_env().map_err(|problem| NoHost::denied(problem.to_string()))?;
    let program = host_program(std::env::var_os("AI_ORCHESTRATOR_BIN").map(PathBuf::from), own_folder());
    // Asked anew each time: the page asks again when the host that it knew is gone.
    let client =
        if start { Client::connect_or_start(&paths, &program).await } else { Client::connect(&paths).await };
    let client = client.map_err(|problem| NoHost::of(&problem, &paths))?;
    client.open_web().await.map_err(|problem| NoHost::of(&problem, &paths))
}

impl NoHost {
    fn of(problem: &ClientError, paths: &Paths) -> Self {
        let code = match problem {
            ClientError::Start(_) if !may_be_used(paths.home()) => return Self::denied(problem.to_string()),
            ClientError::Start(_) => "host_not_started",
            ClientError::NoHost => "no_host",
            ClientError::Silent => "host_silent",
            _ => "host_unreachable",
        };
        Self { code, message: problem.to_string(), hint: problem.hint() }
    }

    fn denied(message: String) -> Self {
        let hint =
            "see that your user may read and write that folder, or set AI_ORCHESTRATOR_HOME to another";
        Self { code: "home_denied", message, hint: Some(hint.to_owned()) }
    }
}

/// Whether this user may read and write in a folder.
fn may_be_used(folder: &Path) -> bool {
    use rustix::fs::{Access, access};
    access(folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK).is_ok()
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
