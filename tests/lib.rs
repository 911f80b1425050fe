//! Journeys through the door. See `journeys.rs`.
