//! `write`: types text into the terminal.

use saphyr_parser::ScalarStyle;
use schemars::JsonSchema;

use super::{Kind, SHORT, Stage, Success};
use crate::action::FillError;
use crate::action::fields::{Fields, Problems};
use crate::action::lint::{Reader, placeholders_of};
use crate::action::template::{Filler, ValueAt};
use crate::action::yaml::{Kind as NodeKind, Node};
use crate::run::StepFailure;
use crate::terminal::{Opened, Typing, WriteError};

/// Types text into the terminal; `"\r"` is Enter.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct Write {
    /// What is typed. Put it in double quotes and end it with `\r`, the Enter key.
    pub content: String,
    /// Whether a secret stands in it: it is then typed only while echo is off.
    #[schemars(skip)]
    pub secret: bool,
    /// Where values stand, or the placeholders for them; but not raw ones.
    #[schemars(skip)]
    pub values: Vec<ValueAt>,
}

impl Kind for Write {
    const NAME: &'static str = "write";
    const WHAT: &'static str = "a `write` step";
    const TYPES: bool = true;
    const MAIN: &'static str = "content";
    const ALIASES: &'static [&'static str] = &[
        "run",
        "command",
        "cmd",
        "exec",
        "execute",
        "send",
        "send_keys",
        "text",
        "input",
        "keys",
        "shell",
        "script",
        "sh",
        "bash",
        "zsh",
        "prompt",
    ];
    const TAKES: &'static str = r#"what is typed, in double quotes and with Enter at the end: "…\r""#;

    fn read(fields: &mut Fields<'_, '_, '_>, main: &'static str) -> Option<Self> {
        let Some((content, node)) = fields.text_node(main) else {
            if !fields.took(main) {
                fields.missing_or(main, Self::ALIASES, Self::TAKES);
            }
            return None;
        };
        placeholders_of(content, node, Reader::Shell, fields.problems);
        check_enter(content, node, fields.problems);
        Some(Self { content: content.to_owned(), secret: false, values: ValueAt::awaited(content) })
    }

    fn written(meant: &str) -> String {
        let text = meant.strip_suffix('\r').or(meant.strip_suffix(r"\r")).unwrap_or(meant);
        format!(r#""{}\r""#, text.replace('\\', r"\\").replace('"', r#"\""#))
    }

    fn text(&self) -> String {
        self.content.strip_suffix('\r').unwrap_or(&self.content).to_owned()
    }

    fn fill(&self, filler: &Filler<'_>) -> Result<Self, FillError> {
        let (content, values) = filler.shell(&self.content)?;
        Ok(Self { content, values, secret: filler.holds_secret(&self.content) })
    }

    async fn perform(&self, stage: &Stage) -> Result<Success, StepFailure> {
        let reason = if stage.typed { None } else { Some(ready(stage).await?) };
        let typing = Typing { content: self.content.clone(), secret: self.secret };
        match stage.terminal.type_text(typing, stage.cursor, stage.under_way.clone()).await {
            Ok(_) => Ok(Success { reason, exit_code: None }),
            Err(error) => {
                let code = match error {
                    WriteError::Ended => "exited",
                    WriteError::LineTooLong => "line_too_long",
                    WriteError::WouldShow => "secret_would_echo",
                };
                Err(stage.failure(code, error.to_string()).await)
            }
        }
    }
}

/// Waits until the shell takes input: typing earlier loses characters. Answers which rule applied.
async fn ready(stage: &Stage) -> Result<String, StepFailure> {
    Ok(match stage.terminal.wait_ready().await {
        Opened::Mark | Opened::Ended(_) | Opened::Viewed => "the shell said that it is ready".to_owned(),
        Opened::Quiet => "the shell was quiet, and says nothing of prompts".to_owned(),
        Opened::Patience => "the shell showed no sign of being ready; typed all the same".to_owned(),
        Opened::Exited => {
            let how = match stage.terminal.exit_code() {
                Some(code) => format!(" with exit code {code}"),
                None => String::new(),
            };
            let message = format!(
                "the shell ended{how} before it took input; see whether it starts by hand, and what its start files do"
            );
            return Err(stage.failure("exited", message).await);
        }
    })
}

/// The two slips that leave a command unsent: no Enter, and an Enter that is only a backslash and an r.
fn check_enter(content: &str, node: &Node, problems: &mut Problems<'_>) {
    let NodeKind::Scalar { style, .. } = &node.kind else { return };
    if *style != ScalarStyle::DoubleQuoted && content.contains(r"\r") {
        let kind = match style {
            ScalarStyle::SingleQuoted => "in single quotes",
            ScalarStyle::Plain => "without quotes",
            _ => "in a block",
        };
        let message = format!(r"{kind} `\r` is a backslash and an r, not the Enter key");
        let fix = match content.chars().next().filter(|_| *style == ScalarStyle::Plain) {
            Some(quote @ ('“' | '”' | '„')) => {
                format!("`{quote}` is no quote to YAML; type `\"` instead")
            }
            _ => r"use double quotes, so that `\r` is the Enter key".to_owned(),
        };
        problems.warning(problems.inside(node, r"\r"), "literal-backslash-r", message, Some(fix));
    } else if !content.ends_with(['\r', '\x03']) {
        let message = r"the content does not end with `\r`, so it is typed but Enter is not pressed";
        let line = content.trim_end_matches('\n');
        let fits = !line.is_empty() && line.chars().count() <= SHORT && !line.contains(char::is_control);
        let shown = if fits { Write::written(line) } else { r#""…\r""#.to_owned() };
        let fix = Some(format!(r"end it with `\r`, in double quotes: {shown}"));
        problems.warning(node.at, "no-enter", message, fix);
    }
}
