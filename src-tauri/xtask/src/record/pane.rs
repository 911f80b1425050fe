//! The independent terminal: a pane of a tmux that belongs to the recorder alone, and draws the bytes it is given.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, bail};

use super::recording::Shown;
use crate::program::Program;

/// Longer than tmux takes for anything.
const PATIENCE: Duration = Duration::from_secs(20);
/// A question that recorded programs don't ask, and its answer: whoever hears it knows that all before is drawn.
const ARE_YOU_THERE: &[u8] = b"\x1b[5n";
const I_AM: &[u8] = b"\x1b[0n";

static OPENED: AtomicU32 = AtomicU32::new(0);

/// A pane.
pub struct Pane {
    server: String,
    input: File,
    answers: Receiver<Vec<u8>>,
}

impl Pane {
    /// A pane of this size; its pipes are made in this folder.
    pub fn open(folder: &Path, (cols, rows): (u16, u16)) -> anyhow::Result<Self> {
        let (input, answers) = (folder.join("pane.in"), folder.join("pane.out"));
        for pipe in [&input, &answers] {
            _ = std::fs::remove_file(pipe);
            Program::new("mkfifo").args([pipe]).output()?;
        }
        // A name of its own: the server of the pane before may still be ending.
        let server = format!("recorder-{}-{}", std::process::id(), OPENED.fetch_add(1, Ordering::Relaxed));
        // Both ends are pipes: what tmux answers goes to one, what it draws comes from the other.
        let inside = format!(
            "stty raw -echo; cat < /dev/tty > '{}' & exec cat '{}'",
            answers.display(),
            input.display()
        );
        let (width, height) = (cols.to_string(), rows.to_string());
        tmux(&server)
            .args(["-f", "/dev/null", "new-session", "-d", "-x", &width, "-y", &height, &inside, ";"])
            .args(["set", "-g", "status", "off", ";", "set", "-g", "window-size", "manual", ";"])
            .args(["resize-window", "-x", &width, "-y", &height])
            .output()?;
        let mut from_pane = File::open(&answers)?;
        let input = OpenOptions::new().write(true).open(&input)?;
        let (heard, answers) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count) = from_pane.read(&mut buffer)
                && count > 0
                && heard.send(buffer[..count].to_vec()).is_ok()
            {}
        });
        Ok(Self { server, input, answers })
    }

    /// Draws bytes.
    pub fn draw(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.input.write_all(bytes)?)
    }

    /// What the pane has answered so far to a program's questions.
    pub fn answers(&self) -> Vec<u8> {
        self.answers.try_iter().flatten().collect()
    }

    /// Waits until all has been drawn. What else was answered meanwhile is dropped.
    pub fn catch_up(&mut self) -> anyhow::Result<()> {
        self.draw(ARE_YOU_THERE)?;
        let mut heard = Vec::new();
        while !heard.windows(I_AM.len()).any(|part| part == I_AM) {
            heard.extend(self.answers.recv_timeout(PATIENCE).context("tmux does not answer")?);
        }
        Ok(())
    }

    /// Gives the pane another size.
    pub fn resize(&self, cols: u16, rows: u16) -> anyhow::Result<()> {
        let (cols, rows) = (cols.to_string(), rows.to_string());
        tmux(&self.server).args(["resize-window", "-x", &cols, "-y", &rows]).output().map(drop)
    }

    /// The text on it.
    pub fn text(&self) -> anyhow::Result<String> {
        // Only with its escape sequences does tmux say which letters are line drawing.
        Ok(plain(&tmux(&self.server).args(["capture-pane", "-p", "-e"]).output()?))
    }

    /// What it shows.
    pub fn shown(&self, look: &str) -> anyhow::Result<Shown> {
        let facts = "#{pane_width} #{pane_height} #{cursor_x} #{cursor_y} \
            #{alternate_on} #{cursor_flag} #{keypad_cursor_flag}";
        let told = tmux(&self.server).args(["display-message", "-p", facts]).output()?;
        let facts: Vec<u16> = told.split_whitespace().filter_map(|fact| fact.parse().ok()).collect();
        let [cols, rows, x, y, alternate, visible, keys] = facts[..] else {
            bail!("tmux told something else of its pane: {told}");
        };
        let modes = [(alternate == 1, "alternate"), (visible == 0, "hidden"), (keys == 1, "keys")];
        let modes = modes.iter().filter(|(on, _)| *on).map(|(_, mode)| (*mode).to_owned()).collect();
        let mut lines: Vec<String> = self.text()?.lines().map(|line| line.trim_end().to_owned()).collect();
        lines.resize(rows.into(), String::new());
        Ok(Shown { look: look.to_owned(), size: (cols, rows), cursor: (x.min(cols - 1), y), modes, lines })
    }
}

impl Drop for Pane {
    fn drop(&mut self) {
        _ = tmux(&self.server).args(["kill-server"]).output();
    }
}

/// Leaves colours and links away, and draws the lines that tmux writes as letters.
fn plain(captured: &str) -> String {
    let mut plain = String::new();
    let mut drawing = false;
    let mut chars = captured.chars();
    while let Some(char) = chars.next() {
        match char {
            '\x0e' => drawing = true,
            '\x0f' => drawing = false,
            '\x1b' if chars.next() == Some('[') => {
                chars.by_ref().find(char::is_ascii_alphabetic);
            }
            '\x1b' => {
                chars.by_ref().find(|char| *char == '\\');
            }
            '`'..='~' if drawing => {
                let lines = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
                plain.extend(lines.chars().nth(char as usize - '`' as usize));
            }
            other => plain.push(other),
        }
    }
    plain
}

fn tmux(server: &str) -> Program {
    Program::new("tmux").args(["-L", server]).env("LC_ALL", "C.UTF-8").env("TMUX", "")
}
