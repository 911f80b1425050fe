//! How terminals end: nothing of them is left, and no half-typed line is submitted, however they end.

use ai_orchestrator_tests::{PATIENCE, TestHost, TestTerminal, processes};
use futures_util::future::join_all;
use orchestrator_core::api::{Event, KillReport, SpawnRequest, StreamOut, TerminalState, TerminalView};
use orchestrator_core::client::path;
use rustix::process::{Pid, Signal, kill_process};

async fn kill(terminal: &TestTerminal) -> KillReport {
    terminal.client.delete(&path(&["terminals", &terminal.id.to_string()], &[])).await.unwrap()
}

#[tokio::test]
async fn a_thousand_terminals_leave_no_descriptor_and_no_zombie() {
    let host = TestHost::new();
    let client = host.client().await;
    let pid = client.status().await.unwrap().pid;
    kill(&host.terminal("sh").await).await;
    let before = processes::descriptors(pid);
    let request = SpawnRequest { shell: Some("true".to_owned()), ..SpawnRequest::default() };
    for _ in 0..100 {
        let opened: Vec<TerminalView> =
            join_all((0..10).map(|_| async { client.post("/v1/terminals", &request).await.unwrap() })).await;
        let last = opened.last().unwrap().id;
        let mut viewer = TestTerminal { client: client.clone(), id: last }.view_stream(&[]).await;
        viewer
            .until(|viewer| matches!(viewer.texts.last(), Some(StreamOut::Exit { code: Some(0), .. })))
            .await;
    }
    // One may take longer than those that were opened after it.
    let all_ended = async || {
        let kept: Vec<TerminalView> = client.get("/v1/terminals").await.unwrap();
        kept.iter().all(|kept| matches!(kept.state, TerminalState::Exited { code: Some(0), .. }))
    };
    comes("they end", all_ended).await;
    // The newest that have ended are still there for people to read.
    let kept: Vec<TerminalView> = client.get("/v1/terminals").await.unwrap();
    assert!((40..=60).contains(&kept.len()), "{}", kept.len());
    for terminal in kept {
        kill(&TestTerminal { client: client.clone(), id: terminal.id }).await;
    }
    // A file may be open just now that is not held: what is left is what never comes down to where it began.
    let as_before = async || {
        client.status().await.unwrap();
        processes::descriptors(pid) <= before
    };
    comes("no descriptor is left", as_before).await;
    let all_reaped = async || {
        client.status().await.unwrap();
        processes::zombies_of(pid).is_empty() && processes::of_terminals(&host.home()).is_empty()
    };
    comes("no process is left", all_reaped).await;
}

/// Asks the host until this holds.
async fn comes(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asking = async { while !holds().await {} };
    assert!(tokio::time::timeout(PATIENCE, asking).await.is_ok(), "never: {what}");
}

/// Terminals with programs that don't want to end, and lines that were not sent.
async fn nasty(host: &TestHost) -> Vec<TestTerminal> {
    let lines = [
        ("sh", "trap '' HUP TERM; echo on-$((1)); while :; do sleep 1; done\r", "on-1"),
        ("bash", "trap '' HUP TERM INT; (trap '' HUP; sleep 1000) & echo on-$((1)); wait\r", "on-1"),
        ("bash", "sleep 1001 & kill -STOP $!; echo on-$((1)); wait\r", "on-1"),
        // The shell dies of the hang-up, and leaves one that does not.
        ("bash", "(trap '' HUP; exec sleep 1002) & echo on-$((1))\r", "on-1"),
        ("sh", "sh -c 'echo on-$((1)) >&2; exec cat' >from-cat\r", "on-1"),
        ("bash", "echo on-$((1))\r", "on-1"),
        ("zsh", "echo on-$((1))\r", "on-1"),
    ];
    std::fs::write(host.user_home().join(".zshrc"), "").unwrap();
    let mut terminals = Vec::new();
    for (shell, line, word) in lines {
        let terminal = host.terminal(shell).await;
        let mut viewer = terminal.view_stream(&[]).await;
        terminal.write(line).await;
        viewer.until_text(&format!("{word}\r\n")).await;
        if matches!(shell, "bash" | "zsh") && line.starts_with("echo") {
            viewer
                .until(|viewer| String::from_utf8_lossy(&viewer.output).matches("133;B").count() >= 2)
                .await;
        }
        if line.contains("cat") || line.starts_with("echo") {
            terminal.write("touch submitted; half-typed").await;
            viewer.until_text("half-typed").await;
        }
        terminals.push(terminal);
    }
    terminals
}

fn nothing_is_left(host: &TestHost) {
    let left: Vec<String> =
        processes::of_terminals(&host.home()).into_iter().map(processes::command).collect();
    assert_eq!(left, [""; 0]);
    let from_cat = std::fs::read_to_string(host.project().join("from-cat")).unwrap();
    assert_eq!(from_cat, "", "the half-typed line reached the program");
    assert!(!host.project().join("submitted").exists(), "the half-typed line was submitted");
}

#[tokio::test]
async fn killing_a_terminal_leaves_nothing() {
    let host = TestHost::new();
    let terminals = nasty(&host).await;
    for report in join_all(terminals.iter().map(kill)).await {
        assert_eq!(report.survivors, [0; 0]);
    }
    nothing_is_left(&host);
}

#[tokio::test]
async fn stopping_the_host_leaves_nothing() {
    let host = TestHost::new();
    nasty(&host).await;
    host.cli(&["host", "stop", "--yes"]).run().ok();
    nothing_is_left(&host);
}

#[tokio::test]
async fn after_a_host_that_was_killed_the_next_leaves_nothing() {
    let host = TestHost::new();
    let terminals = nasty(&host).await;
    let pid = terminals[0].client.status().await.unwrap().pid;
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL).unwrap();
    host.cli(&["action", "list"]).run().ok();
    nothing_is_left(&host);
}

#[tokio::test]
async fn what_an_ended_terminal_printed_stays() {
    let host = TestHost::new();
    for shell in ["bash", "sh", "zsh", "bash", "bash", "bash"] {
        std::fs::write(host.user_home().join(".zshrc"), "").unwrap();
        let mut events = host.events().await;
        let terminal = host.terminal(shell).await;
        terminal.write("echo precious-$((1)); exit 3\r").await;
        let exited = |event: &Event| {
            matches!(event, Event::TerminalChanged { terminal: view }
                if view.id == terminal.id && matches!(view.state, TerminalState::Exited { code: Some(3), .. }))
        };
        events.until(exited).await;
        let screen = terminal.screen().await;
        assert!(screen.lines.iter().any(|line| line == "precious-1"), "{shell}: {:?}", screen.lines);
        terminal.view_stream(&[]).await.until_text("precious-1\r\n").await;
        assert_eq!(kill(&terminal).await.code, Some(3), "{shell}");
    }
}
