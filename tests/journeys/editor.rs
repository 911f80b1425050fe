//! Editing an action's file in the user's editor.

use std::path::Path;

use ai_orchestrator_tests::{Cli, Finished, TestHost};

const STEPS: &str = "  - write: \"ls\\r\"\n";

fn edit(host: &TestHost, editor: &str) -> Cli {
    host.cli(&["action", "edit", "mine"]).env("VISUAL", "").env("EDITOR", editor)
}

fn text(host: &TestHost) -> String {
    std::fs::read_to_string(host.home().join("actions/mine.yaml")).unwrap()
}

#[test]
fn an_editor_may_have_arguments_and_blanks_in_its_path() {
    let host = TestHost::new().user_action("mine", STEPS);
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/an editor/edit");
    let program = program.to_str().unwrap();
    edit(&host, program).run().ok();
    assert!(text(&host).ends_with(&format!("description: edited by {program}\n")), "{}", text(&host));

    let before = text(&host);
    edit(&host, &format!("'{program}'")).run().ok();
    assert_ne!(text(&host), before);
    edit(&host, "sed -i -e /description/d").run().ok();
    assert_eq!(text(&host), format!("id: mine\nlabel: mine\nsteps:\n{STEPS}"));
    // As for git, the one of the two that is meant for screens comes first.
    edit(&host, "false").env("VISUAL", "true").run().ok();
    // The settings' own one wins over both.
    host.cli(&["config", "set", "editor", "env true"]).run().ok();
    edit(&host, "false").env("VISUAL", "false").run().ok();
}

#[test]
fn what_is_wrong_with_what_was_edited_is_said_at_once() {
    let host = TestHost::new().user_action("mine", STEPS);
    let told = edit(&host, "sed -i -e s/write/wirte/").run().ok();
    told.says("mine.yaml:4:5: error[unknown-step]").says("did you mean `write`?");
    let told = edit(&host, "true").args(["--json"]).run().ok().json();
    assert_eq!(
        (&told["problems"][0]["code"], &told["problems"][0]["line"]),
        (&"unknown-step".into(), &4.into())
    );
    assert_eq!(told["path"], host.home().join("actions/mine.yaml").to_str().unwrap());
}

#[test]
fn an_editor_that_fails_or_is_not_there_is_named() {
    let host = TestHost::new().user_action("mine", STEPS);
    let failed = |editor: &str, why: &str| -> Finished { edit(&host, editor).run().exit(2).says(why) };
    failed("false", "the editor false ended with exit code 1").says("mine.yaml");
    failed("no-such-editor", "the editor no-such-editor is not there");
    failed("kill -9 $$ #", "was ended by a signal");
    failed(" ", "no editor is set").says("config set editor").says("mine.yaml");
    let told = edit(&host, "false").args(["--json"]).run().exit(2).json();
    assert_eq!(told["error"]["message"], "the editor false ended with exit code 1");
}

#[test]
fn who_edits_a_default_is_told_what_becomes_of_it() {
    let host = TestHost::new().user_action("mine", STEPS);
    let told = host.cli(&["action", "edit", "run-tests"]).env("VISUAL", "true").run().ok();
    told.says("run-tests is a default").says("defaults: keep-edits");
    assert!(!edit(&host, "true").run().ok().stderr.contains("default"));
}
