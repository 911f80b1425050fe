//! The action store: the only writer of action files.

pub(crate) mod file;
