//! `ai-orchestrator action …`

use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use orchestrator_core::action::{self, Problem, Scope, Severity};
use orchestrator_core::api::{
    ActionDetail, ActionHealth, ActionList, ActionView, CheckRequest, ConfigView, CreateRequest,
    DeletedAction, RestoreRequest, TerminalView, Undo,
};
use orchestrator_core::client::{Client, ClientError, path};
use orchestrator_core::paths::Paths;
use serde_json::json;

use crate::args::{ActionVerb, AsJson, InProject, OneAction};
use crate::failure::Failure;
use crate::{connect, follow, print, versions};

pub async fn perform(verb: ActionVerb) -> Result<ExitCode, Failure> {
    match verb {
        ActionVerb::List { place, deleted, format } => list(&place, deleted, format).await,
        ActionVerb::Show { action, timestamp: None, format } => {
            let detail = detail(&action).await?;
            if format.json { print::json(&detail) } else { versions::print_source(&detail.source) }
        }
        ActionVerb::Show { action, timestamp: Some(timestamp), format } => {
            versions::show(&action, &timestamp, format).await
        }
        ActionVerb::Run(args) => follow::run(args).await,
        ActionVerb::Check { paths, place, format } => check(&paths, &place, format).await,
        ActionVerb::New { folder, template, format } => new(folder.as_deref(), template, format).await,
        ActionVerb::Edit { action, format } => edit(&action, format).await,
        ActionVerb::Delete { action, format } => delete(&action, format).await,
        ActionVerb::Reset { id, format } => reset(id, format).await,
        ActionVerb::History { action, format } => versions::list(&action, format).await,
        ActionVerb::Diff { action, from, to, format } => versions::diff(&action, from, to, format).await,
        ActionVerb::Restore { action, timestamp, format } => restore(&action, timestamp, format).await,
        ActionVerb::DefaultIds { format } => {
            let ids: Vec<String> = connect().await?.get("/v1/default-actions").await?;
            if format.json { print::json(&ids) } else { print::lines(ids) }
        }
    }
}

impl InProject {
    /// The folder as an absolute path, which is what the host needs.
    pub fn absolute(&self) -> Result<String, Failure> {
        absolute(self.folder.as_deref().unwrap_or(Path::new(".")))
    }
}

/// An absolute path as text.
pub fn absolute(folder: &Path) -> Result<String, Failure> {
    let absolute =
        folder.canonicalize().map_err(|error| Failure::usage(format!("{}: {error}", folder.display())))?;
    if !absolute.is_dir() {
        return Err(Failure::usage(format!("{} is not a folder", folder.display())));
    }
    absolute.into_os_string().into_string().map_err(|_| {
        Failure::usage(format!("{}: the path is not UTF-8, which the host can't take", folder.display()))
    })
}

impl OneAction {
    fn scope(&self) -> Option<Scope> {
        match (self.project, self.user) {
            (true, _) => Some(Scope::Project),
            (_, true) => Some(Scope::User),
            _ => None,
        }
    }

    /// Its path in the door.
    pub fn path(&self, rest: &[&str]) -> Result<String, Failure> {
        let scope = self.scope().map(|scope| if scope == Scope::User { "user" } else { "project" });
        let segments: Vec<&str> = ["actions", &self.id].into_iter().chain(rest.iter().copied()).collect();
        Ok(path(&segments, &[("project", Some(&self.place.absolute()?)), ("scope", scope)]))
    }
}

pub async fn detail(action: &OneAction) -> Result<ActionDetail, Failure> {
    Ok(connect().await?.get(&action.path(&[])?).await?)
}

async fn list(place: &InProject, deleted: bool, format: AsJson) -> Result<ExitCode, Failure> {
    let project = place.absolute()?;
    let list: ActionList = connect().await?.get(&path(&["actions"], &[("project", Some(&project))])).await?;
    if deleted {
        return if format.json { print::json(&list.deleted) } else { print_deleted(&list.deleted) };
    }
    for problem in &list.problems {
        eprint!("{}", report(problem));
    }
    if format.json {
        return print::json(&list.actions);
    }
    let rows: Vec<[String; 4]> = list
        .actions
        .iter()
        .map(|action| {
            [action.id.clone(), action::visible(&action.label), origin(action).to_owned(), note(action)]
        })
        .collect();
    print::table(["ID", "LABEL", "FROM", "NOTE"], &rows)
}

fn print_deleted(deleted: &[DeletedAction]) -> Result<ExitCode, Failure> {
    let from = |scope| if scope == Scope::Project { "project" } else { "user" };
    let rows: Vec<[String; 4]> = deleted
        .iter()
        .map(|action| {
            let when = action.deleted.map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
            let (label, when) = (action.label.clone(), when.unwrap_or_default());
            [action.id.clone(), label, from(action.scope).to_owned(), when]
        })
        .collect();
    print::table(["ID", "LABEL", "FROM", "DELETED"], &rows)
}

fn origin(action: &ActionView) -> &'static str {
    match (action.scope, action.default) {
        (Scope::Project, _) => "project",
        (Scope::User, true) => "default",
        (Scope::User, false) => "user",
    }
}

fn note(action: &ActionView) -> String {
    let mut notes = Vec::new();
    match action.health {
        ActionHealth::Ready => {}
        ActionHealth::Stale => notes.push("broken; the last good version can run".to_owned()),
        ActionHealth::Broken => notes.push("broken".to_owned()),
    }
    if !action.trusted {
        notes.push("not accepted yet".to_owned());
    }
    if action.overrides.is_some() {
        notes.push("overrides yours".to_owned());
    }
    notes.join(", ")
}

async fn check(paths: &[PathBuf], place: &InProject, format: AsJson) -> Result<ExitCode, Failure> {
    let problems = if paths.is_empty() {
        let request = CheckRequest { project: Some(place.absolute()?) };
        connect().await?.post("/v1/check", &request).await?
    } else {
        let mut all = BTreeSet::new();
        for path in paths {
            all.extend(files(path)?);
        }
        action::check(&all, scope_of)
    };
    let broken = problems.iter().any(|problem: &Problem| problem.severity == Severity::Error);
    if format.json {
        print::json(&problems)?;
    } else {
        print::text(&problems.iter().map(report).collect::<String>())?;
    }
    Ok(ExitCode::from(u8::from(broken)))
}

/// A file in a project's folder for actions is the project's, unless that is the user's own; one elsewhere is nobody's.
fn scope_of(file: &Path) -> Option<Scope> {
    // Of a link, where it stands counts, and not where it leads.
    let folder = file.parent().map(|folder| if folder == "" { Path::new(".") } else { folder })?;
    let folder = folder.canonicalize().ok()?;
    let own = crate::paths().ok().and_then(|paths| paths.actions().canonicalize().ok());
    if own.is_some_and(|own| folder == own) {
        return Some(Scope::User);
    }
    let stands = std::path::absolute(file).ok()?;
    let is_project = |folder: &Path| folder.ends_with(".ai-orchestrator/actions");
    // Also if that folder is a link to another one.
    (is_project(&folder) || stands.parent().is_some_and(is_project)).then_some(Scope::Project)
}

/// The one file, or the action files of a folder or of the project that it is.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let in_folder = |folder: &Path| {
        let entries = std::fs::read_dir(folder).ok()?;
        let files = entries.flatten().map(|entry| entry.path());
        Some(files.filter(|file| action::is_action_file(file)).collect::<Vec<_>>())
    };
    // What else lies in a project is for other programs.
    let found = in_folder(&Paths::project_actions(path)).or_else(|| in_folder(path));
    let Some(files) = found else { return Ok(vec![path.to_owned()]) };
    if files.is_empty() {
        // Somebody who relies on it would think that all is well.
        let message = format!("there are no action files in {}", path.display());
        return Err(Failure::usage(message).hint(
            "they are `*.yaml` or `*.yml`, directly in the folder or in its .ai-orchestrator/actions",
        ));
    }
    Ok(files)
}

fn report(problem: &Problem) -> String {
    // What is no plain file (a pipe, say) could block, and of what is too large nothing was read.
    let is_read = |metadata: &std::fs::Metadata| metadata.is_file() && metadata.len() <= action::MOST_BYTES;
    let source = std::fs::metadata(&problem.file).ok().filter(is_read);
    let source = source.and_then(|_| std::fs::read(&problem.file).ok()).unwrap_or_default();
    action::report(problem, &String::from_utf8_lossy(&source))
}

/// An agent writes it, in a terminal; where none is installed the user does, in an editor.
async fn new(folder: Option<&Path>, template: bool, format: AsJson) -> Result<ExitCode, Failure> {
    let project = folder.map(absolute).transpose()?;
    let client = connect().await?;
    let request = CreateRequest { project };
    if !template {
        let opened: Result<TerminalView, _> = client.post("/v1/create-action", &request).await;
        match opened {
            Ok(terminal) if format.json => return print::json(&json!({ "terminal": terminal })),
            Ok(terminal) => {
                if std::io::stderr().is_terminal() {
                    eprintln!("the agent asks in it: ai-orchestrator terminal attach {}", terminal.codename);
                }
                return print::text(&format!("{}\n", terminal.id));
            }
            Err(ClientError::Refused(refusal)) if refusal.code == "claude_missing" => {
                if !format.json {
                    eprintln!("claude is not installed, so here is a template to fill in:");
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    let action: ActionView = client.post("/v1/actions-template", &request).await?;
    if format.json {
        return print::json(&json!({ "action": action }));
    }
    print::text(&format!("{}\n", print::visible(&action.path)))?;
    match editor(&client).await? {
        Some(editor) if std::io::stdin().is_terminal() => {
            open_editor(&editor, &action.path)?;
            tell_problems(&action.path, format)
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

async fn edit(action: &OneAction, format: AsJson) -> Result<ExitCode, Failure> {
    let view = detail(action).await?.action;
    let file = view.path;
    let Some(editor) = editor(&connect().await?).await? else {
        let hint =
            format!("`ai-orchestrator config set editor nano` or EDITOR names one; the file is {file}");
        return Err(Failure::usage("no editor is set").hint(hint));
    };
    open_editor(&editor, &file)?;
    if view.default && !format.json {
        eprintln!(
            "note: {} is a default: the shipped version comes back when the host starts, and your edit is then in its \
             history, unless `defaults: keep-edits` is set",
            view.id
        );
    }
    tell_problems(&file, format)
}

/// What is wrong with a file that was just written; also with one that now is another action.
fn tell_problems(file: &str, format: AsJson) -> Result<ExitCode, Failure> {
    let problems = action::check(&[PathBuf::from(file)].into(), scope_of);
    if format.json {
        return print::json(&json!({ "path": file, "problems": problems }));
    }
    for problem in &problems {
        eprint!("{}", report(problem));
    }
    Ok(ExitCode::SUCCESS)
}

/// The editor of the settings, else the one that this terminal's environment names.
async fn editor(client: &Client) -> Result<Option<String>, Failure> {
    let config: ConfigView = client.get("/v1/config").await?;
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    Ok(config.settings.editor.or_else(|| ["VISUAL", "EDITOR"].iter().find_map(set)))
}

/// As git does: the variable is a command line, so that `code --wait` works; a path with blanks stands in quotes there.
fn open_editor(editor: &str, file: &str) -> Result<(), Failure> {
    // One that is there under the whole name is meant, whatever blanks are in it.
    let line =
        if Path::new(editor).is_file() { r#""$0" "$1""#.to_owned() } else { format!("{editor} \"$1\"") };
    #[expect(clippy::disallowed_methods, reason = "the user's editor takes over this terminal")]
    let mut shell = Command::new("sh");
    shell.args(["-c", &line, editor, file]);
    if !std::io::stdout().is_terminal() {
        // What the editor shows is for a person, while what is printed is for a program.
        shell.stdout(std::io::stderr());
    }
    let failed = |why: String| {
        Failure::usage(format!("the editor {editor} {why}"))
            .hint(format!("the setting `editor`, VISUAL or EDITOR names it; the file is {file}"))
    };
    let status = shell.status().map_err(|error| failed(format!("can't be started: {error}")))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(127) => Err(failed("is not there".to_owned())),
        Some(code) => Err(failed(format!("ended with exit code {code}"))),
        None => Err(failed("was ended by a signal".to_owned())),
    }
}

async fn delete(action: &OneAction, format: AsJson) -> Result<ExitCode, Failure> {
    let undo: Undo = connect().await?.delete(&action.path(&[])?).await?;
    tell_undo(&format!("{} is deleted", action.id), action, &undo, format)
}

async fn reset(id: String, format: AsJson) -> Result<ExitCode, Failure> {
    let undo: Undo = connect().await?.post(&path(&["actions", &id, "reset"], &[]), &()).await?;
    let action = OneAction { id, project: false, user: true, place: InProject { folder: None } };
    tell_undo(&format!("{} is as shipped", action.id), &action, &undo, format)
}

async fn restore(action: &OneAction, timestamp: String, format: AsJson) -> Result<ExitCode, Failure> {
    let request =
        RestoreRequest { timestamp, project: Some(action.place.absolute()?), scope: action.scope() };
    let undo: Undo = connect().await?.post(&path(&["actions", &action.id, "restore"], &[]), &request).await?;
    let file = undo.path.as_deref().map(std::path::Path::new).and_then(std::path::Path::file_name);
    let done = match file.map(|file| file.to_string_lossy()) {
        // Another action has the file that is called so.
        Some(file) if file != format!("{}.yaml", action.id) => {
            format!("{} is restored into {}", action.id, print::tame(&file))
        }
        _ => format!("{} is restored", action.id),
    };
    tell_undo(&done, action, &undo, format)
}

fn tell_undo(done: &str, action: &OneAction, undo: &Undo, format: AsJson) -> Result<ExitCode, Failure> {
    if format.json {
        return print::json(undo);
    }
    if std::io::stderr().is_terminal()
        && let Some(timestamp) = &undo.timestamp
    {
        let scope = match action.scope() {
            Some(Scope::Project) => " --project",
            Some(Scope::User) => " --user",
            None => "",
        };
        let place = match &action.place.folder {
            Some(folder) => format!(" -C '{}'", print::visible(&folder.to_string_lossy())),
            None => String::new(),
        };
        let id = &action.id;
        eprintln!("undo with: ai-orchestrator action restore{place}{scope} {id} {timestamp}");
    }
    print::text(&format!("{done}\n"))
}
