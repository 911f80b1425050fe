//! What must be on the machine before something can be built or tested: finds what is missing, says what and
//! why, and installs it. Only apt is automatic; elsewhere the names are printed.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};

use crate::checkout::Checkout;
use crate::program::{Program, cargo, is_on_path, npm};

/// What someone wants to do; each asks for things of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
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

/// How to see that a system package is there.
enum Shown {
    /// A program on PATH.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
}

/// A package of the system, by Debian's name.
struct System {
    package: &'static str,
    why: &'static str,
    shown: Shown,
    /// Empty for all.
    purposes: &'static [Purpose],
}

const SYSTEM: &[System] = &[
    System {
        package: "build-essential",
        why: "the linker and C compiler that Rust uses",
        shown: Shown::Program("cc"),
        purposes: &[],
    },
    System {
        package: "pkg-config",
        why: "finds the window's libraries",
        shown: Shown::Program("pkg-config"),
        purposes: &[Purpose::Window],
    },
    System {
        package: "libwebkit2gtk-4.1-dev",
        why: "draws the page in the window",
        shown: Shown::Library("webkit2gtk-4.1"),
        purposes: &[Purpose::Window],
    },
    System {
        package: "tmux",
        why: "a terminal program that tests run in our terminals",
        shown: Shown::Program("tmux"),
        purposes: &[Purpose::RustTests],
    },
    System {
        package: "zsh",
        why: "a shell that tests start",
        shown: Shown::Program("zsh"),
        purposes: &[Purpose::RustTests],
    },
    System {
        package: "fish",
        why: "a shell that tests start",
        shown: Shown::Program("fish"),
        purposes: &[Purpose::RustTests],
    },
    System {
        package: "chromium",
        why: "the browser that tests open the UI in",
        shown: Shown::Program("chromium"),
        purposes: &[Purpose::BrowserTests],
    },
    System {
        package: "xvfb",
        why: "a display for windows that nobody looks at",
        shown: Shown::Program("Xvfb"),
        purposes: &[Purpose::WindowTests],
    },
    System {
        package: "dbus",
        why: "a session bus of its own for each window under test",
        shown: Shown::Program("dbus-run-session"),
        purposes: &[Purpose::WindowTests],
    },
    System {
        package: "webkit2gtk-driver",
        why: "clicks and types in the real window",
        shown: Shown::Program("WebKitWebDriver"),
        purposes: &[Purpose::WindowTests],
    },
];

/// Makes sure that everything for these purposes is there; `assent` goes on without asking.
///
/// # Errors
/// [`Refused`] when something is missing and nobody agreed to install it; else what failed.
pub fn provide(checkout: &Checkout, purposes: &[Purpose], assent: bool) -> anyhow::Result<()> {
    let needs_node = NODE.iter().any(|purpose| purposes.contains(purpose));
    ensure!(!needs_node || is_on_path("npm"), "npm is missing; install Node.js 20 or newer, which brings it");

    let system: Vec<&System> = SYSTEM.iter().filter(|one| one.is_for(purposes) && !one.is_there()).collect();
    let node: Vec<PathBuf> =
        node_packages(checkout, purposes).filter(|folder| !is_installed(folder)).collect();
    let driver = purposes.contains(&Purpose::WindowTests) && !tauri_driver(checkout).is_file();
    if system.is_empty() && node.is_empty() && !driver {
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
    if driver {
        println!("  {:<24} passes WebDriver's commands to the window", "tauri-driver");
    }
    let apt = (!system.is_empty()).then(|| apt_commands(&system)).transpose()?;
    let assent = assent || std::env::var_os("CI").is_some_and(|ci| !ci.is_empty());
    if !assent && !asked("Install these now?", apt.as_deref())? {
        let by_hand: Vec<String> = apt.iter().flatten().map(Program::to_string).collect();
        let by_hand =
            if by_hand.is_empty() { String::new() } else { format!("; by hand: {}", by_hand.join(" && ")) };
        bail!(Refused(format!("nothing was installed (`--yes` installs without asking){by_hand}")));
    }

    apt.iter().flatten().try_for_each(Program::run)?;
    for folder in &node {
        npm(["ci", "--no-audit", "--no-fund", "--prefer-offline"]).at(folder).run()?;
    }
    if driver {
        cargo(["install", "tauri-driver", "--version", "^2", "--locked", "--root"])
            .args([checkout.tools()])
            .at(checkout.root())
            .run()?;
    }
    Ok(())
}

/// Where this clone's tauri-driver is.
pub fn tauri_driver(checkout: &Checkout) -> PathBuf {
    checkout.tools().join("bin/tauri-driver")
}

impl System {
    fn is_for(&self, purposes: &[Purpose]) -> bool {
        self.purposes.is_empty() || self.purposes.iter().any(|purpose| purposes.contains(purpose))
    }

    fn is_there(&self) -> bool {
        match self.shown {
            Shown::Program(name) => is_on_path(name),
            Shown::Library(name) => Program::new("pkg-config").args(["--exists", name]).succeeds(),
        }
    }
}

/// The purposes that have packages of npm.
const NODE: &[Purpose] = &[Purpose::Ui, Purpose::BrowserTests, Purpose::WindowTests];

/// The folders with a `package.json` for these purposes; one that isn't there is not needed.
fn node_packages(checkout: &Checkout, purposes: &[Purpose]) -> impl Iterator<Item = PathBuf> {
    let folders = NODE.iter().filter(|purpose| purposes.contains(purpose)).map(|purpose| match purpose {
        Purpose::WindowTests => checkout.window_tests(),
        Purpose::BrowserTests => checkout.browser_tests(),
        _ => checkout.ui(),
    });
    folders.filter(|folder| folder.join("package.json").is_file())
}

/// npm leaves a copy of the lock file in what it installed; one as new as ours says that it is up to date.
fn is_installed(folder: &Path) -> bool {
    let changed = |file: PathBuf| file.metadata().and_then(|known| known.modified()).ok();
    let installed = changed(folder.join("node_modules/.package-lock.json"));
    installed.is_some() && installed >= changed(folder.join("package-lock.json"))
}

/// The commands that install these packages: as root directly, else through sudo without a password.
fn apt_commands(system: &[&System]) -> anyhow::Result<Vec<Program>> {
    let names: Vec<&str> = system.iter().map(|one| one.package).collect();
    if !is_on_path("apt-get") {
        bail!(Refused(format!(
            "this system has no apt; install what these are called here, then try again: {}",
            names.join(" ")
        )));
    }
    let root = Program::new("id").args(["-u"]).output().is_ok_and(|uid| uid.trim() == "0");
    let apt = |arguments: &[&str]| {
        let words = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"].iter().chain(arguments).copied();
        if root {
            Program::new("env").args(words.skip(1))
        } else {
            Program::new("sudo").args(["-n"]).args(words)
        }
    };
    let install = [&["install", "--yes", "--no-install-recommends"], names.as_slice()].concat();
    let commands = vec![apt(&["update"]), apt(&install)];
    if !root && !Program::new("sudo").args(["-n", "true"]).succeeds() {
        bail!(Refused(format!(
            "neither root nor sudo without a password; run this, then try again:\n  sudo apt-get update && \
             sudo apt-get {}",
            install.join(" ")
        )));
    }
    Ok(commands)
}

/// Asks on the terminal. Where nobody can answer, the answer is no.
fn asked(question: &str, commands: Option<&[Program]>) -> anyhow::Result<bool> {
    for command in commands.unwrap_or_default() {
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
