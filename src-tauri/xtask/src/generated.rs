//! `cargo xtask gen`: the files that are made from the code, written, or compared with what is committed.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use crate::build;
use crate::checkout::Checkout;
use crate::program::Program;

/// What to do with them.
#[derive(Args)]
pub struct Options {
    /// Write nothing; fail with the names of the files that are not what they would be written as
    #[arg(long)]
    pub check: bool,
}

/// A file and what makes it: a verb of the command line, whose output it is.
const FROM_THE_PROGRAM: &[(&str, &[&str])] = &[
    ("docs/action.schema.json", &["schema"]),
    ("docs/config.schema.json", &["config", "schema"]),
    ("docs/openapi.json", &["openapi"]),
];

/// Builds the program and writes all generated files, or compares them.
pub fn write_or_check(checkout: &Checkout, options: &Options) -> anyhow::Result<()> {
    build::binaries(checkout, build::Options { headless: true, ..build::Options::default() })?;
    let program = checkout.built("ai-orchestrator", false);
    let mut stale = Vec::new();
    for (name, verb) in FROM_THE_PROGRAM {
        let fresh = Program::new(&program).args(verb.iter().copied()).output()?;
        settle(&checkout.root().join(name), &fresh, options.check, &mut stale)?;
    }
    if let Some(types) = types_of_the_door(checkout)? {
        settle(&checkout.ui().join("src/api/schema.d.ts"), &types, options.check, &mut stale)?;
    }
    if !stale.is_empty() {
        let names: Vec<String> = stale
            .iter()
            .map(|file: &PathBuf| file.strip_prefix(checkout.root()).unwrap_or(file).display().to_string())
            .collect();
        bail!("stale, `cargo xtask gen` writes them anew: {}", names.join(", "));
    }
    Ok(())
}

/// The TypeScript types of the door's contract, where the UI's package brings what makes them.
fn types_of_the_door(checkout: &Checkout) -> anyhow::Result<Option<String>> {
    let maker = checkout.ui().join("node_modules/.bin/openapi-typescript");
    if !maker.is_file() {
        return Ok(None);
    }
    let contract = checkout.root().join("docs/openapi.json");
    Program::new(maker).args([contract]).at(checkout.ui()).output().map(Some)
}

#[expect(clippy::disallowed_methods, reason = "generated files are ours to write")]
fn settle(file: &Path, fresh: &str, check: bool, stale: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if std::fs::read_to_string(file).is_ok_and(|committed| committed == fresh) {
        return Ok(());
    }
    if check {
        stale.push(file.to_owned());
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, fresh).with_context(|| format!("{}: can't be written", file.display()))?;
    println!("wrote {}", file.display());
    Ok(())
}
