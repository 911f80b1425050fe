//! What programs read: each command that prints something can print it as JSON.

use ai_orchestrator_tests::{TestHost, save};
use serde_json::{Value, json};

/// Those that print what is JSON already, or a file for another program, or a terminal itself.
const OTHERWISE: [&str; 5] = ["schema", "config schema", "completions", "man", "terminal attach"];

#[test]
fn every_command_that_prints_something_takes_json() {
    let host = TestHost::new();
    let mut nouns = vec![String::new()];
    let mut seen = 0;
    while let Some(noun) = nouns.pop() {
        let words: Vec<&str> = noun.split_whitespace().collect();
        let help = host.cli(&words).args(["--help"]).run().ok().stdout;
        let verbs =
            help.split("Commands:\n").nth(1).map(|rest| rest.split("\n\n").next().unwrap_or_default());
        if let Some(verbs) = verbs {
            let names = verbs.lines().filter_map(|line| line.split_whitespace().next());
            nouns.extend(names.filter(|name| *name != "help").map(|name| format!("{noun} {name}")));
        } else if !OTHERWISE.contains(&noun.trim()) {
            assert!(help.contains("--json"), "`{noun}` has no --json:\n{help}");
            seen += 1;
        }
    }
    assert!(seen > 25, "{seen}");
}

#[test]
fn what_changes_an_action_tells_how_to_undo_it() {
    let host = TestHost::new().user_action("mine", "  - write: \"true\\r\"\n");
    let call = |args: &[&str]| host.cli(args).args(["--json"]).run().ok().json();
    let deleted = call(&["action", "delete", "mine"]);
    let timestamp = deleted["timestamp"].as_str().unwrap();
    let restored = call(&["action", "restore", "mine", timestamp]);
    let file = host.home().join("actions/mine.yaml");
    assert_eq!(restored, json!({ "timestamp": null, "path": file }));
    assert!(file.exists());

    save(host.home().join("actions/run-tests.yaml"), "label: X\nsteps:\n  - write: \"a\\r\"\n").unwrap();
    let reset = call(&["action", "reset", "run-tests"]);
    call(&["action", "restore", "run-tests", reset["timestamp"].as_str().unwrap()]);
    assert!(
        std::fs::read_to_string(host.home().join("actions/run-tests.yaml")).unwrap().starts_with("label: X")
    );

    for args in
        [&["action", "delete", "none"][..], &["action", "reset", "mine"], &["action", "restore", "mine", "x"]]
    {
        let refused = host.cli(args).args(["--json"]).run().exit(2).json();
        assert!(refused["error"]["code"].is_string() && refused["error"]["message"].is_string(), "{refused}");
    }
}

#[test]
fn what_is_made_started_and_set_is_told_as_json() {
    let host = TestHost::new();
    let call = |args: &[&str]| host.cli(args).env("PATH", host.home()).args(["--json"]).run().ok().json();
    let started = call(&["host", "start", "--http"]);
    assert!(started["url"].as_str().unwrap().contains("#token="), "{started}");
    let made = call(&["action", "new"]);
    assert_eq!((&made["action"]["id"], &made["action"]["health"]), (&"new-action".into(), &"ready".into()));
    assert_eq!(call(&["action", "default-ids"])[1], "run-tests");
    assert_eq!(call(&["config", "set", "font-size", "15"])["settings"]["font-size"], 15);
    assert_eq!(call(&["config", "get", "font-size"]), 15);
    assert_ne!(call(&["config", "reset", "font-size"])["settings"]["font-size"], 15);
    assert!(call(&["config", "path"])["path"].as_str().unwrap().ends_with("config.yaml"));
    assert!(call(&["version"])["version"].as_str().unwrap().starts_with("0."));
    let terminal = call(&["terminal", "open"])["id"].clone();
    let sent = call(&["terminal", "send", terminal.as_str().unwrap(), "ls", "--enter"]);
    assert_eq!(sent, json!({ "bytes": 3 }));
    let living = host.cli(&["host", "stop", "--json"]).run().exit(2).json();
    assert_eq!(living["error"]["code"], "terminals_living");
    assert_eq!(call(&["host", "stop", "--yes"])["pid"], started["pid"]);
    assert_eq!(call(&["host", "stop"])["pid"], Value::Null);
}

#[test]
fn a_cancelled_run_is_told_as_json() {
    let host = TestHost::new().user_action("long", "  - delay: 1h\n");
    let run = host.run("long").args(["--user", "--detach"]).run().ok().stdout;
    let cancelled = host.cli(&["run", "cancel", run.trim(), "--json"]).run().ok().json();
    assert_eq!((&cancelled["status"], &cancelled["id"]), (&"cancelled".into(), &run.trim().into()));
}
