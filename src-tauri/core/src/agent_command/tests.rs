//! The whole table of cases, and what real shells make of the lines.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::{PromptFiles, PromptFolder, build, prepare};
use crate::action::template::shell::tests::{Bench, SHELLS, here};
use crate::action::{Claude, Scope, ShellKind, Values, read};
use crate::execution::as_typed;

fn block() -> Claude {
    let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
    Claude {
        model: Some("opus".into()),
        allowed_tools: texts(&["Read", "Bash(git log *)"]),
        ..Claude::default()
    }
}

fn tools_only() -> Claude {
    Claude { model: None, ..block() }
}

fn prompts() -> PromptFiles {
    PromptFiles { system: Some("/t/s".into()), append: Some("/t/a".into()) }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, to be read in one go")]
fn the_table_of_cases() {
    let tools = "--allowedTools Read $'Bash(git log *)'";
    let cases: Vec<(&str, Claude, PromptFiles, String)> = vec![
        // Where it stands.
        ("claude\r", block(), PromptFiles::default(), format!("claude {tools} --model opus\r")),
        ("claude 'hi'\r", block(), PromptFiles::default(), format!("claude {tools} --model opus -- 'hi'\r")),
        ("  claude hi\r", block(), PromptFiles::default(), format!("  claude {tools} --model opus -- hi\r")),
        // A variadic flag never swallows the prompt.
        ("claude hi\r", tools_only(), PromptFiles::default(), format!("claude {tools} -- hi\r")),
        ("claude\r", tools_only(), PromptFiles::default(), format!("claude {tools}\r")),
        (
            "claude $(cat p)\r",
            tools_only(),
            PromptFiles::default(),
            "claude $'--allowedTools=Read' $'--allowedTools=Bash(git log *)' $(cat p)\r".into(),
        ),
        // Known flags and their values stay in front of `--`.
        (
            "claude -p --output-format json 'hi'\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus -p --output-format json -- 'hi'\r"),
        ),
        (
            "claude -r abc hi\r",
            tools_only(),
            PromptFiles::default(),
            format!("claude {tools} -r abc -- hi\r"),
        ),
        // The user's own `--`, flags behind the prompt, unknown flags and unreadable lines: no second one.
        ("claude -- hi\r", block(), PromptFiles::default(), format!("claude {tools} --model opus -- hi\r")),
        (
            "claude hi --verbose\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus hi --verbose\r"),
        ),
        // Short flags in one word.
        (
            "claude -pc hi\r",
            Claude { continue_session: Some(true), max_turns: Some(2), ..Claude::default() },
            PromptFiles::default(),
            "claude --max-turns 2 -pc -- hi\r".to_owned(),
        ),
        (
            "claude --new-flag hi\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus --new-flag hi\r"),
        ),
        (
            "claude \"$(cat p)\"\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus \"$(cat p)\"\r"),
        ),
        ("claude 'open\r", block(), PromptFiles::default(), format!("claude {tools} --model opus 'open\r")),
        (
            "claude $FLAGS hi\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus $FLAGS hi\r"),
        ),
        (
            "claude \"$P\"\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus -- \"$P\"\r"),
        ),
        // The user's flags win.
        (
            "claude --model haiku hi\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model haiku -- hi\r"),
        ),
        (
            "claude --model=haiku hi\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model=haiku -- hi\r"),
        ),
        (
            "claude --allowed-tools Edit --model x\r",
            block(),
            PromptFiles::default(),
            "claude --allowed-tools Edit --model x\r".into(),
        ),
        (
            "claude $(x) --model y\r",
            Claude { allowed_tools: None, ..block() },
            PromptFiles::default(),
            "claude $(x) --model y\r".into(),
        ),
        (
            "claude --system-prompt x\r",
            Claude::default(),
            prompts(),
            "claude --append-system-prompt-file /t/a --system-prompt x\r".into(),
        ),
        (
            "claude -c\r",
            Claude { resume: Some("abc".into()), ..Claude::default() },
            PromptFiles::default(),
            "claude -c\r".into(),
        ),
        // Prompts go through files.
        (
            "claude hi\r",
            Claude::default(),
            prompts(),
            "claude --system-prompt-file /t/s --append-system-prompt-file /t/a -- hi\r".into(),
        ),
        // Up to the first operator; the rest stays.
        (
            "claude hi; ls\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus -- hi; ls\r"),
        ),
        (
            "claude < in > out\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus < in > out\r"),
        ),
        (
            "claude -p hi 2>err\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus -p -- hi 2>err\r"),
        ),
        (
            "claude hi\rls\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus -- hi\rls\r"),
        ),
        (
            "claude 'two\nlines'\r",
            block(),
            PromptFiles::default(),
            format!("claude {tools} --model opus -- 'two\nlines'\r"),
        ),
        ("claude&&ls\r", block(), PromptFiles::default(), format!("claude {tools} --model opus&&ls\r")),
        // Only with `-p`.
        (
            "claude hi\r",
            Claude { max_turns: Some(3), ..Claude::default() },
            PromptFiles::default(),
            "claude hi\r".into(),
        ),
        (
            "claude --print hi\r",
            Claude { max_turns: Some(3), ..Claude::default() },
            PromptFiles::default(),
            "claude --max-turns 3 --print -- hi\r".into(),
        ),
        // Values that look like flags.
        (
            "claude hi\r",
            Claude {
                model: Some("-x".into()),
                add_dir: Some(vec!["-y".into(), "z".into()]),
                ..Claude::default()
            },
            PromptFiles::default(),
            "claude $'--add-dir=-y' --add-dir z $'--model=-x' -- hi\r".into(),
        ),
        ("claude '-x'\r", block(), PromptFiles::default(), format!("claude {tools} --model opus -- '-x'\r")),
        // Not ours: subcommands, other words, nothing to add.
        ("claude mcp list\r", block(), prompts(), "claude mcp list\r".into()),
        ("claude 'update'\r", block(), prompts(), "claude 'update'\r".into()),
        ("claude --verbose plugin list\r", block(), prompts(), "claude --verbose plugin list\r".into()),
        ("claudette hi\r", block(), prompts(), "claudette hi\r".into()),
        ("echo claude\r", block(), prompts(), "echo claude\r".into()),
        ("claude hi\r", Claude::default(), PromptFiles::default(), "claude hi\r".into()),
    ];
    for (content, claude, files, expected) in cases {
        assert_eq!(build(content, &claude, &files, ShellKind::Bash), expected, "{content:?}");
    }
}

#[test]
fn what_is_a_comment_in_one_shell_is_a_prompt_in_another() {
    let built =
        |content: &str, claude: &Claude, shell| build(content, claude, &PromptFiles::default(), shell);
    let line = "claude # hi\r";
    assert_eq!(
        built(line, &tools_only(), ShellKind::Sh),
        "claude --allowedTools Read Bash'(git log *)' # hi\r"
    );
    // Whether zsh takes it for one is a setting: either way, no tool flag takes the words.
    let in_zsh = "claude $'--allowedTools=Read' $'--allowedTools=Bash(git log *)' # hi\r";
    assert_eq!(built(line, &tools_only(), ShellKind::Zsh), in_zsh);
    let with_model = "claude --allowedTools Read $'Bash(git log *)' --model opus # hi\r";
    assert_eq!(built(line, &block(), ShellKind::Zsh), with_model);
    let bench = Bench::with("claude");
    for (shell, kind) in SHELLS.into_iter().filter(|(shell, _)| here("setsid") && here(shell)) {
        let is_comment = kind != ShellKind::Zsh;
        let [call] = &bench.calls(shell, true, &built(line, &tools_only(), kind))[..] else {
            panic!("{shell}")
        };
        let words = if is_comment {
            "--allowedTools|Read|Bash(git log *)"
        } else {
            "--allowedTools=Read|--allowedTools=Bash(git log *)|#|hi"
        };
        assert_eq!(call.join("|"), words, "{shell}");
    }
}

#[test]
fn what_is_shown_before_the_values_are_known_is_what_is_typed() {
    let text = "label: A\ninputs: [{ id: x, required: true }]\nclaude: { allowedTools: [Read], systemPrompt: Be }\n\
                steps:\n  - write: \"claude {{ inputs.x }}\\r\"\n  - write: \"ls && claude {{ inputs.x }}\\r\"\n";
    let (action, problems) = read(Path::new("a.yaml"), Scope::User, text.as_bytes());
    let action = action.unwrap_or_else(|| panic!("{problems:?}"));
    let temporary = tempfile::tempdir().unwrap();
    let folder = PromptFolder::open(temporary.path(), Path::new("/home")).unwrap();
    let shown = |inputs: &[(&str, &str)]| {
        let inputs = inputs.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect();
        let values = Values { inputs, ..Values::default() };
        let typed = as_typed(&action, &values, ShellKind::Bash, &folder);
        typed.steps.iter().map(crate::step::Step::text).collect::<Vec<_>>()
    };
    let file = temporary.path().join("ai-orchestrator/systemPrompt");
    let lines = |prompt: &str| {
        let flags = format!("--allowedTools Read --system-prompt-file {}", file.display());
        [format!("claude {flags} -- {prompt}"), format!("ls && claude -- {prompt}")]
    };
    assert_eq!(shown(&[]), lines("{{ inputs.x }}"));
    assert_eq!(shown(&[("x", "-v")]), lines("'-'v"));
    assert!(!file.exists());
    // What would be refused is not typed; the rest of the line is as it would be.
    assert!(shown(&[("x", "update")])[0].ends_with("claude update"));
}

#[test]
fn an_actions_steps_get_their_flags_and_its_prompts_live_in_files() {
    let text = "label: A\nclaude: { model: opus, appendSystemPrompt: Be kind. }\nsteps:\n  - write: \
                \"ls\\r\"\n  - write: \"claude hi\\r\"\n";
    let (action, problems) = read(Path::new("a.yaml"), Scope::User, text.as_bytes());
    let mut action = action.unwrap_or_else(|| panic!("{problems:?}"));
    let temporary = tempfile::tempdir().unwrap();
    let open = || PromptFolder::open(temporary.path(), Path::new("/home"));
    let files = prepare(&mut action, ShellKind::Bash, open).unwrap();
    let [file] = &files[..] else { panic!("{files:?}") };
    let path = file.path().to_owned();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "Be kind.");
    let typed: Vec<String> = action.steps.iter().map(crate::step::Step::text).collect();
    let expected = format!("claude --model opus --append-system-prompt-file {} -- hi", path.display());
    assert_eq!(typed, ["ls", &expected]);
    drop(files);
    assert!(!path.exists());
}

fn value() -> impl Strategy<Value = String> {
    // Everything that means something to a shell, and some that does not.
    let nasty = prop::sample::select(vec![
        "'", "\"", "$", "`", "\\", "\n", "\t", " ", "-", "--", "!", "*", "?", "[", "]", "{", "}", "~", "#",
        "&", ";", "|", "<", ">", "(", ")", "=", "%", "^", "$(id)", "${HOME}", "a", "é", "日", "\\n", "/",
    ]);
    prop::collection::vec(nasty, 1..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_real_shell_sees_exactly_what_was_meant(
        model in value(),
        tools in prop::collection::vec(value(), 1..3),
        prompt in value(),
        file in value(),
    ) {
        thread_local! { static BENCH: Bench = Bench::with("claude"); }
        BENCH.with(|bench| {
            for (shell, kind) in SHELLS.into_iter().filter(|(shell, _)| here("setsid") && here(shell)) {
                let claude = Claude {
                    model: Some(model.clone()),
                    allowed_tools: Some(tools.clone()),
                    ..Claude::default()
                };
                let files = PromptFiles { system: None, append: Some(PathBuf::from(&file)) };
                // The prompt is an input's value: quoted by the same rules.
                let line = format!("claude {}", kind.quote(&prompt));
                let line = build(&line, &claude, &files, kind) + "\r";
                let joined = |flag: &str, value: &str| -> Vec<String> {
                    if value.starts_with('-') { vec![format!("{flag}={value}")] }
                    else { vec![flag.to_owned(), value.to_owned()] }
                };
                let (dashed, loose): (Vec<&String>, Vec<&String>) =
                    tools.iter().partition(|tool| tool.starts_with('-'));
                let mut meant: Vec<String> =
                    dashed.iter().map(|tool| format!("--allowedTools={tool}")).collect();
                if !loose.is_empty() {
                    meant.push("--allowedTools".into());
                    meant.extend(loose.into_iter().cloned());
                }
                meant.extend(joined("--model", &model));
                meant.extend(joined("--append-system-prompt-file", &file));
                // Also a prompt that looks like a flag stays a prompt.
                meant.extend(["--".to_owned(), prompt.clone()]);
                for interactive in [false, true] {
                    assert_eq!(bench.calls(shell, interactive, &line), [meant.clone()], "{shell} ({interactive})");
                }
            }
        });
    }
}

/// The real program: `CLAUDE_CLI`, or what `cargo xtask test` put into `target/tools`.
fn real_claude() -> Option<PathBuf> {
    let own = std::env::current_exe().unwrap();
    let target = own.ancestors().nth(3).unwrap();
    let installed = target.join("tools/claude/node_modules/.bin/claude");
    let program =
        std::env::var_os("CLAUDE_CLI").map(PathBuf::from).or(Some(installed).filter(|it| it.exists()));
    if program.is_none() {
        eprintln!(
            "the real claude is not here, so nothing is compared with it; `cargo xtask test` installs it"
        );
    }
    program
}

#[test]
fn the_real_program_takes_our_lines_as_they_are_meant() {
    let Some(program) = real_claude() else { return };
    let home = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(program, home.path().join("claude")).unwrap();
    let path = format!("{}:{}", home.path().display(), std::env::var("PATH").unwrap());
    let said = |line: &str| {
        let mut call = Command::new("bash");
        call.args(["-c", line]).env("PATH", &path).env("HOME", home.path());
        let output = call.current_dir(home.path()).stdin(Stdio::null()).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    assert!(said("claude --no-such-flag -p hi").contains("unknown option '--no-such-flag'"));
    // Why values are kept from being flags, and why `--` keeps them from it, but not from being commands.
    assert!(said("claude -p '- fix x'").contains("unknown option '- fix x'"));
    assert!(!said("claude -p -- '- fix x'").contains("unknown option"));
    assert!(!said("claude -p -- --settings=/no/settings").contains("/no/settings"));
    assert!(said("claude -- mcp").contains("Usage: claude mcp"));
    let session = "3c1b5b0e-0000-4000-8000-000000000000".to_owned();
    let all = Claude {
        disallowed_tools: Some(vec!["Bash(rm *)".into()]),
        tools: Some("Bash,Read".into()),
        permission_mode: Some("plan".into()),
        max_turns: Some(3),
        mcp_config: Some(vec![r#"{"mcpServers":{}}"#.into()]),
        settings: Some("{}".into()),
        add_dir: Some(vec!["/tmp".into(), "/usr".into()]),
        effort: Some("high".into()),
        ..block()
    };
    let blocks = [
        Claude { session_id: Some(session.clone()), ..all.clone() },
        Claude { resume: Some(session), ..all.clone() },
        Claude { continue_session: Some(true), ..all },
    ];
    // It looks for the file first of all: that it misses this very one says that all before was understood.
    let missing = home.path().join("it's \"not\" $here");
    let append = PromptFiles { append: Some(missing.clone()), ..PromptFiles::default() };
    let system = PromptFiles { system: Some(missing.clone()), ..PromptFiles::default() };
    let mut calls = Vec::new();
    for line in ["claude -p hi", "claude hi -p", "claude -p 'two words' --output-format json"] {
        calls.push((line, &blocks[0], &append));
    }
    calls.extend(blocks.iter().map(|block| ("claude -p hi", block, &system)));
    for (line, claude, files) in calls {
        let line = build(line, claude, files, ShellKind::Bash);
        let said = said(&line);
        assert!(said.contains(missing.to_str().unwrap()), "{line}: {said}");
        assert!(!said.contains("unknown option"), "{line}: {said}");
    }
    for (mode, _) in crate::action::PERMISSION_MODES {
        let said =
            said(&format!("claude -p --permission-mode {mode} --append-system-prompt-file /no/file hi"));
        assert!(said.contains("/no/file"), "{mode}: {said}");
    }
}

#[test]
fn the_real_programs_help_knows_our_flags() {
    let Some(program) = real_claude() else { return };
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(program).arg("--help").env("HOME", home.path()).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let mut compared = 0;
    let mut differ = Vec::new();
    let options =
        help.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| line.starts_with('-'));
    for line in options {
        let usage = line.split("  ").next().unwrap();
        let expected = match usage.find(['<', '[']) {
            Some(at) if usage[at..].contains("...") => super::Arity::Many,
            Some(at) if usage[at..].starts_with('[') => super::Arity::Optional,
            Some(_) => super::Arity::One,
            None => super::Arity::None,
        };
        for name in usage.split(['<', '[']).next().unwrap().split([' ', ',']).filter(|name| !name.is_empty())
        {
            let known = super::arity(name);
            if known != Some(expected) {
                differ.push(format!("{name}: {known:?} here, {expected:?} there"));
            }
        }
        compared += 1;
    }
    assert!(differ.is_empty(), "{differ:#?}");
    assert!(compared > 30, "the help could not be read:\n{help}");
    for command in help.split("Commands:").nth(1).unwrap_or_default().lines() {
        let indented = command.starts_with("  ") && !command.starts_with("   ");
        let Some(names) = command.split_whitespace().next().filter(|_| indented) else { continue };
        for name in names.split('|') {
            assert!(super::SUBCOMMANDS.contains(&name), "{name}");
        }
    }
}
