//! What went wrong, on stderr with a hint; and the exit code that says so to programs.

use std::process::ExitCode;

use orchestrator_core::client::ClientError;

use crate::print::tame;

/// A call that did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// Wrong usage, or something named that is not there.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into(), hint: None }
    }

    /// The host can't be reached.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self { code: 3, message: message.into(), hint: None }
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says it.
    pub fn print(&self) {
        // Paths, names and what programs said: nothing of that may act on the terminal.
        eprintln!("error: {}", tame(&self.message));
        if let Some(hint) = &self.hint {
            eprintln!("hint: {}", tame(hint));
        }
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let code = if matches!(error, ClientError::Refused(_)) { 2 } else { 3 };
        let place = match &error {
            ClientError::Refused(refusal) => refusal.at.clone(),
            _ => None,
        };
        let message = match place {
            Some(at) => format!("{}:{}:{}: {error}", at.file.display(), at.line, at.column),
            None => error.to_string(),
        };
        Self { code, message, hint: error.hint() }
    }
}
