//! A home and a project of their own, and the host in them; everything ends with the value.

use std::path::{Path, PathBuf};

use orchestrator_core::api::{
    Event, ExecuteRequest, Preview, PreviewRequest, RunView, ScreenView, SpawnRequest, StreamOut,
    TerminalView,
};
use orchestrator_core::client::{Client, ClientError, ClientFrame, Stream, path};
use orchestrator_core::paths::Paths;
use tempfile::TempDir;
use tokio::time::{Duration, timeout};
use uuid::Uuid;

use crate::cli::{Cli, program};

/// Longer than anything here takes; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A home, a project, and the host in them.
pub struct TestHost {
    folder: TempDir,
}

impl Default for TestHost {
    fn default() -> Self {
        Self::new()
    }
}

impl TestHost {
    /// An empty home and an empty project. The host starts with the first call that needs it.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = Self { folder };
        for folder in [host.home(), host.user_home(), host.project_actions(), host.home().join("actions")] {
            std::fs::create_dir_all(folder).unwrap();
        }
        host
    }

    /// The product's home.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The user's home, with no start files in it.
    #[must_use]
    pub fn user_home(&self) -> PathBuf {
        self.folder.path().join("user")
    }

    /// The project: its name has a space, a quote and more than ASCII in it.
    #[must_use]
    pub fn project(&self) -> PathBuf {
        self.folder.path().join("the project's ümlaut")
    }

    /// Where the project's actions live.
    #[must_use]
    pub fn project_actions(&self) -> PathBuf {
        Paths::project_actions(&self.project())
    }

    /// Adds a project action.
    #[must_use]
    pub fn action(self, id: &str, steps: &str) -> Self {
        write_action(&self.project_actions(), id, steps);
        self
    }

    /// Adds an action of the user's.
    #[must_use]
    pub fn user_action(self, id: &str, steps: &str) -> Self {
        write_action(&self.home().join("actions"), id, steps);
        self
    }

    /// Adds a program that prints its words, each with a NUL, to a folder of the user's; that folder, for PATH.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        let tools = self.user_home().join("tools");
        std::fs::create_dir_all(&tools).unwrap();
        // A link: what is written here could not be started while another test's child holds it open.
        let argv = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/argv");
        std::os::unix::fs::symlink(argv, tools.join(name)).unwrap();
        tools
    }

    /// A call of the command line.
    #[must_use]
    pub fn cli(&self, args: &[&str]) -> Cli {
        Cli::new(&self.home(), &self.user_home()).args(args).cwd(&self.project())
    }

    /// `action run` in the project.
    #[must_use]
    pub fn run(&self, id: &str) -> Cli {
        self.cli(&["action", "run"]).args([self.project()]).args([id])
    }

    /// A connection to the host, which is started if need be with the test's environment.
    pub async fn client(&self) -> Client {
        let paths = Paths::at(&self.home(), self.user_home()).unwrap();
        if let Ok(client) = Client::connect(&paths).await {
            return client;
        }
        let started = self.cli(&["host", "start"]).run();
        assert_eq!(started.code, 0, "{}", started.stderr);
        Client::connect_or_start(&paths, program()).await.unwrap()
    }

    /// Opens a terminal with this shell.
    pub async fn terminal(&self, shell: &str) -> TestTerminal {
        let client = self.client().await;
        let request = SpawnRequest {
            project: Some(self.project().to_str().unwrap().to_owned()),
            shell: Some(shell.to_owned()),
            ..SpawnRequest::default()
        };
        let terminal: TerminalView = client.post("/v1/terminals", &request).await.unwrap();
        TestTerminal { client, id: terminal.id }
    }

    /// A run's terminal.
    pub async fn terminal_of(&self, run: &RunView) -> TestTerminal {
        TestTerminal { client: self.client().await, id: run.terminal }
    }

    /// Starts a run of an action as it is now.
    pub async fn execute(&self, id: &str, request: ExecuteRequest) -> Result<RunView, ClientError> {
        let client = self.client().await;
        let project = Some(self.project().to_str().unwrap().to_owned());
        let look =
            PreviewRequest { project: project.clone(), scope: request.scope, inputs: request.inputs.clone() };
        let seen: Preview = client.post(&path(&["actions", id, "preview"], &[]), &look).await?;
        let request = ExecuteRequest { project, trust: Some(seen.sha256), ..request };
        client.post(&path(&["actions", id, "execute"], &[]), &request).await
    }

    /// The events from now on.
    pub async fn events(&self) -> Events {
        self.follow("/v1/events").await
    }

    /// The events from now on, for a client that shows what came up at the host's start.
    pub async fn events_and_notices(&self) -> Events {
        self.follow("/v1/events?notices=1").await
    }

    async fn follow(&self, path: &str) -> Events {
        let mut events = Events { stream: self.client().await.stream(path).await.unwrap() };
        events.until(|event| matches!(event, Event::Hello { .. })).await;
        events
    }
}

impl Drop for TestHost {
    fn drop(&mut self) {
        let stopped = self.cli(&["host", "stop", "--yes"]).run();
        // A second panic would hide the first.
        assert!(stopped.code == 0 || std::thread::panicking(), "the host did not stop: {}", stopped.stderr);
    }
}

/// What changed, in order.
pub struct Events {
    stream: Stream,
}

impl Events {
    /// Waits for an event.
    pub async fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        let search = async {
            loop {
                let frame = self.stream.next().await.unwrap().expect("the host goes on");
                if let Some(event) = frame.json::<Event>().unwrap()
                    && wanted(&event)
                {
                    return event;
                }
            }
        };
        timeout(PATIENCE, search).await.expect("the event comes")
    }

    /// Waits for a run's end.
    pub async fn run_finished(&mut self, id: Uuid) -> Event {
        self.until(|event| matches!(event, Event::RunFinished { run, .. } if *run == id)).await
    }
}

/// A terminal of a test's host.
pub struct TestTerminal {
    /// The host.
    pub client: Client,
    /// The terminal's id.
    pub id: Uuid,
}

impl TestTerminal {
    /// Types bytes as they are.
    pub async fn write(&self, text: &str) {
        let path = path(&["terminals", &self.id.to_string(), "write"], &[]);
        let _: serde_json::Value =
            self.client.post_bytes(&path, text.as_bytes().to_vec().into()).await.unwrap();
    }

    /// How it is.
    pub async fn view(&self) -> TerminalView {
        self.client.get(&path(&["terminals", &self.id.to_string()], &[])).await.unwrap()
    }

    /// What is on its screen.
    pub async fn screen(&self) -> ScreenView {
        self.client.get(&path(&["terminals", &self.id.to_string(), "screen"], &[])).await.unwrap()
    }

    /// Looks at it.
    pub async fn view_stream(&self, query: &[(&str, Option<&str>)]) -> Viewer {
        let stream = self.client.stream(&path(&["terminals", &self.id.to_string(), "stream"], query)).await;
        Viewer { stream: stream.unwrap(), output: Vec::new(), texts: Vec::new() }
    }
}

/// Somebody who looks at a terminal.
pub struct Viewer {
    /// The stream itself.
    pub stream: Stream,
    /// All bytes so far.
    pub output: Vec<u8>,
    /// All text frames so far.
    pub texts: Vec<StreamOut>,
}

impl Viewer {
    /// Takes frames until this holds.
    pub async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        let search = async {
            while !done(self) {
                match self.stream.next().await.unwrap() {
                    Some(ClientFrame::Binary(bytes)) => self.output.extend_from_slice(&bytes),
                    Some(frame) => self.texts.extend(frame.json::<StreamOut>().unwrap()),
                    None => panic!("the stream ended: {}", String::from_utf8_lossy(&self.output)),
                }
            }
        };
        let came = timeout(PATIENCE, search).await.is_ok();
        assert!(came, "this came instead: {}", String::from_utf8_lossy(&self.output));
    }

    /// Takes frames until this text was printed.
    pub async fn until_text(&mut self, text: &str) {
        self.until(|viewer| String::from_utf8_lossy(&viewer.output).contains(text)).await;
    }
}

fn write_action(folder: &Path, id: &str, steps: &str) {
    let text = format!("id: {id}\nlabel: {id}\nsteps:\n{steps}");
    crate::save(folder.join(format!("{id}.yaml")), text).unwrap();
}
