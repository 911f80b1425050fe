//! `cargo xtask bench`: what the host costs, through the door, beside the least that could do the same and beside
//! peers. Prints tables and judges nothing; pairs are interleaved, so that a noisy machine disturbs both sides alike.
//!
//! Arguments: `[PART] [--pairs N] [--only SECTION]`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that can't go on says why and ends")]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench starts programs and writes the files that users would"
)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables")]

mod files;
mod host_process;
mod leftovers;
mod peers;
mod reports;
mod table;
mod terminals;
mod window;

use std::process::ExitCode;

use leftovers::Leftovers;

/// What was asked for.
pub struct Wanted {
    part: Option<String>,
    only: Option<String>,
    /// How many pairs each table is made from.
    pub pairs: usize,
}

impl Wanted {
    fn from_arguments(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut wanted = Self { part: None, only: None, pairs: 5 };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                // Cargo's own word to whatever it runs as a bench.
                "--bench" => {}
                "--pairs" => {
                    let pairs = arguments.next().and_then(|n| n.parse().ok());
                    wanted.pairs = pairs.filter(|&n| n > 0).ok_or("`--pairs` takes a number from 1 up")?;
                }
                "--only" => wanted.only = Some(arguments.next().ok_or("`--only` takes a section")?),
                part => wanted.part = Some(part.to_owned()),
            }
        }
        let parts = || PARTS.iter().filter(|(part, _)| wanted.part.as_ref().is_none_or(|only| only == part));
        if parts().next().is_none() {
            let names: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
            return Err(format!("there is no part {:?}; the parts are {}", wanted.part, names.join(", ")));
        }
        if let Some(only) = &wanted.only
            && !parts().any(|(_, sections)| sections.contains(&only.as_str()))
        {
            let known: Vec<String> =
                parts().map(|(part, sections)| format!("{} (of {part})", sections.join(", "))).collect();
            return Err(format!("there is no section `{only}`; the sections are {}", known.join("; ")));
        }
        Ok(wanted)
    }

    /// Whether this section of this part is to be measured.
    #[must_use]
    pub fn has(&self, part: &str, section: &str) -> bool {
        self.part.as_ref().is_none_or(|only| only == part)
            && self.only.as_ref().is_none_or(|only| only == section)
    }
}

/// The parts, and the sections of each.
const PARTS: [(&str, &[&str]); 3] =
    [("terminals", &terminals::SECTIONS), ("files", &files::SECTIONS), ("window", &window::SECTIONS)];

#[tokio::main]
async fn main() -> ExitCode {
    let wanted = match Wanted::from_arguments(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(2);
        }
    };
    let _leftovers = Leftovers::clean(ai_orchestrator_tests::program()).expect("a folder of its own");
    terminals::measure(&wanted).await;
    files::measure(&wanted).await;
    window::measure(&wanted);
    ExitCode::SUCCESS
}
