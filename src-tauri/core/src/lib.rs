//! The headless core of AI Orchestrator: everything except the window and the command line.
//!
//! Shells (window, CLI, tests) see [`api`], [`client`], [`host`] and [`action`]; the rest is private,
//! so that there is one way in: the door.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests prepare files and start programs"))]

pub mod action;
pub(crate) mod agent_command;
pub mod api;
pub mod clock;
pub(crate) mod config;
pub mod paths;
pub(crate) mod project;
pub(crate) mod remembered;
pub mod step;
pub(crate) mod store;
