//! What terminals start with when the host was started by a launcher that knows nothing of the user's shell.

use ai_orchestrator_tests::{PATIENCE, TestHost};
use orchestrator_core::api::{ConfigView, TerminalView};

/// A host that was started with nothing but what a desktop gives.
fn bare(host: &TestHost) {
    let started = host.cli(&["host", "start"]).bare().run();
    assert_eq!(started.code, 0, "{}", started.stderr);
}

fn start_files(host: &TestHost, profile: &str) {
    _ = host.program("claude");
    std::fs::write(host.user_home().join(".profile"), profile).unwrap();
}

#[tokio::test]
async fn a_host_that_was_started_bare_has_the_login_shell_s_environment() {
    let host = TestHost::new();
    start_files(
        &host,
        "echo welcome\nexport EDITOR=ed USER_OF_TOOL=ann PATH=\"$HOME/tools:$PATH\" MULTI='a\nb' CLAUDECODE=1\n",
    );
    bare(&host);
    // A terminal that opens would wait for the answer for a while only.
    let answered = async {
        while host.client().await.get::<ConfigView>("/v1/config").await.unwrap().editors.is_empty() {}
    };
    tokio::time::timeout(PATIENCE, answered).await.expect("the login shell answers");
    // A shell that reads no profile by itself.
    let terminal = host.terminal("sh").await;
    let mut viewer = terminal.view_stream(&[]).await;
    terminal
        .write("claude tool-of-$USER_OF_TOOL; echo \"lines-$(echo \"$MULTI\" | wc -l) ${CLAUDECODE-none} level-$SHLVL\"\r")
        .await;
    viewer.until_text("tool-of-ann").await;
    viewer.until_text("lines-2 none level-").await;
    // The check whether the agent is there looks in the same place.
    let created: TerminalView =
        host.client().await.post("/v1/create-action", &serde_json::json!({})).await.unwrap();
    assert_eq!(created.task, "Create action");
}

#[tokio::test]
async fn a_login_shell_that_hangs_keeps_no_terminal_from_opening() {
    let host = TestHost::new();
    start_files(&host, "sleep 1000\n");
    bare(&host);
    let terminal = host.terminal("sh").await;
    let mut viewer = terminal.view_stream(&[]).await;
    terminal.write("echo here-$((1))\r").await;
    viewer.until_text("here-1").await;
}
