//! The table of lines with values, and what `claude` gets as its words when real shells read them.

use std::path::Path;

use proptest::prelude::*;

use super::Refusal;
use crate::action::template::shell::tests::{Bench, SHELLS, here};
use crate::action::{Action, Claude, Scope, ShellKind, Values, fill, read};
use crate::agent_command::{PromptFiles, build, keep_values};
use crate::step::Step;

/// An action that types these, if the loader takes it. Its inputs are `x` and `y`, and `x` is in the variable `P`.
fn action(contents: &[&str], shell: ShellKind) -> Option<Action> {
    let steps: Vec<_> = contents.iter().map(|content| serde_json::json!({ "write": content })).collect();
    let file = serde_json::json!({
        "label": "A",
        "shell": format!("{shell:?}").to_lowercase(),
        "inputs": [{ "id": "x", "type": "text" }, { "id": "y", "type": "text" }],
        "env": { "P": "{{ inputs.x }}", "OWN": "-v" },
        "steps": steps,
    });
    read(Path::new("a.yaml"), Scope::User, file.to_string().as_bytes()).0
}

/// What is typed once `x` is filled in, and `y` with a word.
fn typed(written: &Action, value: &str, shell: ShellKind, block: &Claude) -> Result<Vec<String>, Refusal> {
    let inputs = [("x".to_owned(), value.to_owned()), ("y".to_owned(), "why".to_owned())].into();
    let mut action = fill(written, &Values { inputs, ..Values::default() }, shell).unwrap().action;
    keep_values(&mut action, written, shell)?;
    let built = action.steps.iter().map(|step| match step {
        Step::Write(write) => build(&write.content, block, &PromptFiles::default(), shell),
        step => step.text(),
    });
    Ok(built.collect())
}

fn opus() -> Claude {
    Claude { model: Some("opus".into()), ..Claude::default() }
}

/// One line in bash, without a block and with one.
fn both(content: &str, value: &str) -> [Result<String, String>; 2] {
    let written = action(&[content], ShellKind::Bash).unwrap_or_else(|| panic!("{content:?} is refused"));
    [Claude::default(), opus()].map(|block| match typed(&written, value, ShellKind::Bash, &block) {
        Ok(lines) => Ok(lines.concat()),
        Err(refusal) => Err(format!("{refusal}; {}", refusal.hint())),
    })
}

#[test]
fn the_table_of_lines_with_a_value_that_looks_like_a_flag() {
    for (content, plain, with_block) in [
        ("claude {{ inputs.x }}\r", "claude -- '-'x\r", "claude --model opus -- '-'x\r"),
        ("claude -p {{ inputs.x }} > o\r", "claude -p -- '-'x > o\r", "claude --model opus -p -- '-'x > o\r"),
        (
            "claude {{ inputs.x }} {{ inputs.y }}\r",
            "claude -- '-'x why\r",
            "claude --model opus -- '-'x why\r",
        ),
        ("claude ''{{ inputs.x }}\r", "claude -- '''-'x\r", "claude --model opus -- '''-'x\r"),
        ("claude -- {{ inputs.x }}\r", "claude -- '-'x\r", "claude --model opus -- '-'x\r"),
        ("claude --model m {{ inputs.x }}\r", "claude --model m -- '-'x\r", "claude --model m -- '-'x\r"),
        ("claude --name={{ inputs.x }}\r", "claude --name='-'x\r", "claude --model opus --name='-'x\r"),
        ("claude 'Do: '{{ inputs.x }}\r", "claude 'Do: ''-'x\r", "claude --model opus -- 'Do: ''-'x\r"),
        ("claude \"${P}\"\r", "claude -- \"${P}\"\r", "claude --model opus -- \"${P}\"\r"),
        ("claude \"$P\"\r", "claude -- \"$P\"\r", "claude --model opus -- \"$P\"\r"),
        ("claude $OWN hi\r", "claude $OWN hi\r", "claude --model opus $OWN hi\r"),
        ("Q={{ inputs.x }}; claude \"$Q\"\r", "Q='-'x; claude -- \"$Q\"\r", "Q='-'x; claude -- \"$Q\"\r"),
        // Wherever it starts.
        (
            "cd a && claude {{ inputs.x }}; ls\r",
            "cd a && claude -- '-'x; ls\r",
            "cd a && claude -- '-'x; ls\r",
        ),
        ("(claude {{ inputs.x }})\r", "(claude -- '-'x)\r", "(claude -- '-'x)\r"),
        ("A=1 ~/bin/claude {{ inputs.x }}\r", "A=1 ~/bin/claude -- '-'x\r", "A=1 ~/bin/claude -- '-'x\r"),
        ("ls\rclaude {{ inputs.x }}\r", "ls\rclaude -- '-'x\r", "ls\rclaude -- '-'x\r"),
        ("claude \\\r{{ inputs.x }}\r", "claude \\\r-- '-'x\r", "claude --model opus \\\r-- '-'x\r"),
        ("cl\\\raude -p {{ inputs.x }}\r", "cl\\\raude -p -- '-'x\r", "cl\\\raude -p -- '-'x\r"),
        ("claude <i {{ inputs.x }}\r", "claude <i -- '-'x\r", "claude --model opus <i -- '-'x\r"),
        ("sudo claude -- {{ inputs.x }}\r", "sudo claude -- '-'x\r", "sudo claude -- '-'x\r"),
        (
            "claude \"$(id)\" -- {{ inputs.x }}\r",
            "claude \"$(id)\" -- '-'x\r",
            "claude --model opus \"$(id)\" -- '-'x\r",
        ),
        // Nothing of claude's.
        ("ls {{ inputs.x }}; claude\r", "ls '-'x; claude\r", "ls '-'x; claude\r"),
        ("ls claude.md {{ inputs.x }}\r", "ls claude.md '-'x\r", "ls claude.md '-'x\r"),
        ("echo $(id) {{ inputs.x }}\r", "echo $(id) '-'x\r", "echo $(id) '-'x\r"),
    ] {
        assert_eq!(both(content, "-x"), [Ok(plain.to_owned()), Ok(with_block.to_owned())], "{content:?}");
    }
    for (content, instead) in [
        ("claude {{ inputs.x }} --verbose\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("claude --weird {{ inputs.x }}\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("claude $OWN {{ inputs.x }}\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("claude \"$(id)\"{{ inputs.x }}\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("claude {{ inputs.x }} $OWN\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("$(id); claude {{ inputs.x }}\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("claude $P\r", "`-- \"$P\"`, behind all flags,"),
        ("P={{ inputs.x }}; claude $P\r", "`-- \"$P\"`, behind all flags,"),
        ("claude \"$P\" -v\r", "`-- \"$P\"`, behind all flags,"),
        ("claude -{{ inputs.x }}\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("claude hi {{ inputs.x }}\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("claude mcp get {{ inputs.x }}\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("sudo claude {{ inputs.x }}\r", "`-- {{ inputs.x }}`, behind all flags,"),
        ("claude -r {{ inputs.x }}\r", "`--resume={{ inputs.x }}`"),
        ("claude --model {{ inputs.x }} hi\r", "`--model={{ inputs.x }}`"),
        ("claude --add-dir a {{ inputs.x }}\r", "`--add-dir={{ inputs.x }}`"),
    ] {
        let name = if content.contains("$P") { "$P" } else { "inputs.x" };
        let refused = format!(
            "the value of {name} begins with `-`, so claude would take it for a flag; write {instead} in the action's \
             file"
        );
        assert_eq!(both(content, "-x"), [Err(refused.clone()), Err(refused)], "{content:?}");
    }
}

#[test]
fn what_looks_like_no_flag_is_typed_wherever_it_stands() {
    for content in
        ["claude {{ inputs.x }} --verbose\r", "claude mcp get {{ inputs.x }}\r", "claude -r {{ inputs.x }}\r"]
    {
        for value in ["x", "-", "", "x -y"] {
            let quoted = content.replace("{{ inputs.x }}", &ShellKind::Bash.quote(value));
            assert_eq!(both(content, value)[0], Ok(quoted), "{content:?} {value:?}");
        }
    }
    // The same for every value, so that what was shown before the value was known is what is typed.
    assert_eq!(both("claude {{ inputs.x }}\r", "x")[0], Ok("claude -- x\r".to_owned()));
    assert_eq!(both("claude {{ inputs.x }}\r", "--")[0], Ok("claude -- '-'-\r".to_owned()));
}

#[test]
fn a_value_is_none_of_claudes_own_commands() {
    for content in [
        "claude {{ inputs.x }}\r",
        "cd a; claude --verbose -- {{ inputs.x }} b\r",
        "claude up{{ inputs.x }}\r",
    ] {
        let value = if content.contains("up{{") { "date" } else { "update" };
        let refused = "the value of inputs.x is `update`, which claude takes for a command of its own and not for a \
                       prompt; say it in more words; where a command of claude's is meant, the action's file needs \
                       `{{ inputs.x | raw }}`";
        assert_eq!(both(content, value), [Err(refused.to_owned()), Err(refused.to_owned())], "{content:?}");
    }
    assert!(both("claude 'Please '{{ inputs.x }}\r", "update")[0].is_ok());
    assert_eq!(both("claude {{ inputs.x | raw }}\r", "update")[0], Ok("claude update\r".to_owned()));
}

#[test]
fn a_line_may_be_typed_in_several_steps() {
    let lines = |contents: &[&str]| {
        typed(&action(contents, ShellKind::Bash).unwrap(), "-x", ShellKind::Bash, &Claude::default())
    };
    assert_eq!(lines(&["claude ", "{{ inputs.x }}\r"]).unwrap(), ["claude ", "-- '-'x\r"]);
    assert_eq!(lines(&["claude\r", "{{ inputs.x }}\r"]).unwrap(), ["claude\r", "'-'x\r"]);
    assert_eq!(lines(&["claude {{ inputs.x }}", " hi\r"]).unwrap(), ["claude -- '-'x", " hi\r"]);
    assert_eq!(lines(&["Q={{ inputs.x }}\r", "claude \"$Q\"\r"]).unwrap()[1], "claude -- \"$Q\"\r");
    assert!(lines(&["claude ''", "{{ inputs.x }}\r"]).is_err());
    // A backslash in front of Enter goes on with the line, but not two.
    assert_eq!(lines(&["claude \\\r", "{{ inputs.x }}\r"]).unwrap(), ["claude \\\r", "-- '-'x\r"]);
    assert_eq!(lines(&["claude \\", "\r{{ inputs.x }}\r"]).unwrap()[1], "\r-- '-'x\r");
    assert_eq!(lines(&["ls\rclaude \\\r -p \\\n", " {{ inputs.x }}\r"]).unwrap()[1], " -- '-'x\r");
    assert_eq!(lines(&["claude a\\\\\r", "{{ inputs.x }}\r"]).unwrap()[1], "'-'x\r");
    assert!(lines(&["claude hi \\\r", "{{ inputs.x }}\r"]).is_err());
    assert!(lines(&["claude -\\\r", "{{ inputs.x }}\r"]).is_err());
    assert!(lines(&["claude $(id) \\\r", "{{ inputs.x }}\r"]).is_err());
}

/// Read word by word against each value, or step by step from the line's beginning, these would take long.
#[test]
fn no_file_is_slow_to_judge() {
    let many = "claude a ".to_owned() + &"{{ inputs.x }} ".repeat(30_000) + "\r";
    let steps = vec!["claude a "; 6_000];
    for contents in [&[many.as_str()][..], &steps] {
        let written = action(contents, ShellKind::Bash).unwrap();
        assert_eq!(typed(&written, "x", ShellKind::Bash, &opus()).unwrap().len(), contents.len());
    }
}

/// Whether claude would take a word for a flag, or for the value of one.
fn is_operand(call: &[String], index: usize) -> bool {
    call[index].len() < 2 || !call[index].starts_with('-') || call[..index].iter().any(|word| word == "--")
}

/// Whatever `x` holds, `claude` gets the words that it gets for a plain value, but for that value itself; and no word
/// that begins with it is a flag. How often it arrived.
fn arrivals(bench: &Bench, contents: &[&str], value: &str, block: &Claude) -> usize {
    const PLAIN: &str = "PLAIN";
    let mut arrived = 0;
    for (shell, kind) in SHELLS.into_iter().filter(|(shell, _)| here(shell)) {
        let Some(written) = action(contents, kind) else { continue };
        let Ok(lines) = typed(&written, value, kind, block) else { continue };
        let plain =
            typed(&written, PLAIN, kind, block).unwrap_or_else(|error| panic!("{contents:?}: {error}"));
        // Both ends of a pipe run at once.
        let calls = |lines: &[String], value: &str| {
            let line = format!("export P={}\r{}", kind.quote(value), lines.concat());
            let mut calls = bench.calls(shell, true, &line);
            calls.sort_unstable();
            calls
        };
        let mut meant = calls(&plain, PLAIN);
        meant.iter_mut().flatten().for_each(|word| *word = word.replace(PLAIN, value));
        meant.sort_unstable();
        let calls = calls(&lines, value);
        assert_eq!(calls, meant, "{shell}: {lines:?}");
        for call in &calls {
            for (index, word) in call.iter().enumerate().filter(|(_, word)| word.starts_with(value)) {
                assert!(is_operand(call, index), "{shell}: {lines:?} has the flag {word:?}");
                arrived += 1;
            }
        }
    }
    arrived
}

const DASHED: [&str; 6] =
    ["--dangerously-skip-permissions", "- fix x", "-px", "--=", "--x='; touch PWN; '", "-\n$(touch PWN)!$"];

#[test]
fn real_shells_hand_claude_a_prompt_and_no_flag() {
    if !here("setsid") {
        return;
    }
    let bench = Bench::with("claude");
    let shells = SHELLS.iter().filter(|(shell, _)| here(shell)).count();
    for content in [
        "claude {{ inputs.x }}\r",
        "claude --verbose {{ inputs.x }} {{ inputs.y }} </dev/null; true\r",
        "true && claude -p {{ inputs.x }} 2>&1\r",
        "claude -- {{ inputs.x }} --verbose\r",
        "claude ''{{ inputs.x }}'!' | cat\r",
        "claude \\\r -p \\\r{{ inputs.x }}\r",
    ] {
        for value in DASHED {
            assert_eq!(arrivals(&bench, &[content], value, &opus()), shells, "{content:?} {value:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_makes_a_flag_of_a_value(
        before in prop::collection::vec(fragment(), 0..5),
        after in prop::collection::vec(fragment(), 0..4),
        value in prop::sample::select(DASHED.to_vec()),
        has_block in any::<bool>(),
    ) {
        thread_local! { static BENCH: Bench = Bench::with("claude"); }
        let content = format!("claude {}{{{{ inputs.x }}}}{}\r", before.concat(), after.concat());
        let block = if has_block { opus() } else { Claude::default() };
        if here("setsid") {
            BENCH.with(|bench| arrivals(bench, &[&content], value, &block));
        }
    }
}

fn fragment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        " ",
        " ",
        " hi ",
        "a",
        "''",
        "'it'",
        "\"$P\" ",
        "$NONE",
        "\"$(echo a)\" ",
        "-",
        " -- ",
        " -p ",
        " --verbose ",
        " --model ",
        " --model=m ",
        " --resume ",
        " --add-dir ",
        " --weird ",
        " {{ inputs.y }} ",
        "; claude ",
        "; Q=",
        "; claude \"$Q\" ",
        "; claude $Q ",
        " && claude ",
        "\rclaude ",
        " | claude ",
        " >out ",
        " </dev/null ",
        " 2>&1 ",
        " # hi ",
        "\\ ",
        "\\\r",
        " \\\r",
        "claude ",
    ])
}

/// More of a line is not kept than that, and what is not kept can't be read with what follows.
#[test]
fn behind_a_long_line_of_claude_s_no_value_is_a_flag() {
    let long = format!("claude -p {}", "word ".repeat(300));
    let call = |contents: &[&str], value: &str| {
        let written = action(contents, ShellKind::Bash).unwrap();
        typed(&written, value, ShellKind::Bash, &Claude::default()).map(|lines| lines.concat())
    };
    for next in [&["{{ inputs.x }}\r"][..], &["and ", "{{ inputs.x }}\r"], &["$P\r"]] {
        let contents: Vec<&str> = [long.as_str()].into_iter().chain(next.iter().copied()).collect();
        assert!(call(&contents, "-x").is_err(), "{next:?}");
        assert!(call(&contents, "x").is_ok(), "{next:?}");
    }
    // The next line is another's.
    for next in [&["\r", "echo {{ inputs.x }}\r"][..], &["end\r", "echo {{ inputs.x }}\r"]] {
        let contents: Vec<&str> = [long.as_str()].into_iter().chain(next.iter().copied()).collect();
        assert_eq!(call(&contents, "-x").unwrap(), format!("{long}{}echo '-'x\r", next[0]));
    }
    let other = long.replace("claude", "other");
    assert!(call(&[&other, "{{ inputs.x }}\r"], "-x").is_ok());
}
