//! Journeys through the door: a real host, real shells, real files.

#![expect(clippy::unwrap_used, reason = "tests panic")]
#![expect(clippy::disallowed_methods, reason = "tests start programs and write the files that users would")]

mod actions;
mod agent;
mod bad_input;
mod cli;
mod codenames;
mod config;
mod create_action;
mod denied;
mod door;
mod echo;
mod editor;
mod ending;
mod environment;
mod host;
mod json;
mod line_editors;
mod run_tests;
mod runs;
mod shells;
mod terminals;
mod viewers;
mod watching;
