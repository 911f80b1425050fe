//! What goes to stdout: text, JSON, and tables whose columns line up.

use std::io::{self, Write as _};
use std::process::ExitCode;

pub use orchestrator_core::action::visible;
use orchestrator_core::client::ClientError;
use serde::Serialize;

use crate::failure::Failure;

/// Prints text as it is. A reader that has gone away is no failure of ours.
pub fn text(text: &str) -> Result<ExitCode, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::usage(format!("stdout can't be written to: {error}")))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Prints each of these on a line of its own.
pub fn lines(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Result<ExitCode, Failure> {
    let mut all = String::new();
    for line in lines {
        all.extend([line.as_ref(), "\n"]);
    }
    text(&all)
}

/// Prints one JSON document.
pub fn json(value: &impl Serialize) -> Result<ExitCode, Failure> {
    let mut document =
        serde_json::to_string_pretty(value).map_err(|error| Failure::usage(error.to_string()))?;
    document.push('\n');
    text(&document)
}

/// Prints one JSON object on a line of its own.
pub fn json_line(value: &impl Serialize) -> Result<ExitCode, Failure> {
    let mut line = serde_json::to_string(value).map_err(|error| Failure::usage(error.to_string()))?;
    line.push('\n');
    text(&line)
}

/// Text that somebody else wrote, made safe for a terminal: only tabs and the ends of lines stay as they are. For texts of
/// many lines alone; what is a part of a line, such as a path, is `visible`.
pub fn tame(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(visible).collect::<Vec<_>>().join("\t");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Prints rows under a head. No cell can move the cursor or break its line.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> Result<ExitCode, Failure> {
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(|cell| visible(cell))).collect();
    let widths: Vec<usize> = (0..N)
        .map(|column| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([head[column].len()]).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: [&str; N]| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut table = line(head);
    for row in &rows {
        table.push_str(&line(row.each_ref().map(String::as_str)));
    }
    text(&table)
}

/// Says that the host has gone silent, on a terminal that may be raw. What waits for it goes on when it does.
pub fn silence() {
    eprint!("note: {}\r\n", ClientError::Silent);
    if let Some(hint) = ClientError::Silent.hint() {
        eprint!("hint: {hint}\r\n");
    }
}

/// Writes the manual: a page for each command.
pub fn manual(folder: &std::path::Path) -> Result<ExitCode, Failure> {
    let failed = |error: io::Error| Failure::usage(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let command = <crate::args::Cli as clap::CommandFactory>::command();
    clap_mangen::generate_to(command, folder).map_err(failed)?;
    text(&format!(
        "the manual is in {}; `man -l {}` shows its first page\n",
        folder.display(),
        folder.join("ai-orchestrator.1").display()
    ))
}

#[cfg(test)]
mod tests {
    use super::tame;

    #[test]
    fn only_tabs_and_line_ends_reach_a_terminal_raw() {
        assert_eq!(tame("a\tb\r\n\u{202e}c\x1b[2J"), "a\tb\\u{d}\n\\u{202e}c\\u{1b}[2J");
    }
}
