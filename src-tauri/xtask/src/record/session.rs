//! One program while it is recorded: its terminal, the pane that answers it, and what has happened so far.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::pane::Pane;
use super::programs::{Recorded, Step};
use super::recording::{Happening, Recording};

/// Longer than any step takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the pane is asked for its text; a recorder has nothing else to do.
const GLANCE: Duration = Duration::from_millis(20);
/// A program that has printed nothing for so long is not in the middle of an escape sequence.
const PAUSE: Duration = Duration::from_millis(60);
/// A program that has printed nothing for so long waits for its user.
const QUIET: Duration = Duration::from_millis(400);

/// A program that is being recorded.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    terminal: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    printed: Receiver<Vec<u8>>,
    pane: Pane,
    /// The first bytes of a character whose rest has not been read yet.
    torn: Vec<u8>,
    ended: bool,
    began: Instant,
    recording: Recording,
}

impl Session {
    /// Runs the program's script in this folder, to the end.
    pub fn record(program: &Recorded, folder: &Path) -> anyhow::Result<Recording> {
        let mut session = Self::start(program, folder)?;
        for step in program.steps {
            let done = match *step {
                Step::Wait(text) => session.wait(text),
                Step::Settle => session.pause(QUIET),
                Step::Keys(keys) => session.type_keys(keys),
                Step::Resize(cols, rows) => session.resize(cols, rows),
                Step::Look(name) => session.look(name),
            };
            done.with_context(|| format!("{} at {step:?}; its screen:\n{}", program.name, session.screen()))?;
        }
        session.end()
    }

    fn start(program: &Recorded, folder: &Path) -> anyhow::Result<Self> {
        let (cols, rows) = program.size;
        let pair = native_pty_system().openpty(pty_size(cols, rows))?;
        let mut command = CommandBuilder::new(program.command[0]);
        command.args(&program.command[1..]);
        command.cwd(folder);
        command.env_clear();
        for (name, value) in super::environment(folder) {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader()?;
        let keys = pair.master.take_writer()?;
        let (heard, printed) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count) = reader.read(&mut buffer)
                && count > 0
                && heard.send(buffer[..count].to_vec()).is_ok()
            {}
        });
        let pane = Pane::open(folder, program.size)?;
        let recording = Recording { size: program.size, events: Vec::new() };
        let (terminal, torn, ended, began) = (pair.master, Vec::new(), false, Instant::now());
        Ok(Self { child, terminal, keys, printed, pane, torn, ended, began, recording })
    }

    fn note(&mut self, event: Happening) {
        let at = self.began.elapsed().as_millis();
        #[expect(clippy::cast_precision_loss, reason = "a recording lasts seconds")]
        self.recording.events.push((at as f64 / 1000.0, event));
    }

    /// Takes what is printed within this time; false if that was nothing.
    fn take(&mut self, within: Duration) -> anyhow::Result<bool> {
        let bytes = match self.printed.recv_timeout(within) {
            Ok(bytes) => bytes,
            Err(RecvTimeoutError::Timeout) => return Ok(false),
            Err(RecvTimeoutError::Disconnected) => {
                self.ended = true;
                return Ok(false);
            }
        };
        self.pane.draw(&bytes)?;
        self.torn.extend(bytes);
        let whole = match std::str::from_utf8(&self.torn) {
            Ok(text) => text.len(),
            Err(problem) if problem.error_len().is_none() => problem.valid_up_to(),
            Err(_) => bail!("it printed bytes that are no text, which an asciicast can't hold"),
        };
        let rest = self.torn.split_off(whole);
        let text = String::from_utf8(std::mem::replace(&mut self.torn, rest))?;
        self.note(Happening::Output(text));
        Ok(true)
    }

    /// Passes on what the pane answers to the program's questions.
    fn answer(&mut self) -> anyhow::Result<()> {
        let answers = self.pane.answers();
        Ok(self.keys.write_all(&answers)?)
    }

    fn wait(&mut self, text: &str) -> anyhow::Result<()> {
        let began = Instant::now();
        while !self.pane.text()?.contains(text) {
            self.take(GLANCE)?;
            self.answer()?;
            if self.ended {
                self.pane.catch_up()?;
                ensure!(self.pane.text()?.contains(text), "{text:?} never appeared");
            }
            if began.elapsed() > PATIENCE {
                bail!("{text:?} does not appear");
            }
        }
        Ok(())
    }

    fn pause(&mut self, quiet: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut last = Instant::now();
        while !self.ended && last.elapsed() < quiet {
            if self.take(GLANCE)? {
                last = Instant::now();
            }
            self.answer()?;
            if began.elapsed() > PATIENCE {
                bail!("it never stops printing");
            }
        }
        Ok(())
    }

    fn type_keys(&mut self, keys: &str) -> anyhow::Result<()> {
        self.note(Happening::Input(keys.to_owned()));
        Ok(self.keys.write_all(keys.as_bytes())?)
    }

    fn resize(&mut self, cols: u16, rows: u16) -> anyhow::Result<()> {
        self.pause(PAUSE)?;
        self.note(Happening::Resize(cols, rows));
        self.pane.resize(cols, rows)?;
        self.terminal.resize(pty_size(cols, rows))
    }

    fn look(&mut self, name: &str) -> anyhow::Result<()> {
        self.pause(PAUSE)?;
        self.note(Happening::Look(name.to_owned()));
        Ok(())
    }

    fn screen(&self) -> String {
        self.pane.text().unwrap_or_default()
    }

    /// Takes the rest of what is printed; what has not ended by itself is ended.
    fn end(mut self) -> anyhow::Result<Recording> {
        self.pause(QUIET)?;
        if !self.ended {
            self.child.kill()?;
        }
        self.child.wait()?;
        Ok(self.recording)
    }
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize { cols, rows, pixel_width: 0, pixel_height: 0 }
}
