//! The kinds of step: how each is read from a file, filled, and performed. How a run moves through them is
//! `run`'s.
//!
//! A new kind is one file beside this one and one line in `kinds!`.

mod delay;
mod wait_exit;
mod wait_for;
mod write;

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

pub use delay::Delay;
pub use wait_exit::WaitExit;
pub(crate) use wait_for::refuse_pattern;
pub use wait_for::{Source, WaitFor};
pub use write::Write;

use crate::action::fields::{Fields, Problems, list, nearest};
use crate::action::template::Filler;
use crate::action::yaml::{Kind as NodeKind, Node};
use crate::action::{FillError, duration};
use crate::run::StepFailure;
use crate::terminal::{CursorId, Terminal, UnderWay};
use crate::watch_text::Patterns;

/// Where a step is performed.
pub(crate) struct Stage {
    /// The run's terminal.
    pub terminal: Terminal,
    /// The run's place in the terminal's text.
    pub cursor: CursorId,
    /// Whether an earlier step of the run has typed.
    pub typed: bool,
    /// How far this step's write has come, for who cancels it.
    pub under_way: UnderWay,
    /// Compiled patterns.
    pub patterns: Patterns,
}

/// What is worth knowing of a step that did what it should.
#[derive(Debug, Default)]
pub(crate) struct Success {
    /// Which rule let it go on.
    pub reason: Option<String>,
    /// The exit code it learnt.
    pub exit_code: Option<i32>,
}

impl Stage {
    /// A failure, with the last lines on the terminal.
    async fn failure(&self, code: &str, message: String) -> StepFailure {
        let last_output = Some(self.terminal.tail().await);
        StepFailure { code: code.to_owned(), message, last_output, exit_code: None }
    }
}

/// What each kind says of itself.
pub(crate) trait Kind: Sized + JsonSchema {
    /// The name behind `type:`, and the key of the short form.
    const NAME: &'static str;
    /// What it is, for messages.
    const WHAT: &'static str;
    /// The key whose value stands behind the short form's key.
    const MAIN: &'static str;
    /// Whether the short form may stand without a value.
    const BARE: bool = false;
    /// What people and other tools call such a step, or its main value.
    const ALIASES: &'static [&'static str];
    /// What the main value is, for who called it something else.
    const TAKES: &'static str;

    /// The main value as it would be written here, made from one that was meant so.
    fn written(meant: &str) -> String;

    /// Reads it; its main value is under `main`.
    fn read(fields: &mut Fields<'_, '_, '_>, main: &'static str) -> Option<Self>;
    /// The step in one line, for people.
    fn text(&self) -> String;
    /// The step with its placeholders filled.
    fn fill(&self, filler: &Filler<'_>) -> Result<Self, FillError>;
    /// Whether it types, so that text from there on is the answer.
    const TYPES: bool = false;
    /// Does it.
    fn perform(&self, stage: &Stage) -> impl Future<Output = Result<Success, StepFailure>> + Send;
}

/// Makes the `Step` enum and everything that goes through all kinds.
macro_rules! kinds {
    ($($kind:ident),+) => {
        /// One step of an action.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Step {
            $(#[doc = concat!("See [`", stringify!($kind), "`].")] $kind($kind),)+
        }

        const NAMES: &[&str] = &[$(<$kind as Kind>::NAME),+];

        impl Step {
            /// The kind's name: `write`, `wait_for`, …
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$kind(_) => <$kind as Kind>::NAME,)+ }
            }

            /// The step in one line, for people.
            #[must_use]
            pub fn text(&self) -> String {
                match self { $(Self::$kind(step) => step.text(),)+ }
            }

            pub(crate) fn fill(&self, filler: &Filler<'_>) -> Result<Self, FillError> {
                Ok(match self { $(Self::$kind(step) => Self::$kind(step.fill(filler)?),)+ })
            }

            /// Whether it types into the terminal.
            pub(crate) fn types(&self) -> bool {
                match self { $(Self::$kind(_) => <$kind as Kind>::TYPES,)+ }
            }

            /// Does it on a run's terminal.
            pub(crate) async fn perform(&self, stage: &Stage) -> Result<Success, StepFailure> {
                match self { $(Self::$kind(step) => step.perform(stage).await,)+ }
            }

            /// The steps that may be meant by a word that is none: the kind, what it takes, and the step.
            fn meant(word: &str, value: &str) -> Vec<(&'static str, &'static str, String)> {
                let mut all = Vec::new();
                $(if <$kind as Kind>::ALIASES.contains(&word) {
                    let step = format!("- {}: {}", <$kind as Kind>::NAME, <$kind as Kind>::written(value));
                    all.push((<$kind as Kind>::NAME, <$kind as Kind>::TAKES, step));
                })+
                all
            }

            fn read_as(name: &str, short: bool, node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
                $(if name == <$kind as Kind>::NAME {
                    return read_kind::<$kind>(short, node, problems).map(Self::$kind);
                })+
                None
            }
        }

        fn schemas(generator: &mut SchemaGenerator) -> Vec<Value> {
            let mut all = Vec::new();
            $(all.extend(kind_schemas::<$kind>(generator));)+
            all
        }
    };
}
// The list.
kinds! { Write, WaitFor, WaitExit, Delay }

impl JsonSchema for Step {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> schemars::Schema {
        let mut schema = Map::new();
        schema.insert("description".into(), "One step, in its long or its short form.".into());
        schema.insert("anyOf".into(), Value::Array(schemas(generator)));
        schema.into()
    }
}

/// Reads the list under `steps`.
pub(crate) fn read(node: &Node, problems: &mut Problems<'_>) -> Vec<Step> {
    let NodeKind::List(items) = &node.kind else {
        let message = format!("`steps` must be a list, but here is {}", node.describe());
        let glued = match &node.kind {
            NodeKind::Map(pairs) => {
                pairs.iter().any(|(key, _)| key.scalar().is_some_and(|(key, _)| key.starts_with('-')))
            }
            _ => false,
        };
        let fix = if glued { "put a blank behind each `-`" } else { "begin each step with `- `" };
        problems.error(node.at, "wrong-type", message, Some(fix.to_owned()));
        return Vec::new();
    };
    if items.is_empty() {
        problems.error(node.at, "no-steps", "an action needs at least one step", None);
    }
    items.iter().filter_map(|item| read_one(item, problems)).collect()
}

fn read_one(node: &Node, problems: &mut Problems<'_>) -> Option<Step> {
    let NodeKind::Map(pairs) = &node.kind else {
        let message = format!("a step is a mapping, but here is {}", node.describe());
        let text = node.scalar().map_or("", |(text, _)| text);
        let (word, value) = text.split_once(':').unwrap_or((text, ""));
        let fix = if word == text && NAMES.contains(&word) {
            format!("end it with a colon: `- {word}:`")
        } else if NAMES.contains(&word) && value.chars().count() <= SHORT {
            format!("put a blank behind the colon: `- {word}: {value}`")
        } else {
            let fits = !text.is_empty() && text.chars().count() <= SHORT;
            format!("write `- write: {}`", Write::written(if fits { text } else { "…" }))
        };
        problems.error(node.at, "wrong-type", message, Some(fix));
        return None;
    };
    let key = |name: &str| pairs.iter().find(|(key, _)| key.scalar().is_some_and(|(text, _)| text == name));
    let Some((_, kind)) = key("type") else {
        let shorts: Vec<&str> = NAMES.iter().copied().filter(|name| key(name).is_some()).collect();
        if let [name] = shorts[..] {
            return Step::read_as(name, true, node, problems);
        }
        if shorts.len() > 1 {
            let message = format!("one step can't be {} at once", list(shorts.into_iter()));
            problems.error(
                node.at,
                "unknown-step",
                message,
                Some("begin each with a `- ` of its own".into()),
            );
            return None;
        }
        let keys = || pairs.iter().filter_map(|(key, value)| Some((key.at, key.scalar()?.0, value)));
        let near = keys().find_map(|(at, text, _)| {
            let near = nearest(text, NAMES.iter().copied().chain(["type"]))?;
            Some((at, text, format!("did you mean `{near}`?")))
        });
        let meant = || keys().find_map(|(at, text, value)| Some((at, text, meant(text, value)?)));
        if let Some((at, text, fix)) = near.or_else(meant) {
            problems.error(at, "unknown-step", format!("there is no step `{text}`"), Some(fix));
        } else {
            let fix = if key("<<").is_some() {
                "merge keys are not part of YAML 1.2; write the keys out".to_owned()
            } else {
                format!("the kinds are {}", list(NAMES.iter().copied()))
            };
            problems.error(node.at, "unknown-step", "a step needs a `type`", Some(fix));
        }
        return None;
    };
    let name = kind.scalar().map_or("", |(text, _)| text);
    if !NAMES.contains(&name) {
        let fix = match nearest(name, NAMES.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => match Step::meant(name, "").first() {
                Some((kind, takes, _)) => format!("did you mean `{kind}`? it takes {takes}"),
                None => format!("the kinds are {}", list(NAMES.iter().copied())),
            },
        };
        problems.error(kind.at, "unknown-step", format!("unknown step type `{name}`"), Some(fix));
        return None;
    }
    Step::read_as(name, false, node, problems)
}

/// Values up to this length are written out in a fix.
const SHORT: usize = 60;

/// The step that is probably meant by a key that is none.
fn meant(word: &str, value: &Node) -> Option<String> {
    let text = value.scalar().map_or("", |(text, _)| text).trim_end();
    let all = Step::meant(word, text);
    let is_time = value.whole().is_some() || duration::parse(text).is_some();
    // A `wait` is for a time or for a text.
    let (kind, takes, step) =
        all.iter().find(|(kind, ..)| is_time && *kind == Delay::NAME).or_else(|| all.first())?;
    let fits = !text.is_empty() && !text.contains('\n') && text.chars().count() <= SHORT;
    Some(if fits {
        format!("did you mean `{step}`?")
    } else {
        format!("did you mean `{kind}`? it takes {takes}")
    })
}

fn read_kind<K: Kind>(short: bool, node: &Node, problems: &mut Problems<'_>) -> Option<K> {
    let mut fields = Fields::open(K::WHAT, node, problems)?;
    if short && fields.holds_keys(K::NAME) {
        let message = format!("`{}` has keys below it, as only the long form of a step has", K::NAME);
        let fix = format!("write `type: {}`, and those keys beside it", K::NAME);
        fields.problems.error(fields.place_of(K::NAME), "wrong-type", message, Some(fix));
        return None;
    }
    if !short {
        fields.take("type");
    }
    let step = K::read(&mut fields, if short { K::NAME } else { K::MAIN });
    fields.finish();
    step
}

/// The long and the short form's schema, both made from the fields of the Rust type.
fn kind_schemas<K: Kind>(generator: &mut SchemaGenerator) -> [Value; 2] {
    let derived = K::json_schema(generator).to_value();
    let part = |name: &str| derived.get(name).cloned().unwrap_or_default();
    let (properties, required) = (part("properties"), part("required"));
    let properties = properties.as_object().cloned().unwrap_or_default();
    let required: Vec<Value> = required.as_array().cloned().unwrap_or_default();

    let mut long = Map::from_iter([("type".to_owned(), json!({ "const": K::NAME }))]);
    long.extend(properties.clone());
    let long_required: Vec<Value> = [json!("type")].into_iter().chain(required.clone()).collect();

    let mut short = Map::new();
    for (name, mut schema) in properties {
        if name == K::MAIN {
            if K::BARE {
                // `oneOf`, as an `anyOf` with `null` is what schemars makes of an absent key.
                schema = json!({ "oneOf": [schema, { "type": "null" }] });
            }
            short.insert(K::NAME.to_owned(), schema);
        } else {
            short.insert(name, schema);
        }
    }
    let rest = required.into_iter().filter(|name| name != K::MAIN);
    let short_required: Vec<Value> = [json!(K::NAME)].into_iter().chain(rest).collect();
    let object = |properties: Map<String, Value>, required: Vec<Value>| {
        json!({ "type": "object", "description": part("description"), "properties": properties,
                "required": required, "additionalProperties": false })
    };
    [object(long, long_required), object(short, short_required)]
}
