//! A real host in a folder of its own, for tests: `TestHost::new().action("hello", "…")`.
//!
//! What the tests are, is in `journeys/`.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "tests panic")]

mod cli;
mod test_host;

pub use cli::{Cli, Finished, program};
pub use test_host::{Events, TestHost, TestTerminal, Viewer};
