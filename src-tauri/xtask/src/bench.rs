//! `cargo xtask bench`: builds what users get and measures it; the tables are made in `tests/bench`.

use clap::{Args, ValueEnum};

use crate::checkout::Checkout;
use crate::program::cargo;

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Only this part; all of them without it
    part: Option<Part>,
    /// Only this section of it: load, save; trips, flood, late, crowd, memory, spawn
    #[arg(long, value_name = "SECTION")]
    only: Option<String>,
    /// How many times each table's rows are measured in turn
    #[arg(long, default_value_t = 5)]
    pairs: usize,
}

/// A part that can be measured alone.
#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// Loading action files, and hearing of a save
    Files,
    /// Round trips, floods, memory and starts of terminals
    Terminals,
}

/// Builds the program and the bench with all optimisations and runs it. Peers that are missing are named and
/// left out; nothing is installed.
pub fn bench(checkout: &Checkout, options: &Options) -> anyhow::Result<()> {
    let release = "--release";
    cargo(["build", "--locked", release, "--package", "ai-orchestrator"]).at(checkout.root()).run()?;
    let part = options.part.map(|part| match part {
        Part::Files => "files".to_owned(),
        Part::Terminals => "terminals".to_owned(),
    });
    let only = options.only.iter().flat_map(|only| ["--only".to_owned(), only.clone()]);
    cargo(["bench", "--locked", "--package", "ai-orchestrator-tests", "--bench", "bench", "--"])
        .args(part)
        .args(only)
        .args(["--pairs".to_owned(), options.pairs.max(1).to_string()])
        .at(checkout.root())
        .env("AI_ORCHESTRATOR_BIN", checkout.built("ai-orchestrator", true))
        .run()
}
