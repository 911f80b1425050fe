//! What shells tell of themselves, and what becomes of it when their start files do unusual things.

use ai_orchestrator_tests::{TestHost, TestTerminal};
use orchestrator_core::api::{Event, ExecuteRequest, RunStatus, RunView, StreamOut, TerminalState};
use orchestrator_core::client::path;

/// The command that a terminal says it runs, once it runs one. Its program prints a word and then waits: were it the
/// shell that printed, Ctrl-C could come before there is a program to take it.
async fn told_command(terminal: &TestTerminal, line: &str, word: &str) -> Option<String> {
    let mut viewer = terminal.view_stream(&[]).await;
    terminal.write(line).await;
    viewer.until_text(word).await;
    let TerminalState::Running { command, .. } = terminal.view().await.state else { panic!() };
    terminal.write("\x03").await;
    viewer
        .until(|viewer| {
            let printed = String::from_utf8_lossy(&viewer.output);
            printed.rfind("133;B") > printed.rfind(word)
        })
        .await;
    command
}

#[tokio::test]
async fn shells_tell_which_command_runs() {
    for shell in ["bash", "zsh", "fish"] {
        let host = TestHost::new();
        std::fs::write(host.user_home().join(".zshrc"), "").unwrap();
        let terminal = host.terminal(shell).await;
        let line = "sh -c 'echo \"to;ld\u{fc}-%41\"\"\"; exec sleep 1000'";
        let told = told_command(&terminal, &format!("{line}\r"), "to;ld\u{fc}-%41\r\n").await;
        assert_eq!(told.as_deref(), Some(line), "{shell}");
    }
}

#[tokio::test]
async fn bash_never_tells_an_earlier_command_for_one_that_is_kept_out_of_the_history() {
    let host = TestHost::new();
    let start = "HISTCONTROL=ignoreboth HISTTIMEFORMAT='%F ' HISTSIZE=3\nalias history='history 5'\nset -T\n\
                 trap 'echo trapped' DEBUG\nPS0='mine '\nPROMPT_COMMAND='last=$?'\n";
    std::fs::write(host.user_home().join(".bashrc"), start).unwrap();
    let terminal = host.terminal("bash").await;
    assert_eq!(
        told_command(&terminal, "sh -c 'echo one-$((1)); exec sleep 1000'\r", "one-1").await.as_deref(),
        Some("sh -c 'echo one-$((1)); exec sleep 1000'")
    );
    assert_eq!(told_command(&terminal, " sh -c 'echo two-$((2)); exec sleep 1000'\r", "two-2").await, None);
    let mut viewer = terminal.view_stream(&[]).await;
    terminal.write("(exit 4)\r").await;
    terminal.write("echo last=$last status=$?\r").await;
    viewer.until_text("last=4 status=4").await;
}

/// The reason that the first write of this action gave for typing when it did.
async fn reason_of_the_first_write(host: &TestHost) -> (Event, String, f64) {
    let mut events = host.events().await;
    let run = host.execute("first", ExecuteRequest::default()).await.unwrap();
    let event = events.run_finished(run.id).await;
    let run: RunView = host.client().await.get(&path(&["runs", &run.id.to_string()], &[])).await.unwrap();
    let step = &run.steps[0];
    (event, step.reason.clone().unwrap_or_default(), step.duration_ms.unwrap_or_default())
}

#[tokio::test]
async fn a_start_file_that_starts_another_shell_costs_no_patience() {
    let steps = "  - write: \"echo from-$0-$((1))\\r\"\n  - wait_for: 'from-(sh|zsh|bash)-1'\n";
    let files = [
        ("bash", ".bashrc", "exec sh"),
        ("bash", ".bashrc", "exec zsh -f"),
        ("bash", ".bashrc", "exec bash --norc"),
        ("bash", ".bashrc", "zsh -f"),
        ("zsh", ".zshrc", "exec bash --norc"),
        ("fish", ".config/fish/config.fish", "exec sh"),
    ];
    for (shell, file, start) in files {
        let host = TestHost::new().action("first", &format!("{steps}shell: {shell}\n"));
        let file = host.user_home().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, format!("{start}\n")).unwrap();
        let (event, reason, took) = reason_of_the_first_write(&host).await;
        assert!(
            matches!(event, Event::RunFinished { status: RunStatus::Succeeded, .. }),
            "{start}: {event:?}"
        );
        // The patience with marks that may yet come is 10 s; whoever went by quiet has not waited for it.
        assert!(reason.contains("quiet") || took < 9_000.0, "{start}: {reason} after {took} ms");
    }
}

#[tokio::test]
async fn a_slow_start_file_is_waited_for() {
    for (shell, file) in [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/config.fish")] {
        let steps = "  - write: \"echo came-$((1))\\r\"\n  - wait_for: came-1\n";
        let steps = if shell == "fish" { steps.replace("$((1))", "(echo 1)") } else { steps.to_owned() };
        let host = TestHost::new().action("first", &format!("{steps}shell: {shell}\n"));
        let file = host.user_home().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "echo loading\nsleep 1\n").unwrap();
        let (event, reason, _) = reason_of_the_first_write(&host).await;
        assert!(matches!(event, Event::RunFinished { status: RunStatus::Succeeded, .. }), "{event:?}");
        assert_eq!(reason, "the shell said that it is ready", "{shell}");
    }
}

#[tokio::test]
async fn what_is_ours_alone_is_gone_for_children() {
    for shell in ["bash", "zsh", "fish", "sh", "env"] {
        let host = TestHost::new();
        std::fs::write(host.user_home().join(".zshrc"), "").unwrap();
        let terminal = host.terminal(shell).await;
        let mut viewer = terminal.view_stream(&[]).await;
        // A program that is no shell, and ends by itself.
        if shell == "env" {
            viewer.until(|viewer| matches!(viewer.texts.last(), Some(StreamOut::Exit { .. }))).await;
        } else {
            terminal.write("env; echo e''nd\r").await;
            viewer.until_text("end\r\n").await;
        }
        let printed = String::from_utf8_lossy(&viewer.output).into_owned();
        let ours: Vec<&str> = printed
            .lines()
            .filter(|line| line.starts_with("AI_ORCHESTRATOR_") || line.starts_with("ENV="))
            .filter(|line| {
                !line.starts_with("AI_ORCHESTRATOR_TERMINAL=") && !line.starts_with("AI_ORCHESTRATOR_HOME=")
            })
            .collect();
        assert_eq!(ours, [""; 0], "{shell}");
    }
}

#[tokio::test]
async fn a_tmux_in_the_start_file_is_typed_into() {
    if std::process::Command::new("tmux").arg("-V").output().is_err() {
        eprintln!("skipped: tmux is not installed");
        return;
    }
    let host = TestHost::new()
        .action("first", "  - write: \"echo in-$((1))-${TMUX:+tmux}\\r\"\n  - wait_for: in-1-tmux\n");
    let socket = format!("aio-test-{}", std::process::id());
    let start = format!("[ -z \"$TMUX\" ] && exec tmux -L {socket} -f /dev/null new-session\n");
    std::fs::write(host.user_home().join(".bashrc"), start).unwrap();
    let (event, reason, _) = reason_of_the_first_write(&host).await;
    _ = std::process::Command::new("tmux").args(["-L", &socket, "kill-server"]).output();
    assert!(matches!(event, Event::RunFinished { status: RunStatus::Succeeded, .. }), "{event:?} {reason}");
}
