//! Real shells: what a program gets as its words when a line is typed into one.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::ShellKind;

/// The shells that lines are typed into, each as far as it is here.
pub const SHELLS: [(&str, ShellKind); 4] =
    [("bash", ShellKind::Bash), ("zsh", ShellKind::Zsh), ("fish", ShellKind::Fish), ("sh", ShellKind::Sh)];

/// Whether a program is here; says so if it is not.
pub fn here(program: &str) -> bool {
    let here =
        std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|folder| folder.join(program).exists());
    if !here {
        eprintln!("{program} is not here: not checked");
    }
    here
}

/// A program of some name that notes its words.
pub struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// The program is linked to, not written: another test's child could hold a new file open.
    pub fn with(program: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/argv");
        std::os::unix::fs::symlink(fixture, folder.path().join(program)).unwrap();
        Self { folder }
    }

    /// Types the text into a shell, as a script or, where that is possible, as a person; the words of each call of the
    /// program.
    pub fn calls(&self, shell: &str, interactive: bool, text: &str) -> Vec<Vec<String>> {
        // Of its own: what a line left in the background may still write.
        let own = tempfile::tempdir().unwrap();
        let (notes, work) = (own.path().join("notes"), own.path().join("work"));
        std::fs::create_dir(&work).unwrap();
        let path = format!("{}:{}", self.folder.path().display(), std::env::var("PATH").unwrap());
        // Away from the terminal of whoever runs the tests: an interactive shell would take it.
        let mut command = Command::new("setsid");
        command.arg("--wait").arg(shell);
        match (shell, interactive) {
            ("bash", true) => command.args(["--norc", "--noprofile", "-i"]),
            ("zsh", true) => command.args(["-f", "-i"]),
            ("zsh", false) => command.arg("-f"),
            ("sh", true) => command.arg("-i"),
            ("fish", _) => command.arg("--no-config"),
            _ => &mut command,
        };
        command.env_clear().env("PATH", path).env("HOME", &work).env("NOTES", &notes).current_dir(&work);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // A shell that has given up reads no more.
        _ = child.stdin.take().unwrap().write_all(text.replace('\r', "\n").as_bytes());
        child.wait().unwrap();
        let ran = work.join("PWN").exists();
        assert!(!ran, "{shell} (interactive: {interactive}) ran a value in {text:?}");
        let notes = std::fs::read(&notes).unwrap_or_default();
        let notes = String::from_utf8_lossy(&notes);
        let calls = notes.split("argv:\0").skip(1);
        calls.map(|words| words.split_terminator('\0').map(str::to_owned).collect()).collect()
    }
}

const NASTY: [&str; 20] = [
    "",
    "plain",
    "two words",
    "it's",
    "\"double\"",
    "$HOME $(id) `id` ${x}",
    "a\nb\tc",
    "-n",
    "--flag=x",
    "~",
    "*",
    "{a,b}",
    "!!",
    "it's !!",
    "^a^b !$\n^a^b!\n!! it's",
    "\\",
    "\\n",
    "é 日本 👍",
    "a;b|c&d<e>f",
    "#no comment %x =y ^z",
];

#[test]
fn real_shells_read_back_exactly_what_was_quoted() {
    let bench = Bench::with("argv");
    for (shell, kind) in SHELLS.into_iter().filter(|(shell, _)| here("setsid") && here(shell)) {
        let words: Vec<String> = NASTY.iter().map(|text| kind.quote(text)).collect();
        let line = format!("argv {}\r", words.join(" "));
        for interactive in [false, true] {
            assert_eq!(bench.calls(shell, interactive, &line), [NASTY], "{shell} ({interactive}): {line}");
        }
    }
}

/// What an old bash would take for the end of the quotes leaves it nothing to call an earlier line back with.
#[test]
fn no_quoted_value_calls_an_earlier_line_back() {
    assert_eq!(ShellKind::Bash.quote("it's !!"), r"$'it\'s \x21\x21'");
    assert_eq!(ShellKind::Zsh.quote("it !!"), "$'it !!'");
    assert_eq!(ShellKind::Sh.quote("a\n^b!"), "a'\n''^b'\\!''");
}

#[test]
fn a_program_tells_its_kind() {
    assert_eq!(ShellKind::of("/usr/bin/zsh"), ShellKind::Zsh);
    assert_eq!(ShellKind::of("fish"), ShellKind::Fish);
    assert_eq!(ShellKind::of("/bin/nu"), ShellKind::Sh);
}
