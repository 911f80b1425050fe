//! Programs that only this clone uses, kept in its target folder: from cargo, npm and pip.

use std::path::{Path, PathBuf};

use super::Purpose;
use crate::checkout::Checkout;
use crate::program::{Program, cargo, npm};

/// A program of this clone's own.
#[derive(Debug)]
pub struct Tool {
    /// Its package, and its file.
    pub name: &'static str,
    /// What it is for.
    pub why: &'static str,
    version: &'static str,
    purpose: Purpose,
    origin: Origin,
}

/// Where a tool comes from.
#[derive(Clone, Copy, Debug)]
enum Origin {
    /// A crate with a program of the same name.
    Cargo,
    /// A package of npm, in a folder of its own.
    Npm { package: &'static str },
    /// A package for Python, in a virtual environment of its own.
    Pip,
}

/// Passes `WebDriver`'s commands to the window.
pub const TAURI_DRIVER: Tool = Tool {
    name: "tauri-driver",
    why: "passes WebDriver's commands to the window",
    version: "^2",
    purpose: Purpose::WindowTests,
    origin: Origin::Cargo,
};

/// Holds the dependencies to `deny.toml`.
pub const DENY: Tool = Tool {
    name: "cargo-deny",
    why: "holds the dependencies to deny.toml: licences, sources, bans",
    version: "^0.20",
    purpose: Purpose::Lint,
    origin: Origin::Cargo,
};

/// Finds dependencies that nothing uses.
pub const MACHETE: Tool = Tool {
    name: "cargo-machete",
    why: "finds dependencies that nothing uses",
    version: "^0.9",
    purpose: Purpose::Lint,
    origin: Origin::Cargo,
};

/// Runs the tests of the Python project that `run-tests` is tried in.
pub const PYTEST: Tool = Tool {
    name: "pytest",
    why: "runs the tests of a Python project that Run Tests is tried in",
    version: "8.4.2",
    purpose: Purpose::RustTests,
    origin: Origin::Pip,
};

/// What the agent command builder writes lines for.
pub const CLAUDE: Tool = Tool {
    name: "claude",
    why: "the agent's own reading of the command lines that actions build",
    version: "2.1.330",
    purpose: Purpose::RustTests,
    origin: Origin::Npm { package: "@anthropic-ai/claude-code" },
};

/// The tools for these purposes that are not there.
pub fn missing(checkout: &Checkout, purposes: &[Purpose]) -> Vec<Tool> {
    let tools = [TAURI_DRIVER, DENY, MACHETE, PYTEST, CLAUDE].into_iter();
    tools.filter(|tool| purposes.contains(&tool.purpose) && !tool.is_there(checkout)).collect()
}

impl Tool {
    /// Where it is once it is installed.
    pub fn path(&self, checkout: &Checkout) -> PathBuf {
        let file = format!("{}{}", self.name, std::env::consts::EXE_SUFFIX);
        match self.origin {
            Origin::Cargo => checkout.tools().join("bin").join(file),
            Origin::Npm { .. } => self.folder(checkout).join("node_modules/.bin").join(file),
            Origin::Pip => self.folder(checkout).join("bin").join(file),
        }
    }

    /// Installs it. One that tests only compare with may be missing where its registry can't be reached: that
    /// is said here and by the tests that then skip.
    ///
    /// # Errors
    /// When an installer fails.
    pub fn install(&self, checkout: &Checkout) -> anyhow::Result<()> {
        let folder = self.folder(checkout);
        let wanted = |package: &str, separator: &str| format!("{package}{separator}{}", self.version);
        match self.origin {
            Origin::Cargo => cargo(["install", self.name, "--version", self.version, "--locked", "--root"])
                .args([checkout.tools()])
                .at(checkout.root())
                .run(),
            Origin::Pip => {
                python(Path::new("python3"), ["-m", "venv", "--clear"]).args([&folder]).run()?;
                python(&folder.join("bin/python3"), ["-m", "pip", "install", "--disable-pip-version-check"])
                    .args(["--quiet".to_owned(), wanted(self.name, "==")])
                    .run()?;
                self.mark(checkout)
            }
            Origin::Npm { package } => {
                let install = npm(["install", "--no-audit", "--no-fund", "--prefix"]).args([&folder]);
                match install.args([wanted(package, "@")]).run() {
                    Ok(()) => self.mark(checkout),
                    Err(problem) => {
                        println!("note: without it, tests that compare with it say so and skip: {problem:#}");
                        Ok(())
                    }
                }
            }
        }
    }

    /// Cargo's ranges may be met by any version that is there; what is pinned is there in that version.
    fn is_there(&self, checkout: &Checkout) -> bool {
        let pinned = || std::fs::read_to_string(self.folder(checkout).join(INSTALLED)).ok();
        let right = matches!(self.origin, Origin::Cargo) || pinned().as_deref() == Some(self.version);
        right && self.path(checkout).is_file()
    }

    #[expect(clippy::disallowed_methods, reason = "it is made anew whenever it is not whole")]
    fn mark(&self, checkout: &Checkout) -> anyhow::Result<()> {
        Ok(std::fs::write(self.folder(checkout).join(INSTALLED), self.version)?)
    }

    fn folder(&self, checkout: &Checkout) -> PathBuf {
        checkout.tools().join(self.name)
    }
}

/// Holds the version that stands beside it.
const INSTALLED: &str = ".installed-version";

fn python<const N: usize>(interpreter: &Path, arguments: [&str; N]) -> Program {
    Program::new(interpreter).args(arguments)
}
