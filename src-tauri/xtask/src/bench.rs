//! `cargo xtask bench`: builds what users get and measures it; the tables are made in `tests/bench`.

use clap::{Args, ValueEnum};

use crate::build;
use crate::checkout::Checkout;
use crate::program::{Program, cargo};
use crate::requirements::tool::TAURI_DRIVER;

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Only this part; all of them without it
    part: Option<Part>,
    /// Only this section of it: load, save; trips, flood, late, crowd, memory, spawn;
    /// echo, flood, start, many
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
    /// The real window: keys, floods, its start and memory, long lists
    Window,
}

/// Builds the program and the bench with all optimisations and runs it. Peers that are missing are named and
/// left out; nothing is installed.
pub fn bench(checkout: &Checkout, options: &Options) -> anyhow::Result<()> {
    let part = options.part.map(|part| match part {
        Part::Files => "files".to_owned(),
        Part::Terminals => "terminals".to_owned(),
        Part::Window => "window".to_owned(),
    });
    if matches!(options.part, None | Some(Part::Window)) {
        window(checkout)?;
    }
    let release = "--release";
    cargo(["build", "--locked", release, "--package", "ai-orchestrator"]).at(checkout.root()).run()?;
    let only = options.only.iter().flat_map(|only| ["--only".to_owned(), only.clone()]);
    cargo(["bench", "--locked", "--package", "ai-orchestrator-tests", "--bench", "bench", "--"])
        .args(part)
        .args(only)
        .args(["--pairs".to_owned(), options.pairs.max(1).to_string()])
        .at(checkout.root())
        .env("AI_ORCHESTRATOR_BIN", checkout.built("ai-orchestrator", true))
        .env("AI_ORCHESTRATOR_WINDOW", checkout.built("ai-orchestrator-desktop", true))
        .env("AI_ORCHESTRATOR_EMPTY", checkout.built("examples/empty", true))
        .env("TAURI_DRIVER", TAURI_DRIVER.path(checkout))
        .run()
}

/// Builds the page, the window and the empty one beside it, where what they are built with is installed.
fn window(checkout: &Checkout) -> anyhow::Result<()> {
    let installed = Program::new("pkg-config").args(["--exists", "webkit2gtk-4.1"]);
    if !installed.succeeds() || !checkout.ui().join("node_modules").is_dir() {
        return Ok(());
    }
    build::ui(checkout)?;
    // One after the other: both embed the page by the same files in between, which Tauri writes while it compiles. Of
    // two at once one may read what the other has half written, and is a window that stays blank.
    for program in [["--bin", "ai-orchestrator-desktop"], ["--example", "empty"]] {
        cargo(["build", "--locked", "--release", "--package", "ai-orchestrator-desktop"])
            .args(program)
            .at(checkout.root())
            .run()?;
    }
    Ok(())
}
