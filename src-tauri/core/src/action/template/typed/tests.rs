//! The table of steps, each behind the others; and what real shells make of the values in those that are called fit.

use super::{Around, ShellKind, Typed};
use crate::action::template::placeholders;
use crate::action::template::shell::tests::{Bench, SHELLS, here};

const ALL: &[ShellKind] = &[ShellKind::Bash, ShellKind::Zsh, ShellKind::Fish, ShellKind::Sh];
const BASH: &[ShellKind] = &[ShellKind::Bash];
const FISH: &[ShellKind] = &[ShellKind::Fish];
const SH: &[ShellKind] = &[ShellKind::Sh];

fn verdict(steps: &[&str], shells: &[ShellKind]) -> Option<Around> {
    let mut typed = Typed::default();
    let unfit =
        steps.iter().flat_map(|step| typed.then(step, &placeholders(step), shells)).collect::<Vec<_>>();
    unfit.first().map(|(_, around)| *around)
}

const X: &str = "{{ inputs.x }}\r";

#[test]
fn no_place_in_what_an_earlier_step_left_open_is_fit() {
    for (steps, around) in [
        (&["cat <<EOF\r", X, "EOF\r"][..], Around::HereDocument),
        (&["cat <", "<EOF\r", X, "EOF\r"], Around::HereDocument),
        (&["cat <<EOF\r", "EOF \r", X], Around::HereDocument),
        (&["cat <<EOF\r", "a\\\rEOF\r", X], Around::HereDocument),
        (&["cat <<A <<B\rA\r", X, "B\r"], Around::HereDocument),
        (&["cat <<A 'a\rA\r", X], Around::HereDocument),
        (&["echo '\r", X], Around::Quotes),
        (&["echo '", X], Around::Quotes),
        (&["echo '\r", "a\r", "ls\r", X], Around::Quotes),
        (&["echo \"\r", "'\r", X], Around::Quotes),
        (&["echo $'it\\'s\r", X], Around::Quotes),
        (&["# it's\r", X], Around::Quotes),
        (&["echo `\r", X], Around::Backticks),
        (&["echo $(\r", X], Around::Substitution),
        (&["echo $", "(\r", X], Around::Substitution),
        (&["((\r", X], Around::Calculation),
        (&["(", "( ", X], Around::Calculation),
        (&["[[ a\r", X], Around::Calculation),
        (&["echo ${x:-\r", X], Around::Expansion),
        (&["echo \\", X], Around::Escape),
        (&["echo $", X], Around::Escape),
        (&["echo # ", X], Around::Comment),
        (&["echo {{ inputs.x }} '\r", X], Around::Quotes),
        (&["echo '\r\x16\x03", X], Around::Quotes),
        (&["echo 'é\r", "é", X], Around::Quotes),
        (&["echo $\\\r", X], Around::Escape),
        (&["echo $\\", "\r", "\\\r", X], Around::Escape),
        (&["echo \\\\$\\\r", "\\\r", "(\r", X], Around::Substitution),
        (&["(\\\r", "( x=", X], Around::Calculation),
        (&["cat <\\\r", "<E\r", X], Around::HereDocument),
        (&["ls\t", X], Around::Key),
        (&["echo ''\x7f\r", X], Around::Key),
        (&["\x1b", X], Around::Key),
        (&["echo \"zz\"\r", "^zz^", X], Around::Recall),
        (&["shopt -s histverify\r", "!zz\r", "\r", X], Around::Recall),
        (&["echo !", "!:s^a^", X], Around::Recall),
    ] {
        assert_eq!(verdict(steps, ALL), Some(around), "{steps:?}");
    }
    // dash looks for the end of what is substituted behind the document's own.
    assert_eq!(verdict(&["cat <<EOF\r$(\rEOF\r", X], SH), Some(Around::HereDocument));
}

#[test]
fn what_leaves_nothing_open_changes_nothing() {
    for steps in [
        &["cd a\r", "echo 'a' \"b\" `c` $(d) ${e}\r", X][..],
        &["python3\r", "import os\r", "print(f(a)[0], 'b')\r", X],
        &["ls \\\r", X],
        &["echo ", X],
        &["{\r", X, "}\r"],
        &["if true; then\r", X, "fi\r"],
        &["echo $((1 << 2))\r", X],
        &["cat <<EOF\rhello $HOME, 5!\rEOF\r", "a\r", X],
        &["cat >a <<'EOF'\r", "hello\r", "EOF\r", X],
        &["cat <<A | sort > b\ra\nA\rcat << B\rb\rB\r", X],
        &["echo '\r", "\x03", X],
        &["echo $\t", "\x03", X],
        &["python3\r", "\x04", "\x0c", X],
        &["echo $\\\\\r", X],
        &["cat <<EOF\r", "\x03", X],
        &["echo {{ inputs.x }}\r", "ls {{ inputs.x }} 'it'\r", X],
        &["!zz\r", "\x03", X],
        &["if !", " ls; then\r", X, "fi\r"],
    ] {
        assert_eq!(verdict(steps, ALL), None, "{steps:?}");
    }
    assert_eq!(verdict(&["ls # it's\r", X], BASH), None);
    assert_eq!(verdict(&["cat <<EOF\rit's ${HOME} `id`\rEOF\r", X], BASH), None);
}

#[test]
fn what_calls_a_value_back_is_found() {
    let recalls = |steps: &[&str], shells| {
        let mut typed = Typed::default();
        let recall = |step: &&str| {
            assert_eq!(typed.then(step, &placeholders(step), shells), []);
            typed.recall()
        };
        steps.iter().map(recall).collect::<Vec<_>>()
    };
    assert_eq!(recalls(&["true {{ inputs.x }}\r", "ls\r", "echo \"!$\"\r"], ALL), [None, None, Some(6)]);
    assert_eq!(recalls(&["true {{ inputs.x }} \"!#\"\r"], BASH), [Some(21)]);
    assert_eq!(recalls(&["true {{ inputs.x }}\r", "\x03", "^'^\"\r"], BASH), [None, None, Some(0)]);
    for steps in [
        &["true {{ inputs.x }}\r", "echo \"it's fine\" '!$'; [ ! -d a ]\r"][..],
        &["true {{ inputs.x | raw }}\r", "echo \"!$\"\r"],
        &["echo \"!$\"\r"],
    ] {
        assert_eq!(recalls(steps, ALL), vec![None; steps.len()], "{steps:?}");
    }
    assert_eq!(recalls(&["true {{ inputs.x }}\r", "echo \"!$\"\r"], FISH), [None, None]);
}

/// Read from the beginning for each step, these would take long.
#[test]
fn no_number_of_steps_is_slow_to_judge() {
    for step in
        ["{{ inputs.x }}", "a", " #'\"${a:-'\" {{ inputs.x }}", "$({{ inputs.x }}", "cat <<EOF\r", "\\\r"]
    {
        let steps = vec![step; 30_000];
        let unfit = verdict(&steps, ALL);
        assert_eq!(unfit.is_none(), !step.contains(['$', '#']), "{step}");
    }
}

#[test]
fn real_shells_run_no_value_behind_steps_that_are_called_fit() {
    if !here("setsid") {
        return;
    }
    let bench = Bench::with("argv");
    for steps in [
        &["cat <<EOF\r", "argv {{ inputs.x }}\r", "EOF\r"][..],
        &["cat <<EOF\rit\rEOF\r", "argv {{ inputs.x }}\r"],
        &["cat <<'EOF' >a\r$(\rEOF\r", "argv {{ inputs.x }}\r"],
        &["echo '\r", "argv {{ inputs.x }}\r"],
        &["argv \\\r", X],
        &["echo $((1 << 2))\r", "argv {{ inputs.x }}\r"],
        &["argv \"zz\"\r", "^zz^", X],
        &["argv \"zz\"\r", "!:gs;zz;{{ inputs.x }};\r"],
        &["argv \"zz\"\r", "!!:s^zz^{{ inputs.x }}^\r"],
        &["argv \"hi!\" {{ inputs.x }}; echo \"\r"],
        &["a=1\r", "let {{ inputs.x }}\r"],
        &["a=1\r", "[ -v {{ inputs.x }} ]; unset {{ inputs.x }}; RANDOM={{ inputs.x }}\r"],
    ] {
        for (shell, kind) in SHELLS.into_iter().filter(|(shell, _)| here(shell)) {
            if verdict(steps, &[kind]).is_some() {
                continue;
            }
            for value in [
                "$(touch PWN)",
                "; touch PWN; ",
                "'; touch PWN; '",
                "`touch PWN`",
                "\ntouch PWN\n",
                "a[$(touch PWN)]",
            ] {
                let text = steps.concat().replace("{{ inputs.x }}", &kind.quote(value));
                for interactive in [false, true] {
                    bench.calls(shell, interactive, &text);
                }
            }
        }
    }
}
