//! Journeys through the door: a real host, real shells, real files.

#![expect(clippy::unwrap_used, reason = "tests panic")]
#![expect(clippy::disallowed_methods, reason = "tests start programs and write the files that users would")]

mod actions;
mod bad_input;
mod cli;
mod config;
mod create_action;
mod denied;
mod door;
mod host;
mod run_tests;
mod runs;
mod terminals;
mod watching;
