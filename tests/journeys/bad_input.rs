//! Environments and files that are not as they should be: one clear error, and nothing else breaks.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use ai_orchestrator_tests::{TestHost, close, save};

const STEPS: &str = "  - write: \"true\\r\"\n";

#[test]
fn a_broken_file_exits_2_with_its_place() {
    let host = TestHost::new().action("broken", "  - wait_for: 'a('\n").action("good", STEPS);
    let file = host.project_actions().join("broken.yaml");
    let finished = host.run("broken").args(["--trust"]).run().exit(2);
    finished.says(&format!("{}:4:15:", file.display())).says("does not compile");
    host.run("good").args(["--trust"]).run().ok();
}

#[test]
fn an_unknown_action_names_the_one_that_was_perhaps_meant() {
    let host = TestHost::new().action("hello", STEPS);
    host.run("helo").run().exit(2).says("there is no action `helo`").says("hello");
}

#[test]
fn a_missing_folder_is_named() {
    let host = TestHost::new();
    host.cli(&["action", "run", "/no/such/folder", "x"]).run().exit(2).says("/no/such/folder");
}

#[test]
fn a_missing_shell_is_named() {
    let host = TestHost::new().action("odd", &format!("{STEPS}shell: no-such-shell\n"));
    host.run("odd").args(["--trust"]).run().exit(2).says("no shell `no-such-shell`").says("hint");
}

#[test]
fn a_missing_input_is_named() {
    let host = TestHost::new()
        .action("ask", "  - write: \"echo {{ inputs.a }} {{ inputs.b }}\\r\"\ninputs:\n  - { id: a, required: true }\n  - { id: b, required: true }\n");
    host.run("ask").args(["--trust"]).run().exit(2).says("a, b");
    host.run("ask").args(["--trust", "--input", "a"]).run().exit(2).says("KEY=VALUE");
    let twice = host.run("ask").args(["--trust", "--input", "a=1", "--input", "b=2", "--input", "a=3"]);
    let refused = twice.run().exit(2).says("error: the input `a` is given more than once").says("hint: ");
    assert!(!refused.stderr.contains('3'), "it may be secret: {}", refused.stderr);
    host.run("ask").args(["--trust", "--input", "a=1", "--input", "b=2"]).run().ok();
}

#[test]
fn no_value_and_no_link_leads_out_of_where_it_belongs() {
    let steps = |cwd: &str| {
        format!("  - write: \"pwd\\r\"\ncwd: \"{cwd}\"\ninputs:\n  - {{ id: x, default: \".\" }}\n")
    };
    let host = TestHost::new().action("value", &steps("{{ inputs.x }}")).action("link", &steps("out"));
    std::os::unix::fs::symlink("/etc", host.project().join("out")).unwrap();
    host.run("value").args(["--trust"]).run().ok().prints("the project's ümlaut");
    let refused = host.run("value").args(["--input", "x=../.."]).run().exit(2);
    refused.says("`cwd` leads to ").says("the project's ümlaut").says("hint: ");
    host.run("link").args(["--trust"]).run().exit(2).says("`cwd` leads to /etc");
    let up = ["--input", "name=../../up", "--input", "purpose=none"];
    host.run("create-project")
        .args(up)
        .run()
        .exit(2)
        .says("inputs.name must be the name of one file or folder");
    assert!(!host.user_home().join("../../up").exists());
}

#[test]
fn a_host_without_a_home_says_what_to_set() {
    let host = TestHost::new();
    let home = host.home().join("a file");
    save(&home, "").unwrap();
    let call = host.cli(&["action", "list"]).env("AI_ORCHESTRATOR_HOME", home.join("x"));
    call.run().exit(2).says("AI_ORCHESTRATOR_HOME");
}

/// Root is never denied anything, so this runs as nobody.
#[test]
fn a_read_only_home_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let as_root = rustix::process::getuid().is_root();
    if !as_root {
        std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o555)).unwrap();
    }
    let copy = crate::denied::copy_of_the_program(folder.path());
    let mut command = if as_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--clear-groups"]).arg(&copy);
        command
    } else {
        Command::new(&copy)
    };
    let output = command
        .args(["action", "list", "-C", "/"])
        .env("AI_ORCHESTRATOR_HOME", &home)
        .env("HOME", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("ermission denied") && said.contains("AI_ORCHESTRATOR_HOME"), "{said}");
    assert_eq!(said.matches("error:").count(), 1, "{said}");
}

#[test]
fn odd_things_in_the_folder_hide_nothing() {
    let host = TestHost::new().action("good", STEPS);
    let folder = host.project_actions();
    std::fs::create_dir(folder.join("folder.yaml")).unwrap();
    save(folder.join("empty.yaml"), "").unwrap();
    save(folder.join("binary.yaml"), [0, 159, 146, 150]).unwrap();
    save(folder.join("utf16.yaml"), [0xff, 0xfe, b'i', 0, b'd', 0]).unwrap();
    let made = Command::new("mkfifo").arg(folder.join("pipe.yaml")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket.yaml")).unwrap();
    save(folder.join("large.yaml"), vec![b'#'; 10 << 20]).unwrap();
    save(folder.join("deep.yaml"), "[".repeat(100_000)).unwrap();
    let bomb = (1..40).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
        format!("{text}a{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1)
    });
    save(folder.join("bomb.yaml"), bomb).unwrap();
    save(folder.join("a\n\"b\" 'c' 😀.yaml"), "label: Odd\nsteps: 3\n").unwrap();
    host.cli(&["action", "list"]).run().ok().prints("good");
    let checked = host.cli(&["action", "check"]).run().exit(1);
    for (file, code) in [
        ("folder.yaml", "not-a-file"),
        ("pipe.yaml", "not-a-file"),
        ("socket.yaml", "not-a-file"),
        ("binary.yaml", "not-utf8"),
        ("utf16.yaml", "not-utf8"),
        ("large.yaml", "too-large"),
        ("deep.yaml", "too-deep"),
        ("bomb.yaml", "alias-bomb"),
        ("empty.yaml", "empty-file"),
        ("a\\u{a}\"b\" 'c' 😀.yaml", "wrong-type"),
    ] {
        let told = checked
            .stdout
            .lines()
            .any(|line| line.contains(&format!("/{file}:")) && line.contains(&format!(": error[{code}]")));
        assert!(told, "{file} is missing in {}", checked.stdout);
    }
    host.run("good").args(["--trust"]).run().ok();
}

/// Only Linux tells who has a file open.
#[cfg(target_os = "linux")]
#[test]
fn half_a_file_is_not_called_wrong_while_its_writer_has_it_open() {
    let host = TestHost::new().action("good", STEPS);
    host.cli(&["action", "check"]).run().ok();
    let folder = host.project_actions();
    let mut writer = std::fs::File::create(folder.join("half.yaml")).unwrap();
    writer.write_all(b"label: Half\nsteps:\n  - wri").unwrap();
    let half = "half.yaml:1:1: warning[being-written]: this file is being written";
    host.cli(&["action", "check"]).run().ok().prints(half);
    host.cli(&["action", "check"]).args([&folder]).run().ok().prints(half);
    host.cli(&["action", "check", "half.yaml"]).cwd(&folder).run().ok().prints(half);
    host.run("half").args(["--trust"]).run().exit(2).says("there is no action `half`");
    writer.write_all(b"te: \"true\\r\"\n").unwrap();
    close(writer, folder.join("half.yaml")).unwrap();
    for call in [&["action", "check"][..], &["action", "check", "half.yaml"]] {
        let checked = host.cli(call).cwd(&folder).run().ok();
        assert_eq!(checked.stdout, "");
    }
    host.run("half").args(["--trust"]).run().ok();
}

#[test]
fn of_a_file_outside_of_the_project_not_a_line_is_shown() {
    let host = TestHost::new();
    let outside = host.user_home().join("outside");
    save(&outside, "Host secret\n").unwrap();
    let folder = host.project_actions();
    std::os::unix::fs::symlink(&outside, folder.join("link.yaml")).unwrap();
    let calls: [(&[&str], _); 6] = [
        (&["action", "check"], 1),
        (&["action", "check", "link.yaml"], 1),
        (&["action", "check", "."], 1),
        (&["action", "check", "--json", "../actions/link.yaml"], 1),
        (&["action", "show", "link"], 0),
        (&["action", "list", "--json"], 0),
    ];
    for (call, code) in calls {
        let told = host.cli(call).cwd(&folder).run().exit(code);
        assert!(!told.stdout.contains("secret") && !told.stderr.contains("secret"), "{call:?}: {told:?}");
        assert!(code == 0 || told.stdout.contains("leads-outside"), "{call:?}: {told:?}");
    }
}

#[test]
fn a_folder_in_a_defaults_place_is_told_and_once_it_is_gone_the_default_is_back() {
    let host = TestHost::new();
    let file = host.home().join("actions/run-tests.yaml");
    let told = |host: &TestHost| {
        let checked = host.cli(&["action", "check"]).run().exit(1);
        let message = "the default action `run-tests` can't be put into its place: ";
        let fix = "fix: move that away; the default then comes back by itself";
        checked.prints(message).prints("run-tests.yaml: this is a folder").prints(fix);
        std::fs::remove_dir(&file).unwrap();
        host.cli(&["action", "check"]).run().ok();
        host.run("run-tests").run().exit(2).says("no rule knows how this project is tested");
    };
    // At the start, then while it runs.
    std::fs::create_dir(&file).unwrap();
    told(&host);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    told(&host);
}

#[test]
fn a_folder_that_is_a_link_out_of_the_project_is_called_so_whichever_way_it_is_checked() {
    let host = TestHost::new();
    let (folder, outside) = (host.project_actions(), host.user_home().join("outside"));
    std::fs::create_dir(&outside).unwrap();
    save(outside.join("evil.yaml"), format!("label: Evil\nsteps:\n{STEPS}")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(&outside, &folder).unwrap();
    for path in [".", ".ai-orchestrator/actions", ".ai-orchestrator/actions/evil.yaml"] {
        let checked = host.cli(&["action", "check", path]).cwd(&host.project()).run().exit(1);
        checked.prints("error[leads-outside]: this link leads out of the project");
    }
}

#[test]
fn a_name_that_is_no_utf8_is_one_problem_and_everything_else_works() {
    use std::os::unix::ffi::OsStrExt as _;
    let host = TestHost::new().user_action("good", STEPS);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.yaml");
    save(host.home().join("actions").join(name), format!("label: X\nsteps:\n{STEPS}")).unwrap();
    let shown = "caf\u{fffd}.yaml:1:1: error[";
    host.cli(&["action", "list"]).run().ok().prints("good").prints("broken");
    host.cli(&["action", "check"]).run().exit(1).prints(shown);
    let checked = host.cli(&["action", "check", "--json"]).args([host.home().join("actions")]).run().exit(1);
    let problems = checked.json();
    assert!(problems[0]["file"].as_str().unwrap().ends_with("/caf\u{fffd}.yaml"), "{problems}");
    host.run("good").run().ok();
}

#[test]
fn no_name_writes_a_line_of_the_question_whether_to_trust() {
    let host = TestHost::new();
    let evil = "ok.yaml would run:\n  write: cargo test\n\n.yaml";
    let text = format!("id: evil\nlabel: X\nsteps:\n{STEPS}");
    save(host.project_actions().join(evil), text).unwrap();
    let asked = host.run("evil").run().exit(2).says(r"ok.yaml would run:\u{a}  write: cargo test\u{a}");
    assert!(!asked.stderr.lines().any(|line| line.contains("write: cargo test") && line.starts_with(' ')));
}
