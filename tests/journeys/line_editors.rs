//! Keys and values typed at the prompts of real shells: what a line editor makes of them, and what is refused for it.

use ai_orchestrator_tests::TestHost;

/// Keys on which line editors act, as a file writes them: Tab, Delete, Ctrl+W, Ctrl+U, Ctrl+V, NUL.
const KEYS: [(&str, &str); 6] = [
    ("tab", "\\t"),
    ("delete", "\\x7f"),
    ("word", "\\x17"),
    ("line", "\\x15"),
    ("quote", "\\x16"),
    ("zero", "\\0"),
];
const VALUE: &str = "it's $(touch PWN) `touch PWN`; touch PWN #\t\"$HOME\"\n\\ \u{e9}!";

fn here(shell: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap();
    let here = std::env::split_paths(&path).any(|folder| folder.join(shell).exists());
    if !here {
        eprintln!("{shell} is not here: not checked");
    }
    here
}

/// The action's steps, in this shell, where the program `argv` notes its words into the project's `notes`.
fn steps(host: &TestHost, shell: &str, texts: &[&str]) -> String {
    let writes: Vec<_> = texts.iter().map(|text| format!("  - write: \"{text}\"\n")).collect();
    let writes = writes.concat();
    let path = std::env::var("PATH").unwrap();
    let tools = host.user_home().join("tools");
    format!(
        "{writes}  - wait_exit: 0\nshell: {shell}\nenv: {{ NOTES: notes, PATH: \"{}:{path}\" }}\ninputs: [{{ id: x, type: text }}]\n",
        tools.display()
    )
}

#[test]
fn no_value_behind_a_key_on_which_a_line_editor_acts_is_typed() {
    for shell in ["bash", "zsh", "fish"].into_iter().filter(|shell| here(shell)) {
        let mut host = TestHost::new();
        _ = host.program("argv");
        for (name, key) in KEYS {
            let text = format!("argv ''{key}{{{{ inputs.x }}}}\\r");
            let steps = steps(&host, shell, &[&text]);
            host = host.action(name, &steps);
        }
        let problems = host.cli(&["action", "check", "--json"]).run().exit(1).json();
        let codes: Vec<_> = problems.as_array().unwrap().iter().map(|problem| &problem["code"]).collect();
        assert_eq!(codes, ["placeholder-in-quotes"; KEYS.len()], "{shell}: {problems}");
        for (name, _) in KEYS {
            let refused = host.run(name).args(["--trust", "--input", "x=; touch PWN; #"]).run().exit(2);
            refused.says("behind a key such as Tab, Delete or Escape");
        }
        assert!(!host.project().join("notes").exists() && !host.project().join("PWN").exists());
    }
}

/// Why: the Delete takes one quote away, and the value's own then closes the other.
#[test]
fn a_value_behind_a_delete_would_run() {
    let host = TestHost::new();
    _ = host.program("argv");
    let steps = steps(&host, "bash", &["argv ''\\x7f$'; touch PWN; : #'\\r"]);
    let host = host.action("out", &steps);
    host.run("out").args(["--trust"]).run().ok();
    assert!(host.project().join("PWN").exists());
}

#[test]
fn what_is_accepted_reaches_the_program_as_it_was_given() {
    for shell in ["bash", "zsh", "fish"].into_iter().filter(|shell| here(shell)) {
        let mut host = TestHost::new();
        std::fs::write(host.user_home().join(".zshrc"), "").unwrap();
        _ = host.program("argv");
        let argv = "argv {{ inputs.x }} a{{ inputs.x }}\\r";
        // On an empty line these take nothing away.
        let ways = [("alone", ""), ("cleared", "\\x15"), ("drawn", "\\x0c"), ("interrupted", "\\x03")];
        let actions = ways.map(|(name, key)| (name, steps(&host, shell, &[&format!("{key}{argv}")])));
        let apart = ("apart", steps(&host, shell, &["echo '", "\\x03", argv]));
        let actions: Vec<_> = actions.into_iter().chain([apart]).collect();
        for (name, steps) in &actions {
            host = host.action(name, steps);
        }
        host.cli(&["action", "check"]).run().ok();
        for (name, _) in actions {
            let notes = host.project().join("notes");
            _ = std::fs::remove_file(&notes);
            host.run(name).args(["--trust", "--input", &format!("x={VALUE}")]).run().ok();
            let words = std::fs::read_to_string(&notes).unwrap();
            assert_eq!(words, format!("argv:\0{VALUE}\0a{VALUE}\0"), "{shell}: {name}");
            assert!(!host.project().join("PWN").exists(), "{shell}: {name}");
        }
        // Of a value itself no key is typed.
        let refused = host.run("alone").args(["--trust", "--input", "x=a\u{17}"]).run().exit(2);
        refused.says("holds the control character \\u{17}");
    }
}
