//! Inputs: the values that an action asks for before it runs.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fields::{Fields, Problems, Scalar};
use super::yaml::{Kind, Node};

/// What kind of value an input takes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// One line of text.
    #[default]
    String,
    /// Several lines of text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One of `choices`.
    Choice,
    /// A path of a file or folder.
    Path,
    /// The name of one file or folder: nothing that leads anywhere.
    Name,
    /// A value that is never shown, logged or remembered.
    Secret,
}

const TYPES: [(&str, InputType); 8] = [
    ("string", InputType::String),
    ("text", InputType::Text),
    ("number", InputType::Number),
    ("boolean", InputType::Boolean),
    ("choice", InputType::Choice),
    ("path", InputType::Path),
    ("name", InputType::Name),
    ("secret", InputType::Secret),
];

/// What a number may look like; nothing at all is no value yet.
pub(super) const NUMBER: &str = r"^([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)?$";
/// Text without control characters, but for tabs and line breaks.
pub(super) const LINES: &str = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$";
/// The same on one line.
pub(super) const ONE_LINE: &str = r"^[^\x00-\x08\x0a-\x1f\x7f-\x9f]*$";

/// What leads somewhere is no name.
pub(super) const NAME: &str = r"^[^\x00-\x08\x0a-\x1f\x7f-\x9f/]*$";

/// A value that an action asks for before it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = super::schema::defaults_by_type()))]
pub struct Input {
    /// The name that placeholders use: `{{ inputs.ID }}`.
    #[schemars(regex(pattern = "^[A-Za-z][A-Za-z0-9_-]{0,63}$"))]
    pub id: String,
    /// What the form shows; the id where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What the value is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What kind of value it is.
    #[serde(default, rename = "type")]
    pub kind: InputType,
    /// The value used when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<super::schema::Plain>")]
    pub default: Option<String>,
    /// Whether running without a value is an error.
    #[serde(default)]
    pub required: bool,
    /// The values a `choice` offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(regex(pattern = LINES)))]
    pub choices: Vec<String>,
}

impl Input {
    /// Why a value does not fit; `None` if it does.
    #[must_use]
    pub fn refuse(&self, value: &str) -> Option<String> {
        if let Some(control) = refuse_controls(value) {
            return Some(control);
        }
        match self.kind {
            InputType::Number if value.parse::<f64>().is_ok_and(f64::is_finite) => None,
            InputType::Number => Some("is not a number".to_owned()),
            InputType::Boolean if matches!(value, "true" | "false") => None,
            InputType::Boolean => Some("is neither `true` nor `false`".to_owned()),
            InputType::Choice if self.choices.iter().any(|choice| choice == value) => None,
            InputType::Choice => Some(format!("is none of {}", self.choices.join(", "))),
            InputType::String | InputType::Path | InputType::Name if value.contains('\n') => {
                Some("holds a line break".to_owned())
            }
            InputType::Name if matches!(value, "." | "..") || value.contains('/') => {
                Some("must be the name of one file or folder, without `/`".to_owned())
            }
            InputType::String | InputType::Path | InputType::Name | InputType::Text | InputType::Secret => {
                None
            }
        }
    }
}

/// Why a text with control characters other than tab and line break is refused.
fn refuse_controls(text: &str) -> Option<String> {
    let control = text.chars().find(|&c| c.is_control() && c != '\t' && c != '\n')?;
    Some(format!("holds the control character \\u{{{:x}}}", u32::from(control)))
}

/// Reads the list under `inputs`.
pub(super) fn read(node: &Node, problems: &mut Problems<'_>) -> Vec<Input> {
    let Kind::List(items) = &node.kind else {
        let message = format!("`inputs` must be a list, but here is {}", node.describe());
        problems.error(node.at, "wrong-type", message, Some("begin each input with `- id: `".into()));
        return Vec::new();
    };
    let mut inputs: Vec<Input> = Vec::new();
    for item in items {
        let Some(input) = read_one(item, problems) else { continue };
        if inputs.iter().any(|other| other.id == input.id) {
            problems.error(item.at, "duplicate-input", format!("two inputs are called `{}`", input.id), None);
            continue;
        }
        inputs.push(input);
    }
    inputs
}

fn read_one(node: &Node, problems: &mut Problems<'_>) -> Option<Input> {
    let mut fields = Fields::open("an input", node, problems)?;
    let id = fields.text_node("id");
    if !fields.took("id") {
        fields.missing("id");
    }
    if let Some((id, node)) = id
        && !is_name(id)
    {
        let fix = Some("use letters, digits, `_` and `-`, a letter first".into());
        fields.problems.error(node.at, "invalid-id", format!("`{id}` can't be an input's id"), fix);
    }
    let label = fields.text("label").map(str::to_owned);
    let description = fields.text("description").map(str::to_owned);
    let kind = fields.choice("type", &TYPES).unwrap_or_default();
    let default = fields.plain("default");
    let required = fields.flag("required").unwrap_or_default();
    let choices = fields.texts("choices");
    if kind == InputType::Choice && !fields.took("choices") {
        fields.missing_or("choices", &["options", "values", "enum"], "a list of texts");
    } else if kind == InputType::Choice && choices.as_ref().is_some_and(Vec::is_empty) {
        let at = fields.at;
        let fix = Some("write it like `choices: [staging, production]`".to_owned());
        fields.problems.error(at, "no-choices", "a choice needs something to choose from", fix);
    }
    let mut offered = HashSet::new();
    for (choice, node) in choices.iter().flatten() {
        if !offered.insert(choice) {
            let message = format!("`{}` is offered twice", crate::action::visible(choice));
            fields.problems.warning(
                node.at,
                "duplicate-choice",
                message,
                Some("remove one of the two".into()),
            );
        }
        if let Some(why) = refuse_controls(choice) {
            fields.problems.error(node.at, "wrong-type", format!("the choice {why}"), None);
        }
    }
    let input = Input {
        id: id.map_or("", |(id, _)| id).to_owned(),
        label,
        description,
        kind,
        default: default.map(|(text, node)| as_value(kind, text, node)),
        required,
        choices: choices.iter().flatten().map(|(text, _)| (*text).to_owned()).collect(),
    };
    if let (InputType::Secret, Some((text, node))) = (kind, default)
        && !text.is_empty()
    {
        let message =
            "a secret that stands in the file is none: all who can read it know it, and so does its history";
        let fix = Some("remove `default`; the value is asked for before each run".to_owned());
        fields.problems.error(node.at, "secret-in-file", message, fix);
    }
    // An empty default stands for "no value yet", whatever the type; what can't be chosen from is told already.
    if let (Some((_, node)), Some(text)) = (default, &input.default)
        && !text.is_empty()
        && kind != InputType::Secret
        && (kind != InputType::Choice || !input.choices.is_empty())
        && let Some(why) = input.refuse(text)
    {
        let unknown = kind == InputType::Choice && refuse_controls(text).is_none();
        let code = if unknown { "unknown-choice" } else { "wrong-type" };
        fields.problems.error(node.at, code, format!("the default {why}"), None);
    }
    fields.finish();
    id.map(|_| input)
}

/// A default as the value that it stands for: YAML has more ways to write `true` and `16` than values have.
fn as_value(kind: InputType, text: &str, node: &Node) -> String {
    match (kind, node.scalar(), node.whole()) {
        (InputType::Boolean, Some((_, Scalar::Bool(flag))), _) => flag.to_string(),
        (InputType::Number, _, Some(number)) if text.parse::<f64>().is_err() => number.to_string(),
        _ => text.to_owned(),
    }
}

/// Whether placeholders can name it.
fn is_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
