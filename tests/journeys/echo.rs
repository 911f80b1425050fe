//! What was typed is never taken for an answer, whoever draws it.

use ai_orchestrator_tests::TestHost;
use orchestrator_core::api::{Event, ExecuteRequest, RunStatus};

/// Runs these actions at once; how long the steps of each took, in milliseconds.
async fn durations(actions: &[String]) -> Vec<Vec<f64>> {
    let host = actions
        .iter()
        .enumerate()
        .fold(TestHost::new(), |host, (index, steps)| host.action(&format!("timed-{index}"), steps));
    let runs = (0..actions.len()).map(async |index| {
        let mut events = host.events().await;
        let run = host.execute(&format!("timed-{index}"), ExecuteRequest::default()).await.unwrap();
        let Event::RunFinished { status, failure, steps, .. } = events.run_finished(run.id).await else {
            panic!()
        };
        assert_eq!(status, RunStatus::Succeeded, "{}: {failure:?}", actions[index]);
        steps.iter().map(|step| step.duration_ms.unwrap()).collect()
    });
    futures_util::future::join_all(runs).await
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
    let actions: Vec<String> = nested
        .into_iter()
        .map(|shell| {
            format!(
                "  - write: \"{shell}\\r\"\n  - wait_for: 'in--$'\n\
                 \x20 - write: \"sleep 1; echo ready\\r\"\n  - wait_for: ready\n  - wait_for: 'in--$'\n\
                 \x20 - write: \"sleep 1; : {long}; echo end\\r\"\n  - wait_for: end\n  - wait_for: 'in--$'\n\
                 \x20 - write: \"for i in 1 2; do\\nsleep 1\\necho it-$i\\ndone\\r\"\n  - wait_for: it-\n\
                 shell: bash\n"
            )
        })
        .collect();
    for (action, durations) in actions.iter().zip(durations(&actions).await) {
        let waits = [3, 6, 9].map(|step| durations[step]);
        assert!(waits.iter().all(|wait| *wait > 900.0), "an echo was the answer: {waits:?}, {action}");
    }
}

#[tokio::test]
async fn what_is_typed_ahead_is_no_answer_whether_the_kernel_draws_it_or_the_editor() {
    let action = |shell| {
        format!(
            "  - write: \"sleep 1\\r\"\n  - write: \"echo one\\r\"\n  - write: \"sleep 1; echo two\\r\"\n\
             \x20 - wait_for: two\nshell: {shell}\n"
        )
    };
    let actions: Vec<String> = ["bash", "zsh", "fish"].into_iter().cycle().take(24).map(action).collect();
    for (action, durations) in actions.iter().zip(durations(&actions).await) {
        assert!(durations[3] > 900.0, "the echo was the answer: {durations:?}, {action}");
    }
}

#[tokio::test]
async fn a_program_s_answer_to_a_line_typed_ahead_is_one_even_if_it_is_the_same() {
    let action = |shell| {
        format!("  - write: \"cat\\r\"\n  - write: \"hello\\r\"\n  - wait_for: hello\nshell: {shell}\n")
    };
    durations(&["bash", "zsh", "fish"].map(action)).await;
}
