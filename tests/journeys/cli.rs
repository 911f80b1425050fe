//! The command line as a process.

use std::time::{Duration, Instant};

use ai_orchestrator_tests::{TestHost, save, wait_for_content};

const HELLO: &str = "  - type: write
    content: \"sleep 1; echo hello-$((40+2))\\r\"
  - type: wait_for
    pattern: 'hello-\\d+'
    timeout: 1m
  - type: delay
    ms: 200
";

#[test]
fn an_action_runs_to_its_end_and_says_so_in_json() {
    let host = TestHost::new().action("hello", HELLO);
    let begin = Instant::now();
    let finished = host.run("hello").args(["--trust", "--json"]).run().ok();
    assert!(begin.elapsed() >= Duration::from_secs(1));
    let events = finished.json_lines();
    assert_eq!(events[0]["event"], "run_started");
    let last = events.last().unwrap();
    assert_eq!(
        (&last["event"], &last["status"], &last["exit_code"]),
        (&"run_finished".into(), &"succeeded".into(), &0.into())
    );
    assert_eq!(last["steps"].as_array().unwrap().len(), 3);
    assert!(last["duration_ms"].as_f64().unwrap() >= 1200.0);
    let kinds: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "step_finished")
        .map(|event| event["kind"].clone())
        .collect();
    assert_eq!(kinds, ["write", "wait_for", "delay"]);
    assert_eq!(host.cli(&["terminal", "list", "--json"]).run().ok().json(), serde_json::json!([]));
}

#[test]
fn output_goes_to_stdout_and_progress_to_stderr() {
    let host = TestHost::new().action("hello", HELLO);
    let finished = host.run("hello").args(["--trust"]).run().ok();
    let finished = finished.prints("hello-42").says("[1/3] write").says("hello succeeded");
    assert!(!finished.stderr.contains("hello-42"));
    for shell in ["bash", "sh"] {
        let host = TestHost::new().action(
            "marks",
            &format!("  - write: \"printf '\\\\033]133;A\\\\007mine'\\r\"\nshell: {shell}\n"),
        );
        for flags in [&["--trust"][..], &["--json", "--output"]] {
            let stdout = host
                .run("marks")
                .args(flags)
                .run()
                .ok()
                .stdout
                .replace("\\u001b", "\x1b")
                .replace("\\u0007", "\x07");
            assert!(stdout.contains("\x1b]133;A\x07mine"), "what the program prints stays: {stdout}");
            assert!(!stdout.contains("aid=") && !stdout.contains("\x1b]7;"), "ours go: {stdout}");
        }
    }
}

#[test]
fn a_step_that_fails_exits_1_and_names_step_limit_and_output() {
    let host = TestHost::new().action("never", &format!("{HELLO}  - wait_for: never\n    timeout: 1500\n"));
    let finished = host.run("never").args(["--trust"]).run().exit(1);
    finished.says("step 4 (wait_for)").says("`never` did not appear within 1.5 s").says("hello-42");
}

#[test]
fn the_last_command_s_exit_code_decides() {
    let host = TestHost::new().action("fails", "  - write: \"(exit 3)\\r\"\n");
    let finished = host.run("fails").args(["--trust", "--json"]).run().exit(1);
    let events = finished.json_lines();
    let last = events.last().unwrap();
    assert_eq!((last["status"].as_str(), last["exit_code"].as_i64()), (Some("succeeded"), Some(3)));
}

#[test]
fn a_run_that_outlasts_its_limit_has_failed() {
    let host = TestHost::new().action("slow", "  - write: \"sleep 100\\r\"\n");
    let finished = host.run("slow").args(["--trust", "--timeout", "1s"]).run().exit(1);
    finished.says("had not ended");
}

#[test]
fn an_untrusted_action_is_shown_and_refused() {
    let host = TestHost::new().action("curious", "  - write: \"echo 'a\\e[31m'\\r\"\n");
    let finished = host.run("curious").run().exit(2);
    finished.says("echo 'a\\u{1b}[31m'").says("has not been accepted").says("--trust");
    let trusted = host.run("curious").args(["--trust"]).run().ok();
    trusted.says("echo 'a\\u{1b}[31m'").says("accepted: ");
    let again = host.run("curious").args(["--trust"]).run().ok();
    assert!(!again.stderr.contains("accepted: "), "{}", again.stderr);
    host.run("curious").run().ok();
    // What comes in its place later is said to be another one.
    let file = host.project_actions().join("curious.yaml");
    let text = std::fs::read_to_string(&file).unwrap().replace("echo", "printf");
    std::fs::write(&file, text).unwrap();
    let changed = host.run("curious").run().exit(2);
    changed
        .says("error: `curious` comes from the project, and has changed since it was accepted")
        .says("\n+");
}

#[test]
fn what_could_not_be_filled_in_is_not_accepted() {
    let host = TestHost::new();
    let text = "label: In\ninputs:\n  - { id: a, required: true }\n  - { id: b, default: bee }\nsteps:\n  - write: \
                \"echo {{ inputs.a }} {{ inputs.b }}\\r\"\n";
    std::fs::create_dir_all(host.project_actions()).unwrap();
    std::fs::write(host.project_actions().join("in.yaml"), text).unwrap();
    for trust in ["--trust".to_owned(), format!("--trust={}", sha256_of(&host, "in"))] {
        let missing = host.run("in").args([trust]).run().exit(2).says("needs a value for a");
        assert!(!missing.stderr.contains("accepted: "), "{}", missing.stderr);
    }
    let refused = host.run("in").args(["--trust"]).run().exit(2).says("write: echo {{ inputs.a }} bee");
    assert!(!refused.stderr.contains("accepted: "), "{}", refused.stderr);
    let accepted = host.run("in").args(["--trust", "--input", "a=$(id)"]).run().ok();
    accepted.says("$(id)").says("accepted: ");
    host.run("in").args(["--input", "a=x"]).run().ok().prints("x bee");
}

fn sha256_of(host: &TestHost, id: &str) -> String {
    let refused = host.run(id).args(["--json"]).run().exit(2).json();
    refused["preview"]["sha256"].as_str().unwrap().to_owned()
}

#[test]
fn trust_can_name_the_very_bytes_that_were_reviewed() {
    let host = TestHost::new().action("reviewed", "  - write: \"echo one\\r\"\n");
    let sha256 = host.run("reviewed").args(["--json"]).run().exit(2).json()["preview"]["sha256"].clone();
    let reviewed = format!("--trust={}", sha256.as_str().unwrap());
    let file = host.project_actions().join("reviewed.yaml");
    let seen = std::fs::read_to_string(&file).unwrap();
    save(&file, seen.replace("one", "two")).unwrap();
    let refused = host.run("reviewed").args([&reviewed]).run().exit(2);
    refused
        .says("echo two")
        .says("has changed since it was shown")
        .says("to accept exactly this, add --trust=");
    let refused = host.run("reviewed").args([&reviewed, "--json"]).run().exit(2);
    assert_eq!(refused.json()["error"]["code"], "changed");
    let other = refused.json()["preview"]["sha256"].as_str().unwrap().to_owned();
    // Also where what is there now has been accepted, it is not what was named.
    host.run("reviewed").args([format!("--trust={other}")]).run().ok().prints("two");
    host.run("reviewed").args([&reviewed]).run().exit(2).says("has changed since it was shown");
    save(&file, seen).unwrap();
    host.run("reviewed")
        .args([reviewed.to_uppercase().replace("--TRUST", "--trust")])
        .run()
        .ok()
        .prints("one");
    for none in ["--trust=abc", "--trust="] {
        host.run("reviewed").args([none]).run().exit(2).says("64 digits");
    }
}

#[test]
fn detached_runs_go_on_and_can_be_listed_shown_and_cancelled() {
    let host =
        TestHost::new().action("long", "  - write: \"sleep 100\\r\"\n  - wait_for: never\n    timeout: 1h\n");
    let id = host.run("long").args(["--trust", "--detach"]).run().ok().stdout.trim().to_owned();
    let runs = host.cli(&["run", "list", "--json"]).run().ok().json();
    assert_eq!((runs[0]["id"].as_str(), runs[0]["status"].as_str()), (Some(id.as_str()), Some("running")));
    host.cli(&["run", "show", &id]).run().ok().prints("wait_for");
    host.cli(&["run", "cancel", &id]).run().ok().prints("long is cancelled");
    let terminals = host.cli(&["terminal", "list", "--json"]).run().ok().json();
    assert_eq!(terminals.as_array().unwrap().len(), 1);
}

#[test]
fn terminals_are_opened_typed_into_looked_at_and_ended() {
    let host = TestHost::new();
    let id = host.cli(&["terminal", "open"]).run().ok().stdout.trim().to_owned();
    host.cli(&["terminal", "send", &id, "echo sent-$((6*7)) >sent", "--enter"]).run().ok();
    let sent = host.project().join("sent");
    wait_for_content(&sent);
    assert_eq!(std::fs::read_to_string(&sent).unwrap(), "sent-42\n");
    host.cli(&["terminal", "screen", &id]).run().ok().prints("echo sent-");
    let listed = host.cli(&["terminal", "list", "--json"]).run().ok().json();
    for key in ["id", "codename", "task", "cwd", "cols", "rows", "pid", "state", "created", "run"] {
        assert!(listed[0].get(key).is_some(), "{key} is missing in {listed}");
    }
    let codename = listed[0]["codename"].as_str().unwrap();
    host.cli(&["terminal", "kill", codename]).run().ok();
    assert_eq!(host.cli(&["terminal", "list", "--json"]).run().ok().json(), serde_json::json!([]));
    host.cli(&["terminal", "screen", &id]).run().exit(2).says("there is no terminal");
}

/// What a program gets that asked for JSON.
fn told(finished: &ai_orchestrator_tests::Finished) -> serde_json::Value {
    assert_eq!(finished.stderr, "", "it is told on stdout");
    assert_eq!(finished.stdout.lines().count(), 1, "{}", finished.stdout);
    finished.json()["error"].clone()
}

#[test]
fn errors_are_json_for_whom_asked_for_json() {
    let host =
        TestHost::new().action("broken", "  - wait_for: 'a('\n").action("new", "  - write: \"ls\\r\"\n");
    let none = told(&host.cli(&["host", "status", "--json"]).run().exit(3));
    assert_eq!(
        (&none["code"], &none["hint"]),
        (&"no_host".into(), &"`ai-orchestrator host start` starts one".into())
    );
    let unknown = told(&host.cli(&["action", "show", "brokn", "--json"]).run().exit(2));
    assert_eq!(
        (&unknown["code"], &unknown["hint"]),
        (&"unknown_action".into(), &"did you mean `broken`?".into())
    );
    let broken = told(&host.run("broken").args(["--trust", "--json"]).run().exit(2));
    assert_eq!((&broken["code"], &broken["at"]["line"]), (&"broken_action".into(), &4.into()));
    let untrusted = host.run("new").args(["--json"]).run().exit(2);
    assert_eq!(told(&untrusted)["code"], "untrusted");
    assert_eq!(untrusted.json()["preview"]["commands"][0]["text"], "ls\\u{d}");
    let usage = told(&host.cli(&["action", "list", "--jsno", "--json"]).run().exit(2));
    assert_eq!(usage["code"], "usage");
    assert!(usage["message"].as_str().unwrap().contains("--jsno"), "{usage}");
    let folder = told(&host.cli(&["action", "list", "-C", "/no/such", "--json"]).run().exit(2));
    assert!(folder["message"].as_str().unwrap().contains("/no/such"), "{folder}");
    // A file that can't be checked is a problem like any other.
    let missing = host.cli(&["action", "check", "/no/such.yaml", "--json"]).run().exit(1).json();
    assert_eq!((&missing[0]["code"], &missing[0]["severity"]), (&"gone".into(), &"error".into()));
}

#[test]
fn actions_are_listed_shown_and_kept() {
    let host = TestHost::new().user_action("mine", "  - write: \"true\\r\"\n");
    let listed = host.cli(&["action", "list", "--json"]).run().ok().json();
    let mine = listed.as_array().unwrap().iter().find(|action| action["id"] == "mine").unwrap().clone();
    for key in ["id", "label", "scope", "path", "default", "overrides", "trusted", "problems"] {
        assert!(mine.get(key).is_some(), "{key} is missing in {mine}");
    }
    host.cli(&["action", "show", "mine"]).run().ok().prints("label: mine");
    let history = host.cli(&["action", "history", "mine", "--json"]).run().ok().json();
    for key in ["timestamp", "size", "author", "valid", "summary"] {
        assert!(history[0].get(key).is_some(), "{key} is missing in {history}");
    }
    let table = host.cli(&["action", "history", "mine"]).run().ok().stdout;
    let [head, active] = table.lines().collect::<Vec<_>>()[..] else { panic!("{table}") };
    assert!(
        head.ends_with("AUTHOR  ACTIVE  CHANGE") && active.contains("  editor  *       first"),
        "{table}"
    );
    host.cli(&["action", "delete", "mine"]).run().ok().prints("mine is deleted");
    host.cli(&["action", "show", "mine"]).run().exit(2).says("there is no action `mine`");
    let listed = host.cli(&["action", "list", "--deleted"]).run().ok().stdout;
    assert!(listed.starts_with("ID    LABEL  FROM  DELETED\nmine  mine   user  20"), "{listed}");
    let deleted = host.cli(&["action", "list", "--deleted", "--json"]).run().ok().json();
    for (key, value) in [("id", "mine"), ("label", "mine"), ("scope", "user")] {
        assert_eq!(deleted[0][key], value, "{deleted}");
    }
    for key in ["deleted", "seen"] {
        assert!(deleted[0][key].is_string(), "{deleted}");
    }
    let kept = host.cli(&["action", "history", "mine", "--json"]).run().ok().json();
    assert_eq!((&kept[0]["timestamp"], &kept[0]["active"]), (&history[0]["timestamp"], &false.into()));
    let timestamp = history[0]["timestamp"].as_str().unwrap();
    host.cli(&["action", "restore", "mine", timestamp]).run().ok().prints("mine is restored");
    let ids = host.cli(&["action", "default-ids"]).run().ok().stdout;
    assert_eq!(ids, "create-project\nrun-tests\nsync-plugins\nupdate-claude-md\n");
    host.cli(&["action", "reset", "run-tests"]).run().ok();
}

#[test]
fn versions_are_shown_and_compared() {
    let host = TestHost::new().user_action("mine", "  - write: \"true\\r\"\n");
    let history = || host.cli(&["action", "history", "mine", "--json"]).run().ok().json();
    let first = history()[0]["timestamp"].as_str().unwrap().to_owned();
    host.cli(&["action", "diff", "mine"]).run().exit(2).says("there is no earlier version of mine");
    let file = host.home().join("actions/mine.yaml");
    let old = std::fs::read_to_string(&file).unwrap();
    save(&file, old.replace("true", "false")).unwrap();
    // A check looks at what is there now.
    host.cli(&["action", "check"]).run().ok();
    let second = history()[0]["timestamp"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!(host.cli(&["action", "show", "mine", &first]).run().ok().stdout, old);
    let lines = "-  - write: \"true\\r\"\n+  - write: \"false\\r\"\n";
    for call in [&["action", "diff", "mine"][..], &["action", "diff", "mine", &first]] {
        host.cli(call).run().ok().prints(lines).prints(&format!("--- {first}\n+++ active\n"));
    }
    let both = host.cli(&["action", "diff", "mine", &first, &second]).run().ok().prints(lines);
    assert!(!both.stdout.contains('\x1b'), "{both:?}");
    let back = host.cli(&["action", "diff", "mine", &second, &first, "--json"]).run().ok().json();
    assert_eq!(
        (&back["source"], back["diff"].as_str().unwrap().contains("+  - write: \"true")),
        (&old.into(), true)
    );
    assert_eq!(host.cli(&["action", "diff", "mine", &second]).run().ok().stdout, "");
    host.cli(&["action", "diff", "mine", "never"]).run().exit(2).says("never");
}

#[test]
fn files_are_checked_without_a_host() {
    let host = TestHost::new();
    let file = host.project_actions().join("bad.yaml");
    save(&file, "label: Bad\nsteps:\n  - write: 'ls\\r'\n  - wiat_for: x\n").unwrap();
    let name = file.to_str().unwrap();
    let finished = host.cli(&["action", "check", name]).run().exit(1);
    let finished =
        finished.prints(&format!("{name}:4:5: error[unknown-step]")).prints("did you mean `wait_for`?");
    finished.prints("warning[literal-backslash-r]");
    let problems = host.cli(&["action", "check", name, "--json"]).run().exit(1).json();
    assert_eq!(problems.as_array().unwrap().len(), 2);
    host.cli(&["host", "status"]).run().exit(3).says("no host runs");
}

#[test]
fn a_file_s_scope_is_that_of_the_folder_however_it_is_named() {
    let host = TestHost::new();
    let text = |scope: &str| format!("label: A\nscope: {scope}\nsteps:\n{HELLO}");
    let actions = host.project_actions();
    save(actions.join("theirs.yaml"), text("project")).unwrap();
    save(host.home().join("actions/mine.yaml"), text("user")).unwrap();
    save(host.project().join("compose.yaml"), "services: {}\n").unwrap();
    let check = |path: &std::path::Path, cwd: &std::path::Path| {
        host.cli(&["action", "check"]).args([path]).cwd(cwd).run()
    };
    for (path, cwd) in [
        (actions.join("theirs.yaml"), host.project()),
        ("theirs.yaml".into(), actions.clone()),
        ("actions/theirs.yaml".into(), host.project().join(".ai-orchestrator")),
        (".".into(), host.project()),
        ("mine.yaml".into(), host.home().join("actions")),
    ] {
        assert_eq!(check(&path, &cwd).ok().stdout, "", "{}", path.display());
    }
    std::fs::copy(actions.join("theirs.yaml"), host.home().join("actions/theirs.yaml")).unwrap();
    let told = check("theirs.yaml".as_ref(), &host.home().join("actions")).ok();
    told.prints("warning[scope-differs]: the file lies in a user folder");
    // Where no actions are loaded from, it may become either's.
    for scope in ["user", "project"] {
        save(host.project().join("draft.yaml"), text(scope)).unwrap();
        assert_eq!(check("draft.yaml".as_ref(), &host.project()).ok().stdout, "", "{scope}");
    }
    save(host.project().join("draft.yaml"), text("mine")).unwrap();
    check("draft.yaml".as_ref(), &host.project()).ok().prints("scope-differs");
}

#[test]
fn a_check_of_nothing_is_no_good_news() {
    let host = TestHost::new();
    for place in [".", ".ai-orchestrator/actions", ".ai-orchestrator"] {
        host.cli(&["action", "check", place]).run().exit(2).says("there are no action files in");
    }
}

#[test]
fn two_files_of_a_folder_with_one_id_name_each_other_without_a_host_too() {
    let host = TestHost::new().action("same", HELLO);
    let folder = host.project_actions();
    let text = std::fs::read_to_string(folder.join("same.yaml")).unwrap();
    save(folder.join("other.yaml"), format!("id: same\n{text}")).unwrap();
    save(folder.join(".hidden.yaml"), format!("id: same\n{text}")).unwrap();
    let checked = host.cli(&["action", "check", folder.to_str().unwrap()]).run().exit(1);
    assert_eq!(checked.stdout.matches("error[duplicate-id]").count(), 2, "{}", checked.stdout);
    let checked = checked.prints("other.yaml:1:1: error[duplicate-id]: `same.yaml` has the id `same` too");
    checked.prints("same.yaml:1:1: error[duplicate-id]: `other.yaml` has the id `same` too");
    // Also if only one of them is asked about; a hidden file is nobody's.
    for (file, other) in [("same.yaml", "other.yaml"), ("other.yaml", "same.yaml")] {
        let asked = host.cli(&["action", "check", folder.join(file).to_str().unwrap()]).run().exit(1);
        asked.prints(&format!("{file}:1:1: error[duplicate-id]: `{other}` has the id `same` too"));
    }
    std::fs::remove_file(folder.join("other.yaml")).unwrap();
    // Under two paths it is still one file.
    let file = folder.join("same.yaml");
    let paths = [file.to_str().unwrap(), ".ai-orchestrator/actions/../actions/same.yaml"];
    host.cli(&["action", "check"]).args(paths).run().ok();
}

#[test]
fn a_file_that_is_no_text_is_told_of_without_a_line() {
    let host = TestHost::new();
    for (name, length) in [("large.yaml", 10 << 20), ("small.yaml", 10_000)] {
        save(host.project_actions().join(name), vec![0; length]).unwrap();
    }
    let folder = host.project_actions();
    let checked = host.cli(&["action", "check", folder.to_str().unwrap()]).run().exit(1);
    let checked = checked.prints("error[too-large]").prints("error[not-utf8]");
    assert!(!checked.stdout.contains(['\u{fffd}', '|']), "{}", checked.stdout);
}

#[test]
fn the_users_own_action_runs_although_the_projects_hides_it() {
    let host = TestHost::new()
        .action("same", "  - write: \"echo theirs-$((1))\\r\"\n")
        .user_action("same", "  - write: \"echo mine-$((1)) in $PWD\\r\"\n");
    host.run("same").run().exit(2);
    host.run("same").args(["--user"]).run().ok().prints("mine-1 in ").prints("the project's ümlaut");
}

#[test]
fn an_action_that_only_the_project_has_is_deleted_by_its_id_alone() {
    let host = TestHost::new().action("theirs", HELLO).action("both", HELLO).user_action("both", HELLO);
    let theirs = |id: &str| host.project_actions().join(format!("{id}.yaml")).exists();
    host.cli(&["action", "delete", "theirs"]).run().ok().prints("theirs is deleted");
    assert!(!theirs("theirs"));
    // Of two the user's goes first.
    host.cli(&["action", "delete", "both"]).run().ok();
    assert!(theirs("both"));
    host.cli(&["action", "delete", "both"]).run().ok();
    assert!(!theirs("both"));
    host.cli(&["action", "delete", "both"]).run().exit(2).says("there is no action `both`");
}

#[test]
fn what_every_program_can_say_of_itself() {
    let host = TestHost::new();
    host.cli(&["version"]).run().ok().prints("ai-orchestrator 0.");
    host.cli(&["schema"]).run().ok().prints("\"steps\"");
    host.cli(&["completions", "bash"]).run().ok().prints("ai-orchestrator");
    host.cli(&["action", "run"]).run().exit(2).says("Usage");
    host.cli(&["terminal", "kill", "nobody"]).run().exit(2).says("there is no terminal `nobody`");
}

#[test]
fn a_check_right_after_a_save_tells_of_what_is_saved() {
    let host = TestHost::new().action("good", HELLO);
    host.cli(&["action", "check"]).run().ok();
    let file = host.project_actions().join("good.yaml");
    for round in 0..3 {
        save(&file, "label: Bad\nsteps:\n  - wiat_for: x\n").unwrap();
        let checked = host.cli(&["action", "check"]).run().exit(1);
        checked.prints("good.yaml:3:5: error[unknown-step]").prints("3 |   - wiat_for: x");
        save(&file, format!("label: Good {round}\nsteps:\n{HELLO}")).unwrap();
        host.cli(&["action", "check"]).run().ok();
    }
}

#[test]
fn nothing_that_others_wrote_acts_on_the_terminal() {
    let host = TestHost::new();
    let folder = host.user_home().join("evil\u{202e}\x1b]0;x\x07 \n😀");
    let actions = folder.join(".ai-orchestrator/actions");
    std::fs::create_dir_all(&actions).unwrap();
    let text = |step: &str| format!("label: \"a\\e[2J\\u202e\"\nsteps:\n  - {step}\n");
    save(actions.join("good.yaml"), text("write: \"true\\r\"")).unwrap();
    save(actions.join("bad\n\x1b[2J.yaml"), text("wait_for: '('")).unwrap();
    let place = folder.to_str().unwrap();
    let calls: &[&[&str]] = &[
        &["action", "list", "-C", place],
        &["action", "check", "-C", place],
        &["action", "run", place, "good"],
        &["action", "run", place, "good", "--trust", "--detach"],
        &["action", "run", place, "nothing"],
        &["terminal", "open", "-C", place],
        &["terminal", "list"],
        &["run", "list"],
        &["action", "list", "-C", "/no\x1b[2J\u{202e}"],
    ];
    for call in calls {
        let finished = host.cli(call).run();
        assert_ne!(finished.code, 3, "{}", finished.stderr);
        for said in [&finished.stdout, &finished.stderr] {
            let raw = |c: char| matches!(c, '\u{202e}' | '\u{7}' | '\u{1b}');
            assert!(!said.contains(raw), "{call:?}: {said:?}");
        }
    }
}

#[test]
fn much_output_ends_in_success_and_whole_characters() {
    let steps = "  - write: \"for i in {1..30000}; do echo 日本語テキスト; done\\r\"\n";
    let host = TestHost::new().action("many", steps);
    host.run("many").args(["--trust"]).run().ok().prints("日本語テキスト");
    let finished = host.run("many").args(["--json", "--output"]).run().ok();
    let events = finished.json_lines();
    assert_eq!(events.last().unwrap()["event"], "run_finished");
    let text: String = events.iter().filter_map(|event| event["text"].as_str()).collect();
    assert!(!text.contains('\u{fffd}'), "a character was torn");
    assert_eq!(text.matches("日本語テキスト\r\n").count(), 30_000);
}

#[test]
fn a_file_that_was_just_written_broken_is_told_with_its_place() {
    let host = TestHost::new();
    host.cli(&["action", "list"]).run().ok();
    save(host.project_actions().join("b2.yaml"), "label: B\nsteps: 3\n").unwrap();
    host.run("b2").args(["--trust"]).run().exit(2).says("b2.yaml:2:8:");
}

#[test]
fn a_broken_file_s_last_good_version_runs_when_asked_for() {
    let host = TestHost::new().user_action("mine", "  - write: \"echo good-$((1))\\r\"\n");
    host.cli(&["action", "list"]).run().ok();
    save(host.home().join("actions/mine.yaml"), "label: mine\nsteps: 3\n").unwrap();
    host.run("mine").run().exit(2).says("mine.yaml:2:8:");
    host.run("mine").args(["--stale"]).run().ok().prints("good-1");
}

#[test]
fn output_begins_on_a_line_of_its_own() {
    let steps = "  - write: \"echo a\\recho b\\r\"\n  - wait_for: '(?m)^b$'\n";
    let host = TestHost::new().action("lines", steps);
    host.run("lines").args(["--trust"]).run().ok();
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let host = TestHost::new();
    let folder = host.user_home().join("man/man1");
    host.cli(&["man", folder.to_str().unwrap()]).run().ok();
    for page in ["ai-orchestrator", "ai-orchestrator-action-run", "ai-orchestrator-config-set"] {
        let text = std::fs::read_to_string(folder.join(format!("{page}.1"))).unwrap();
        assert!(text.contains(".TH") && text.contains(".SH NAME"), "{text}");
    }
}

#[test]
fn completions_know_the_commands_and_what_the_host_has() {
    let host = TestHost::new().user_action("mine", "  - delay: 1h\n");
    for shell in ["bash", "zsh", "fish"] {
        host.cli(&["completions", shell]).run().ok().prints("AI_ORCHESTRATOR_COMPLETE");
    }
    // As the script of fish asks: the words so far, and the one that is being typed.
    let complete = |words: &[&str]| {
        let asked = host.cli(&["--", "ai-orchestrator"]).args(words).env("AI_ORCHESTRATOR_COMPLETE", "fish");
        let all = asked.run().ok().stdout;
        all.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["conf"]), ["config"]);
    assert!(complete(&["action", "show", "mi"]).is_empty());
    // Nobody asked for a host.
    host.cli(&["host", "status"]).run().exit(3);
    let run = host.run("mine").args(["--user", "--detach"]).run().ok().stdout.trim().to_owned();
    let terminals = host.cli(&["terminal", "list", "--json"]).run().ok().json();
    let codename = terminals[0]["codename"].as_str().unwrap();
    // A host that is busy may be too late once, and then there is nothing: whoever presses Tab presses it again.
    let completes = |words: &[&str], to: &str| {
        assert!((0..100).any(|_| complete(words) == [to]), "{words:?}: {:?}", complete(words));
    };
    completes(&["action", "show", "mi"], "mine");
    completes(&["action", "run", ".", "mi"], "mine");
    completes(&["run", "show", &run[..8]], &run);
    completes(&["terminal", "kill", &codename[..2]], codename);
}
