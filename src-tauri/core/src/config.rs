//! `config.yaml`: the settings as values. Reading them is in `config/read.rs`, changing the file and keeping all
//! else in it in `config/edit.rs`; who holds them is `settings.rs`.
//!
//! Keys are written alike in the file, on the wire and on the command line.

mod edit;
mod read;
mod shortcut;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use edit::{EditError, edit};
pub(crate) use read::{place_of, read};
pub use shortcut::WindowCommand;

/// The settings. A key that is not there has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
#[schemars(deny_unknown_fields, title = "AI Orchestrator settings")]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, as the file has them")]
pub struct Config {
    /// The colours of the window.
    pub theme: Theme,
    /// The font of terminals, as CSS names it; the one that comes with the page if none.
    pub font_family: Option<String>,
    /// The size of terminals' text, in pixels.
    #[schemars(range(min = 8, max = 32))]
    pub font_size: u32,
    /// The height of a terminal's line, in heights of its font.
    #[schemars(range(min = 1.0, max = 2.0))]
    pub line_height: f64,
    /// The shape of the cursor where no program asks for another.
    pub cursor: Cursor,
    /// Whether that cursor blinks.
    pub cursor_blink: bool,
    /// How many lines of a terminal are kept. Terminals that are open keep as many as they began with.
    #[schemars(range(min = 100, max = 200_000))]
    pub scrollback_lines: u32,
    /// Whether visible terminals are drawn by the graphics card.
    pub webgl: bool,
    /// Whether programs may put text on the clipboard (OSC 52).
    pub programs_copy: bool,
    /// Whether screen readers can read what terminals print, and are told what the one with the focus prints.
    pub screen_reader_mode: bool,
    /// The shell of new terminals, a name or a path; the login shell if none.
    pub shell: Option<String>,
    /// The command that opens files to edit, such as `code --wait`; `$VISUAL`, else `$EDITOR`, if none.
    pub editor: Option<String>,
    /// Whether the system tells when a terminal out of sight rings its bell.
    pub notify_bell: bool,
    /// Whether the system tells when a run out of sight has succeeded or was cancelled.
    pub notify_finished: bool,
    /// Whether the system tells when a run out of sight has failed.
    pub notify_failed: bool,
    /// Keys of the window's commands: `Ctrl+Shift+P`, or `none`. Commands that are not here have their usual keys.
    #[schemars(with = "BTreeMap<String, String>")]
    pub shortcuts: BTreeMap<WindowCommand, String>,
    /// What happens to default actions that the user has edited.
    pub defaults: Defaults,
    /// After how many minutes without work the host ends; read at its start.
    #[schemars(range(min = 1, max = 10_080))]
    pub idle_minutes: u32,
    /// What the host logs; read at its start.
    pub log: LogLevel,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            font_family: None,
            font_size: 13,
            line_height: 1.0,
            cursor: Cursor::Block,
            cursor_blink: false,
            scrollback_lines: 10_000,
            webgl: false,
            programs_copy: true,
            screen_reader_mode: false,
            shell: None,
            editor: None,
            notify_bell: true,
            notify_finished: true,
            notify_failed: true,
            shortcuts: BTreeMap::new(),
            defaults: Defaults::Overwrite,
            idle_minutes: 10,
            log: LogLevel::Info,
        }
    }
}

impl Config {
    /// What holds while the file can't be read: what was set before, but the user may have asked for edits to be left
    /// alone.
    pub(crate) fn unread(&self) -> Self {
        Self { defaults: Defaults::KeepEdits, ..self.clone() }
    }
}

/// What is said of `unread`, after what is wrong.
pub(crate) const UNREAD: &str =
    "; what was set before still holds, and edited default actions are left as they are";

/// The colours of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// As the system has them.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The shape of a terminal's cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cursor {
    /// The whole cell.
    Block,
    /// A line before the cell.
    Bar,
    /// A line below the cell.
    Underline,
}

/// What happens to default actions that the user has edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Defaults {
    /// The shipped version comes back at each start; the edit is in the history.
    Overwrite,
    /// The edit stays.
    KeepEdits,
}

/// What the host logs: this and all that is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// Its name, as filters of logs have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// The JSON Schema of the file, for editors.
#[must_use]
pub fn schema() -> String {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<Config>().to_value();
    crate::action::schema::without_null(&mut schema);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
