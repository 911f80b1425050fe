//! The headless core of AI Orchestrator: everything except the window and the command line.
//!
//! Shells (window, CLI, tests) see [`api`], [`client`], [`host`] and [`action`]; the rest is private,
//! so that there is one way in: the door.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests prepare files and start programs"))]

pub mod action;
pub(crate) mod agent_command;
pub mod api;
pub mod client;
mod clock;
mod codenames;
pub mod config;
mod create_action;
mod engine;
mod environment;
mod events;
mod execution;
pub mod host;
mod mismatch;
pub mod paths;
mod project;
mod projects;
mod remembered;
mod run;
mod settings;
pub mod step;
mod store;
mod terminal;
mod terminals;
mod watch_text;
