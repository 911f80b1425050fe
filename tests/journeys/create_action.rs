//! Create Action where no agent is installed: a template that is an action at once.

use ai_orchestrator_tests::{Finished, TestHost};

/// A call on a machine without `claude`: the host inherits this search path.
fn without_agent(host: &TestHost, args: &[&str]) -> Finished {
    host.cli(args).env("PATH", host.home()).run()
}

#[test]
fn without_an_agent_a_template_is_written_that_has_no_problem_and_runs() {
    let host = TestHost::new();
    let made = without_agent(&host, &["action", "new"]).ok().says("claude is not installed");
    let file = host.home().join("actions/new-action.yaml");
    assert_eq!(made.stdout, format!("{}\n", file.display()));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# yaml-language-server: $schema=./.schema.json\n"), "{text}");
    let schema = std::fs::read_to_string(host.home().join("actions/.schema.json")).unwrap();
    assert_eq!(schema, host.cli(&["schema"]).run().ok().stdout);

    let checked = host.cli(&["action", "check"]).run().ok();
    assert_eq!(checked.stdout, "");
    let history = host.cli(&["action", "history", "new-action", "--json"]).run().ok().json();
    assert_eq!(history[0]["author"], "create");
    host.run("new-action").run().ok().prints("Hello from the project's");
}

#[test]
fn a_template_of_a_project_s_goes_there_and_hides_nothing_of_the_user_s() {
    let host = TestHost::new();
    without_agent(&host, &["action", "new", "--template"]).ok();
    let made = without_agent(&host, &["action", "new", "-C", "."]).ok();
    let file = host.project_actions().join("new-action-2.yaml");
    assert_eq!(made.stdout, format!("{}\n", file.canonicalize().unwrap().display()));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\nid: new-action-2\n") && text.contains("$schema=./.schema.json\n"), "{text}");
    assert!(host.project_actions().join(".schema.json").exists());
    assert_eq!(host.cli(&["action", "check"]).run().ok().stdout, "");
    host.run("new-action-2").run().exit(2).says("has not been accepted");
}

#[test]
fn nothing_is_written_through_a_link_that_leads_out_of_the_project() {
    let host = TestHost::new();
    let elsewhere = host.home().join("elsewhere");
    std::fs::create_dir_all(elsewhere.join("actions")).unwrap();
    std::fs::remove_dir_all(host.project().join(".ai-orchestrator")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, host.project().join(".ai-orchestrator")).unwrap();
    without_agent(&host, &["action", "new", "-C", "."]).exit(2).says("leads out of the project");
    assert_eq!(std::fs::read_dir(elsewhere.join("actions")).unwrap().count(), 0);
}
