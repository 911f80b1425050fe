//! `wait_exit`: goes on when the command that the last `write` started has ended.

use std::time::Duration;

use schemars::JsonSchema;

use super::{Kind, Stage, Success};
use crate::action::FillError;
use crate::action::duration;
use crate::action::fields::{Fields, Scalar};
use crate::action::template::Filler;
use crate::action::yaml::{Kind as NodeKind, Node};
use crate::run::StepFailure;
use crate::terminal::Opened;

/// Goes on when the command that the last `write` started has ended with the right exit code.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct WaitExit {
    /// The exit codes that are right, one or a list; 0 if not given.
    #[schemars(with = "Option<crate::action::schema::Codes>", rename = "code")]
    pub codes: Option<Vec<i32>>,
    /// How long it waits at most; as long as the run may last if not given.
    #[schemars(with = "Option<crate::action::schema::DurationText>")]
    pub timeout: Option<Duration>,
}

impl Kind for WaitExit {
    const NAME: &'static str = "wait_exit";
    const WHAT: &'static str = "a `wait_exit` step";
    const MAIN: &'static str = "code";
    const ALIASES: &'static [&'static str] =
        &["exit", "exit_code", "exit_status", "expect_exit", "wait_end", "wait_done"];
    const TAKES: &'static str = "an exit code, or a list of them";
    const BARE: bool = true;

    fn read(fields: &mut Fields<'_, '_, '_>, main: &'static str) -> Option<Self> {
        let codes = match fields.take(main) {
            None => None,
            Some(node) if main == Self::NAME && matches!(node.scalar(), Some((_, Scalar::Null))) => None,
            Some(node) => {
                let codes = read_codes(node);
                if codes.is_none() {
                    let fix = Some(format!("write it like `{main}: 0` or `{main}: [0, 1]`"));
                    fields.wrong(main, "an exit code from 0 to 255, or a list of them", node, fix);
                }
                codes
            }
        };
        let timeout =
            fields.limit("timeout", "a wait of no time fails, unless the command has ended already");
        Some(Self { codes, timeout })
    }

    fn written(meant: &str) -> String {
        meant.to_owned()
    }

    fn text(&self) -> String {
        let codes = self.codes.as_ref().map_or("0".to_owned(), |codes| {
            codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
        });
        match self.timeout {
            Some(timeout) => format!("exit code {codes} (at most {})", duration::show(timeout)),
            None => format!("exit code {codes}"),
        }
    }

    fn fill(&self, _: &Filler<'_>) -> Result<Self, FillError> {
        Ok(self.clone())
    }

    async fn perform(&self, stage: &Stage) -> Result<Success, StepFailure> {
        let ended = stage.terminal.wait_end(stage.cursor);
        let opened = match self.timeout {
            None => ended.await,
            Some(limit) => {
                if let Ok(opened) = tokio::time::timeout(limit, ended).await {
                    opened
                } else {
                    let message = format!("the command had not ended after {}", duration::show(limit));
                    return Err(stage.failure("timeout", message).await);
                }
            }
        };
        let code = match opened {
            Opened::Ended(code) => code,
            _ => stage.terminal.exit_code(),
        };
        self.judge(code, stage).await
    }
}

impl WaitExit {
    async fn judge(&self, code: Option<i32>, stage: &Stage) -> Result<Success, StepFailure> {
        let right = self.codes.as_deref().unwrap_or(&[0]);
        match code {
            Some(code) if right.contains(&code) => Ok(Success { reason: None, exit_code: Some(code) }),
            Some(code) => {
                let message = format!("the command ended with exit code {code}");
                let failure = stage.failure("unexpected_exit", message).await;
                Err(StepFailure { exit_code: Some(code), ..failure })
            }
            None if self.codes.is_some() => {
                let message = "the command has ended, but this shell does not tell its exit code";
                Err(stage.failure("code_unknown", message.to_owned()).await)
            }
            None => Ok(Success { reason: Some("code unknown".to_owned()), exit_code: None }),
        }
    }
}

fn read_codes(node: &Node) -> Option<Vec<i32>> {
    let one = |node: &Node| node.whole()?.try_into().ok().filter(|code| (0..=255).contains(code));
    match &node.kind {
        NodeKind::List(items) if !items.is_empty() => items.iter().map(|item| one(item)).collect(),
        _ => Some(vec![one(node)?]),
    }
}
