//! `cargo xtask soak`: a hundred terminals on one host for some minutes; the program is `tests/soak`.

use clap::Args;

use crate::checkout::Checkout;
use crate::program::cargo;

/// How long, and with which dice.
#[derive(Args)]
pub struct Options {
    /// How many minutes it lasts
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// The seed of an earlier soak, whose choices come again
    #[arg(long)]
    seed: Option<u64>,
    /// The build for developers, which is quicker to make
    #[arg(long)]
    debug: bool,
}

/// Builds the program and the soak and runs it; fails where something is left over.
pub fn soak(checkout: &Checkout, options: &Options) -> anyhow::Result<()> {
    let profile = ["--profile", if options.debug { "dev" } else { "release" }];
    cargo(["build", "--locked", "--package", "ai-orchestrator"]).args(profile).at(checkout.root()).run()?;
    cargo(["bench", "--locked", "--package", "ai-orchestrator-tests", "--bench", "soak"])
        .args(profile)
        .args(["--".to_owned(), "--minutes".to_owned(), options.minutes.to_string()])
        .args(options.seed.iter().flat_map(|seed| ["--seed".to_owned(), seed.to_string()]))
        .at(checkout.root())
        .env("AI_ORCHESTRATOR_BIN", checkout.built("ai-orchestrator", !options.debug))
        .run()
}
