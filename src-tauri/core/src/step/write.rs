//! `write`: types text into the terminal.

use saphyr_parser::ScalarStyle;
use schemars::JsonSchema;

use super::Kind;
use crate::action::FillError;
use crate::action::fields::{Fields, Problems};
use crate::action::lint::{Reader, placeholders_of};
use crate::action::template::Filler;
use crate::action::yaml::{Kind as NodeKind, Node};

/// Types text into the terminal; `"\r"` is Enter.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct Write {
    /// What is typed. Put it in double quotes and end it with `\r`, the Enter key.
    pub content: String,
    /// Whether a secret stands in it: it is then typed only while echo is off.
    #[schemars(skip)]
    pub secret: bool,
}

impl Kind for Write {
    const NAME: &'static str = "write";
    const WHAT: &'static str = "a `write` step";
    const MAIN: &'static str = "content";

    fn read(fields: &mut Fields<'_, '_, '_>, main: &'static str) -> Option<Self> {
        let Some((content, node)) = fields.text_node(main) else {
            if !fields.took(main) {
                fields.missing(main);
            }
            return None;
        };
        placeholders_of(content, node, Reader::Shell, fields.problems);
        check_enter(content, node, fields.problems);
        Some(Self { content: content.to_owned(), secret: false })
    }

    fn text(&self) -> String {
        self.content.strip_suffix('\r').unwrap_or(&self.content).to_owned()
    }

    fn fill(&self, filler: &Filler<'_>) -> Result<Self, FillError> {
        Ok(Self { content: filler.shell(&self.content)?, secret: filler.holds_secret(&self.content) })
    }
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
        let fix = Some(r"use double quotes, so that `\r` is the Enter key".to_owned());
        problems.warning(problems.inside(node, r"\r"), "literal-backslash-r", message, fix);
    } else if !content.ends_with('\r') {
        let message = r"the content does not end with `\r`, so it is typed but Enter is not pressed";
        let fix = Some(r#"end it with `\r`, in double quotes: "…\r""#.to_owned());
        problems.warning(node.at, "no-enter", message, fix);
    }
}
