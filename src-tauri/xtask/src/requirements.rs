//! What must be on the machine before something can be built or tested: finds what is missing, says what and
//! why, and installs it. Only apt is automatic; elsewhere the names are printed.

pub mod node;
pub mod system;
pub mod tool;

use std::fmt;
use std::io::{IsTerminal, Write};

use anyhow::{bail, ensure};

use crate::checkout::Checkout;
use crate::program::{Program, is_on_path};

/// What someone wants to do; each asks for things of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Check the style and the dependencies.
    Lint,
    /// Build the UI.
    Ui,
    /// Build the window.
    Window,
    /// Run the Rust tests.
    RustTests,
    /// Run the UI in a browser.
    BrowserTests,
    /// Drive the real window.
    WindowTests,
}

/// The user, or the lack of one to ask, said no to installing. The process ends with 2.
#[derive(Debug)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// Makes sure that everything for these purposes is there; `assent` goes on without asking.
///
/// # Errors
/// [`Refused`] when something is missing and nobody agreed to install it; else what failed.
pub fn provide(checkout: &Checkout, purposes: &[Purpose], assent: bool) -> anyhow::Result<()> {
    ensure!(is_on_path("npm"), "npm is missing; install Node.js 20 or newer, which brings it");
    let system = system::missing(purposes);
    let node = node::missing(checkout, purposes);
    let tools = tool::missing(checkout, purposes);
    if system.is_empty() && node.is_empty() && tools.is_empty() {
        return Ok(());
    }

    println!("Missing:");
    for one in &system {
        println!("  {:<24} {}", one.package, one.why);
    }
    for folder in &node {
        let name = folder.strip_prefix(checkout.root()).unwrap_or(folder).display();
        println!("  {:<24} the packages that {name}/package-lock.json names", format!("{name}/node_modules"));
    }
    for tool in &tools {
        println!("  {:<24} {}", tool.name, tool.why);
    }
    let apt = if system.is_empty() { Vec::new() } else { system::commands(&system)? };
    let assent = assent || std::env::var_os("CI").is_some_and(|ci| !ci.is_empty());
    if !assent && !asked("Install these now?", &apt)? {
        let by_hand: Vec<String> = apt.iter().map(Program::to_string).collect();
        let by_hand =
            if apt.is_empty() { String::new() } else { format!("; by hand: {}", by_hand.join(" && ")) };
        bail!(Refused(format!("nothing was installed (`--yes` installs without asking){by_hand}")));
    }

    apt.iter().try_for_each(Program::run)?;
    node.iter().try_for_each(|folder| node::install(folder))?;
    tools.iter().try_for_each(|tool| tool.install(checkout))
}

/// Asks on the terminal. Where nobody can answer, the answer is no.
fn asked(question: &str, commands: &[Program]) -> anyhow::Result<bool> {
    for command in commands {
        println!("  $ {command}");
    }
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    print!("{question} [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    // An end of input is no answer, and so no.
    if std::io::stdin().read_line(&mut answer)? == 0 {
        return Ok(false);
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}
