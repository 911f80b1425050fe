//! What went wrong: for people on stderr, with a hint; for programs that asked for JSON as JSON on stdout. And the
//! exit code that says so.

use std::process::ExitCode;

use orchestrator_core::api::{ApiError, Preview};
use orchestrator_core::client::ClientError;
use serde::Serialize;

use crate::print::{self, tame, visible};

/// A call that did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    exit: u8,
    error: Box<ApiError>,
    /// What would have run, where the user has to decide about it.
    preview: Option<Box<Preview>>,
    /// Whether programs have been told already.
    told: bool,
}

/// What programs get.
#[derive(Serialize)]
struct Told<'a> {
    error: &'a ApiError,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<&'a Preview>,
}

impl Failure {
    /// Wrong usage, or something named that is not there.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(2, "usage", message)
    }

    /// The host can't be reached.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self::new(3, "unreachable", message)
    }

    fn new(exit: u8, code: &str, message: impl Into<String>) -> Self {
        Self { exit, error: Box::new(ApiError::new(0, code, message)), preview: None, told: false }
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.error.hint = Some(hint.into());
        self
    }

    /// Adds what would have run.
    pub fn preview(self, preview: Preview) -> Self {
        Self { preview: Some(Box::new(preview)), ..self }
    }

    /// Programs know it from what was printed before.
    pub fn told(self) -> Self {
        Self { told: true, ..self }
    }

    /// Says it.
    pub fn print(&self, json: bool) {
        if json {
            let told = Told { error: &self.error, preview: self.preview.as_deref() };
            if !self.told
                && let Err(unwritable) = print::json_line(&told)
            {
                unwritable.print(false);
            }
            return;
        }
        if let Some(preview) = &self.preview {
            say_preview(preview);
        }
        // Paths, names and what programs said: nothing of that may act on the terminal.
        match &self.error.at {
            Some(at) => {
                let file = visible(&at.file.to_string_lossy());
                eprintln!("error: {file}:{}:{}: {}", at.line, at.column, visible(&self.error.message));
            }
            None => eprintln!("error: {}", visible(&self.error.message)),
        }
        if let Some(hint) = &self.error.hint {
            eprintln!("hint: {}", visible(hint));
        }
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit)
    }
}

/// Shows what a run would do, verbatim. No name can write a line of the question.
pub fn say_preview(preview: &Preview) {
    eprintln!("{} would run:", visible(&preview.action.path));
    if let Some(hidden) = &preview.action.overrides {
        let whose = if hidden.default { "the default action" } else { "your action" };
        eprintln!("  (it takes the place of {whose} \"{}\")", visible(&hidden.label));
    }
    for step in &preview.commands {
        eprintln!("  {}: {}", step.kind, visible(&step.text));
    }
    if let Some(diff) = &preview.diff {
        eprintln!("changed since it was accepted:\n{}", tame(diff));
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let hint = error.hint();
        let message = error.to_string();
        let (exit, code) = match error {
            ClientError::Refused(refusal) => {
                return Self { exit: 2, error: Box::new(refusal), preview: None, told: false };
            }
            ClientError::NoHost => (3, "no_host"),
            ClientError::Start(_) => (3, "host_not_started"),
            ClientError::Silent => (3, "host_silent"),
            ClientError::Unreachable(_) => (3, "unreachable"),
            ClientError::Unreadable(_) => (3, "unreadable_answer"),
        };
        let failure = Self::new(exit, code, message);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
