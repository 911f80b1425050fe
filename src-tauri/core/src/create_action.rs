//! Create Action: opens a terminal in which an agent asks what to automate and writes the file itself.

use std::path::{Path, PathBuf};

use crate::action;
use crate::api::{ApiError, TerminalView};
use crate::host::Rooms;
use crate::paths::Paths;
use crate::terminal::shell::{self, Shell};
use crate::terminal::{CursorId, Message, Size};
use crate::terminals::{Spawn, SpawnError};

const RULES: &str = include_str!("create_action/rules.md");

/// Opens the terminal; the agent starts in it as soon as its shell is ready.
pub async fn open(rooms: &Rooms, project: Option<PathBuf>) -> Result<TerminalView, ApiError> {
    let folder = match &project {
        Some(project) => Paths::project_actions(project),
        None => rooms.paths.actions(),
    };
    if shell::on_path("claude").is_none() {
        let message = "claude is not installed, so no agent can write the action";
        let hint =
            format!("write a YAML file in {}; `ai-orchestrator schema` describes it", folder.display());
        return Err(ApiError::new(409, "claude_missing", message).hint(hint));
    }
    let prompt = rooms
        .prompts
        .write(&instructions(&folder))
        .map_err(|error| ApiError::new(500, "io", format!("the agent's instructions: {error}")))?;
    let shell = Shell::find(None).map_err(SpawnError::from)?;
    let line = format!(
        "claude --append-system-prompt-file {}\r",
        shell.kind.quote(&prompt.path().to_string_lossy())
    );
    let cwd = project.clone().unwrap_or_else(|| rooms.paths.user_home().to_owned());
    let task = "Create action".to_owned();
    let spawn = Spawn { shell, cwd, project, env: Vec::new(), size: Size::default(), task, run: None };
    let terminal = rooms.terminals.spawn(spawn).await?;
    let view = terminal.view();
    terminal.send(Message::Keep(Box::new(prompt)));
    tokio::spawn(async move {
        terminal.wait_ready().await;
        let cursor = CursorId::fresh();
        terminal.send(Message::OpenCursor(cursor));
        if let Err(error) = terminal.type_text(line, cursor).await {
            tracing::warn!(%error, "the agent was not started");
        }
        terminal.send(Message::CloseCursor(cursor));
    });
    Ok(view)
}

/// What the agent is told: the rules, the folder, and the format from the schema's own source.
fn instructions(folder: &Path) -> String {
    format!("{RULES}\n\nFolder: {}\n\nJSON Schema:\n\n{}\n", folder.display(), action::schema())
}
