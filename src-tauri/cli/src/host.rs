//! `ai-orchestrator host …`, and opening the window.

use std::io::{IsTerminal as _, Write as _};
use std::process::{Command, ExitCode};

use orchestrator_core::api::HostStatus;
use orchestrator_core::client::{Client, ClientError};
use orchestrator_core::host::{self, HostError};
use serde_json::json;

use crate::args::{AsJson, HostVerb};
use crate::failure::Failure;
use crate::{connect, log, paths, print};

pub async fn perform(verb: HostVerb) -> Result<ExitCode, Failure> {
    match verb {
        HostVerb::Start { http, format } => start(http, format).await,
        HostVerb::Serve => serve().await,
        HostVerb::Status { format } => status(format).await,
        HostVerb::Stop { yes, format } => stop(yes, format).await,
        HostVerb::Log { lines, follow, format } => log::print(lines, follow, format).await,
    }
}

/// Opens the window: the program beside this one.
pub fn open_window() -> Result<ExitCode, Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::usage(error.to_string()))?;
    let window = own.with_file_name("ai-orchestrator-desktop");
    let missing = |error: std::io::Error| {
        Failure::usage(format!("the window can't be opened: {}: {error}", window.display())).hint(
            "build it with `cargo xtask build`, or use `ai-orchestrator host start --http` and a browser",
        )
    };
    #[expect(clippy::disallowed_methods, reason = "the window is a program of its own")]
    let status = Command::new(&window).status().map_err(missing)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn start(http: Option<String>, format: AsJson) -> Result<ExitCode, Failure> {
    let port = http.as_deref().map(port_of).transpose()?;
    let client = connect().await?;
    let open = match port {
        Some(port) => Some(client.open_web_on(port).await?),
        None => None,
    };
    if format.json {
        return print::json(&client.status().await?);
    }
    if let Some(open) = open {
        return print::text(&format!("{}/#token={}\n", open.address, open.token));
    }
    let status = client.status().await?;
    for notice in &status.notices {
        eprintln!("note: {}", print::visible(notice));
    }
    print::text(&format!("the host runs (process {}, version {})\n", status.pid, status.version))
}

/// The port of `127.0.0.1:PORT`; nothing but loopback is ever listened on.
fn port_of(address: &str) -> Result<u16, Failure> {
    let (host, port) = address.rsplit_once(':').unwrap_or(("127.0.0.1", address));
    let port = port.parse().ok().filter(|_| matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
    port.ok_or_else(|| {
        Failure::usage(format!("`{address}` is no address that the door can open at"))
            .hint("write 127.0.0.1:PORT, with port 0 for any free one")
    })
}

/// The host itself. Whoever started it reads its standard error until that closes: then it answers, or has said
/// why it does not.
async fn serve() -> Result<ExitCode, Failure> {
    let paths = paths()?;
    // Its own session, so that no terminal of its starter takes it along. One that leads a group keeps that.
    _ = rustix::process::setsid();
    let home = std::env::set_current_dir("/");
    home.map_err(|error| Failure::unreachable(format!("/: {error}")))?;
    let ready = || {
        if let Ok(null) = std::fs::File::options().read(true).write(true).open("/dev/null") {
            // Each can fail only if the descriptor is bad, which it is not.
            _ = rustix::stdio::dup2_stdin(&null);
            _ = rustix::stdio::dup2_stdout(&null);
            _ = rustix::stdio::dup2_stderr(&null);
        }
    };
    match host::serve(paths, ready).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // Where a client asked, somebody else was quicker, which is what was wanted; a person is told.
        Err(error @ HostError::AlreadyRuns(_)) => {
            if std::io::stderr().is_terminal() {
                eprintln!("{error}");
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            let failure = Failure::unreachable(error.to_string());
            Err(match error.hint() {
                Some(hint) => failure.hint(hint),
                None => failure,
            })
        }
    }
}

async fn status(format: AsJson) -> Result<ExitCode, Failure> {
    let status = Client::connect(&paths()?).await?.status().await?;
    if format.json { print::json(&status) } else { print_status(&status) }
}

fn print_status(status: &HostStatus) -> Result<ExitCode, Failure> {
    let memory = status.memory.rss / (1 << 20);
    let mut rows = vec![
        ["process", &status.pid.to_string()].map(str::to_owned),
        ["version", &status.version].map(str::to_owned),
        ["started", &status.started.to_rfc3339()].map(str::to_owned),
        ["home", &status.home].map(str::to_owned),
        ["socket", &status.socket].map(str::to_owned),
        ["page", status.url.as_deref().unwrap_or("closed (`host start --http` opens it)")].map(str::to_owned),
        ["memory", &format!("{memory} MiB")].map(str::to_owned),
        ["terminals", &status.terminals.to_string()].map(str::to_owned),
        ["runs", &status.runs.to_string()].map(str::to_owned),
        ["clients", &status.clients.to_string()].map(str::to_owned),
    ];
    rows.extend(status.notices.iter().map(|notice| ["notice".to_owned(), notice.clone()]));
    print::lines(rows.iter().map(|[name, value]| format!("{name:9}  {}", print::visible(value))))
}

async fn stop(yes: bool, format: AsJson) -> Result<ExitCode, Failure> {
    let paths = paths()?;
    let client = match Client::connect(&paths).await {
        Ok(client) => client,
        Err(ClientError::NoHost) if format.json => return print::json(&json!({ "pid": null })),
        Err(ClientError::NoHost) => return print::text("no host runs\n"),
        Err(error) => return Err(error.into()),
    };
    let mut force = yes;
    let pid = loop {
        let stopped: Result<HostStatus, _> = client.post("/v1/host/stop", &json!({ "force": force })).await;
        match stopped {
            Ok(status) => break status.pid,
            Err(ClientError::Refused(refusal)) if refusal.code == "terminals_living" && !force => {
                if !(std::io::stdin().is_terminal() && !format.json && ask(&refusal.message)) {
                    return Err(ClientError::Refused(refusal).into());
                }
                force = true;
            }
            Err(error) => return Err(error.into()),
        }
    };
    let waited = tokio::task::spawn_blocking(move || host::wait_until_vacant(&paths, pid)).await;
    waited.map_err(|error| Failure::unreachable(error.to_string()))?;
    if format.json {
        return print::json(&json!({ "pid": pid }));
    }
    print::text("the host has ended\n")
}

fn ask(question: &str) -> bool {
    eprint!("{question}. Stop? [y/N] ");
    _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}
