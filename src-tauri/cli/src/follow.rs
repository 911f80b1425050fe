//! `ai-orchestrator action run`: starts a run and follows it to its end.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use orchestrator_core::action::Scope;
use orchestrator_core::api::{
    ActionHealth, ApiError, Event, ExecuteRequest, Preview, PreviewRequest, RunFailure, RunStatus, RunView,
    StepStatus, StreamIn, StreamOut,
};
use orchestrator_core::client::{Client, ClientError, ClientFrame, Stream, path};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::args::{Accept, RunArgs};
use crate::failure::{self, Failure};
use crate::keyboard::{self, RawMode};
use crate::print::{tame, visible};
use crate::sieve::Sieve;
use crate::{connect, print};

/// Two Ctrl-C within this time cancel the run; a single one is the program's.
const TWICE: Duration = Duration::from_secs(1);
/// Output is acknowledged in steps of this size.
const ACK: u64 = 128 << 10;

pub async fn run(args: RunArgs) -> Result<ExitCode, Failure> {
    let project = crate::action::absolute(&args.folder)?;
    one_value_each(&args.inputs)?;
    let client = connect().await?;
    // Before the run starts, so that none of its events is missed.
    let mut events = client.stream("/v1/events").await?.watched();
    events.next().await?;
    let size = keyboard::size();
    let mut asked = false;
    let trust = match &args.trust {
        None => None,
        Some(Accept::Exactly(sha256)) => Some(sha256.clone()),
        Some(Accept::AsShown) => {
            let preview = shown(&client, &args, project.clone()).await?;
            asked = preview.as_ref().is_some_and(|preview| !preview.action.trusted);
            preview.map(|preview| preview.sha256)
        }
    };
    let request = ExecuteRequest {
        project: Some(project.clone()),
        scope: args.user.then_some(Scope::User),
        inputs: args.inputs.iter().cloned().collect(),
        trust,
        stale: args.stale,
        settle: !args.detach,
        keep: args.keep || args.detach,
        timeout: args.timeout.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)),
        cols: size.map(|(cols, _)| cols),
        rows: size.map(|(_, rows)| rows),
        await_viewer: shows_output(&args),
        ..ExecuteRequest::default()
    };
    let answer = client.post(&path(&["actions", &args.id, "execute"], &[]), &request).await;
    if let Some(sha256) = request.trust.as_ref().filter(|_| asked) {
        // What the host could not fill in, say, it has not accepted either.
        let accepted = match &answer {
            Ok(_) => true,
            Err(_) => preview(&client, &args, project.clone())
                .await
                .is_ok_and(|now| now.action.trusted && now.sha256 == *sha256),
        };
        if accepted {
            eprintln!("accepted: {sha256}");
        }
    }
    let started: RunView = match answer {
        Ok(run) => run,
        Err(ClientError::Refused(refusal)) if matches!(&*refusal.code, "untrusted" | "changed") => {
            return Err(untrusted(&client, &args, project, refusal).await);
        }
        Err(error) => return Err(error.into()),
    };
    if args.detach {
        return detached(&started, &args);
    }
    let output = if shows_output(&args) { Some(open_output(&client, &started).await?) } else { None };
    let mut follower = Follower {
        client,
        args,
        run: started,
        output,
        sieve: if std::io::stdout().is_terminal() { Sieve::for_terminal() } else { Sieve::for_program() },
        unacked: 0,
        replaying: 0,
        last_ctrl_c: None,
        partial: Vec::new(),
        began: Instant::now(),
    };
    follower.follow(events).await
}

/// Of two values for one input neither is guessed. They are not repeated here: they may be secret.
fn one_value_each(inputs: &[(String, String)]) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    match inputs.iter().find(|(id, _)| !seen.insert(id)) {
        None => Ok(()),
        Some((id, _)) => Err(Failure::usage(format!("the input `{id}` is given more than once"))
            .hint("leave one `--input` for each of them")),
    }
}

fn shows_output(args: &RunArgs) -> bool {
    !args.detach && (!args.json || args.output)
}

fn detached(started: &RunView, args: &RunArgs) -> Result<ExitCode, Failure> {
    if args.json {
        return print::json_line(&Event::RunStarted { run: started.id, view: started.clone() });
    }
    print::text(&format!("{}\n", started.id))
}

/// For a file or a program nothing that is printed is ever skipped, however slowly it reads; a person sees the
/// newest.
async fn open_output(client: &Client, run: &RunView) -> Result<Stream, Failure> {
    let terminal = run.terminal.to_string();
    let lossless = if std::io::stdout().is_terminal() { None } else { Some("1") };
    Ok(client.stream(&path(&["terminals", &terminal, "stream"], &[("lossless", lossless)])).await?)
}

async fn preview(client: &Client, args: &RunArgs, project: String) -> Result<Preview, ClientError> {
    let request = PreviewRequest {
        project: Some(project),
        inputs: args.inputs.iter().cloned().collect(),
        ..PreviewRequest::default()
    };
    client.post(&path(&["actions", &args.id, "preview"], &[]), &request).await
}

/// Shows what is about to be accepted: exactly that, even if the file changes meanwhile.
async fn shown(client: &Client, args: &RunArgs, project: String) -> Result<Option<Preview>, Failure> {
    let preview = preview(client, args, project).await?;
    if preview.action.health != ActionHealth::Ready && !args.stale {
        // It does not run, so that nothing of it is accepted either.
        return Ok(None);
    }
    if !preview.action.trusted {
        failure::say_preview(&preview);
    }
    Ok(Some(preview))
}

/// With what would run, so that the user can decide.
async fn untrusted(client: &Client, args: &RunArgs, project: String, refusal: ApiError) -> Failure {
    let failure = Failure::from(ClientError::Refused(refusal));
    match preview(client, args, project).await {
        Ok(preview) => {
            let hint = format!("to accept exactly this, add --trust={}", preview.sha256);
            failure.hint(hint).preview(preview)
        }
        // The refusal itself says what matters.
        Err(_) => failure,
    }
}

struct Follower {
    client: Client,
    args: RunArgs,
    run: RunView,
    output: Option<Stream>,
    sieve: Sieve,
    /// Bytes printed and not acknowledged yet.
    unacked: u64,
    /// Replayed bytes still to come; those are not acknowledged.
    replaying: u64,
    last_ctrl_c: Option<Instant>,
    /// When the run began, as seen from here.
    began: Instant,
    /// The beginning of a character whose rest has not come.
    partial: Vec<u8>,
}

/// How many bytes at the end begin a character that is not whole.
fn unfinished(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    (1..=tail.len())
        .find(|&length| {
            let end = &tail[tail.len() - length..];
            std::str::from_utf8(end)
                .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(0)
}

impl Follower {
    async fn follow(&mut self, mut events: Stream) -> Result<ExitCode, Failure> {
        // Standard input is the run's only when a person sits at both ends.
        let raw = if self.args.json { None } else { RawMode::enter() };
        let mut stdin = tokio::io::stdin();
        let mut keys = [0; 4096];
        let mut keyboard = raw.is_some();
        let watch = |kind| signal(kind).map_err(|error| Failure::usage(error.to_string()));
        let (mut terminated, mut hung_up) = (watch(SignalKind::terminate())?, watch(SignalKind::hangup())?);
        let finished = loop {
            tokio::select! {
                event = events.next() => {
                    if let Some(event) = self.heard(event?)? {
                        break event;
                    }
                }
                frame = next(&mut self.output) => self.printed(frame?).await?,
                count = stdin.read(&mut keys), if keyboard => {
                    let count = count.unwrap_or(0);
                    keyboard = count > 0;
                    self.typed(&keys[..count]).await?;
                }
                _ = tokio::signal::ctrl_c(), if raw.is_none() => self.cancel().await?,
                // Somebody ends this program: the run goes with it, and the terminal comes back as it was.
                _ = terminated.recv() => self.cancel().await?,
                _ = hung_up.recv() => self.cancel().await?,
            }
        };
        self.drain().await?;
        drop(raw);
        self.conclude(&finished)
    }

    /// Tells of an event of this run; gives back the last one.
    fn heard(&self, frame: Option<ClientFrame>) -> Result<Option<Event>, Failure> {
        let Some(frame) = frame else {
            if self.args.json {
                print::json_line(&self.interrupted())?;
            }
            return Err(Failure::unreachable("the host has ended, and the run with it").told());
        };
        if frame == ClientFrame::Silence {
            print::silence();
        }
        let Some(event) = frame.json::<Event>()? else { return Ok(None) };
        let of = match &event {
            Event::RunStarted { run, .. }
            | Event::StepStarted { run, .. }
            | Event::StepFinished { run, .. }
            | Event::RunFinished { run, .. } => *run,
            _ => return Ok(None),
        };
        if of != self.run.id {
            return Ok(None);
        }
        if let Event::RunFinished { .. } = event {
            return Ok(Some(event));
        }
        if self.args.json {
            print::json_line(&event)?;
        } else {
            self.progress(&event);
        }
        Ok(None)
    }

    /// What a host that is gone can't say any more. Nothing is run again by itself.
    fn interrupted(&self) -> Event {
        Event::RunFinished {
            run: self.run.id,
            status: RunStatus::Interrupted,
            exit_code: None,
            terminal: self.run.terminal,
            // As long as this client has followed it.
            duration_ms: self.began.elapsed().as_secs_f64() * 1000.0,
            failure: None,
            steps: self.run.steps.clone(),
        }
    }

    fn progress(&self, event: &Event) {
        let of = self.run.steps.len();
        match event {
            Event::StepStarted { step, kind, .. } => {
                let text = self.run.steps.get(*step).map_or("", |record| record.text.as_str());
                let text = visible(text.lines().next().unwrap_or_default());
                eprint!("[{}/{of}] {kind}: {text}\r\n", step + 1);
            }
            Event::StepFinished { step, status: StepStatus::Failed, reason: Some(reason), .. } => {
                eprint!("[{}/{of}] failed: {}\r\n", step + 1, visible(reason));
            }
            _ => {}
        }
    }

    /// Takes a frame of the terminal's stream.
    async fn printed(&mut self, frame: Option<ClientFrame>) -> Result<(), Failure> {
        let Some(frame) = frame else {
            self.output = None;
            return Ok(());
        };
        match &frame {
            ClientFrame::Binary(bytes) => {
                let left = self.sieve.sift(bytes);
                self.show(&left)?;
                self.acknowledge(bytes.len() as u64).await?;
            }
            ClientFrame::Text(_) => match frame.json()? {
                Some(StreamOut::Replay { bytes, .. }) => self.replaying = bytes,
                Some(StreamOut::Exit { .. }) => self.output = None,
                _ => {}
            },
            // The events' stream tells it.
            ClientFrame::Silence => {}
        }
        Ok(())
    }

    fn show(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if bytes.is_empty() {
            return Ok(());
        }
        if self.args.output {
            let text = self.whole_text(bytes);
            print::json_line(&json!({ "event": "output", "run": self.run.id, "text": text }))?;
        } else {
            let mut stdout = std::io::stdout().lock();
            // A reader that has gone away does not stop the run.
            _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
        }
        Ok(())
    }

    /// The bytes as text; a character that is not whole yet waits for its rest.
    fn whole_text(&mut self, bytes: &[u8]) -> String {
        self.partial.extend_from_slice(bytes);
        let end = match std::str::from_utf8(&self.partial) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            // Bytes in the middle that are no text can't become one; up to three at the end may.
            _ => self.partial.len() - unfinished(&self.partial),
        };
        let rest = self.partial.split_off(end);
        let whole = std::mem::replace(&mut self.partial, rest);
        String::from_utf8_lossy(&whole).into_owned()
    }

    async fn acknowledge(&mut self, bytes: u64) -> Result<(), Failure> {
        let replayed = self.replaying.min(bytes);
        self.replaying -= replayed;
        self.unacked += bytes - replayed;
        if self.unacked >= ACK
            && let Some(output) = &mut self.output
        {
            // A terminal that has ended asks for no acknowledgement; what it printed is still being read.
            _ = output.send_json(&StreamIn::Ack { bytes: self.unacked }).await;
            self.unacked = 0;
        }
        Ok(())
    }

    async fn typed(&mut self, keys: &[u8]) -> Result<(), Failure> {
        if keys.contains(&0x03) {
            let twice = self.last_ctrl_c.is_some_and(|last| last.elapsed() < TWICE);
            self.last_ctrl_c = Some(Instant::now());
            if twice {
                return self.cancel().await;
            }
        }
        if let Some(output) = &mut self.output
            && !keys.is_empty()
        {
            // Keys for a terminal that has just ended go nowhere.
            _ = output.send_bytes(keys.to_vec().into()).await;
        }
        Ok(())
    }

    async fn cancel(&self) -> Result<(), Failure> {
        let id = self.run.id.to_string();
        let _: RunView = self.client.post(&path(&["runs", &id, "cancel"], &[]), &()).await?;
        Ok(())
    }

    /// Prints what the terminal had printed when the run ended.
    async fn drain(&mut self) -> Result<(), Failure> {
        if self.args.keep
            && let Some(output) = &mut self.output
        {
            // A terminal that has ended closes the stream instead.
            _ = output.send_json(&StreamIn::Sync).await;
        }
        while self.output.is_some() {
            let frame = next(&mut self.output).await?;
            let synced = frame.as_ref().and_then(|frame| frame.json().ok().flatten());
            self.printed(frame).await?;
            if matches!(synced, Some(StreamOut::Synced)) {
                break;
            }
        }
        let rest = self.sieve.rest();
        self.show(&rest)
    }

    fn conclude(&self, finished: &Event) -> Result<ExitCode, Failure> {
        let Event::RunFinished { status, exit_code, failure, .. } = finished else {
            return Err(Failure::unreachable("the run ended without an outcome"));
        };
        if self.args.json {
            print::json_line(finished)?;
        } else {
            self.say_outcome(*status, *exit_code, failure.as_ref());
        }
        Ok(match status {
            RunStatus::Succeeded if exit_code.unwrap_or(0) == 0 => ExitCode::SUCCESS,
            RunStatus::Cancelled => ExitCode::from(130),
            _ => ExitCode::FAILURE,
        })
    }

    fn say_outcome(&self, status: RunStatus, exit_code: Option<i32>, failure: Option<&RunFailure>) {
        if let Some(failure) = failure {
            let step = failure.step.map_or_else(String::new, |step| {
                let kind = self.run.steps.get(step).map_or("", |record| record.kind.as_str());
                format!("step {} ({kind}): ", step + 1)
            });
            eprintln!("error: {step}{}", visible(&failure.message));
            if let Some(output) = failure.last_output.as_deref().filter(|output| !output.is_empty()) {
                eprintln!("last output:\n{}", tame(output));
            }
            return;
        }
        match exit_code {
            Some(code) if code != 0 => {
                eprintln!("{}: the last command ended with exit code {code}", visible(&self.run.label));
            }
            _ => eprintln!("{} {}", visible(&self.run.label), crate::run::status(status)),
        }
    }
}

/// The next frame of a stream that may not be there.
async fn next(stream: &mut Option<Stream>) -> Result<Option<ClientFrame>, ClientError> {
    match stream {
        Some(stream) => stream.next().await,
        None => std::future::pending().await,
    }
}
