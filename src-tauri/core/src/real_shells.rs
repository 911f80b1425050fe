//! Real shells, for tests: what a program gets as its words when a line is typed into one.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::action::ShellKind;

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

/// A program of some name that notes its words, and a folder to type in.
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
        let (notes, work) = (self.folder.path().join("notes"), self.folder.path().join("work"));
        _ = std::fs::remove_file(&notes);
        _ = std::fs::remove_dir_all(&work);
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
        let calls = notes.split("\x01\0").skip(1);
        calls.map(|words| words.split_terminator('\0').map(str::to_owned).collect()).collect()
    }
}
