//! `cargo xtask bench`: what the host costs, through the door, beside the least that could do the same and beside
//! peers. Prints tables and judges nothing; pairs are interleaved, so that a noisy machine disturbs both sides alike.
//!
//! Arguments: `[PART] [--pairs N] [--only SECTION]`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that can't go on says why and ends")]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench starts programs and writes the files that users would"
)]
#![expect(clippy::print_stdout, reason = "it prints tables")]

mod files;
mod host_process;
mod peers;
mod reports;
mod table;
mod terminals;
mod window;

/// What was asked for.
pub struct Wanted {
    part: Option<String>,
    only: Option<String>,
    /// How many pairs each table is made from.
    pub pairs: usize,
}

impl Wanted {
    fn from_arguments() -> Self {
        let mut wanted = Self { part: None, only: None, pairs: 5 };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                // Cargo's own word to whatever it runs as a bench.
                "--bench" => {}
                "--pairs" => wanted.pairs = arguments.next().and_then(|n| n.parse().ok()).expect("a number"),
                "--only" => wanted.only = arguments.next(),
                part => wanted.part = Some(part.to_owned()),
            }
        }
        wanted
    }

    /// Whether this section of this part is to be measured.
    #[must_use]
    pub fn has(&self, part: &str, section: &str) -> bool {
        self.part.as_ref().is_none_or(|only| only == part)
            && self.only.as_ref().is_none_or(|only| only == section)
    }
}

#[tokio::main]
async fn main() {
    let wanted = Wanted::from_arguments();
    terminals::measure(&wanted).await;
    files::measure(&wanted).await;
    window::measure(&wanted);
}
