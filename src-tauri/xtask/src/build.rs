//! `cargo xtask build`: the UI first, since the command line and the window carry it inside.

use clap::Args;

use crate::checkout::Checkout;
use crate::program::{cargo, npm};
use crate::requirements::{self, Purpose};

/// What to build, and how.
#[derive(Args, Clone, Copy, Default)]
pub struct Options {
    /// Build what users get: optimised, slower to build
    #[arg(long)]
    pub release: bool,
    /// Leave the window out, and with it all that only the window needs
    #[arg(long)]
    pub headless: bool,
    /// Install what is missing without asking
    #[arg(long)]
    pub yes: bool,
}

/// Installs what is missing, then builds.
pub fn build(checkout: &Checkout, options: Options) -> anyhow::Result<()> {
    let purposes: &[Purpose] =
        if options.headless { &[Purpose::Ui] } else { &[Purpose::Ui, Purpose::Window] };
    requirements::provide(checkout, purposes, options.yes)?;
    ui(checkout)?;
    binaries(checkout, options)
}

/// Builds the page into `ui/dist`.
pub fn ui(checkout: &Checkout) -> anyhow::Result<()> {
    npm(["run", "build"]).at(checkout.ui()).run()
}

/// Builds the command line and, unless headless, the window, into the one target folder.
pub fn binaries(checkout: &Checkout, options: Options) -> anyhow::Result<()> {
    // Two calls: features unite within one, and the headless crates must build alike with and without a window.
    crates(checkout, "ai-orchestrator", options.release)?;
    if options.headless { Ok(()) } else { crates(checkout, "ai-orchestrator-desktop", options.release) }
}

fn crates(checkout: &Checkout, package: &str, release: bool) -> anyhow::Result<()> {
    let profile = if release { "release" } else { "dev" };
    cargo(["build", "--locked", "--package", package, "--profile", profile]).at(checkout.root()).run()
}
