//! Which shell a terminal starts, with which environment, and how it is brought to give marks.
//!
//! Our marks are OSC 133 A/B/C/D and OSC 7 with `aid=<random>`. The user's files are never touched: the
//! shell is pointed at a start file of ours, which reads the user's own ones.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::pty::Launch;
use crate::action::ShellKind;
use crate::environment::{Variables, executable};
use crate::paths::Paths;

/// A shell on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shell {
    /// Its program.
    pub program: PathBuf,
    /// Its family.
    pub kind: ShellKind,
}

/// Whether shells in terminals are login shells: on macOS no desktop session reads the profile files.
const LOGIN: bool = cfg!(target_os = "macos");

/// Why there is no such shell.
#[derive(Debug, thiserror::Error)]
#[error("there is no shell `{wanted}` on this machine: {why}")]
pub struct NoShell {
    wanted: String,
    why: &'static str,
    /// What to do about it.
    pub fix: String,
}

impl NoShell {
    fn of(wanted: Option<&str>, base: &Variables) -> Self {
        let Some(wanted) = wanted else {
            let fix = "set SHELL, or name a shell in the settings".to_owned();
            return Self { wanted: "$SHELL".to_owned(), why: "nor any other", fix };
        };
        let path = Path::new(wanted);
        let why = match wanted.contains('/') {
            false => "no folder of PATH has such a program",
            true if path.is_dir() => "that is a folder",
            true if path.exists() => "that file is not executable",
            true => "there is no such file",
        };
        let home = base.get("HOME").map(|home| home.to_string_lossy());
        let alone = wanted.split_whitespace().next().filter(|first| *first != wanted);
        let fix = match (wanted.strip_prefix("~/"), home) {
            (Some(rest), Some(home)) => format!("`~` stands for nothing here; write `{home}/{rest}`"),
            _ if alone.is_some_and(|first| Shell::find(Some(first), base).is_ok()) => {
                format!("name the program alone, `{}`, without arguments", alone.unwrap_or_default())
            }
            _ => "name a shell that is installed, such as `bash`, or the path of one".to_owned(),
        };
        Self { wanted: wanted.to_owned(), why, fix }
    }
}

impl Shell {
    /// The shell of this name or path; the user's login shell if none is named.
    pub fn find(wanted: Option<&str>, base: &Variables) -> Result<Self, NoShell> {
        let program = match wanted {
            Some(path) if path.contains('/') => executable(Path::new(path)),
            Some(name) => base.program(name),
            None => base.login_shell(),
        };
        let program = program.ok_or_else(|| NoShell::of(wanted, base))?;
        let kind = ShellKind::of(&program.to_string_lossy());
        Ok(Self { program, kind })
    }

    /// Its name, for people.
    pub fn name(&self) -> String {
        self.program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// How to start it as the child of a terminal; and the id that its marks will carry.
    pub fn launch(
        &self,
        paths: &Paths,
        terminal: Uuid,
        cwd: &Path,
        env: &[(String, String)],
        base: &Variables,
    ) -> io::Result<(Launch, String)> {
        let mut argv = vec![self.program.clone().into_os_string()];
        let mut launch_env = environment(base.clone(), terminal);
        let aid = Uuid::new_v4().simple().to_string();
        let given = |name: &str| base.get(name).map(OsStr::to_owned);
        match self.kind {
            ShellKind::Bash => {
                let file = start_file(paths, "bash.sh", include_str!("shell/bash.sh"))?;
                argv.extend([OsString::from("--rcfile"), file.into_os_string()]);
                if LOGIN {
                    // `bash --rcfile … -l` would not read the file, which therefore does what `-l` would.
                    launch_env.set("AI_ORCHESTRATOR_LOGIN", "1");
                }
            }
            ShellKind::Zsh => {
                let file = start_file(paths, "zsh/.zshenv", include_str!("shell/zsh.zsh"))?;
                keep(&mut launch_env, "AI_ORCHESTRATOR_ZDOTDIR", given("ZDOTDIR"));
                launch_env.set("ZDOTDIR", folder_of(&file, 1));
            }
            ShellKind::Fish => {
                let name = "fish/fish/vendor_conf.d/ai-orchestrator.fish";
                let file = start_file(paths, name, include_str!("shell/fish.fish"))?;
                let own = given("XDG_DATA_DIRS");
                let mut folders = folder_of(&file, 3).into_os_string();
                folders.push(":");
                folders.push(own.as_deref().unwrap_or(OsStr::new("/usr/local/share:/usr/share")));
                keep(&mut launch_env, "AI_ORCHESTRATOR_XDG_DATA_DIRS", own);
                launch_env.set("XDG_DATA_DIRS", folders);
            }
            ShellKind::Sh if self.reads_env() => {
                let file = start_file(paths, "sh.sh", include_str!("shell/sh.sh"))?;
                keep(&mut launch_env, "AI_ORCHESTRATOR_USER_ENV", given("ENV"));
                launch_env.set("ENV", file);
                // Made here, since such a shell could write these characters only by starting a program for each.
                let before = format!("\x1b]133;D;$?;aid={aid}\x07\x1b]133;A;aid={aid}\x07");
                launch_env.set("AI_ORCHESTRATOR_PROMPT_BEFORE", before);
                let after = format!("\x1b]133;B;aid={aid};editor=kernel\x07");
                launch_env.set("AI_ORCHESTRATOR_PROMPT_AFTER", after);
            }
            ShellKind::Sh => {}
        }
        if LOGIN && matches!(self.kind, ShellKind::Zsh | ShellKind::Fish) {
            argv.push("-l".into());
        }
        // Our start file takes these away again; where none is read they would stay for all children.
        if self.gives_marks() || self.reads_env() {
            launch_env.set("AI_ORCHESTRATOR_AID", &aid);
            launch_env.set("AI_ORCHESTRATOR_EXPORTS", exports(env, self.kind));
        }
        for (name, value) in env {
            launch_env.set(name, value);
        }
        let env = launch_env.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok((Launch { argv, env, cwd: cwd.to_owned() }, aid))
    }

    /// Whether it is one that reads the file which `ENV` names when it is interactive.
    fn reads_env(&self) -> bool {
        let name = self.name();
        matches!(name.as_str(), "sh" | "dash" | "ash" | "busybox" | "yash" | "posh") || name.contains("ksh")
    }

    /// Whether it is sure to give marks; others may, or may not.
    pub fn gives_marks(&self) -> bool {
        matches!(self.kind, ShellKind::Bash | ShellKind::Zsh | ShellKind::Fish)
    }
}

/// The folder so many levels above a file.
fn folder_of(file: &Path, levels: usize) -> PathBuf {
    file.ancestors().nth(levels).unwrap_or(file).to_owned()
}

/// Leaves what the user had where our start file gives it back.
fn keep(env: &mut Variables, name: &str, value: Option<OsString>) {
    match value {
        Some(value) => env.set(name, value),
        None => env.remove(name),
    }
}

/// Puts a start file where shells can read it; it is rewritten when it differs from what is embedded.
fn start_file(paths: &Paths, name: &str, text: &str) -> io::Result<PathBuf> {
    let path = paths.run().join("shell").join(name);
    let folder = path.parent().unwrap_or(&path);
    if std::fs::read(&path).is_ok_and(|present| present == text.as_bytes()) {
        return Ok(path);
    }
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(path)
}

/// An action's variables as commands that set them again, so that they win over the user's start files.
fn exports(env: &[(String, String)], shell: ShellKind) -> String {
    let mut commands = String::new();
    for (name, value) in env {
        // fish takes this form too.
        commands.extend(["export ", name, "=", &shell.quote(value), "\n"]);
    }
    commands
}

/// Markers by which agents know that they run inside another agent; a terminal is not inside one.
const AGENT_MARKERS: [&str; 2] = ["CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION"];

/// What every terminal adds to the user's own variables.
fn environment(mut env: Variables, terminal: Uuid) -> Variables {
    for marker in AGENT_MARKERS {
        env.remove(marker);
    }
    env.set("TERM", "xterm-256color");
    env.set("COLORTERM", "truecolor");
    env.set("TERM_PROGRAM", "ai-orchestrator");
    env.set("TERM_PROGRAM_VERSION", env!("CARGO_PKG_VERSION"));
    env.set("AI_ORCHESTRATOR_TERMINAL", terminal.to_string());
    if !names_utf8(&env) {
        env.set("LC_CTYPE", if cfg!(target_os = "macos") { "UTF-8" } else { "C.UTF-8" });
    }
    env
}

/// Whether the locale in force is a UTF-8 one: `LC_ALL` outranks `LC_CTYPE` outranks `LANG`.
fn names_utf8(env: &Variables) -> bool {
    let locale = env.get("LC_ALL").or_else(|| env.get("LC_CTYPE")).or_else(|| env.get("LANG"));
    locale.is_some_and(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        locale.ends_with("utf-8") || locale.ends_with("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn a_missing_shell_is_named() {
        assert_eq!(
            Shell::find(Some("no-such-shell"), &Variables::default()).unwrap_err().to_string(),
            "there is no shell `no-such-shell` on this machine: no folder of PATH has such a program"
        );
    }

    #[test]
    fn the_strongest_variable_decides_on_the_locale() {
        assert!(names_utf8(&env(&[("LANG", "de_DE.UTF-8")])));
        assert!(names_utf8(&env(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")])));
        assert!(!names_utf8(&env(&[("LC_ALL", "POSIX"), ("LANG", "de_DE.UTF-8")])));
        assert!(!names_utf8(&env(&[])));
    }
}
