//! `ai-orchestrator`: the command line, and the program that the host runs as.

mod action;
mod args;
mod attach;
mod complete;
mod config;
mod failure;
mod follow;
mod host;
mod keyboard;
mod log;
mod print;
mod run;
mod sieve;
mod terminal;
mod versions;

use std::process::ExitCode;

use clap::Parser as _;
use orchestrator_core::client::Client;
use orchestrator_core::paths::Paths;

use args::{Cli, Command, HostVerb};
use failure::Failure;

fn main() -> ExitCode {
    complete::answer();
    // Asked of the words themselves: what can't be understood as a whole is to be told as JSON, too.
    let words = || std::env::args_os().skip(1).take_while(|word| word != "--");
    let json = words().any(|word| word == "--json");
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if json && error.use_stderr() => {
            let failure = misunderstood(&error);
            failure.print(true);
            return failure.exit_code();
        }
        Err(error) => error.exit(),
    };
    if matches!(cli.command, Some(Command::Host { verb: HostVerb::Serve })) {
        // A host outlives whoever started it, so it keeps none of the descriptors that came with it.
        portable_pty::unix::close_random_fds();
    }
    match perform(cli) {
        Ok(code) => code,
        Err(failure) => {
            failure.print(json);
            failure.exit_code()
        }
    }
}

/// What clap says, in one line each for what is wrong and what to do.
fn misunderstood(error: &clap::Error) -> Failure {
    let said = error.render().to_string();
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let message = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let rest: Vec<&str> = lines.collect();
    let failure = Failure::usage(message);
    if rest.is_empty() { failure } else { failure.hint(rest.join("; ")) }
}

fn perform(cli: Cli) -> Result<ExitCode, Failure> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    // Beside a terminal that floods, the loop looks for other work after each few reads.
    let runtime =
        runtime.enable_all().event_interval(4).build().map_err(|error| Failure::usage(error.to_string()))?;
    let done = runtime.block_on(async {
        match cli.command {
            None => host::open_window(),
            Some(Command::Action { verb }) => action::perform(verb).await,
            Some(Command::Terminal { verb }) => terminal::perform(verb).await,
            Some(Command::Run { verb }) => run::perform(verb).await,
            Some(Command::Host { verb }) => host::perform(verb).await,
            Some(Command::Config { verb }) => config::perform(verb).await,
            Some(Command::Schema) => print::text(&orchestrator_core::action::schema()),
            Some(Command::Openapi) => print::text(&orchestrator_core::api::openapi()),
            Some(Command::Completions { shell }) => print::text(&complete::script(&shell.to_string())?),
            Some(Command::Man { folder }) => print::manual(&folder),
            Some(Command::Version { format }) => {
                let version = env!("CARGO_PKG_VERSION");
                if format.json {
                    return print::json(&serde_json::json!({ "version": version }));
                }
                print::text(&format!("ai-orchestrator {version}\n"))
            }
        }
    });
    // A thread that still reads the keyboard must not keep the process.
    runtime.shutdown_background();
    done
}

/// The home of this call.
fn paths() -> Result<Paths, Failure> {
    Paths::from_env().map_err(|error| Failure::usage(error.to_string()))
}

/// The host of this home; one is started if none runs.
async fn connect() -> Result<Client, Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::unreachable(error.to_string()))?;
    let client = Client::connect_or_start(&paths()?, &program).await?;
    if let Some(version) = client.other_version() {
        eprintln!(
            "warning: the host is version {version}, this is {}; `ai-orchestrator host stop` ends it, and the next \
             command starts one of this version",
            env!("CARGO_PKG_VERSION")
        );
    }
    Ok(client)
}
