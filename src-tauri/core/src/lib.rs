//! The headless core of AI Orchestrator: everything except the window and the command line.
//!
//! Shells (window, CLI, tests) see [`api`], [`client`], [`host`] and [`action`]; the rest is private,
//! so that there is one way in: the door.

pub mod action;
pub mod api;
pub mod clock;
mod engine;
mod events;
pub mod paths;
mod run;
pub mod step;
mod store;
mod terminal;
mod terminals;
mod watch_text;
