//! The file format as a JSON Schema (draft-07), made from the Rust types that read it.
//!
//! `document` and this page describe the same keys; a test holds them together over the fixtures.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::document::RESERVED;
use super::{Claude, Close, Input, Reuse, duration};
use crate::step::Step;

/// The schema, as the committed `docs/action.schema.json` holds it.
#[must_use]
pub fn schema() -> String {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<ActionFile>().to_value();
    without_null(&mut schema);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// One click runs a scripted terminal session: this file says what is typed and what is waited for.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    title = "AI Orchestrator action",
    extend("anyOf" = [{ "required": ["label"] }, { "required": ["name"] }], "not" = { "required": ["label", "name"] })
)]
#[expect(dead_code, reason = "the schema is all that is made of it")]
struct ActionFile {
    /// The id, kebab-case; the file's name without `.yaml` if not given.
    #[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"), length(max = 100))]
    #[schemars(extend("not" = { "pattern": RESERVED }))]
    id: Option<String>,
    /// The button's text.
    #[schemars(regex(pattern = r"\S"))]
    label: Option<String>,
    /// The same as `label`.
    #[schemars(regex(pattern = r"\S"))]
    name: Option<String>,
    /// What the action does.
    description: Option<String>,
    /// A Lucide icon's name, in `PascalCase` (lucide.dev/icons).
    icon: Option<String>,
    /// The folder decides; this is only for readers: `user` or `project`.
    scope: Option<String>,
    /// Free words for the filter.
    tags: Option<Vec<String>>,
    /// The folder to run in, relative to the project.
    #[schemars(regex(pattern = NO_NUL))]
    cwd: Option<String>,
    /// Variables for the terminal.
    #[schemars(extend("propertyNames" = { "pattern": r"^[^=\x00]+$" }))]
    env: Option<std::collections::BTreeMap<String, Box<Plain>>>,
    /// The shell to run in; the login shell if not given.
    #[schemars(regex(pattern = NO_NUL))]
    shell: Option<String>,
    /// What the action asks for before it runs.
    inputs: Option<Vec<Input>>,
    /// The whole run's time limit.
    timeout: Option<DurationText>,
    /// Flags for the `write` steps that start `claude`.
    claude: Option<Claude>,
    /// Whether the terminal closes when the run ends.
    close: Option<Close>,
    /// Which terminal the action runs in.
    terminal: Option<Reuse>,
    /// What the action does, in order.
    #[schemars(length(min = 1))]
    steps: Vec<Step>,
}

/// What the system takes neither for a path nor for a variable's value.
const NO_NUL: &str = r"^[^\x00]*$";

/// A text, number or boolean, taken as it is written.
pub(crate) struct Plain;

impl JsonSchema for Plain {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Plain".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"], "pattern": NO_NUL })
    }
}

/// What an input's default may be, of each type of input.
pub(crate) fn defaults_by_type() -> Value {
    let rules = [
        (json!(["number"]), json!({ "type": ["string", "number"], "pattern": super::input::NUMBER })),
        (json!(["boolean"]), json!({ "enum": [true, false, "true", "false", ""] })),
        (json!(["string", "path"]), json!({ "pattern": super::input::ONE_LINE })),
        (json!(["name"]), json!({ "pattern": super::input::NAME, "not": { "enum": [".", ".."] } })),
        (json!(["text", "choice"]), json!({ "pattern": super::input::LINES })),
        // What stands in a file is no secret.
        (json!(["secret"]), json!({ "enum": [""] })),
    ];
    let rules = rules.into_iter().map(|(types, default)| {
        // An input without a type is a `string`.
        let given = if types[0] == "string" { json!([]) } else { json!(["type"]) };
        json!({ "if": { "properties": { "type": { "enum": types } }, "required": given },
                "then": { "properties": { "default": default } } })
    });
    let choice = json!({ "if": { "properties": { "type": { "const": "choice" } }, "required": ["type"] },
                         "then": { "properties": { "choices": { "minItems": 1 } }, "required": ["choices"] } });
    rules.chain([choice]).collect()
}

/// A length of time.
pub(crate) struct DurationText;

impl JsonSchema for DurationText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Milliseconds, or a number with a unit: 500ms, 30s, 10m, 1h.",
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": duration::LONGEST },
                { "type": "string", "pattern": duration::pattern() }
            ]
        })
    }
}

/// One exit code or several.
pub(crate) struct Codes;

impl JsonSchema for Codes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExitCodes".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let code = json_schema!({ "type": "integer", "minimum": 0, "maximum": 255 });
        json_schema!({ "anyOf": [code, { "type": "array", "items": code, "minItems": 1 }] })
    }
}

/// A key that stands there has a value: `Option` in Rust is an absent key in the file, not `null`.
pub(crate) fn without_null(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = &types[..] {
                    let only = only.clone();
                    object.insert("type".into(), only);
                }
            }
            if let Some(Value::Array(values)) = object.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            let null = json!({ "type": "null" });
            if let Some(Value::Array(any)) = object.get("anyOf")
                && any.contains(&null)
                && let [only] = &any.iter().filter(|schema| **schema != null).collect::<Vec<_>>()[..]
            {
                // Beside a `$ref`, draft-07 ignores all other keys.
                let only = json!([only]);
                object.remove("anyOf");
                object.insert("allOf".into(), only);
            }
            if object.get("default") == Some(&Value::Null) {
                object.remove("default");
            }
            object.values_mut().for_each(without_null);
        }
        Value::Array(values) => values.iter_mut().for_each(without_null),
        _ => {}
    }
}
