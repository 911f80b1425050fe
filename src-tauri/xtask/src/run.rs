//! `cargo xtask run`: from a fresh clone to the product in front of you.

use std::process::ExitCode;

use clap::Args;

use crate::build;
use crate::checkout::Checkout;
use crate::program::Program;

/// How to run.
#[derive(Args)]
pub struct Options {
    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
    /// Run what users get: optimised, slower to build
    #[arg(long)]
    release: bool,
}

/// Builds everything and opens the window. Without a display it starts the host and prints the address of
/// the same UI for a browser, and leaves alone what only the window needs.
pub fn run(checkout: &Checkout, options: &Options) -> anyhow::Result<ExitCode> {
    let headless = !has_display(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if headless {
        println!("No display here: this starts the host and serves the UI to a browser.");
    }
    build::build(checkout, build::Options { release: options.release, headless, yes: options.yes })?;
    let program = checkout.built("ai-orchestrator", options.release);
    if headless {
        Program::new(program).args(["host", "start", "--http", "127.0.0.1:0"]).run()?;
    } else {
        let window = checkout.built("ai-orchestrator-desktop", options.release);
        Program::new(window).env("AI_ORCHESTRATOR_BIN", program).run()?;
    }
    Ok(ExitCode::SUCCESS)
}

fn has_display(set: impl Fn(&str) -> bool) -> bool {
    cfg!(any(target_os = "macos", windows)) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn either_kind_of_display_is_one() {
        assert!(has_display(|name| name == "DISPLAY"));
        assert!(has_display(|name| name == "WAYLAND_DISPLAY"));
        assert!(!has_display(|_| false));
    }
}
