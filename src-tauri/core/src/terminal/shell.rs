//! Which shell a terminal starts, with which environment, and how it is brought to give marks.
//!
//! Our marks are OSC 133 A/B/C/D and OSC 7 with `aid=<random>`. The user's files are never touched: the
//! shell is pointed at a start file of ours, which reads the user's own ones.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::pty::Launch;
use crate::action::ShellKind;
use crate::paths::Paths;

/// A shell on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shell {
    /// Its program.
    pub program: PathBuf,
    /// Its family.
    pub kind: ShellKind,
}

/// Why there is no such shell.
#[derive(Debug, thiserror::Error)]
#[error("there is no shell {0:?} on this machine")]
pub struct NoShell(pub String);

impl Shell {
    /// The shell of this name or path; the user's login shell if none is named.
    pub fn find(wanted: Option<&str>) -> Result<Self, NoShell> {
        let program = match wanted {
            Some(path) if path.contains('/') => executable(Path::new(path)),
            Some(name) => on_path(name),
            None => login_shell(),
        };
        let program = program.ok_or_else(|| NoShell(wanted.unwrap_or("$SHELL").to_owned()))?;
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
    ) -> io::Result<(Launch, String)> {
        let mut argv = vec![self.program.clone().into_os_string()];
        let mut launch_env = environment(terminal);
        let aid = Uuid::new_v4().simple().to_string();
        let given = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        match self.kind {
            ShellKind::Bash => {
                let file = start_file(paths, "bash.sh", include_str!("shell/bash.sh"))?;
                argv.extend([OsString::from("--rcfile"), file.into_os_string()]);
            }
            ShellKind::Zsh => {
                let file = start_file(paths, "zsh/.zshenv", include_str!("shell/zsh.zsh"))?;
                keep(&mut launch_env, "AI_ORCHESTRATOR_ZDOTDIR", given("ZDOTDIR"));
                set(&mut launch_env, "ZDOTDIR", &folder_of(&file, 1));
            }
            ShellKind::Fish => {
                let name = "fish/fish/vendor_conf.d/ai-orchestrator.fish";
                let file = start_file(paths, name, include_str!("shell/fish.fish"))?;
                let own = given("XDG_DATA_DIRS");
                let rest = own.clone().unwrap_or_else(|| "/usr/local/share:/usr/share".to_owned());
                keep(&mut launch_env, "AI_ORCHESTRATOR_XDG_DATA_DIRS", own);
                set(&mut launch_env, "XDG_DATA_DIRS", &format!("{}:{rest}", folder_of(&file, 3)));
            }
            ShellKind::Sh => {
                let file = start_file(paths, "sh.sh", include_str!("shell/sh.sh"))?;
                keep(&mut launch_env, "AI_ORCHESTRATOR_USER_ENV", given("ENV"));
                set(&mut launch_env, "ENV", &file.to_string_lossy());
            }
        }
        set(&mut launch_env, "AI_ORCHESTRATOR_AID", &aid);
        set(&mut launch_env, "AI_ORCHESTRATOR_EXPORTS", &exports(env, self.kind));
        for (name, value) in env {
            set(&mut launch_env, name, value);
        }
        Ok((Launch { argv, env: launch_env, cwd: cwd.to_owned() }, aid))
    }

    /// Whether it is sure to give marks; others may, or may not.
    pub fn gives_marks(&self) -> bool {
        matches!(self.kind, ShellKind::Bash | ShellKind::Zsh | ShellKind::Fish)
    }
}

/// The folder so many levels above a file.
fn folder_of(file: &Path, levels: usize) -> String {
    file.ancestors().nth(levels).unwrap_or(file).to_string_lossy().into_owned()
}

/// Leaves what the user had where our start file gives it back.
fn keep(env: &mut Vec<(OsString, OsString)>, name: &str, value: Option<String>) {
    env.retain(|(present, _)| present != name);
    if let Some(value) = value {
        set(env, name, &value);
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

fn environment(terminal: Uuid) -> Vec<(OsString, OsString)> {
    let mut env: Vec<_> =
        std::env::vars_os().filter(|(name, _)| !AGENT_MARKERS.iter().any(|marker| name == marker)).collect();
    set(&mut env, "TERM", "xterm-256color");
    set(&mut env, "COLORTERM", "truecolor");
    set(&mut env, "TERM_PROGRAM", "ai-orchestrator");
    set(&mut env, "TERM_PROGRAM_VERSION", env!("CARGO_PKG_VERSION"));
    set(&mut env, "AI_ORCHESTRATOR_TERMINAL", &terminal.to_string());
    if !names_utf8(&env) {
        set(&mut env, "LC_CTYPE", if cfg!(target_os = "macos") { "UTF-8" } else { "C.UTF-8" });
    }
    env
}

/// Whether the locale in force is a UTF-8 one: `LC_ALL` outranks `LC_CTYPE` outranks `LANG`.
fn names_utf8(env: &[(OsString, OsString)]) -> bool {
    let value = |wanted: &str| {
        let found = env.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.to_string_lossy()).filter(|value| !value.is_empty())
    };
    let locale = value("LC_ALL").or_else(|| value("LC_CTYPE")).or_else(|| value("LANG"));
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.ends_with("utf-8") || locale.ends_with("utf8")
    })
}

fn set(env: &mut Vec<(OsString, OsString)>, name: &str, value: &str) {
    env.retain(|(present, _)| present != name);
    env.push((name.into(), value.into()));
}

fn login_shell() -> Option<PathBuf> {
    let named = std::env::var_os("SHELL").map(PathBuf::from).and_then(|path| executable(&path));
    named.or_else(|| on_path("bash")).or_else(|| executable(Path::new("/bin/sh")))
}

/// The program of this name.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    std::env::split_paths(&path).find_map(|folder| executable(&folder.join(name)))
}

fn executable(path: &Path) -> Option<PathBuf> {
    let runs = path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
    runs.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn a_missing_shell_is_named() {
        assert_eq!(
            Shell::find(Some("no-such-shell")).unwrap_err().to_string(),
            "there is no shell \"no-such-shell\" on this machine"
        );
    }

    #[test]
    fn the_strongest_variable_decides_on_the_locale() {
        assert!(names_utf8(&env(&[("LANG", "de_DE.UTF-8")])));
        assert!(names_utf8(&env(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")])));
        assert!(!names_utf8(&env(&[("LC_ALL", "POSIX"), ("LANG", "de_DE.UTF-8")])));
        assert!(!names_utf8(&[]));
    }
}
