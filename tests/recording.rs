//! What a real program once printed: an asciicast v2 file (`NAME.cast`: sizes, bytes in the order in which they
//! were read, and markers where somebody looked), and what an independent terminal showed then (`NAME.screen`).
//!
//! `cargo xtask record` writes both; the tests of the screen and of viewers read them. It is the only file that
//! knows the two formats, so each of the three takes it in as its own module.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The size it began with: columns and rows.
    pub size: (u16, u16),
    /// What happened, in order, each with the second at which it did.
    pub events: Vec<(f64, Happening)>,
}

/// Something that happened while a program was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The program printed this; one read of the terminal.
    Output(String),
    /// This was typed.
    Input(String),
    /// The terminal got another size: columns and rows.
    Resize(u16, u16),
    /// Here somebody looked at the screen.
    Look(String),
}

/// What the independent terminal showed when somebody looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What was looked for.
    pub look: String,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The cursor's column and row, from 0. A cursor after the last column is on it.
    pub cursor: (u16, u16),
    /// The modes in force, out of `alternate`, `hidden` (the cursor) and `keys` (the cursor keys' other mode).
    pub modes: Vec<String>,
    /// The rows, without the blanks at their ends.
    pub lines: Vec<String>,
}

/// The names of all recordings in a folder.
pub fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let casts = files.filter(|path| path.extension().is_some_and(|extension| extension == "cast"));
    let mut names: Vec<String> =
        casts.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

/// Where a recording lies, and where its screens.
pub fn files(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    (folder.join(format!("{name}.cast")), folder.join(format!("{name}.screen")))
}

impl Recording {
    /// Reads an asciicast; the message says which line is not one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let header: Value = lines.next().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        let side = |name: &str| header[name].as_u64().and_then(|side| u16::try_from(side).ok());
        let (Some(cols), Some(rows)) = (side("width"), side("height")) else {
            return Err("the first line gives no size".to_owned());
        };
        let events = lines
            .enumerate()
            .map(|(index, line)| event(line).ok_or_else(|| format!("line {} is no event", index + 2)));
        Ok(Self { size: (cols, rows), events: events.collect::<Result<_, _>>()? })
    }

    /// As an asciicast.
    pub fn to_text(&self, title: &str) -> String {
        let (width, height) = self.size;
        let env = json!({ "TERM": "xterm-256color" });
        let header = json!({ "version": 2, "width": width, "height": height, "title": title, "env": env });
        let mut text = format!("{header}\n");
        for (at, event) in &self.events {
            let (kind, data) = match event {
                Happening::Output(data) => ("o", data.clone()),
                Happening::Input(data) => ("i", data.clone()),
                Happening::Resize(cols, rows) => ("r", format!("{cols}x{rows}")),
                Happening::Look(name) => ("m", name.clone()),
            };
            _ = writeln!(text, "{}", json!([at, kind, data]));
        }
        text
    }
}

fn event(line: &str) -> Option<(f64, Happening)> {
    let (at, kind, data): (f64, String, String) = serde_json::from_str(line).ok()?;
    let event = match kind.as_str() {
        "o" => Happening::Output(data),
        "i" => Happening::Input(data),
        "m" => Happening::Look(data),
        "r" => {
            let (cols, rows) = pair(&data, 'x')?;
            Happening::Resize(cols, rows)
        }
        _ => return None,
    };
    Some((at, event))
}

impl Shown {
    /// Reads what `to_text` wrote, one after another.
    pub fn parse(text: &str) -> Option<Vec<Self>> {
        let mut all: Vec<Self> = Vec::new();
        for line in text.lines() {
            if let Some(row) = line.strip_prefix('|') {
                all.last_mut()?.lines.push(row.to_owned());
            } else if let Some(look) = line.strip_prefix("== ") {
                let none = (0, 0);
                let look = look.to_owned();
                all.push(Self { look, size: none, cursor: none, modes: Vec::new(), lines: Vec::new() });
            } else if let Some(facts) = line.strip_prefix("size ") {
                let mut facts = facts.split(' ');
                let shown = all.last_mut()?;
                shown.size = pair(facts.next()?, 'x')?;
                shown.cursor = facts.nth(1).and_then(|cursor| pair(cursor, ','))?;
                shown.modes = facts.map(str::to_owned).collect();
            }
        }
        Some(all)
    }

    /// As a person can read it.
    pub fn to_text(&self) -> String {
        let ((cols, rows), (x, y)) = (self.size, self.cursor);
        let mut text = format!("== {}\nsize {cols}x{rows} cursor {x},{y}", self.look);
        self.modes.iter().for_each(|mode| _ = write!(text, " {mode}"));
        text.push('\n');
        self.lines.iter().for_each(|line| _ = writeln!(text, "|{line}"));
        text
    }
}

fn pair(text: &str, between: char) -> Option<(u16, u16)> {
    let (first, second) = text.split_once(between)?;
    Some((first.parse().ok()?, second.parse().ok()?))
}
