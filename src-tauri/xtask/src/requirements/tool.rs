//! Programs that cargo installs and only this clone uses, kept in its target folder.

use std::path::PathBuf;

use super::Purpose;
use crate::checkout::Checkout;
use crate::program::{Program, cargo};

/// A program that cargo installs.
#[derive(Debug)]
pub struct Tool {
    /// Its crate, and its file.
    pub name: &'static str,
    /// What it is for.
    pub why: &'static str,
    version: &'static str,
    purpose: Purpose,
}

/// Passes `WebDriver`'s commands to the window.
pub const TAURI_DRIVER: Tool = Tool {
    name: "tauri-driver",
    why: "passes WebDriver's commands to the window",
    version: "^2",
    purpose: Purpose::WindowTests,
};

/// Holds the dependencies to `deny.toml`.
pub const DENY: Tool = Tool {
    name: "cargo-deny",
    why: "holds the dependencies to deny.toml: licences, sources, bans",
    version: "^0.20",
    purpose: Purpose::Lint,
};

/// Finds dependencies that nothing uses.
pub const MACHETE: Tool = Tool {
    name: "cargo-machete",
    why: "finds dependencies that nothing uses",
    version: "^0.9",
    purpose: Purpose::Lint,
};

/// The tools for these purposes that are not there.
pub fn missing(checkout: &Checkout, purposes: &[Purpose]) -> Vec<Tool> {
    let wanted = [TAURI_DRIVER, DENY, MACHETE].into_iter().filter(|tool| purposes.contains(&tool.purpose));
    wanted.filter(|tool| !tool.path(checkout).is_file()).collect()
}

impl Tool {
    /// Where it is once it is installed.
    pub fn path(&self, checkout: &Checkout) -> PathBuf {
        checkout.tools().join("bin").join(format!("{}{}", self.name, std::env::consts::EXE_SUFFIX))
    }

    /// The command that installs it.
    pub fn install(&self, checkout: &Checkout) -> Program {
        cargo(["install", self.name, "--version", self.version, "--locked", "--root"])
            .args([checkout.tools()])
            .at(checkout.root())
    }
}
