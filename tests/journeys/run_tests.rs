//! The shipped `run-tests` in real projects, with what their authors use and no agent.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use ai_orchestrator_tests::{Finished, TestHost};

/// A project of its own with these files.
fn project(host: &TestHost, name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = host.user_home().join(name);
    std::fs::create_dir_all(root.join(".git")).unwrap();
    for (file, text) in files {
        let file = root.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    root
}

fn run(host: &TestHost, root: &PathBuf) -> Finished {
    let mut call = host.cli(&["action", "run"]).args([root]).args(["run-tests"]).env("PATH", path());
    // The host's home is not the developer's, where rustup keeps its toolchains.
    if let Some(home) = std::env::home_dir() {
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            call = call.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(folder).into()));
        }
    }
    call.run()
}

/// What is on PATH, and before it the virtual environment with pytest that `cargo xtask test` makes: as if a
/// project's own were active.
fn path() -> OsString {
    let own = std::env::current_exe().unwrap();
    let pytest = own.ancestors().nth(3).unwrap().join("tools/pytest/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(pytest).chain(std::env::split_paths(&path))).unwrap()
}

/// Tests that pass, then tests that fail: the rule is shown, and how they ended.
fn passes_then_fails(name: &str, rule: &str, passing: &[(&str, &str)], failing: &[(&str, &str)]) {
    let host = TestHost::new();
    let root = project(&host, name, passing);
    run(&host, &root).ok().prints(rule).says("Run Tests succeeded");
    project(&host, name, failing);
    run(&host, &root).exit(1).prints(rule).says("step 2 (wait_exit)").says("exit code");
}

fn is_here(program: &str, args: &[&str]) -> bool {
    let asked = Command::new(program)
        .args(args)
        .env("PATH", path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let here = asked.is_ok_and(|status| status.success());
    if !here {
        eprintln!(
            "`{program} {}` fails, so nothing is checked; `cargo xtask test` installs it",
            args.join(" ")
        );
    }
    here
}

#[test]
fn in_a_cargo_project() {
    let manifest = ("Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    passes_then_fails(
        "cargo",
        "Cargo.toml: cargo test",
        &[manifest, ("src/lib.rs", "#[test]\nfn holds() {}\n")],
        &[("src/lib.rs", "#[test]\nfn holds() {\n    panic!()\n}\n")],
    );
}

#[test]
fn in_an_npm_project() {
    if !is_here("npm", &["--version"]) {
        return;
    }
    passes_then_fails(
        "npm",
        "package.json with a test script: npm test",
        &[("package.json", r#"{"scripts":{"test":"node -e 0"}}"#)],
        &[("package.json", r#"{"scripts":{"test":"node -e process.exit(4)"}}"#)],
    );
}

#[test]
fn in_a_make_project() {
    if !is_here("make", &["--version"]) {
        return;
    }
    passes_then_fails(
        "make",
        "Makefile with a test target: make test",
        &[("Makefile", "test:\n\t@true\n")],
        &[("Makefile", "test:\n\t@false\n")],
    );
}

#[test]
fn in_a_pytest_project() {
    if !is_here("python3", &["-m", "pytest", "--version"]) {
        return;
    }
    passes_then_fails(
        "pytest",
        "pytest.ini: python3 -m pytest",
        &[("pytest.ini", "[pytest]\n"), ("test_it.py", "def test_it():\n    assert 1\n")],
        &[("test_it.py", "def test_it():\n    assert 0, 'no'\n")],
    );
}

#[test]
fn in_a_go_project() {
    if !is_here("go", &["version"]) {
        return;
    }
    let test = |body: &str| {
        format!("package tiny\n\nimport \"testing\"\n\nfunc TestIt(t *testing.T) {{\n\t{body}\n}}\n")
    };
    passes_then_fails(
        // Not `go`: that is where Go keeps its own things.
        "project",
        "go.mod: go test ./...",
        &[("go.mod", "module tiny\n\ngo 1.20\n"), ("it_test.go", &test("t.Log()"))],
        &[("it_test.go", &test("t.Fail()"))],
    );
}

#[test]
fn what_the_tests_need_is_missed_before_anything_opens() {
    let host = TestHost::new();
    // Nothing is installed there, whatever this machine has.
    let nothing = host.user_home().join("nothing");
    std::fs::create_dir(&nothing).unwrap();
    let refused = |root: &PathBuf| {
        host.cli(&["action", "run"]).args([root]).args(["run-tests"]).env("PATH", &nothing).run().exit(2)
    };
    let just = project(&host, "just", &[("justfile", "test:\n  true\n")]);
    refused(&just).says("just is not installed").says("justfile with a test recipe: just test");
    let gradle = project(&host, "gradle", &[("build.gradle", ""), ("gradlew", "#!/bin/sh\n")]);
    refused(&gradle).says("./gradlew is not executable").says("chmod +x ./gradlew");
    let python = project(&host, "python", &[("pytest.ini", "[pytest]\n")]);
    refused(&python).says("python3 is not installed");
    assert_eq!(host.cli(&["terminal", "list", "--json"]).run().ok().json(), serde_json::json!([]));
}

#[test]
fn a_python_without_pytest_is_told_from_one_that_has_it() {
    if !is_here("python3", &["-c", "import venv"]) {
        return;
    }
    let host = TestHost::new();
    // What a question must not run, though it stands where Python looks first.
    let trap = ("importlib.py", "raise SystemExit(0)\n");
    let root = project(&host, "python", &[("pytest.ini", "[pytest]\n"), trap]);
    let own = ["-m", "venv", "--without-pip", ".venv"];
    let elsewhere = host.user_home();
    let made =
        Command::new("python3").args(own).current_dir(&elsewhere).env("PATH", path()).status().unwrap();
    assert!(made.success());
    std::fs::rename(elsewhere.join(".venv"), root.join(".venv")).unwrap();
    let refused = run(&host, &root).exit(2).says("pytest is not installed for .venv/bin/python");
    refused.says("pytest.ini and .venv/bin/python: .venv/bin/python -m pytest");
    // As `-m` does, one in the project counts.
    std::fs::remove_file(root.join(trap.0)).unwrap();
    project(&host, "python", &[("pytest.py", "print('own', 'one')\n")]);
    run(&host, &root).ok().prints("own one").says("Run Tests succeeded");
}

#[test]
fn where_no_rule_fits_that_is_said_before_anything_opens() {
    let host = TestHost::new();
    let refused = run(&host, &project(&host, "plain", &[])).exit(2);
    refused.says("no rule knows how this project is tested").says("package.json").says("action new");
    assert_eq!(host.cli(&["terminal", "list", "--json"]).run().ok().json(), serde_json::json!([]));
}
