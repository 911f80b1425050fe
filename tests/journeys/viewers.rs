//! Recorded programs in a real terminal, looked at by viewers that came early and late.

use std::path::Path;

use ai_orchestrator_tests::recording::{self, Happening, Recording};
use ai_orchestrator_tests::{PATIENCE, TestHost, TestTerminal};
use orchestrator_core::api::{SpawnRequest, StreamIn, StreamOut, TerminalView};
use orchestrator_core::client::{ClientFrame, Stream};
use tokio::time::timeout;

/// Draws its arguments one after another, each after a key, and says so by a sequence that no terminal knows;
/// then takes all answers to the recorded program's questions.
const PLAY: &str = r#"stty raw -echo
for part in "$@"; do
  cat "$part"
  printf '\033]7770;drawn %s\007' "$part"
  head -c 1 > /dev/null
done
exec cat > /dev/null
"#;

/// What one viewer has on its screen.
struct Eye {
    stream: Stream,
    screen: vt100::Parser<Title>,
    live: bool,
    replayed: u64,
    output: Vec<u8>,
}

#[derive(Default)]
struct Title(String);

impl vt100::Callbacks for Title {
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.0 = String::from_utf8_lossy(title).into_owned();
    }
}

/// All that must be alike for everybody.
#[derive(Debug, PartialEq)]
struct Seen {
    rows: Vec<String>,
    cursor: (u16, u16),
    title: String,
    modes: String,
}

impl Eye {
    async fn open(terminal: &TestTerminal) -> Self {
        let stream = terminal.view_stream(&[]).await.stream;
        let mut eye = Self { stream, screen: parser(1, 1), live: false, replayed: 0, output: Vec::new() };
        eye.until(|eye| eye.live).await;
        eye
    }

    async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        let search = async {
            while !done(self) {
                let frame = self.stream.next().await.unwrap().unwrap();
                self.take(&frame).await;
            }
        };
        let came = timeout(PATIENCE, search).await.is_ok();
        assert!(came, "this is on the screen instead:\n{}", self.screen.screen().contents());
    }

    /// Draws as the page does: a replay begins with a reset and is not acknowledged.
    async fn take(&mut self, frame: &ClientFrame) {
        if let ClientFrame::Binary(bytes) = frame {
            self.screen.process(bytes);
            self.output.extend_from_slice(bytes);
            if self.live {
                self.stream.send_json(&StreamIn::Ack { bytes: bytes.len() as u64 }).await.unwrap();
            }
        }
        match frame.json().unwrap() {
            Some(StreamOut::Replay { bytes, cols, rows }) => {
                (self.screen, self.live, self.replayed) = (parser(cols, rows), false, bytes);
            }
            Some(StreamOut::Resize { cols, rows }) => {
                self.screen.set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
            }
            Some(StreamOut::Live) => self.live = true,
            _ => {}
        }
    }

    async fn until_drawn(&mut self, part: &str) {
        let said = format!("\x1b]7770;drawn {part}\x07");
        // It is the last that was printed, so it stands within the last two frames.
        let newest = |eye: &Self| eye.output.len().saturating_sub(128 << 10);
        self.until(|eye| eye.output[newest(eye)..].windows(said.len()).any(|bytes| bytes == said.as_bytes()))
            .await;
    }

    fn seen(&self) -> Seen {
        let screen = self.screen.screen();
        let (_, cols) = screen.size();
        let modes = format!(
            "alternate {} hidden {} paste {} keys {} keypad {} mouse {:?} {:?}",
            screen.alternate_screen(),
            screen.hide_cursor(),
            screen.bracketed_paste(),
            screen.application_cursor(),
            screen.application_keypad(),
            screen.mouse_protocol_mode(),
            screen.mouse_protocol_encoding(),
        );
        Seen {
            rows: screen.rows(0, cols.get()).map(|row| row.trim_end().to_owned()).collect(),
            cursor: screen.cursor_position(),
            title: self.screen.callbacks().0.clone(),
            modes,
        }
    }
}

fn parser(cols: u16, rows: u16) -> vt100::Parser<Title> {
    let (rows, cols) = (rows.try_into().unwrap(), cols.try_into().unwrap());
    vt100::Parser::new_with_callbacks(rows, cols, 0, Title::default())
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/recordings"))
}

fn recorded(name: &str) -> Recording {
    Recording::parse(&std::fs::read_to_string(recording::files(folder(), name).0).unwrap()).unwrap()
}

/// What was printed from the first event that `from` knows to the next that `to` knows.
fn printed(recording: &Recording, from: fn(&Happening) -> bool, to: fn(&Happening) -> bool) -> String {
    let events = recording.events.iter().map(|(_, event)| event).skip_while(|event| !from(event));
    let texts = events.take_while(|event| !to(event)).map(|event| match event {
        Happening::Output(text) => text.as_str(),
        _ => "",
    });
    texts.collect()
}

/// A terminal that plays these parts: their names and their bytes.
async fn play(host: &TestHost, size: (u16, u16), parts: &[(&str, String)]) -> TestTerminal {
    let project = host.project();
    std::fs::write(project.join("play.sh"), PLAY).unwrap();
    for (name, text) in parts {
        std::fs::write(project.join(name), text).unwrap();
    }
    let request = SpawnRequest {
        project: Some(project.to_str().unwrap().to_owned()),
        shell: Some("sh".to_owned()),
        cols: Some(size.0),
        rows: Some(size.1),
        ..SpawnRequest::default()
    };
    let client = host.client().await;
    let opened: TerminalView = client.post("/v1/terminals", &request).await.unwrap();
    let terminal = TestTerminal { client, id: opened.id };
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    terminal.write(&format!("sh play.sh {}\r", names.join(" "))).await;
    terminal
}

fn thinks(event: &Happening) -> bool {
    matches!(event, Happening::Look(look) if look == "it thinks")
}

/// An agent at work: it began, and then printed so many bytes that its beginning is forgotten.
fn long_at_work(agent: &Recording, turn: &str, bytes: usize) -> String {
    printed(agent, |_| true, thinks) + &turn.repeat(bytes / turn.len())
}

fn says(agent: &Recording) -> String {
    printed(
        agent,
        thinks,
        |event| matches!(event, Happening::Look(look) if look.starts_with("scrolled within")),
    )
}

#[tokio::test]
async fn every_recorded_program_looks_alike_to_early_and_late_viewers() {
    let host = TestHost::new();
    for name in recording::names(folder()) {
        let recording = recorded(&name);
        let bytes = printed(&recording, |_| true, |event| matches!(event, Happening::Resize(..)));
        let terminal = play(&host, recording.size, &[("part", bytes)]).await;
        let mut early = Eye::open(&terminal).await;
        early.until_drawn("part").await;
        let late = Eye::open(&terminal).await;
        assert_eq!(late.seen(), early.seen(), "{name}");
        let screen = terminal.screen().await;
        assert_eq!(
            (screen.lines, (screen.cursor_row, screen.cursor_col)),
            (early.seen().rows, early.seen().cursor)
        );
    }
}

#[tokio::test]
async fn a_viewer_that_comes_late_to_an_agent_sees_its_frame() {
    let agent = recorded("agent");
    let host = TestHost::new();
    let work = long_at_work(&agent, &says(&agent), 2 << 20);
    let all = work.len() as u64;
    let terminal = play(&host, agent.size, &[("work", work)]).await;
    Eye::open(&terminal).await.until_drawn("work").await;
    let late = Eye::open(&terminal).await;
    assert!(late.replayed < all, "the past is forgotten: {}", late.replayed);
    let (screen, seen) = (terminal.screen().await, late.seen());
    assert_eq!((screen.lines, (screen.cursor_row, screen.cursor_col)), (seen.rows, seen.cursor));
    let modes = "alternate true hidden true paste true keys true keypad false mouse PressRelease Sgr";
    assert_eq!(seen.modes, modes);
}

#[tokio::test]
async fn an_agent_goes_on_alike_for_a_viewer_that_came_late() {
    let agent = recorded("agent");
    let host = TestHost::new();
    let parts = [("work", long_at_work(&agent, &says(&agent), 2 << 20)), ("more", says(&agent))];
    let terminal = play(&host, agent.size, &parts).await;
    let mut early = Eye::open(&terminal).await;
    early.until_drawn("work").await;
    let mut late = Eye::open(&terminal).await;
    let focus = b"\x1b[?1004h";
    let focused = late.output.windows(focus.len()).any(|bytes| bytes == focus);
    terminal.write("x").await;
    early.until_drawn("more").await;
    late.until_drawn("more").await;
    let seen = late.seen();
    assert_eq!(seen, early.seen());
    let screen = terminal.screen().await;
    assert_eq!((screen.lines, (screen.cursor_row, screen.cursor_col)), (seen.rows, seen.cursor));
    assert_eq!((focused, seen.title.as_str()), (true, "Agent: fix the sum"));
}

/// A spinner never ends a line.
#[tokio::test]
async fn a_spinner_that_turns_for_hours_fills_no_memory() {
    let agent = recorded("agent");
    let turn = printed(&agent, |event| *event == Happening::Input("s".to_owned()), thinks);
    assert!(turn.contains("Thinking") && !turn.contains('\n'), "{turn}");
    let host = TestHost::new();
    let work = long_at_work(&agent, &turn, 5 << 20);
    let terminal = play(&host, agent.size, &[("work", work)]).await;
    Eye::open(&terminal).await.until_drawn("work").await;
    let late = Eye::open(&terminal).await;
    assert!(late.replayed <= (4 << 20) + (256 << 10), "{} bytes are kept", late.replayed);
}
