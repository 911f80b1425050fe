//! Packages of the system: which are needed for what, how to see that one is there, and how apt installs them.

use anyhow::bail;

use super::{Purpose, Refused};
use crate::program::{Program, is_on_path};

/// How to see that a system package is there.
enum Shown {
    /// A program on PATH.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// Modules that the system's Python finds.
    Python(&'static str),
}

/// A package of the system, by Debian's name.
pub struct System {
    /// Its name.
    pub package: &'static str,
    /// What it is for.
    pub why: &'static str,
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
        package: "vim",
        why: "an editor whose ways of saving tests look at",
        shown: Shown::Program("vim"),
        purposes: &[Purpose::RustTests],
    },
    System {
        package: "make",
        why: "runs the tests of a Make project that Run Tests is tried in",
        shown: Shown::Program("make"),
        purposes: &[Purpose::RustTests],
    },
    System {
        package: "golang-go",
        why: "runs the tests of a Go project that Run Tests is tried in",
        shown: Shown::Program("go"),
        purposes: &[Purpose::RustTests],
    },
    System {
        package: "python3-venv",
        why: "keeps the pytest that Run Tests is tried with in this clone",
        shown: Shown::Python("ensurepip, venv"),
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
        package: "dunst",
        why: "shows notifications that tests click",
        shown: Shown::Program("dunst"),
        purposes: &[Purpose::WindowTests],
    },
    System {
        package: "webkit2gtk-driver",
        why: "clicks and types in the real window",
        shown: Shown::Program("WebKitWebDriver"),
        purposes: &[Purpose::WindowTests],
    },
];

/// The packages for these purposes that are not there. Elsewhere than on Linux the system brings a web view and
/// a compiler's own installer says what it needs.
pub fn missing(purposes: &[Purpose]) -> Vec<&'static System> {
    if cfg!(not(target_os = "linux")) {
        return Vec::new();
    }
    SYSTEM.iter().filter(|one| one.is_for(purposes) && !one.is_there()).collect()
}

impl System {
    fn is_for(&self, purposes: &[Purpose]) -> bool {
        self.purposes.is_empty() || self.purposes.iter().any(|purpose| purposes.contains(purpose))
    }

    /// Asks for what is used, not for the package, so that it holds on every distribution.
    fn is_there(&self) -> bool {
        match self.shown {
            Shown::Program(name) => is_on_path(name),
            Shown::Library(name) => Program::new("pkg-config").args(["--exists", name]).succeeds(),
            Shown::Python(names) => {
                Program::new("python3").args(["-c".to_owned(), format!("import {names}")]).succeeds()
            }
        }
    }
}

/// The commands that install these packages: as root directly, else through sudo without a password.
///
/// # Errors
/// [`Refused`] where there is no apt, or no way to become root; it tells what to do by hand.
pub fn commands(missing: &[&System]) -> anyhow::Result<Vec<Program>> {
    let names: Vec<&str> = missing.iter().map(|one| one.package).collect();
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
