//! Terminals as clients see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use chrono::{DateTime, Utc};

/// What a terminal is doing, with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TerminalState {
    /// The shell has not shown a prompt yet, or says nothing about prompts.
    Starting,
    /// The shell waits for a command.
    AtPrompt {
        /// The exit code of the command before, where known.
        last_exit: Option<i32>,
    },
    /// A command runs.
    Running {
        /// The command, where known.
        command: Option<String>,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// The shell has ended.
    Exited {
        /// Its exit code, unless a signal ended it.
        code: Option<i32>,
        /// The signal that ended it.
        signal: Option<String>,
    },
}

/// A terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TerminalView {
    /// The id (UUID v7).
    pub id: Uuid,
    /// A name that people can say: `brave-alpaca`.
    pub codename: String,
    /// What it was opened for: an action's label, or the shell's name.
    pub task: String,
    /// The folder, as far as the shell tells.
    pub cwd: String,
    /// The project it was opened for.
    pub project: Option<String>,
    /// Width in columns.
    pub cols: u16,
    /// Height in rows.
    pub rows: u16,
    /// The process id of its child.
    pub pid: Option<u32>,
    /// What it is doing.
    pub state: TerminalState,
    /// Whether the shell's own marks tell the state.
    pub integrated: bool,
    /// The title that the program set.
    pub title: Option<String>,
    /// When it was opened.
    pub created: DateTime<Utc>,
    /// The run that owns it.
    pub run: Option<Uuid>,
}

/// Opens a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SpawnRequest {
    /// The project; the user's home folder if none.
    pub project: Option<String>,
    /// The folder, if not the project's root.
    pub cwd: Option<String>,
    /// The shell, if not the user's login shell: a name or a path.
    pub shell: Option<String>,
    /// Width in columns.
    pub cols: Option<u16>,
    /// Height in rows.
    pub rows: Option<u16>,
    /// A person opens it, not a program: its codename counts as met.
    pub person: bool,
    /// A program with its arguments, typed at the first prompt as words of the shell; nothing if empty.
    pub command: Vec<String>,
    /// What it is for, in words; the shell's name if none.
    pub task: Option<String>,
}

/// Codenames of terminals that a person opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodenamesView {
    /// Those met, in the order of the alphabet.
    pub met: Vec<String>,
    /// How many there are.
    pub of: usize,
}

/// Gives a terminal another size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResizeRequest {
    /// Width in columns, 1 to 1000.
    pub cols: u16,
    /// Height in rows, 1 to 1000.
    pub rows: u16,
}

/// The colours that terminals are drawn in, for programs that ask: each as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    /// Of text.
    #[schema(value_type = String)]
    pub foreground: Colour,
    /// Of the ground.
    #[schema(value_type = String)]
    pub background: Colour,
    /// Of the cursor.
    #[schema(value_type = String)]
    pub cursor: Colour,
    /// The first ones of the palette: black, red, and so on. Those that are missing are xterm's.
    #[schema(value_type = Vec<String>)]
    pub palette: Vec<Colour>,
}

/// A colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(pub [u8; 3]);

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.strip_prefix('#').filter(|rest| rest.len() == 6);
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let [_, colour @ ..] = value.ok_or(format!("`{text}` is no colour like `#1b1b21`"))?.to_be_bytes();
        Ok(Self(colour))
    }
}

impl From<Colour> for String {
    fn from(Colour([red, green, blue]): Colour) -> Self {
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Default for Colours {
    /// White on black, for as long as no window has told its own.
    fn default() -> Self {
        let white = Colour([0xe5; 3]);
        Self { foreground: white, background: Colour([0; 3]), cursor: white, palette: Vec::new() }
    }
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WriteReport {
    /// How many bytes the terminal took.
    pub bytes: usize,
}

/// What became of a kill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KillReport {
    /// The child's exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// Process ids that left the terminal's session and live on.
    pub survivors: Vec<u32>,
}

/// What is on a terminal's screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScreenView {
    /// Width in columns.
    pub cols: u16,
    /// Height in rows.
    pub rows: u16,
    /// The rows' text, blanks at the end removed.
    pub lines: Vec<String>,
    /// The cursor's row, from 0.
    pub cursor_row: u16,
    /// The cursor's column, from 0.
    pub cursor_col: u16,
}

/// Text frames that a viewer of `/v1/terminals/{id}/stream` sends. Binary frames are typed bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum StreamIn {
    /// This many more output bytes have been drawn.
    Ack {
        /// Bytes since the last ack; replayed bytes are not acknowledged.
        bytes: u64,
    },
    /// The viewer was resized by hand, or typed in: the terminal takes this size.
    Resize {
        /// Width in columns.
        cols: u16,
        /// Height in rows.
        rows: u16,
    },
    /// What fits into the viewer: the terminal takes this size while no other viewer shows it.
    Fits {
        /// Width in columns; 0 while the viewer shows nothing of it.
        cols: u16,
        /// Height in rows; 0 while the viewer shows nothing of it.
        rows: u16,
    },
    /// Asks for `synced` once everything printed so far has been sent.
    Sync,
}

/// Text frames that a viewer of `/v1/terminals/{id}/stream` gets. Binary frames are output bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StreamOut {
    /// A replay follows: reset, then take the next `bytes` bytes of binary frames unacknowledged.
    Replay {
        /// How many bytes of binary frames belong to the replay.
        bytes: u64,
        /// Width in columns.
        cols: u16,
        /// Height in rows.
        rows: u16,
    },
    /// The replay is over; binary frames are live, and acknowledged, from here on.
    Live,
    /// The terminal has another size (in the replay: had, from here on).
    Resize {
        /// Width in columns.
        cols: u16,
        /// Height in rows.
        rows: u16,
    },
    /// Answers `sync`.
    Synced,
    /// The child has ended and all its output has been sent; the stream closes.
    Exit {
        /// The exit code, unless a signal ended it.
        code: Option<i32>,
        /// The signal that ended it.
        signal: Option<String>,
    },
}
