//! `cargo xtask record`: runs real programs in a terminal and keeps what they printed, and what tmux makes of it,
//! in `tests/recordings`. The scripts are in `programs`; the files' formats in `tests/recording.rs`.

mod pane;
mod programs;
#[path = "../../../tests/recording.rs"]
#[expect(dead_code, reason = "the tests read what the recorder only writes")]
mod recording;
mod session;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;

use crate::checkout::Checkout;
use crate::program::{Program, is_on_path};
use pane::Pane;
use programs::{PROGRAMS, Recorded};
use recording::{Happening, Recording, Shown};
use session::Session;

/// What to record.
#[derive(Args)]
pub struct Options {
    /// Only these; all of them without a name
    names: Vec<String>,
    /// Record nothing; ask tmux again what the recordings there are look like
    #[arg(long)]
    screens: bool,
}

/// Records programs, or only draws their recordings again. A program that is not installed is named and left out.
pub fn record(checkout: &Checkout, options: &Options) -> anyhow::Result<()> {
    ensure!(is_on_path("tmux"), "tmux is not installed; it is the terminal that recordings are held against");
    let recordings = checkout.root().join("tests/recordings");
    std::fs::create_dir_all(&recordings)?;
    for name in &options.names {
        ensure!(PROGRAMS.iter().any(|program| program.name == name), "there is no script for `{name}`");
    }
    for program in PROGRAMS {
        if !options.names.is_empty() && !options.names.iter().any(|name| name == program.name) {
            continue;
        }
        let (cast, screen) = recording::files(&recordings, program.name);
        let folder = neutral_folder()?;
        if !options.screens {
            if let Some(missing) = program.needs.iter().find(|needed| !is_on_path(needed)) {
                println!("{}: left out, {missing} is not installed", program.name);
                continue;
            }
            prepare(checkout, program, &folder)?;
            let recording = Session::record(program, &folder)?;
            replace(&cast, &recording.to_text(program.name))?;
        }
        let text =
            std::fs::read_to_string(&cast).with_context(|| format!("{} is not recorded", program.name))?;
        let recording = Recording::parse(&text).map_err(anyhow::Error::msg)?;
        let shown = shown(&recording, &folder)?;
        println!("{}: {} bytes, {} looks", program.name, text.len(), shown.len());
        replace(&screen, &shown.iter().map(Shown::to_text).collect::<Vec<_>>().join("\n"))?;
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(())
}

/// What a fresh pane shows wherever somebody looked.
fn shown(recording: &Recording, folder: &Path) -> anyhow::Result<Vec<Shown>> {
    let mut pane = Pane::open(folder, recording.size)?;
    let mut shown = Vec::new();
    for (_, event) in &recording.events {
        match event {
            Happening::Output(text) => pane.draw(text.as_bytes())?,
            Happening::Input(_) => {}
            Happening::Resize(cols, rows) => {
                pane.catch_up()?;
                pane.resize(*cols, *rows)?;
            }
            Happening::Look(name) => {
                pane.catch_up()?;
                shown.push(pane.shown(name)?);
            }
        }
    }
    Ok(shown)
}

/// An empty folder whose path names no user and no machine: programs print it.
fn neutral_folder() -> anyhow::Result<PathBuf> {
    let folder = PathBuf::from("/tmp/recorded");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir(&folder)?;
    Ok(folder)
}

/// What a recorded program finds in its environment: nothing of the user's, and where compilers are.
fn environment(folder: &Path) -> Vec<(String, String)> {
    let home = folder.display().to_string();
    let fixed = [
        ("HOME", home.as_str()),
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor"),
        ("LC_ALL", "C.UTF-8"),
        ("PS1", "$ "),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("NPM_CONFIG_UPDATE_NOTIFIER", "false"),
        ("NPM_CONFIG_OFFLINE", "true"),
        ("PYTHON_HISTORY", "/dev/null"),
    ];
    let user_home = std::env::var("HOME").unwrap_or_default();
    let inherited =
        |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.replace('~', &user_home));
    let tools = [("PATH", "/usr/bin:/bin"), ("CARGO_HOME", "~/.cargo"), ("RUSTUP_HOME", "~/.rustup")];
    let fixed = fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    fixed.chain(tools.iter().map(|(name, default)| ((*name).to_owned(), inherited(name, default)))).collect()
}

/// Makes what the program is to be shown with.
fn prepare(checkout: &Checkout, program: &Recorded, folder: &Path) -> anyhow::Result<()> {
    let fixtures = checkout.root().join("tests/recordings/programs");
    let mut shell = Program::new("sh").args(["-euc", program.prepare]).at(folder);
    for (name, value) in environment(folder) {
        shell = shell.env(&name, value);
    }
    shell.env("PROGRAMS", fixtures).output().map(drop)
}

#[expect(clippy::disallowed_methods, reason = "a recording is the developer's to keep or to throw away")]
fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| file.display().to_string())
}
