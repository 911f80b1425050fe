//! Terminals through the door.

use ai_orchestrator_tests::{Events, TestHost, TestTerminal};
use orchestrator_core::api::{
    Event, ExecuteRequest, KillReport, SpawnRequest, StreamIn, StreamOut, TerminalState, TerminalView,
};
use orchestrator_core::client::{ClientError, path};

#[tokio::test]
async fn what_is_typed_reaches_a_real_shell_and_its_output_comes_back_as_bytes() {
    let host = TestHost::new();
    let terminal = host.terminal("bash").await;
    let mut viewer = terminal.view_stream(&[]).await;
    viewer.stream.send_bytes("printf '%s\\377\\r\\n' gr\u{fc}n\r".into()).await.unwrap();
    viewer.until(|viewer| viewer.output.windows(6).any(|bytes| bytes == b"gr\xc3\xbcn\xff")).await;
}

#[tokio::test]
async fn a_terminal_opens_with_a_command_whose_words_stay_words() {
    let host = TestHost::new();
    let client = host.client().await;
    for shell in ["bash", "sh"] {
        let command = ["printf", "<%s>", "it's $HOME;", "+3"].map(str::to_owned).to_vec();
        let request = SpawnRequest { shell: Some(shell.to_owned()), command, ..SpawnRequest::default() };
        let opened: TerminalView = client.post("/v1/terminals", &request).await.unwrap();
        let terminal = TestTerminal { client: host.client().await, id: opened.id };
        terminal.view_stream(&[]).await.until_text("<it's $HOME;><+3>").await;
    }
}

#[tokio::test]
async fn a_late_viewer_sees_what_an_early_one_saw() {
    let host = TestHost::new();
    let terminal = host.terminal("bash").await;
    let mut early = terminal.view_stream(&[]).await;
    terminal.write("for i in 1 2 3; do echo line-$i; done; echo all-$((1))\r").await;
    early.until_text("all-1").await;
    let mut late = terminal.view_stream(&[]).await;
    late.until(|viewer| viewer.texts.contains(&StreamOut::Live)).await;
    let text = String::from_utf8_lossy(&late.output).into_owned();
    assert!(text.contains("line-1") && text.contains("line-3"), "{text}");
    let StreamOut::Replay { bytes, cols: 80, rows: 24 } = late.texts[0] else { panic!("{:?}", late.texts) };
    assert_eq!(bytes, late.output.len() as u64);
}

#[tokio::test]
async fn questions_of_programs_are_answered_once_with_any_number_of_viewers() {
    for viewers in 0..3 {
        let host = TestHost::new();
        let terminal = host.terminal("bash").await;
        let mut reader = terminal.view_stream(&[]).await;
        let mut others = Vec::new();
        for _ in 0..viewers {
            others.push(terminal.view_stream(&[]).await);
        }
        let line = r"IFS= read -rsd R -p $'\e[6n' a; read -rsN 1 -t 0.5 b; printf '<%q><%q>' ${a#*[} $b";
        terminal.write(&format!("{line}; echo end-$((1))\r")).await;
        reader.until_text("end-1").await;
        let text = String::from_utf8_lossy(&reader.output).into_owned();
        let answers = text.matches(";1>").count();
        assert_eq!(answers, 1, "{text}");
        assert!(text.contains("<''>"), "a second answer came: {text}");
    }
}

#[tokio::test]
async fn a_resize_reaches_the_program_and_every_viewer() {
    let host = TestHost::new();
    let terminal = host.terminal("bash").await;
    let mut one = terminal.view_stream(&[]).await;
    let mut other = terminal.view_stream(&[]).await;
    one.stream.send_json(&StreamIn::Resize { cols: 100, rows: 30 }).await.unwrap();
    other.until(|viewer| viewer.texts.contains(&StreamOut::Resize { cols: 100, rows: 30 })).await;
    terminal.write("stty size\r").await;
    one.until_text("30 100").await;
    let screen = terminal.screen().await;
    assert_eq!((screen.cols, screen.rows), (100, 30));
}

#[tokio::test]
async fn the_only_viewer_that_shows_a_terminal_gives_the_size_and_takes_it_from_nobody() {
    let host = TestHost::new();
    let terminal = host.terminal("bash").await;
    let size = async || {
        // An answer to a later message: what was sent before has been taken.
        let screen = terminal.screen().await;
        (screen.cols, screen.rows)
    };
    // One that only reads counts as nobody.
    let _reader = terminal.view_stream(&[("lossless", Some("1"))]).await;
    let mut one = terminal.view_stream(&[]).await;
    let mut other = terminal.view_stream(&[]).await;
    one.stream.send_json(&StreamIn::Fits { cols: 90, rows: 20 }).await.unwrap();
    other.until(|viewer| viewer.texts.contains(&StreamOut::Resize { cols: 90, rows: 20 })).await;
    // The answer to `sync` comes after what was sent before it.
    other.stream.send_json(&StreamIn::Fits { cols: 120, rows: 40 }).await.unwrap();
    other.stream.send_json(&StreamIn::Sync).await.unwrap();
    other.until(|viewer| viewer.texts.contains(&StreamOut::Synced)).await;
    assert_eq!(size().await, (90, 20));
    // It shows nothing of it any more, so the other one is alone.
    one.stream.send_json(&StreamIn::Fits { cols: 0, rows: 0 }).await.unwrap();
    one.until(|viewer| viewer.texts.contains(&StreamOut::Resize { cols: 120, rows: 40 })).await;
    one.stream.send_json(&StreamIn::Resize { cols: 100, rows: 30 }).await.unwrap();
    other.until(|viewer| viewer.texts.contains(&StreamOut::Resize { cols: 100, rows: 30 })).await;
    // Who leaves leaves it to who is left.
    drop(other);
    one.stream.send_json(&StreamIn::Fits { cols: 0, rows: 0 }).await.unwrap();
    let mut last = terminal.view_stream(&[]).await;
    last.stream.send_json(&StreamIn::Resize { cols: 70, rows: 20 }).await.unwrap();
    one.until(|viewer| viewer.texts.contains(&StreamOut::Resize { cols: 70, rows: 20 })).await;
    one.stream.send_json(&StreamIn::Fits { cols: 110, rows: 35 }).await.unwrap();
    drop(last);
    one.until(|viewer| viewer.texts.contains(&StreamOut::Resize { cols: 110, rows: 35 })).await;
}

#[tokio::test]
async fn killing_ends_the_session_and_names_who_left_it() {
    let host = TestHost::new();
    let terminal = host.terminal("bash").await;
    let mut viewer = terminal.view_stream(&[]).await;
    terminal
        .write("trap '' HUP TERM; sleep 1000 & setsid sh -c 'echo started-$((1)); exec sleep 1001' &\r")
        .await;
    viewer.until_text("started-1").await;
    let pid = terminal.view().await.pid.unwrap();
    let report: KillReport =
        terminal.client.delete(&path(&["terminals", &terminal.id.to_string()], &[])).await.unwrap();
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    let [survivor] = report.survivors[..] else { panic!("{report:?}") };
    let command = std::fs::read_to_string(format!("/proc/{survivor}/cmdline")).unwrap();
    assert!(command.contains("1001"), "{command}");
    let survivor = rustix::process::Pid::from_raw(survivor.try_into().unwrap()).unwrap();
    rustix::process::kill_process(survivor, rustix::process::Signal::KILL).unwrap();
    assert_eq!(terminal.client.status().await.unwrap().terminals, 0);
}

#[tokio::test]
async fn a_half_typed_line_is_never_submitted_by_closing() {
    let host = TestHost::new();
    let terminal = host.terminal("bash").await;
    let mut viewer = terminal.view_stream(&[]).await;
    viewer.until_text("133;B").await;
    let proof = host.project().join("submitted");
    terminal.write(&format!("touch '{}'", proof.display().to_string().replace('\'', r"'\''"))).await;
    viewer.until_text("submitted").await;
    let _: KillReport =
        terminal.client.delete(&path(&["terminals", &terminal.id.to_string()], &[])).await.unwrap();
    assert!(!proof.exists());
}

#[tokio::test]
async fn the_shell_tells_its_state_and_folder() {
    let host = TestHost::new();
    let terminal = host.terminal("bash").await;
    let mut viewer = terminal.view_stream(&[]).await;
    terminal.write("cd /; false\r").await;
    viewer.until(|viewer| String::from_utf8_lossy(&viewer.output).matches("133;B").count() >= 2).await;
    let view = terminal.view().await;
    assert_eq!(view.state, TerminalState::AtPrompt { last_exit: Some(1) });
    assert_eq!((view.cwd.as_str(), view.integrated), ("/", true));
    terminal.write("exit 3\r").await;
    viewer.until(|viewer| viewer.texts.contains(&StreamOut::Exit { code: Some(3), signal: None })).await;
    assert_eq!(terminal.view().await.state, TerminalState::Exited { code: Some(3), signal: None });
}

#[tokio::test]
async fn the_user_s_start_file_and_prompt_keep_working() {
    let host = TestHost::new();
    std::fs::write(
        host.user_home().join(".bashrc"),
        "PS1='custom> '\nPROMPT_COMMAND='LAST=$?'\nalias hi='echo from-alias'\nexport MINE=1\n",
    )
    .unwrap();
    let terminal = host.terminal("bash").await;
    let mut viewer = terminal.view_stream(&[]).await;
    viewer.until_text("custom> ").await;
    terminal.write("hi; (exit 4)\r").await;
    viewer.until_text("from-alias\r\n").await;
    terminal
        .write("echo last=$LAST mine=$MINE aid=${AI_ORCHESTRATOR_AID-unset} home=$AI_ORCHESTRATOR_HOME\r")
        .await;
    viewer.until_text("last=4 mine=1 aid=unset home=/").await;
}

#[tokio::test]
async fn a_viewer_that_vanishes_in_the_middle_of_a_flood_disturbs_nobody() {
    let host = TestHost::new();
    let terminal = host.terminal("bash").await;
    let mut stays = terminal.view_stream(&[]).await;
    let mut goes = terminal.view_stream(&[]).await;
    terminal.write("seq 200000; echo all-$((1))\r").await;
    goes.until_text("1000").await;
    drop(goes);
    // A viewer that never acknowledges loses its place, and comes back by a replay.
    let acked = async {
        let mut acked = 0;
        while !String::from_utf8_lossy(&stays.output).contains("all-1") {
            stays.until(|viewer| viewer.output.len() > acked).await;
            let bytes = (stays.output.len() - acked) as u64;
            acked = stays.output.len();
            stays.stream.send_json(&StreamIn::Ack { bytes }).await.unwrap();
        }
    };
    acked.await;
    terminal.write("echo still-$((1))\r").await;
    stays.until_text("still-1").await;
}

#[tokio::test]
async fn a_lossless_viewer_gets_every_byte() {
    let host = TestHost::new();
    let terminal = host.terminal("bash").await;
    let mut viewer = terminal.view_stream(&[("lossless", Some("1"))]).await;
    terminal.write("stty -onlcr; seq 1 1000000; echo all-$((1))\r").await;
    let ended = |output: &[u8]| {
        let end = &output[output.len().saturating_sub(2000)..];
        String::from_utf8_lossy(end).contains("all-1")
    };
    let mut acked = 0;
    while !ended(&viewer.output) {
        let before = viewer.output.len();
        viewer.until(|viewer| viewer.output.len() > before).await;
        if viewer.output.len() - acked >= 128 << 10 {
            let bytes = (viewer.output.len() - acked) as u64;
            acked = viewer.output.len();
            viewer.stream.send_json(&StreamIn::Ack { bytes }).await.unwrap();
        }
    }
    let text = String::from_utf8_lossy(&viewer.output).into_owned();
    let numbers = text.lines().filter(|line| line.parse::<u32>().is_ok()).count();
    assert!(numbers >= 999_999, "{numbers}");
}

#[tokio::test]
async fn a_terminal_can_be_attached_to_from_another_one() {
    let host = TestHost::new();
    let inner = host.terminal("bash").await;
    let mut seen = inner.view_stream(&[]).await;
    inner.write("echo inner-$((1))\r").await;
    seen.until_text("inner-1").await;
    let outer = host.terminal("bash").await;
    let mut viewer = outer.view_stream(&[]).await;
    let program = ai_orchestrator_tests::program().display();
    outer.write(&format!("stty rows 30; {program} terminal attach {}\r", inner.id)).await;
    viewer.until_text("inner-1").await;
    outer.write("echo \"typed-$((2))\"; printf '\\e[c'; stty size\r").await;
    seen.until_text("typed-2").await;
    // Whoever types gives the size; the question is answered once, by the host.
    seen.until_text("30 80").await;
    outer.write("\x1d").await;
    viewer.until_text("detached").await;
    outer.write("echo outer-$((3))\r").await;
    viewer.until_text("outer-3").await;
    assert!(
        !String::from_utf8_lossy(&viewer.output).contains("\x1b[c"),
        "a question reached the outer terminal"
    );
}

/// Whether a terminal is free for another run.
fn is_free(terminal: &TerminalView) -> bool {
    terminal.run.is_none() && matches!(terminal.state, TerminalState::AtPrompt { .. })
}

/// Waits until a terminal is free; the events are from before it was busy.
async fn until_free(terminal: &TestTerminal, events: &mut Events) {
    while !is_free(&terminal.view().await) {
        events
            .until(
                |event| matches!(event, Event::TerminalChanged { terminal: view } if view.id == terminal.id),
            )
            .await;
    }
}

#[tokio::test]
async fn an_action_reuses_only_a_terminal_that_is_as_it_would_open_one() {
    let steps =
        "  - write: \"echo {{ inputs.x }}\\r\"\n  - wait_exit: [0]\nterminal: reuse\ninputs: [{ id: x }]\n";
    let host = TestHost::new().action("plain", &format!("{steps}shell: bash\n"));
    let host = host.action("there", &format!("{steps}shell: bash\ncwd: sub\n"));
    let host = host.action("with", &format!("{steps}shell: bash\nenv: {{ A: \"1\" }}\n"));
    std::fs::create_dir(host.project().join("sub")).unwrap();
    let mut events = host.events().await;
    let execute = async |action: &str, terminal: Option<&TestTerminal>| {
        let inputs = [("x".to_owned(), "'; touch PWN; #".to_owned())].into();
        let terminal = terminal.map(|terminal| terminal.id.to_string());
        let request = ExecuteRequest { inputs, terminal, ..ExecuteRequest::default() };
        host.execute(action, request).await.map_err(|error| match error {
            ClientError::Refused(refusal) => refusal.code,
            other => panic!("{other}"),
        })
    };

    // bash's quotes are none to another shell.
    let sh = host.terminal("sh").await;
    until_free(&sh, &mut events).await;
    assert_eq!(execute("plain", Some(&sh)).await.err().as_deref(), Some("terminal_differs"));
    assert!(!host.project().join("PWN").exists());

    let bash = host.terminal("bash").await;
    until_free(&bash, &mut events).await;
    for other in ["there", "with"] {
        assert_eq!(execute(other, Some(&bash)).await.err().as_deref(), Some("terminal_differs"), "{other}");
    }
    let run = execute("plain", Some(&bash)).await.unwrap();
    assert_eq!(run.terminal, bash.id);
    events.run_finished(run.id).await;
    until_free(&bash, &mut events).await;

    // It has left the folder that the action runs in.
    let mut viewer = bash.view_stream(&[]).await;
    bash.write("cd sub; echo in-$((1))\r").await;
    viewer.until_text("in-1").await;
    while bash.view().await.cwd != host.project().join("sub").to_str().unwrap()
        || !is_free(&bash.view().await)
    {
        events.until(|event| matches!(event, Event::TerminalChanged { .. })).await;
    }
    assert_eq!(execute("plain", Some(&bash)).await.err().as_deref(), Some("terminal_differs"));
}
