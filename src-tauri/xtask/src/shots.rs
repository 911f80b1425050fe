//! `cargo xtask shots`: takes the pictures in `docs/images` from the real window, and those of every screen, which are
//! for looking at and stay in the target folder.

use anyhow::ensure;
use clap::Args;

use crate::build;
use crate::checkout::Checkout;
use crate::program::npm;
use crate::requirements::tool::TAURI_DRIVER;
use crate::requirements::{self, Purpose};

/// How to take them.
#[derive(Args)]
pub struct Options {
    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
    /// Only every screen, into target/shots: docs/images stays as it is
    #[arg(long)]
    screens: bool,
}

/// Builds everything, opens the window on a project made for the purpose, and takes the pictures.
pub fn take(checkout: &Checkout, options: &Options) -> anyhow::Result<()> {
    let purposes = [Purpose::Ui, Purpose::Window, Purpose::WindowTests, Purpose::BrowserTests];
    requirements::provide(checkout, &purposes, options.yes)?;
    build::build(checkout, build::Options { yes: options.yes, ..build::Options::default() })?;
    if !options.screens {
        let images = checkout.root().join("docs/images");
        npm(["run", "--silent", "shots"])
            .at(checkout.window_tests())
            .env("AI_ORCHESTRATOR_BIN", checkout.built("ai-orchestrator", false))
            .env("AI_ORCHESTRATOR_WINDOW", checkout.built("ai-orchestrator-desktop", false))
            .env("TAURI_DRIVER", TAURI_DRIVER.path(checkout))
            .env("SHOTS", &images)
            .run()?;
        ensure!(images.join("window.png").is_file(), "no picture was taken");
    }
    let screens = checkout.target().join("shots");
    npm(["run", "--silent", "shots"])
        .at(checkout.ui())
        .env("AI_ORCHESTRATOR_BIN", checkout.built("ai-orchestrator", false))
        .env("SHOTS", &screens)
        .run()?;
    println!("every screen: {}", screens.display());
    Ok(())
}
