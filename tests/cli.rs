//! The command line as a process.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The program under test: `AI_ORCHESTRATOR_BIN`, or what cargo builds.
#[must_use]
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(program) = std::env::var_os("AI_ORCHESTRATOR_BIN") {
            return PathBuf::from(program);
        }
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "ai-orchestrator"])
            .status()
            .expect("cargo runs");
        assert!(built.success(), "the program does not build");
        // target/debug/deps/journeys-… → target/debug/ai-orchestrator
        let own = std::env::current_exe().expect("a test has a path");
        own.ancestors().nth(2).expect("a test stands in target/debug/deps").join("ai-orchestrator")
    })
}

/// One call, being put together.
pub struct Cli {
    command: Command,
}

/// How a call ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl Cli {
    /// A call in this home.
    #[must_use]
    pub fn new(home: &Path, user_home: &Path) -> Self {
        let mut command = Command::new(program());
        command.env("AI_ORCHESTRATOR_HOME", home).env("HOME", user_home).env("SHELL", "/bin/bash");
        // As from a terminal, wherever the tests themselves were started.
        command.env("TERM", "xterm-256color").env("SHLVL", "1");
        command.env_remove("AI_ORCHESTRATOR_BIN").env_remove("EDITOR").env_remove("VISUAL");
        command.stdin(Stdio::null());
        Self { command }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes away all variables but those that a desktop's launcher gives.
    #[must_use]
    pub fn bare(mut self) -> Self {
        let kept: Vec<_> = ["AI_ORCHESTRATOR_HOME", "HOME", "SHELL"]
            .into_iter()
            .filter_map(|name| {
                let value = self.command.get_envs().find(|(present, _)| *present == name)?.1?;
                Some((name, value.to_owned()))
            })
            .collect();
        self.command.env_clear().envs(kept).env("PATH", "/usr/bin:/bin");
        self
    }

    /// Runs in this folder.
    #[must_use]
    pub fn cwd(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// The call itself, for what this builder does not know.
    #[must_use]
    pub fn into_command(self) -> Command {
        self.command
    }

    /// Runs it to its end.
    #[must_use]
    pub fn run(mut self) -> Finished {
        let output = self.command.output().expect("the program runs");
        Finished {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Finished {
    /// Asserts the exit code.
    pub fn exit(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Asserts success.
    pub fn ok(self) -> Self {
        self.exit(0)
    }

    /// Asserts that this was printed.
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no {text:?} in {}", self.stdout);
        self
    }

    /// Asserts that this was said on stderr.
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in {}", self.stderr);
        self
    }

    /// What was printed, as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// What was printed, as JSON lines.
    #[must_use]
    pub fn json_lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    }
}
