//! Create Action: a terminal in which an agent asks what to automate and writes the file itself, or, without
//! an agent, a commented template for the user's editor.

use std::path::{Path, PathBuf};

use crate::action::{self, Scope};
use crate::api::{ActionView, ApiError, TerminalView};
use crate::environment::is_installed;
use crate::host::Rooms;
use crate::paths::Paths;
use crate::store::Which;
use crate::terminal::{Message, Size};
use crate::terminals::Spawn;

const RULES: &str = include_str!("create_action/rules.md");
const TEMPLATE: &str = include_str!("create_action/template.yaml");
/// What the template's file is called, if the name is free.
const NEW_ID: &str = "new-action";

/// Opens the terminal; the agent starts in it as soon as its shell is ready.
pub async fn open(rooms: &Rooms, project: Option<PathBuf>) -> Result<TerminalView, ApiError> {
    let shell = rooms.shell(None).await?;
    let base = rooms.terminals.environment().await;
    if !is_installed("claude", &base, &shell.program).await {
        let message = "claude is not installed, so no agent can write the action";
        let hint = "start from a template instead (`ai-orchestrator action new --template`)";
        return Err(ApiError::new(409, "claude_missing", message).hint(hint));
    }
    let prompt = rooms
        .prompts
        .write(&instructions(&rooms.paths, project.as_deref()))
        .map_err(|error| ApiError::new(500, "io", format!("the agent's instructions: {error}")))?;
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
    tokio::spawn(async move { terminal.type_first(line).await });
    Ok(view)
}

/// Writes the template under a free id into the project's folder, or the user's without a project.
pub async fn write_template(rooms: &Rooms, project: Option<PathBuf>) -> Result<ActionView, ApiError> {
    let project = project.filter(|project| rooms.paths.actions_of(project).is_some());
    let scope = if project.is_some() { Scope::Project } else { Scope::User };
    let id = rooms.store.create(project.clone(), NEW_ID, move |id| template(id, scope)).await?;
    let which = Which { id, project, scope: Some(scope) };
    Ok(rooms.store.show(which).await?.action)
}

/// What the agent is told: the rules, the folders, and the format from the schema's own source.
fn instructions(paths: &Paths, project: Option<&Path>) -> String {
    let user = paths.actions();
    let folders = match project.and_then(|project| paths.actions_of(project)) {
        Some(projects) => format!(
            "- For this project, shared with all who clone it: {}\n- For the user, in every project: {}",
            projects.display(),
            user.display()
        ),
        None => format!("- For the user, in every project: {}", user.display()),
    };
    format!("{RULES}\n## Folders\n\n{folders}\n\n## JSON Schema\n\n{}", action::schema())
}

/// The template's text for an id; the schema that the first line names is put beside it.
fn template(id: &str, scope: Scope) -> String {
    let scope = format!("{scope:?}").to_lowercase();
    TEMPLATE.replace("ID", id).replace("SCOPE", &scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_no_problem_as_it_is_nor_with_every_comment_made_true() {
        for scope in [Scope::User, Scope::Project] {
            let text = template("new-action-2", scope);
            let file = Path::new("new-action-2.yaml");
            let (action, problems) = action::read(file, scope, text.as_bytes());
            assert_eq!((action.unwrap().id.as_str(), &problems[..]), ("new-action-2", &[][..]));

            let keys = text.lines().map(|line| line.replacen("#~ ", "", 1) + "\n").collect::<String>();
            let (action, problems) = action::read(file, scope, keys.as_bytes());
            assert_eq!(problems, [], "{keys}");
            let action = action.unwrap();
            assert!(!action.inputs.is_empty() && action.timeout.is_some() && action.steps.len() == 4);
        }
    }

    #[test]
    fn the_agent_is_told_both_folders_and_the_schema_itself() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::at(&home.path().join("home"), home.path().to_owned()).unwrap();
        let told = instructions(&paths, Some(Path::new("/repo")));
        assert!(told.contains("/repo/.ai-orchestrator/actions\n"), "{told}");
        assert!(told.contains(&format!("{}\n", paths.actions().display())), "{told}");
        assert!(told.contains(&action::schema()));
        assert!(!instructions(&paths, None).contains("this project"));
        let paths = Paths::at(&home.path().join(".ai-orchestrator"), home.path().to_owned()).unwrap();
        assert!(!instructions(&paths, Some(home.path())).contains("this project"));
    }
}
