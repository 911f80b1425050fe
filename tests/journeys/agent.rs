//! Steps that start `claude`: what is asked about before they run, what is typed, and what is refused.

use std::ffi::OsString;

use ai_orchestrator_tests::{Finished, TestHost};

const ASK: &str = "  - write: \"claude {{ inputs.p }}\\r\"
inputs: [{ id: p, required: true }]
claude: { allowedTools: [\"Bash(*)\"], permissionMode: bypassPermissions, appendSystemPrompt: Be kind. }
shell: bash
";
const PLAIN: &str = "  - write: \"claude {{ inputs.p }}\\r\"\ninputs: [{ id: p }]\nshell: bash\n";
const WITH_FLAGS: &str =
    "  - write: \"claude {{ inputs.p }} --verbose\\r\"\ninputs: [{ id: p }]\nshell: bash\n";

/// A host whose terminals find a `claude` that prints its words.
fn host() -> (TestHost, OsString) {
    let host = TestHost::new().action("ask", ASK).action("plain", PLAIN).action("with-flags", WITH_FLAGS);
    let path = std::env::var_os("PATH").unwrap();
    let folders = std::iter::once(host.program("claude")).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).unwrap();
    (host, path)
}

fn run(host: &TestHost, path: &OsString, id: &str, p: &str, more: &[&str]) -> Finished {
    host.run(id).args(["--input", &format!("p={p}")]).args(more).env("PATH", path).run()
}

#[test]
fn the_question_shows_the_line_that_will_be_typed() {
    let (host, path) = host();
    let asked = run(&host, &path, "ask", "do it", &[]).exit(2);
    let asked =
        asked.says("claude: permissionMode: bypassPermissions").says("claude: appendSystemPrompt: Be kind.");
    asked
        .says("write: claude --allowedTools $'Bash(*)' --append-system-prompt-file /")
        .says("/appendSystemPrompt --permission-mode bypassPermissions -- $'do it'\\u{d}");
    // Before the value is known, it has its place.
    let asked = host.run("ask").args(["--json"]).env("PATH", &path).run().exit(2).json();
    let commands = asked["preview"]["commands"].as_array().unwrap();
    let line = commands.last().unwrap()["text"].as_str().unwrap();
    assert!(line.ends_with("--permission-mode bypassPermissions -- {{ inputs.p }}\\u{d}"), "{line}");
}

#[test]
fn a_value_never_becomes_a_flag() {
    let (host, path) = host();
    let flag = "--dangerously-skip-permissions";
    run(&host, &path, "plain", flag, &["--trust"]).ok().prints(&format!("argv:\0--\0{flag}\0"));
    run(&host, &path, "ask", flag, &["--trust"]).ok().prints(&format!("\0bypassPermissions\0--\0{flag}\0"));
    run(&host, &path, "with-flags", "fix it", &["--trust"]).ok().prints("argv:\0fix it\0--verbose\0");
    let refused = run(&host, &path, "with-flags", "- fix it", &[]).exit(2);
    refused.says("the value of inputs.p begins with `-`").says("write `-- {{ inputs.p }}`, behind all flags");
    run(&host, &path, "plain", "update", &[]).exit(2).says("a command of its own");
    assert_eq!(host.cli(&["terminal", "list", "--json"]).run().ok().json(), serde_json::json!([]));
}
