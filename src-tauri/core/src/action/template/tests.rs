//! What filled actions look like, and what is refused before anything runs.

use std::path::Path;

use super::{FillError, Filled, GitValues, ProjectValues, ShellKind, Tests, Values, fill};
use crate::action::{Action, Scope, read};

fn action(text: &str) -> Action {
    let (action, problems) = read(Path::new("a.yaml"), Scope::User, text.as_bytes());
    action.unwrap_or_else(|| panic!("{problems:#?}"))
}

fn values(inputs: &[(&str, &str)]) -> Values {
    Values {
        inputs: inputs.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect(),
        project: ProjectValues {
            root: "/r".into(),
            name: "$(id)".into(),
            tests: Tests::By { command: "cargo test".into(), rule: "Cargo.toml: cargo test".into() },
        },
        git: GitValues { branch: Some("a'; rm -rf ~".into()) },
        env: [("HOME".to_owned(), "/home/me".to_owned())].into(),
    }
}

fn first(filled: &Action) -> String {
    filled.steps[0].text()
}

const ONE: &str = "label: A\ninputs:\n  - { id: x, required: true }\n  - { id: y, default: d }\n  \
                   - { id: p, type: path, default: '~/q' }\n";

fn filled(content: &str, inputs: &[(&str, &str)], shell: ShellKind) -> Result<Filled, FillError> {
    let text = format!("{ONE}steps:\n  - write: {}\n", serde_json::to_string(content).unwrap());
    fill(&action(&text), &values(inputs), shell)
}

#[test]
fn values_become_one_word_in_the_terminals_shell() {
    let line = |shell| first(&filled("echo {{ inputs.x }}\r", &[("x", "a b'c")], shell).unwrap().action);
    assert_eq!(line(ShellKind::Bash), r"echo $'a b\'c'");
    assert_eq!(line(ShellKind::Fish), r"echo a' b\'c'");
}

#[test]
fn what_comes_from_the_repository_is_quoted_like_any_input() {
    let filled =
        filled("echo {{ git.branch }} {{ project.name }}\r", &[("x", "1")], ShellKind::Bash).unwrap();
    assert_eq!(first(&filled.action), r"echo $'a\'; rm -rf ~' $'$(id)'");
}

#[test]
fn raw_values_defaults_and_homes_are_put_in_as_they_are_meant() {
    let content = "{{ project.test_command | raw }} {{ inputs.y }} {{ inputs.p }}\r";
    let filled = filled(content, &[("x", "1")], ShellKind::Sh).unwrap();
    assert_eq!(first(&filled.action), "cargo test d /home/me/q");
}

#[test]
fn all_missing_inputs_are_named_at_once() {
    let action = action(
        "label: A\ninputs:\n  - { id: x, required: true }\n  - { id: z, required: true }\nsteps:\n  - write: \
         \"ls\\r\"\n",
    );
    let error = fill(&action, &values(&[("x", "")]), ShellKind::Sh).unwrap_err();
    assert_eq!(error.to_string(), "this action needs a value for x, z");
    assert_eq!(error.hint().unwrap(), "fill in the form, or give --input x=VALUE --input z=VALUE");
}

#[test]
fn what_does_not_fit_is_refused_before_anything_runs() {
    let code = |inputs: &[(&str, &str)]| {
        filled("echo {{ inputs.x }}\r", inputs, ShellKind::Sh).map(|_| ()).unwrap_err().code()
    };
    assert_eq!(code(&[("x", "1"), ("nope", "2")]), "unknown_input");
    assert_eq!(code(&[("x", "a\x1b[2J")]), "bad_input");
    assert_eq!(code(&[("x", "two\nlines")]), "bad_input");
    let error = filled("echo {{ env.NOPE }}\r", &[("x", "1")], ShellKind::Sh).unwrap_err();
    assert_eq!(error.to_string(), "{{ env.NOPE }} has no value here: the variable is not set");
}

#[test]
fn in_patterns_values_match_themselves() {
    let text = "label: A\ninputs: [{ id: x }]\nsteps:\n  - wait_for: 'a{{ inputs.x }}$'\n";
    let filled = fill(&action(text), &values(&[("x", "1.5*")]), ShellKind::Sh).unwrap();
    assert!(first(&filled.action).starts_with(r"a1\.5\*$ "));
    let text = "label: A\ninputs: [{ id: x }]\nsteps:\n  - wait_for: '{{ inputs.x }}'\n";
    let error = fill(&action(text), &values(&[]), ShellKind::Sh).unwrap_err();
    assert_eq!(error.code(), "bad_pattern");
}

#[test]
fn secrets_run_but_are_never_shown() {
    let text = "label: A\ninputs: [{ id: t, type: secret }]\nenv: { T: '{{ inputs.t }}' }\nsteps:\n  - write: \
                \"{{ inputs.t }}\\r\"\n";
    let filled = fill(&action(text), &values(&[("t", "hush")]), ShellKind::Sh).unwrap();
    assert_eq!((first(&filled.action).as_str(), filled.action.env["T"].as_str()), ("hush", "hush"));
    assert!(!format!("{:?}", filled.shown).contains("hush"));
    let crate::step::Step::Write(write) = &filled.action.steps[0] else { panic!() };
    assert!(write.secret);
}
