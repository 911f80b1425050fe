//! What the command line takes.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::engine::ArgValueCandidates;

use crate::complete;

/// Scripted terminal sessions, kept alive by a host.
///
/// Without a command the window opens. Exit codes: 0 succeeded; 1 a step failed or the last command ended
/// non-zero; 2 wrong usage, or an unknown, broken or untrusted action; 3 the host can't be reached; 130 cancelled.
#[derive(Debug, Parser)]
#[command(name = "ai-orchestrator", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Actions: list, run, check, and their history.
    Action {
        /// What to do.
        #[command(subcommand)]
        verb: ActionVerb,
    },
    /// Terminals: list, open, type into, look at, end.
    Terminal {
        /// What to do.
        #[command(subcommand)]
        verb: TerminalVerb,
    },
    /// Runs: list, show, cancel.
    Run {
        /// What to do.
        #[command(subcommand)]
        verb: RunVerb,
    },
    /// The host that owns all terminals.
    Host {
        /// What to do.
        #[command(subcommand)]
        verb: HostVerb,
    },
    /// Settings: show, change.
    Config {
        /// What to do.
        #[command(subcommand)]
        verb: ConfigVerb,
    },
    /// Print the JSON Schema of action files.
    Schema,
    /// Print the `OpenAPI` document of the host's door.
    #[command(hide = true)]
    Openapi,
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder.
    Man {
        /// The folder, such as `~/.local/share/man/man1`.
        folder: PathBuf,
    },
    /// Print the version.
    Version {
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
}

/// Verbs of the settings.
#[derive(Debug, Subcommand)]
pub enum ConfigVerb {
    /// Show all settings as they hold now, and what is wrong with their file.
    Show {
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Print one setting.
    Get {
        /// Its key, such as `font-size` or `shortcuts.palette`.
        key: String,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Change a setting; comments and all else in the file stay.
    Set {
        /// Its key, such as `font-size` or `shortcuts.palette`.
        key: String,
        /// Its new value.
        value: String,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Bring a setting back to what is usual.
    Reset {
        /// Its key.
        key: String,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Print where the settings' file is.
    Path {
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Print the JSON Schema of the settings' file.
    Schema,
}

/// The project.
#[derive(Clone, Debug, Args)]
pub struct InProject {
    /// The project's folder; the nearest project upward is meant [default: the current folder].
    #[arg(short = 'C', value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// How to print.
#[derive(Clone, Copy, Debug, Args)]
pub struct AsJson {
    /// Print JSON, for programs.
    #[arg(long)]
    pub json: bool,
}

/// One action.
#[derive(Clone, Debug, Args)]
pub struct OneAction {
    /// The action's id.
    #[arg(add = ArgValueCandidates::new(complete::actions))]
    pub id: String,
    /// The project's action of this id, where the user has one too.
    #[arg(long, conflicts_with = "user")]
    pub project: bool,
    /// The user's action of this id, where the project has one too.
    #[arg(long)]
    pub user: bool,
    /// The project.
    #[command(flatten)]
    pub place: InProject,
}

/// Verbs of actions.
#[derive(Debug, Subcommand)]
pub enum ActionVerb {
    /// List the actions of a project and the user's.
    List {
        /// The project.
        #[command(flatten)]
        place: InProject,
        /// List the deleted actions that can be brought back instead; `action history` and `restore` take their ids.
        #[arg(long)]
        deleted: bool,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Print an action's file, or a version of it.
    Show {
        /// The action.
        #[command(flatten)]
        action: OneAction,
        /// The version's timestamp, as `action history` prints it; without one, what the file holds.
        timestamp: Option<String>,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Run an action: its terminal's output on stdout, its progress on stderr.
    Run(RunArgs),
    /// Check action files; without a path, all that are loaded.
    Check {
        /// Files, or folders of files.
        paths: Vec<PathBuf>,
        /// The project.
        #[command(flatten)]
        place: InProject,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Make an action: an agent writes it in a terminal, or you fill in a template.
    ///
    /// Prints the terminal's id, or the template's path where no agent is installed; with an editor set
    /// the template is opened, unless --json asks for what is there instead: `{"terminal": …}` or `{"action": …}`.
    New {
        /// Make it one of the project of this folder; without it, it is the user's.
        #[arg(short = 'C', value_name = "DIR")]
        folder: Option<PathBuf>,
        /// Write the template although an agent is installed.
        #[arg(long)]
        template: bool,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Open an action's file in the editor (the setting `editor`, $VISUAL, $EDITOR), then check it.
    Edit {
        /// The action.
        #[command(flatten)]
        action: OneAction,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Delete an action; its history stays.
    Delete {
        /// The action.
        #[command(flatten)]
        action: OneAction,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Bring a default action back to its shipped version; the edit stays in the history.
    Reset {
        /// The action's id.
        #[arg(add = ArgValueCandidates::new(complete::actions))]
        id: String,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// List an action's versions, newest first.
    History {
        /// The action.
        #[command(flatten)]
        action: OneAction,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Show what changed between two versions, as a unified diff.
    Diff {
        /// The action.
        #[command(flatten)]
        action: OneAction,
        /// The older version's timestamp, as `action history` prints it; without one, the newest that the file does not hold.
        from: Option<String>,
        /// The newer version's; without one, what the file holds.
        to: Option<String>,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Bring a version back.
    Restore {
        /// The action.
        #[command(flatten)]
        action: OneAction,
        /// The version's timestamp, as `action history` prints it.
        timestamp: String,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Print the ids of the shipped actions, one a line.
    DefaultIds {
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
}

/// What of a project's action is accepted.
#[derive(Clone, Debug)]
pub enum Accept {
    /// What is there now, which is shown.
    AsShown,
    /// The file of this sha256 and no other.
    Exactly(String),
}

const AS_SHOWN: &str = "as-shown";

/// How to run an action.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "independent flags of a command line")]
pub struct RunArgs {
    /// The project's folder.
    pub folder: PathBuf,
    /// The action's id.
    #[arg(add = ArgValueCandidates::new(complete::actions))]
    pub id: String,
    /// A value for one of the action's inputs.
    #[arg(long = "input", value_name = "KEY=VALUE", value_parser = key_value)]
    pub inputs: Vec<(String, String)>,
    /// Run the user's action of this id, where the project's hides it.
    #[arg(long, conflicts_with = "trust")]
    pub user: bool,
    /// Accept the project's action as it is now, say what that is, and remember it. With its file's SHA256, as
    /// `sha256sum` prints it: accept and run exactly that, else refuse.
    #[arg(long, value_name = "SHA256", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = AS_SHOWN, value_parser = accept)]
    pub trust: Option<Accept>,
    /// Run the last good version of a file that is broken now.
    #[arg(long)]
    pub stale: bool,
    /// Come back as soon as the run has begun.
    #[arg(long)]
    pub detach: bool,
    /// Leave the terminal open.
    #[arg(long)]
    pub keep: bool,
    /// Time limit for the whole run: 500ms, 30s, 10m, 1h.
    #[arg(long, value_parser = duration)]
    pub timeout: Option<std::time::Duration>,
    /// Print one JSON object a line, for programs.
    #[arg(long)]
    pub json: bool,
    /// With --json: print the terminal's output too.
    #[arg(long, requires = "json")]
    pub output: bool,
}

/// Verbs of terminals.
#[derive(Debug, Subcommand)]
pub enum TerminalVerb {
    /// List the terminals.
    List {
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Open a terminal; print its id.
    Open {
        /// The project.
        #[command(flatten)]
        place: InProject,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// List the codenames that you have met, by opening terminals yourself.
    Codenames {
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Show a terminal in this one, and type into it; Ctrl-] comes back.
    Attach {
        /// The terminal's id, the start of it, or its codename.
        #[arg(add = ArgValueCandidates::new(complete::terminals))]
        id: String,
    },
    /// Type text as given.
    Send {
        /// The terminal's id, the start of it, or its codename.
        #[arg(add = ArgValueCandidates::new(complete::terminals))]
        id: String,
        /// The text.
        text: String,
        /// Press Enter after it.
        #[arg(long)]
        enter: bool,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Print what is on the screen.
    Screen {
        /// The terminal's id, the start of it, or its codename.
        #[arg(add = ArgValueCandidates::new(complete::terminals))]
        id: String,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// End everything in a terminal and close it.
    Kill {
        /// The terminal's id, the start of it, or its codename.
        #[arg(add = ArgValueCandidates::new(complete::terminals))]
        id: String,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
}

/// Verbs of runs.
#[derive(Debug, Subcommand)]
pub enum RunVerb {
    /// List the runs, newest first.
    List {
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Show a run's steps.
    Show {
        /// The run's id, or the start of it.
        #[arg(add = ArgValueCandidates::new(complete::runs))]
        id: String,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Stop a run; the program in its terminal is left alone.
    Cancel {
        /// The run's id, or the start of it.
        #[arg(add = ArgValueCandidates::new(complete::runs))]
        id: String,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
}

/// Verbs of the host.
#[derive(Debug, Subcommand)]
pub enum HostVerb {
    /// Start the host, unless one runs; come back when it answers.
    Start {
        /// Open the door on loopback too, at this address: 127.0.0.1:PORT, port 0 for any free one.
        #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:0")]
        http: Option<String>,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Run the host in this process.
    #[command(hide = true)]
    Serve,
    /// Show how the host is; exit 3 if none runs.
    Status {
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// End the host and everything in its terminals.
    Stop {
        /// Do not ask although terminals live.
        #[arg(long)]
        yes: bool,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
    /// Print the host's log: readable on a terminal, one JSON object a line for programs.
    Log {
        /// Print only the newest lines.
        #[arg(short = 'n', long, value_name = "N")]
        lines: Option<usize>,
        /// Go on with what is logged from now on, until Ctrl-C.
        #[arg(short, long)]
        follow: bool,
        /// How to print.
        #[command(flatten)]
        format: AsJson,
    },
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`; write KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

fn accept(text: &str) -> Result<Accept, String> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text {
        AS_SHOWN => Ok(Accept::AsShown),
        digest if is_digest => Ok(Accept::Exactly(digest.to_ascii_lowercase())),
        // An empty one too: a script's variable that was never set is no word of trust.
        other => {
            Err(format!("`{other}` is no sha256; write the 64 digits that `sha256sum` prints for the file"))
        }
    }
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    orchestrator_core::action::duration::parse(text)
        .ok_or_else(|| format!("`{text}` is no duration; write 500ms, 30s, 10m or 1h"))
}
