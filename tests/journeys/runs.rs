//! Runs: the steps of an action on a real shell.

use ai_orchestrator_tests::{Events, TestHost};
use orchestrator_core::api::{Event, ExecuteRequest, RunStatus, RunView, StepStatus};
use orchestrator_core::client::path;

fn finished(event: Event) -> (RunStatus, Option<i32>, Option<orchestrator_core::api::RunFailure>) {
    let Event::RunFinished { status, exit_code, failure, .. } = event else { panic!("{event:?}") };
    (status, exit_code, failure)
}

/// Waits until a step has ended. A command that is to be waited for makes the file `done` in its last moment, which no
/// clock can tell as well: a wait may begin late, and an answer may come late.
async fn ends_after_the_command(
    host: &TestHost,
    events: &mut Events,
    run: &RunView,
    step: usize,
    what: &str,
) {
    events
        .until(|event| {
            matches!(event, Event::StepFinished { run: of, step: at, .. } if (*of, *at) == (run.id, step))
                || matches!(event, Event::RunFinished { run: of, .. } if *of == run.id)
        })
        .await;
    assert!(host.project().join("done").exists(), "{what}: the echo was taken for the answer");
}

#[tokio::test]
async fn a_wait_is_never_satisfied_by_the_echo_of_the_write() {
    let host = TestHost::new().action(
        "hello",
        "  - write: \"sleep 1; : >done; echo hello-$((40+2))\\r\"\n  - wait_for: 'hello-'\n  - delay: 200\n",
    );
    let mut events = host.events().await;
    let run = host.execute("hello", ExecuteRequest { settle: true, ..Default::default() }).await.unwrap();
    ends_after_the_command(&host, &mut events, &run, 1, "bash").await;
    let (status, exit_code, _) = finished(events.run_finished(run.id).await);
    assert_eq!((status, exit_code), (RunStatus::Succeeded, Some(0)));
}

#[tokio::test]
async fn the_echo_rule_holds_without_marks_too() {
    for shell in ["sh", "bash --norc"] {
        let steps = match shell {
            "sh" => "  - write: \"sleep 1; : >done; echo ready\\r\"\n  - wait_for: ready\n".to_owned(),
            // A nested shell has its own line editor, and gives no marks of ours.
            _ => format!(
                "  - write: \"{shell}\\r\"\n  - delay: 500\n  - write: \"sleep 1; : >done; echo ready\\r\"\n  - wait_for: ready\n"
            ),
        };
        let host = TestHost::new()
            .action("echo", &format!("{steps}shell: {}\n", if shell == "sh" { "sh" } else { "bash" }));
        let mut events = host.events().await;
        let run = host.execute("echo", ExecuteRequest::default()).await.unwrap();
        ends_after_the_command(&host, &mut events, &run, run.steps.len() - 1, shell).await;
        let (status, _, failure) = finished(events.run_finished(run.id).await);
        assert_eq!(status, RunStatus::Succeeded, "{failure:?}");
    }
}

#[tokio::test]
async fn a_wait_that_is_not_satisfied_fails_with_what_it_saw() {
    let host = TestHost::new().action(
        "never",
        "  - write: \"echo something else\\r\"\n  - wait_for: something else\n  - wait_for: never\n    timeout: 500\n  - delay: 1\n",
    );
    let mut events = host.events().await;
    let run = host.execute("never", ExecuteRequest::default()).await.unwrap();
    let Event::RunFinished { status, failure, steps, .. } = events.run_finished(run.id).await else {
        panic!()
    };
    let failure = failure.unwrap();
    assert_eq!((status, failure.step, failure.code.as_str()), (RunStatus::Failed, Some(2), "timeout"));
    assert!(failure.message.contains("never") && failure.message.contains("500 ms"), "{}", failure.message);
    assert!(failure.last_output.unwrap().contains("something else"));
    assert_eq!(steps[3].status, StepStatus::Skipped);
}

#[tokio::test]
async fn cancel_ends_the_steps_and_leaves_the_terminal() {
    let host =
        TestHost::new().action("long", "  - write: \"sleep 100\\r\"\n  - wait_for: never\n    timeout: 1h\n");
    let mut events = host.events().await;
    let run = host.execute("long", ExecuteRequest::default()).await.unwrap();
    events.until(|event| matches!(event, Event::StepStarted { step: 1, .. })).await;
    let client = host.client().await;
    let id = run.id.to_string();
    let cancelled: RunView = client.post(&path(&["runs", &id, "cancel"], &[]), &()).await.unwrap();
    assert_eq!(cancelled.status, RunStatus::Cancelled);
    assert_eq!(cancelled.steps[1].status, StepStatus::Cancelled);
    let status = client.status().await.unwrap();
    assert_eq!((status.terminals, status.runs), (1, 0));
    let again: RunView = client.post(&path(&["runs", &id, "cancel"], &[]), &()).await.unwrap();
    assert_eq!(again.status, RunStatus::Cancelled);
}

#[tokio::test]
async fn wait_exit_knows_the_command_s_code() {
    let host = TestHost::new()
        .action("right", "  - write: \"(sleep 0.3; exit 7)\\r\"\n  - wait_exit: [0, 7]\n")
        .action("wrong", "  - write: \"false\\r\"\n  - wait_exit:\n");
    let mut events = host.events().await;
    let run = host.execute("right", ExecuteRequest::default()).await.unwrap();
    assert_eq!(finished(events.run_finished(run.id).await), (RunStatus::Succeeded, Some(7), None));
    let run = host.execute("wrong", ExecuteRequest::default()).await.unwrap();
    let (status, exit_code, failure) = finished(events.run_finished(run.id).await);
    assert_eq!((status, exit_code), (RunStatus::Failed, Some(1)));
    assert_eq!(failure.unwrap().code, "unexpected_exit");
}

#[tokio::test]
async fn without_marks_the_exit_code_is_unknown_and_said_so() {
    // A nested shell gives none.
    let steps =
        "  - write: \"sh\\r\"\n  - delay: 500\n  - write: \"sleep 0.3; : >done\\r\"\n  - wait_exit:\n";
    let host = TestHost::new().action("nested", steps);
    let mut events = host.events().await;
    let run = host.execute("nested", ExecuteRequest::default()).await.unwrap();
    let Event::RunFinished { status, steps, exit_code, .. } = events.run_finished(run.id).await else {
        panic!()
    };
    assert_eq!((status, exit_code), (RunStatus::Succeeded, None));
    assert_eq!(steps[3].reason.as_deref(), Some("code unknown"));
    assert!(host.project().join("done").exists(), "not yet");
}

#[tokio::test]
async fn without_marks_a_command_has_ended_when_its_shell_reads_on() {
    // In a nested shell, and in one that took ours' place.
    let into = |line: &str| format!("  - write: \"{line}\\r\"\n  - delay: 700\n");
    let places = [
        ("sh", into("sh")),
        ("editor", into("bash --norc")),
        ("replaced", into("exec bash --norc")),
        ("replaced-by-sh", into("exec sh")),
    ];
    // One by one, and both typed at once; what ends in no time; what prints nothing.
    let lines: [(&str, &[&str]); 3] = [
        ("quick", &["cd /; : > {}"]),
        ("slow", &["sleep 1; : > {}"]),
        ("ahead", &["sleep 1", "sleep 1; : > {}"]),
    ];
    for (place, enter) in &places {
        let mut host = TestHost::new();
        for (name, lines) in &lines {
            let done = host.user_home().join(format!("done-{name}"));
            let write =
                |line: &&str| format!("  - write: \"{}\\r\"\n", line.replace("{}", &done.to_string_lossy()));
            let steps: String = lines.iter().map(write).collect();
            let text = format!("{enter}{steps}  - wait_exit:\n    timeout: 1m\nshell: bash\n");
            host = host.action(name, &text);
        }
        let mut events = host.events().await;
        for (name, _) in &lines {
            let run = host.execute(name, ExecuteRequest::default()).await.unwrap();
            let (status, exit_code, failure) = finished(events.run_finished(run.id).await);
            assert_eq!((status, exit_code), (RunStatus::Succeeded, None), "{place}, {name}: {failure:?}");
            assert!(host.user_home().join(format!("done-{name}")).exists(), "{place}, {name}: not yet");
        }
    }
}

#[tokio::test]
async fn every_shell_tells_exit_codes_and_keeps_its_editor_s_drawing_apart() {
    for shell in ["bash", "zsh", "fish", "sh"] {
        let steps = format!(
            "  - write: \"sleep 0.5; : >done; echo re''ady\\r\"\n  - wait_for: ready\n  - write: \"sh -c 'exit 7'\\r\"\n  - wait_exit: 7\n\
             env: {{ FROM_ACTION: \"a 'b' $c\" }}\nshell: {shell}\n"
        );
        let host = TestHost::new().action("shell", &steps);
        for file in [".zshrc", ".zshenv"] {
            std::fs::write(host.user_home().join(file), "export FROM_ACTION=overwritten\n").unwrap();
        }
        let mut events = host.events().await;
        let run = host.execute("shell", ExecuteRequest::default()).await.unwrap();
        ends_after_the_command(&host, &mut events, &run, 1, shell).await;
        let Event::RunFinished { status, failure, exit_code, .. } = events.run_finished(run.id).await else {
            panic!()
        };
        assert_eq!((status, exit_code), (RunStatus::Succeeded, Some(7)), "{shell}: {failure:?}");
        let terminal = host.terminal_of(&run).await;
        let mut viewer = terminal.view_stream(&[]).await;
        terminal.write("printf 'env=<%s> aid=<%s>\\n' \"$FROM_ACTION\" \"$AI_ORCHESTRATOR_AID\"\r").await;
        viewer.until_text("env=<a 'b' $c> aid=<>").await;
    }
}

#[tokio::test]
async fn the_line_editor_s_drawing_is_no_output_in_any_shell() {
    for shell in ["bash", "zsh", "fish", "sh"] {
        // Long enough to wrap, and to be redrawn.
        let long = "x".repeat(120);
        let steps = format!(
            "  - write: \"sleep 1; : {long} >done; echo end\\r\"\n  - wait_for: end\nshell: {shell}\n"
        );
        let host = TestHost::new().action("long", &steps);
        let mut events = host.events().await;
        let run = host.execute("long", ExecuteRequest::default()).await.unwrap();
        ends_after_the_command(&host, &mut events, &run, 1, shell).await;
        let Event::RunFinished { status, failure, .. } = events.run_finished(run.id).await else { panic!() };
        assert_eq!(status, RunStatus::Succeeded, "{shell}: {failure:?}");
    }
}

#[tokio::test]
async fn a_line_typed_ahead_runs_before_its_wait_ends() {
    let steps = "  - write: \"sleep 1\\r\"\n  - write: \"(sleep 0.5; exit 3)\\r\"\n  - wait_exit: 3\n";
    let host = TestHost::new().action("ahead", steps);
    let mut events = host.events().await;
    let run = host.execute("ahead", ExecuteRequest::default()).await.unwrap();
    let (status, exit_code, failure) = finished(events.run_finished(run.id).await);
    assert_eq!((status, exit_code), (RunStatus::Succeeded, Some(3)), "{failure:?}");
}

#[tokio::test]
async fn a_line_that_the_kernel_would_cut_is_not_typed_whole_or_in_parts() {
    let x = |count: usize| "x".repeat(count);
    let whole = format!("  - write: \": {}\\r\"\nshell: sh\n", x(4095));
    let parts = format!("  - write: \": {}\"\n  - write: \"{}\\r\"\nshell: sh\n", x(3000), x(3000));
    let kept = format!("  - write: \": {}\\r\"\n  - write: \": {}\\r\"\nshell: sh\n", x(3000), x(3000));
    let host = TestHost::new().action("whole", &whole).action("parts", &parts).action("kept", &kept);
    let mut events = host.events().await;
    for (action, code) in [("whole", Some("line_too_long")), ("parts", Some("line_too_long")), ("kept", None)]
    {
        let run = host.execute(action, ExecuteRequest::default()).await.unwrap();
        let (_, _, failure) = finished(events.run_finished(run.id).await);
        assert_eq!(failure.as_ref().map(|failure| failure.code.as_str()), code, "{action}: {failure:?}");
    }
}

#[tokio::test]
async fn a_run_s_time_limit_ends_it_wherever_it_is() {
    let host = TestHost::new().action("slow", "  - write: \"sleep 100\\r\"\n  - delay: 1h\ntimeout: 1s\n");
    let mut events = host.events().await;
    let run = host.execute("slow", ExecuteRequest::default()).await.unwrap();
    let (status, _, failure) = finished(events.run_finished(run.id).await);
    assert_eq!((status, failure.unwrap().code.as_str()), (RunStatus::Failed, "timeout"));
}

#[tokio::test]
async fn a_shell_that_exits_at_once_is_said_so() {
    let host = TestHost::new().action("gone", "  - write: \"echo hi\\r\"\nshell: 'true'\n");
    let mut events = host.events().await;
    let run = host.execute("gone", ExecuteRequest::default()).await.unwrap();
    let (status, _, failure) = finished(events.run_finished(run.id).await);
    assert_eq!((status, failure.unwrap().code.as_str()), (RunStatus::Failed, "exited"));
}

#[tokio::test]
async fn twenty_runs_at_once_each_have_their_own_terminal() {
    let steps = "  - write: \"echo run-$((6*7))\\r\"\n  - wait_for: run-42\n";
    let host = TestHost::new().action("one", steps);
    let mut events = host.events().await;
    let mut runs = Vec::new();
    for _ in 0..20 {
        runs.push(host.execute("one", ExecuteRequest { settle: true, ..Default::default() }).await.unwrap());
    }
    let terminals: std::collections::HashSet<_> = runs.iter().map(|run| run.terminal).collect();
    assert_eq!(terminals.len(), 20);
    for _ in 0..20 {
        let event = events.until(|event| matches!(event, Event::RunFinished { .. })).await;
        assert_eq!(finished(event), (RunStatus::Succeeded, Some(0), None));
    }
    assert_eq!(host.client().await.status().await.unwrap().terminals, 0);
}

#[tokio::test]
async fn inputs_reach_the_shell_as_one_word_whatever_they_hold() {
    let host = TestHost::new().action(
        "say",
        "  - write: \"printf '<%s>' {{ inputs.text }}\\r\"\n  - wait_for: '<it''s \\$HOME; `x` \"q\">'\ninputs:\n  - { id: text }\n",
    );
    let mut events = host.events().await;
    let inputs = [("text".to_owned(), "it's $HOME; `x` \"q\"".to_owned())].into();
    let run = host.execute("say", ExecuteRequest { inputs, ..Default::default() }).await.unwrap();
    let (status, _, failure) = finished(events.run_finished(run.id).await);
    assert_eq!(status, RunStatus::Succeeded, "{failure:?}");
}

#[tokio::test]
async fn a_wait_on_the_screen_is_not_satisfied_by_the_screen_from_before_the_write() {
    // Nothing is drawn of what is typed, so that the old screen is still there when the wait begins.
    let steps = "  - write: \"stty -echo; printf 'rea'; echo dy; cat >/dev/null\\r\"\n  - wait_for: 'ready'\n\
                 \x20 - write: \"x\\r\"\n  - wait_for: 'ready'\n    source: screen\n    timeout: 500\nshell: sh\n";
    let host = TestHost::new().action("old", steps);
    let mut events = host.events().await;
    let run = host.execute("old", ExecuteRequest::default()).await.unwrap();
    let (status, _, failure) = finished(events.run_finished(run.id).await);
    assert_eq!((status, failure.unwrap().step), (RunStatus::Failed, Some(3)));
}

#[tokio::test]
async fn a_wait_on_the_screen_of_an_ended_shell_ends_with_it() {
    let steps =
        "  - write: \"exit\\r\"\n  - delay: 300\n  - wait_for: never\n    source: screen\n    timeout: 10m\n";
    let host = TestHost::new().action("screen", steps);
    let mut events = host.events().await;
    let run = host.execute("screen", ExecuteRequest::default()).await.unwrap();
    let (status, _, failure) = finished(events.run_finished(run.id).await);
    assert_eq!((status, failure.unwrap().code.as_str()), (RunStatus::Failed, "exited"));
}

#[tokio::test]
async fn a_cancelled_write_ends_where_it_is_and_says_so() {
    let much = "x".repeat(60_000);
    let steps = format!(
        "  - write: \"stty raw -echo; echo ready; read -r go <go; exec cat\\r\"\n  - wait_for: ready\n\
         \x20 - write: \"{much}\\rLAST\\r\"\nshell: sh\n"
    );
    let host = TestHost::new().action("much", &steps);
    let go = host.project().join("go");
    assert!(std::process::Command::new("mkfifo").arg(&go).status().unwrap().success());
    let mut events = host.events().await;
    let run = host.execute("much", ExecuteRequest::default()).await.unwrap();
    events.until(|event| matches!(event, Event::StepStarted { step: 2, .. })).await;
    let client = host.client().await;
    let cancelled: RunView =
        client.post(&path(&["runs", &run.id.to_string(), "cancel"], &[]), &()).await.unwrap();
    let reason = cancelled.steps[2].reason.clone().unwrap();
    let typed: usize = reason
        .strip_prefix("cancelled after ")
        .unwrap()
        .strip_suffix(" bytes were typed")
        .unwrap()
        .parse()
        .unwrap();
    let terminal = host.terminal_of(&run).await;
    let mut viewer = terminal.view_stream(&[]).await;
    // Now it reads, so that what is queued could go on.
    std::fs::write(&go, "go\n").unwrap();
    terminal.write("END").await;
    viewer.until_text("END").await;
    let output = String::from_utf8_lossy(&viewer.output).into_owned();
    let (_, got) = output.rsplit_once("ready\n").unwrap();
    assert_eq!(got, "x".repeat(typed) + "END", "{reason}");
}
