//! The `claude:` block: what the action wants of the agent it starts.
//!
//! How it becomes flags is `agent_command`.

use schemars::JsonSchema;
use serde::Serialize;

use super::fields::{Fields, Problems};
use super::yaml::Node;

/// Flags for the `write` steps that start `claude`.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields)]
#[serde(rename_all = "camelCase")]
pub struct Claude {
    /// The model: `sonnet`, `opus`, or a full name.
    pub model: Option<String>,
    /// Replaces the system prompt; goes through a file.
    pub system_prompt: Option<String>,
    /// Is appended to the system prompt; goes through a file.
    pub append_system_prompt: Option<String>,
    /// Tools that are used without asking.
    pub allowed_tools: Option<Vec<String>>,
    /// Tools that are never used.
    pub disallowed_tools: Option<Vec<String>>,
    /// The tools that are there at all, with commas between.
    pub tools: Option<String>,
    /// How permissions are asked for.
    #[schemars(with = "Option<PermissionMode>")]
    pub permission_mode: Option<String>,
    /// How many turns it may take; only with `-p`.
    #[schemars(range(min = 1, max = u32::MAX))]
    pub max_turns: Option<u32>,
    /// Files with MCP servers.
    pub mcp_config: Option<Vec<String>>,
    /// A file with settings.
    pub settings: Option<String>,
    /// Further folders it may use.
    pub add_dir: Option<Vec<String>>,
    /// The session to resume.
    pub resume: Option<String>,
    /// Whether to continue the folder's newest session.
    #[serde(rename = "continue")]
    pub continue_session: Option<bool>,
    /// The session's id, a UUID.
    pub session_id: Option<String>,
    /// How hard it thinks.
    pub effort: Option<String>,
}

/// The names that `permissionMode` takes; only for the schema.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", inline)]
#[expect(dead_code, reason = "the schema is all that is made of it")]
enum PermissionMode {
    Default,
    Manual,
    AcceptEdits,
    Plan,
    Auto,
    DontAsk,
    BypassPermissions,
}

pub(crate) const PERMISSION_MODES: [(&str, &str); 7] = [
    ("default", "default"),
    ("manual", "manual"),
    ("acceptEdits", "acceptEdits"),
    ("plan", "plan"),
    ("auto", "auto"),
    ("dontAsk", "dontAsk"),
    ("bypassPermissions", "bypassPermissions"),
];

/// Reads the mapping under `claude`.
pub(super) fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Claude> {
    let mut fields = Fields::open("`claude`", node, problems)?;
    let owned = |text: &str| text.to_owned();
    let list = |texts: Vec<(&str, &Node)>| texts.into_iter().map(|(text, _)| text.to_owned()).collect();
    let claude = Claude {
        model: fields.text("model").map(owned),
        system_prompt: fields.text("systemPrompt").map(owned),
        append_system_prompt: fields.text("appendSystemPrompt").map(owned),
        allowed_tools: fields.texts("allowedTools").map(list),
        disallowed_tools: fields.texts("disallowedTools").map(list),
        tools: fields.text("tools").map(owned),
        permission_mode: fields.choice("permissionMode", &PERMISSION_MODES).map(owned),
        max_turns: fields.count("maxTurns"),
        mcp_config: fields.texts("mcpConfig").map(list),
        settings: fields.text("settings").map(owned),
        add_dir: fields.texts("addDir").map(list),
        resume: fields.text("resume").map(owned),
        continue_session: fields.flag("continue"),
        session_id: fields.text("sessionId").map(owned),
        effort: fields.text("effort").map(owned),
    };
    fields.finish();
    Some(claude)
}
