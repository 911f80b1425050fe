//! A real host in a folder of its own, for tests: `TestHost::new().action("hello", "…")`.
//!
//! What the tests are, is in `journeys/`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "tests panic"
)]
#![expect(clippy::disallowed_methods, reason = "tests start programs and write the files that users would")]

mod cli;
mod content;
pub mod processes;
pub mod recording;
mod test_host;

pub use cli::{Cli, Finished, program};
pub use content::{close, save, wait_for_content};
pub use test_host::{Events, PATIENCE, TestHost, TestTerminal, Viewer};
