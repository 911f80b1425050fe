//! What was typed is never taken for an answer, whoever draws it.

use ai_orchestrator_tests::TestHost;
use orchestrator_core::api::{Event, ExecuteRequest, RunStatus};

/// Runs these actions at once. A command that is to be waited for makes a file in its last moment, which no clock can
/// tell as well: with `>ANSWER-3`, the file is to be there when step 3 has ended.
async fn no_echo_is_an_answer(actions: &[String]) {
    let own = |index: usize| format!("answer-{index}-");
    let host = actions.iter().enumerate().fold(TestHost::new(), |host, (index, steps)| {
        host.action(&format!("timed-{index}"), &steps.replace("ANSWER-", &own(index)))
    });
    let host = &host;
    let runs = actions.iter().enumerate().map(async |(index, action)| {
        let mut events = host.events().await;
        let started = host.execute(&format!("timed-{index}"), ExecuteRequest::default()).await.unwrap();
        loop {
            let of_this_run = |event: &Event| match event {
                Event::StepFinished { run, .. } | Event::RunFinished { run, .. } => *run == started.id,
                _ => false,
            };
            match events.until(of_this_run).await {
                Event::StepFinished { step, .. } if action.contains(&format!(">ANSWER-{step};")) => {
                    let answer = host.project().join(format!("{}{step}", own(index)));
                    assert!(answer.exists(), "an echo was the answer in step {step}: {action}");
                }
                Event::RunFinished { status, failure, .. } => {
                    assert_eq!(status, RunStatus::Succeeded, "{action}: {failure:?}");
                    return;
                }
                _ => {}
            }
        }
    });
    futures_util::future::join_all(runs).await;
}

#[tokio::test]
async fn a_line_editor_without_marks_may_draw_a_line_as_often_as_it_likes() {
    let mut nested = vec!["PS1=in-- zsh -f".to_owned(), "PS1=in-- bash --norc".to_owned()];
    if cfg!(target_os = "linux") {
        // Through a terminal of its own, as over ssh.
        nested.extend(
            ["zsh -f", "bash --norc"].map(|shell| format!("script -qc 'PS1=in-- {shell}' /dev/null")),
        );
    }
    let long = "x".repeat(150);
    // The delay: an editor says that it takes pastes a moment after it has drawn its prompt.
    let actions: Vec<String> = nested
        .into_iter()
        .map(|shell| {
            format!(
                "  - write: \"{shell}\\r\"\n  - wait_for: 'in--$'\n\
                 \x20 - write: \"sleep 1; : >ANSWER-3; echo ready\\r\"\n  - wait_for: ready\n  - wait_for: 'in--$'\n\
                 \x20 - write: \"sleep 1; : {long} >ANSWER-6; echo end\\r\"\n  - wait_for: end\n  - wait_for: 'in--$'\n\
                 \x20 - delay: 300\n\
                 \x20 - write: \"for i in 1 2; do\\nsleep 1\\n: >ANSWER-10; echo it-$i\\ndone\\r\"\n  - wait_for: it-\n\
                 shell: bash\n"
            )
        })
        .collect();
    no_echo_is_an_answer(&actions).await;
}

#[tokio::test]
async fn what_is_typed_ahead_is_no_answer_whether_the_kernel_draws_it_or_the_editor() {
    let action = |shell| {
        format!(
            "  - write: \"sleep 1\\r\"\n  - write: \"echo one\\r\"\n  - write: \"sleep 1; : >ANSWER-3; echo two\\r\"\n\
             \x20 - wait_for: two\n    timeout: 1m\nshell: {shell}\n"
        )
    };
    let actions: Vec<String> = ["bash", "zsh", "fish"].into_iter().cycle().take(24).map(action).collect();
    no_echo_is_an_answer(&actions).await;
}

#[tokio::test]
async fn a_program_s_answer_to_a_line_typed_ahead_is_one_even_if_it_is_the_same() {
    let action = |shell| {
        format!("  - write: \"cat\\r\"\n  - write: \"hello\\r\"\n  - wait_for: hello\nshell: {shell}\n")
    };
    no_echo_is_an_answer(&["bash", "zsh", "fish"].map(action)).await;
}

#[tokio::test]
async fn what_a_background_job_prints_at_the_prompt_is_pointed_at() {
    let steps = "  - write: \"(read -r go <go; echo listen''ing) &\\r\"\n  - wait_exit:\n\
                 \x20 - wait_for: listening\n    source: screen\n    timeout: 1m\n\
                 \x20 - wait_for: listening\n    timeout: 300\nshell: bash\n";
    let host = TestHost::new().action("server", steps);
    let go = host.project().join("go");
    assert!(std::process::Command::new("mkfifo").arg(&go).status().unwrap().success());
    let mut events = host.events().await;
    let run = host.execute("server", ExecuteRequest::default()).await.unwrap();
    events.until(|event| matches!(event, Event::StepStarted { step: 2, .. })).await;
    std::fs::write(&go, "go\n").unwrap();
    let Event::RunFinished { failure, .. } = events.run_finished(run.id).await else { panic!() };
    let failure = failure.unwrap();
    assert_eq!((failure.step, failure.code.as_str()), (Some(3), "timeout"));
    assert!(failure.message.contains("source: screen"), "{}", failure.message);
}

#[tokio::test]
async fn a_secret_is_typed_only_where_it_does_not_show() {
    let action = |silence| {
        format!(
            "  - write: \"stty {silence}; printf 'Pass: '; read -r word; stty echo; echo \\\"got-${{#word}}\\\"\\r\"\n\
             \x20 - wait_for: 'Pass: $'\n  - write: \"{{{{ inputs.word }}}}\\r\"\n  - wait_for: 'got-8'\n\
             inputs:\n  - {{ id: word, type: secret }}\nshell: bash\n"
        )
    };
    let host = TestHost::new().action("hidden", &action("-echo")).action("shown", &action("echo"));
    let mut events = host.events().await;
    let request = || ExecuteRequest {
        inputs: [("word".to_owned(), "s3cr3t-w".to_owned())].into(),
        ..ExecuteRequest::default()
    };
    let run = host.execute("hidden", request()).await.unwrap();
    let Event::RunFinished { status, failure, .. } = events.run_finished(run.id).await else { panic!() };
    assert_eq!(status, RunStatus::Succeeded, "{failure:?}");
    let run = host.execute("shown", request()).await.unwrap();
    let Event::RunFinished { failure, .. } = events.run_finished(run.id).await else { panic!() };
    let failure = failure.unwrap();
    assert_eq!((failure.step, failure.code.as_str()), (Some(2), "secret_would_echo"));
    // What is typed next is all that there is.
    let terminal = host.terminal_of(&run).await;
    let mut viewer = terminal.view_stream(&[]).await;
    terminal.write("abc\r").await;
    viewer.until_text("got-3").await;
}
