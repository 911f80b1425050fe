//! `cargo xtask`: everything a developer or CI does with this project, without shell scripts.
//! What each verb does is in the file of its name; this one only reads the command line.

mod bench;
mod build;
mod checkout;
mod generated;
mod program;
mod record;
mod requirements;
mod run;
mod shots;
mod soak;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::checkout::Checkout;

/// Works on AI Orchestrator itself.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Installs what is missing, builds everything and opens the window (or, without a display, starts the
    /// host and prints the address of the same UI for a browser)
    Run(run::Options),
    /// Builds the UI, the command line and the window
    Build(build::Options),
    /// Installs what tests need and runs all of them; ends with a line `N passed, N failed`
    Test(test::Options),
    /// Measures the release build beside a minimal C program and peers, and prints tables
    Bench(bench::Options),
    /// Records what real programs print, for the tests of the screen; they and tmux must be installed
    Record(record::Options),
    /// Keeps a hundred terminals busy for some minutes, and fails if anything is left over
    Soak(soak::Options),
    /// Writes the files that are generated from the code
    Gen(generated::Options),
    /// Checks the rules of the house that no linter knows
    Tidy,
    /// Takes the pictures in docs/images, and those of every screen
    Shots(shots::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match go(arguments.verb) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem:#}");
            ExitCode::from(if problem.is::<requirements::Refused>() { 2 } else { 1 })
        }
    }
}

fn go(verb: Verb) -> anyhow::Result<ExitCode> {
    let checkout = Checkout::find()?;
    match verb {
        Verb::Run(options) => run::run(&checkout, &options),
        Verb::Build(options) => build::build(&checkout, options).map(|()| ExitCode::SUCCESS),
        Verb::Test(options) => test::test(&checkout, &options),
        Verb::Bench(options) => bench::bench(&checkout, &options).map(|()| ExitCode::SUCCESS),
        Verb::Record(options) => record::record(&checkout, &options).map(|()| ExitCode::SUCCESS),
        Verb::Soak(options) => soak::soak(&checkout, &options).map(|()| ExitCode::SUCCESS),
        Verb::Gen(options) => generated::write_or_check(&checkout, &options).map(|()| ExitCode::SUCCESS),
        Verb::Tidy => tidy::tidy(&checkout),
        Verb::Shots(options) => shots::take(&checkout, &options).map(|()| ExitCode::SUCCESS),
    }
}
