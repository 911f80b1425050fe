//! Whom the host is compared with: our own C program, and what the distribution packages.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where the programs are, and the folder that everything is made in.
pub struct Peers {
    folder: tempfile::TempDir,
    /// How many tmux servers there were.
    servers: AtomicUsize,
}

impl Peers {
    /// Builds our own; none without a C compiler.
    pub fn build() -> Option<Self> {
        let peers = Self { folder: tempfile::tempdir().unwrap(), servers: AtomicUsize::new(0) };
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench");
        for name in ["child", "driver"] {
            let source = sources.join(name).with_extension("c");
            let mut cc = Command::new("cc");
            cc.args(["-O2", "-Wall", "-Wextra", "-o"]).arg(peers.path(name)).arg(source).arg("-lutil");
            if !cc.status().is_ok_and(|status| status.success()) {
                return None;
            }
        }
        Some(peers)
    }

    /// A place for a file.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command line of the child program.
    pub fn child(&self, arguments: &[&str]) -> Vec<String> {
        let child = self.path("child").to_str().unwrap().to_owned();
        std::iter::once(child).chain(arguments.iter().map(|&argument| argument.to_owned())).collect()
    }

    /// The C program, driving a child.
    pub fn driver(&self, trips: usize, prefix: &str, child: &[String]) -> Driving {
        let mut driver = Command::new(self.path("driver"));
        Driving::start(driver.arg(trips.to_string()).arg(prefix).args(child))
    }

    /// Tcl's expect, driving a child.
    pub fn expect(trips: usize, child: &[String]) -> Driving {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/driver.exp");
        Driving::start(Command::new("expect").arg(script).arg(trips.to_string()).args(child))
    }

    /// A tmux server of its own. Each has a socket of its own, too: one that was told to end still answers for a
    /// moment, and who comes then is told "server exited unexpectedly".
    pub fn tmux(&self) -> Tmux {
        let number = self.servers.fetch_add(1, Ordering::Relaxed);
        Tmux { socket: self.path(&format!("tmux-{number}")) }
    }
}

/// Whether a program can be started.
pub fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A driver at work; ends, and its child with it, when dropped.
pub struct Driving(Child);

impl Driving {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Driving {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A tmux server; it ends when dropped.
pub struct Tmux {
    socket: PathBuf,
}

impl Tmux {
    /// A command that speaks to the server.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(&self.socket).args(["-f", "/dev/null"]).args(arguments);
        tmux.env_remove("TMUX").env("SHELL", "/bin/sh").stdin(Stdio::null());
        tmux
    }

    /// Starts the server with one session that runs a program, and keeps this many lines.
    pub fn session(&self, history: &str, program: &[String], environment: &[(&str, &Path)]) {
        let mut start = self.command(&["start-server", ";", "set", "-g", "history-limit", history, ";"]);
        start.args(["new-session", "-d", "-x", "80", "-y", "24"]).args(program);
        start.envs(environment.iter().copied());
        assert!(start.status().unwrap().success());
    }

    /// Opens another terminal with this program.
    pub fn window(&self, program: &[String]) {
        assert!(self.command(&["new-window", "-d"]).args(program).status().unwrap().success());
    }

    /// What it answers.
    pub fn ask(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.command(arguments).output().unwrap().stdout).unwrap()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // One that has ended by itself, with its last terminal, is as good.
        _ = self.command(&["kill-server"]).stderr(Stdio::null()).status();
    }
}
