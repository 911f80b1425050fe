//! Starting other programs: said before it is done, and an error that names the command.
//! Counting the tests in their output is `test::count`'s.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// A program to start, with its arguments, its folder and what is added to its environment.
#[derive(Clone, Debug)]
pub struct Program {
    name: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    environment: Vec<(String, OsString)>,
}

/// Cargo, the one this xtask was started by.
pub fn cargo<const N: usize>(arguments: [&str; N]) -> Program {
    Program::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).args(arguments)
}

/// npm, quiet about audits, funding and its own updates.
pub fn npm<const N: usize>(arguments: [&str; N]) -> Program {
    Program::new("npm").args(arguments).env("NPM_CONFIG_UPDATE_NOTIFIER", "false")
}

/// Whether a program of this name is on PATH.
pub fn is_on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

impl Program {
    /// A program by its name on PATH, or by its path.
    pub fn new(name: impl Into<OsString>) -> Self {
        Self { name: name.into(), arguments: Vec::new(), folder: None, environment: Vec::new() }
    }

    /// Adds arguments.
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Starts it in this folder.
    pub fn at(mut self, folder: impl AsRef<Path>) -> Self {
        self.folder = Some(folder.as_ref().to_owned());
        self
    }

    /// Adds a variable to its environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Runs it with our own input and output, after saying so.
    pub fn run(&self) -> anyhow::Result<()> {
        println!("$ {self}");
        let status = self.command().status().with_context(|| format!("{self}: doesn't start"))?;
        if !status.success() {
            bail!("{self}: {status}");
        }
        Ok(())
    }

    /// Whether it starts and succeeds; what it says is dropped.
    pub fn succeeds(&self) -> bool {
        let silent = self.command().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        silent.is_ok_and(|status| status.success())
    }

    /// What it prints.
    pub fn output(&self) -> anyhow::Result<String> {
        let output = self.command().stderr(Stdio::inherit()).output();
        let output = output.with_context(|| format!("{self}: doesn't start"))?;
        if !output.status.success() {
            bail!("{self}: {}", output.status);
        }
        String::from_utf8(output.stdout).with_context(|| format!("{self}: printed something else than text"))
    }

    /// Runs it after saying so, passes on what it prints line by line, and shows each line to `listen`.
    /// Answers whether it succeeded.
    pub fn follow(&self, listen: impl Fn(&str) + Sync) -> anyhow::Result<bool> {
        println!("$ {self}");
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{self}: doesn't start"))?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            scope.spawn(|| each_line(err, |line| eprintln!("{line}")));
            each_line(out, |line| {
                println!("{line}");
                listen(line);
            });
        });
        Ok(child.wait()?.success())
    }

    #[expect(clippy::disallowed_methods, reason = "starting programs is what xtask is for; all start here")]
    fn command(&self) -> Command {
        let mut command = Command::new(&self.name);
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

/// The command as one would type it.
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Path::new(&self.name).file_name().unwrap_or(&self.name);
        write!(f, "{}", name.to_string_lossy())?;
        for argument in &self.arguments {
            let argument = argument.to_string_lossy();
            let quote = if argument.contains([' ', '*', '^', '$', '&', ';']) { "'" } else { "" };
            write!(f, " {quote}{argument}{quote}")?;
        }
        Ok(())
    }
}

fn each_line(stream: Option<impl Read>, mut each: impl FnMut(&str)) {
    let Some(stream) = stream else { return };
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    // A test may print bytes that are no text; they are passed on as well as they can be.
    while stream.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        each(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn a_followed_program_shows_each_of_its_lines() {
        let heard = Mutex::new(Vec::new());
        let printing = Program::new("printf").args(["one\\ntwo"]);
        let succeeded = printing.follow(|line| heard.lock().unwrap().push(line.to_owned())).unwrap();
        assert!(succeeded);
        assert_eq!(heard.into_inner().unwrap(), ["one", "two"]);
    }

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let program = Program::new("/usr/bin/cargo").args(["install", "tauri-driver", "--version", "^2"]);
        assert_eq!(program.to_string(), "cargo install tauri-driver --version '^2'");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let problem = Program::new("no-such-program").args(["x"]).output().unwrap_err();
        assert!(format!("{problem:#}").starts_with("no-such-program x: doesn't start"), "{problem:#}");
    }
}
