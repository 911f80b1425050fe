//! What the `write` steps of one run type, one after another: what one of them leaves open, the next stands in.
//!
//! Between two steps any time may pass, but the shell reads on where it was.

use std::collections::BTreeSet;

use super::around::{Around, Grammar, Way, Ways, joined, joins_lines};
use super::{Placeholder, ShellKind};

/// What was typed so far, as each of the shells may have read it.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    readings: Vec<Reading>,
    line: Line,
    /// Whether there was a quoted value in it.
    valued: bool,
    /// Where the text that was typed last calls back an earlier one with a value in it.
    recall: Option<usize>,
}

/// What the line editor before the shell has of the line that is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Empty,
    Text,
    /// It ends in an odd number of backslashes.
    Backslash,
    /// It was given a key that changes lines in ways that nobody can foresee: what a Tab completes, what a Delete
    /// takes away. Only Ctrl+C ends that: what stood in that line decides also what it left open.
    Edited,
    /// The last of such keys makes a character of the next.
    Quoting,
}

impl Line {
    fn then(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Quoting, _) => Self::Edited,
            // Ctrl+D, Ctrl+L and Ctrl+U change nothing where there is nothing.
            (_, 0x03) | (Self::Empty, 0x04 | 0x0c | 0x15) => Self::Empty,
            // Ctrl+V, Ctrl+Q and Escape.
            (_, 0x16 | 0x11 | 0x1b) => Self::Quoting,
            (Self::Edited, _) => Self::Edited,
            (Self::Backslash, b'\n' | b'\r') => Self::Text,
            (_, b'\n' | b'\r') => Self::Empty,
            (_, byte) if byte.is_ascii_control() => Self::Edited,
            (Self::Empty | Self::Text, b'\\') => Self::Backslash,
            _ => Self::Text,
        }
    }

    fn is_edited(self) -> bool {
        matches!(self, Self::Edited | Self::Quoting)
    }
}

impl Typed {
    /// Types one more text: the placeholders in it that one of these shells would not read as a word.
    pub fn then<'t>(
        &mut self,
        text: &str,
        found: &[Placeholder<'t>],
        shells: &[ShellKind],
    ) -> Vec<(Placeholder<'t>, Around)> {
        for grammar in shells.iter().flat_map(|shell| Grammar::of(*shell)) {
            if !self.readings.iter().any(|reading| reading.grammar == *grammar) {
                self.readings.push(Reading::new(*grammar));
            }
        }
        let first =
            found.iter().find(|placeholder| !placeholder.raw).map(|placeholder| placeholder.range.start);
        let valued = if self.valued { Some(0) } else { first };
        self.valued = valued.is_some();
        self.recall = None;
        let mut verdicts = vec![None; found.len()];
        for reading in &mut self.readings {
            if let Some(valued) = valued {
                let recall = reading.judge(text, found, &mut verdicts);
                self.recall = self.recall.or(recall.filter(|at| *at >= valued));
            }
            reading.read_on(text, found);
        }
        let mut from = 0;
        for (placeholder, verdict) in found.iter().zip(&mut verdicts) {
            self.type_on(&text[from..placeholder.range.start]);
            *verdict = verdict.or(self.line.is_edited().then_some(Around::Key));
            from = placeholder.range.end;
            // What stands for it.
            self.type_on("x");
        }
        self.type_on(&text[from..]);
        let unfit = found.iter().zip(verdicts).filter(|(placeholder, _)| !placeholder.raw);
        unfit.filter_map(|(placeholder, around)| Some((placeholder.clone(), around?))).collect()
    }

    fn type_on(&mut self, text: &str) {
        self.line = text.bytes().fold(self.line, Line::then);
    }

    /// Where the text that was typed last calls back an earlier line, and with it a value.
    pub fn recall(&self) -> Option<usize> {
        self.recall
    }

    /// Whether what was typed so far may have left something open.
    pub fn is_open(&self) -> bool {
        let open = |reading: &Reading| match &reading.state {
            State::Open(ways) => ways.iter().any(|way| !way.stack.is_empty()),
            State::Document(_) | State::Lost(_) => true,
        };
        self.line.is_edited() || self.readings.iter().any(open)
    }
}

/// How far a sign is looked ahead for, at most: `case` and what ends it. No placeholder is as short.
const LONGEST_SIGN: usize = 8;
/// How much may be kept of what was typed: more is there only where nothing but line after line is joined.
const LONGEST_TAIL: usize = 1024;

/// How one grammar reads what was typed.
#[derive(Debug)]
struct Reading {
    grammar: Grammar,
    /// The end of what was typed, where a sign may have begun.
    tail: Vec<u8>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// These ways go on, counted from the tail's beginning.
    Open(BTreeSet<Way>),
    Document(Document),
    /// Nobody can tell.
    Lost(Around),
}

impl Reading {
    fn new(grammar: Grammar) -> Self {
        Self { grammar, tail: Vec::new(), state: State::Open(BTreeSet::from([Way::default()])) }
    }

    /// Judges the places; answers where an earlier line is called back, if that is what they can't be followed beyond.
    fn judge(&self, text: &str, found: &[Placeholder<'_>], verdicts: &mut [Option<Around>]) -> Option<usize> {
        let around = match &self.state {
            State::Lost(around) => *around,
            State::Document(_) => Around::HereDocument,
            State::Open(ways) => {
                let typed = [&self.tail, text.as_bytes()].concat();
                let found = moved(found, 0, self.tail.len());
                let (grammar, open) = (self.grammar, ways.clone());
                let mut ways = Ways { text: &typed, found: &found, grammar, verdicts, open, passing: false };
                // Those that can't be followed have had their verdicts.
                let lost = ways.follow(typed.len()).err().filter(|lost| lost.around == Around::Recall);
                return lost.map(|lost| lost.at.saturating_sub(self.tail.len()));
            }
        };
        for verdict in verdicts {
            *verdict = verdict.or(Some(around));
        }
        None
    }

    fn read_on(&mut self, text: &str, found: &[Placeholder<'_>]) {
        let mut from = 0;
        // Ctrl+C takes an unfinished command from each of the shells, unless Ctrl+V makes it a character. Where it goes
        // to a program, the shell has read all that it had.
        if let Some(key) = text.rfind('\x03').filter(|key| !text[..*key].ends_with('\x16')) {
            *self = Self::new(self.grammar);
            from = key + 1;
        }
        let typed = [&self.tail, &text.as_bytes()[from..]].concat();
        let found = moved(found, from, self.tail.len());
        // No sign goes on behind a line's end, unless a backslash joins the lines.
        let ends = |at: &usize| matches!(typed[*at], b'\r' | b'\n') && !joins_lines(&typed, *at);
        let line = (0..typed.len()).rev().find(ends).map_or(0, |key| key + 1);
        let sign = (0..LONGEST_SIGN).fold(typed.len(), |at, _| joined(&typed, at, 0).saturating_sub(1));
        let end = line.max(sign);
        let mut read = 0;
        loop {
            match &mut self.state {
                State::Lost(_) => return self.tail.clear(),
                State::Document(document) => match document.read(&typed[read..]) {
                    Some(Ok(length)) => {
                        read += length;
                        self.state = State::Open(BTreeSet::from([Way::from(read)]));
                    }
                    Some(Err(around)) => self.state = State::Lost(around),
                    None => return self.tail.clear(),
                },
                State::Open(ways) => {
                    let mut ways = Ways {
                        text: &typed,
                        found: &found,
                        grammar: self.grammar,
                        verdicts: &mut vec![None; found.len()],
                        open: std::mem::take(ways),
                        passing: true,
                    };
                    match ways.follow(end) {
                        Ok(come) => return self.keep(&typed, come),
                        Err(lost) => {
                            let opened = (lost.alone && lost.around == Around::HereDocument)
                                .then(|| Document::opened(&typed[lost.at..], self.grammar));
                            self.state = match opened.flatten() {
                                Some((document, length)) => {
                                    read = lost.at + length;
                                    State::Document(document)
                                }
                                None => State::Lost(lost.around),
                            };
                        }
                    }
                }
            }
        }
    }

    /// Keeps what is still to be read, and the character before it with the backslashes that may be about it.
    fn keep(&mut self, typed: &[u8], come: BTreeSet<Way>) {
        let at = come.first().map_or(0, |way| way.at).min(typed.len());
        let before = joined(typed, at, 0).saturating_sub(1);
        let slashes = typed[..before].iter().rev().take_while(|byte| **byte == b'\\').count();
        let from = before - slashes;
        if typed.len() - from > LONGEST_TAIL {
            self.tail.clear();
            self.state = State::Lost(Around::Unclear);
            return;
        }
        self.tail = typed[from..].to_vec();
        let moved =
            |way: Way| Way { at: way.at - from, stack: way.stack, line: way.line.saturating_sub(from) };
        self.state = State::Open(come.into_iter().map(moved).collect());
    }
}

/// The placeholders from there on, where they stand behind so much.
fn moved<'t>(found: &[Placeholder<'t>], from: usize, behind: usize) -> Vec<Placeholder<'t>> {
    let rest = found.iter().filter(|placeholder| placeholder.range.start >= from);
    let at = |place: usize| place - from + behind;
    rest.map(|placeholder| Placeholder {
        range: at(placeholder.range.start)..at(placeholder.range.end),
        ..placeholder.clone()
    })
    .collect()
}

/// A here-document, up to the line that ends it.
#[derive(Debug)]
struct Document {
    end: Vec<u8>,
    /// Whether a backslash in it joins lines.
    joins: bool,
    /// Whether what is substituted in it may go on behind its end, as in dash.
    substitutes: bool,
    /// The line that is being read.
    line: Vec<u8>,
}

impl Document {
    /// The one that begins with this `<<`, and how long that line is; `None` if it is not of the plain kind.
    fn opened(text: &[u8], grammar: Grammar) -> Option<(Self, usize)> {
        let length = text.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
        let line = std::str::from_utf8(&text[..length]).ok()?.strip_prefix("<<")?.trim_start_matches(' ');
        let quote = line.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let name = line.strip_prefix(['\'', '"', '\\']).unwrap_or(line);
        let quoted = name.len() < line.len();
        let name_length = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        let (name, rest) = name.split_at(name_length);
        let rest = match quote {
            Some(quote) => rest.strip_prefix(quote)?,
            None => rest,
        };
        // Another one could begin there, or something that goes on behind this one.
        let ends = rest.is_empty() || rest.starts_with([' ', ';', '|', '&', '>']);
        let plain = !rest.contains(|c: char| "'\"`\\()<#{[".contains(c) || c.is_ascii_control());
        let document = Self {
            end: name.as_bytes().to_vec(),
            joins: !quoted,
            substitutes: !quoted && grammar == Grammar::PlainPosix,
            line: Vec::new(),
        };
        (!name.is_empty() && ends && plain).then_some((document, length + 1))
    }

    /// Reads on: how much of the text belongs to it, once it ends, or that nobody can tell where.
    fn read(&mut self, text: &[u8]) -> Option<Result<usize, Around>> {
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'\r' | b'\n' if self.line == self.end => return Some(Ok(at + 1)),
                b'\r' | b'\n' if self.joins && self.line.ends_with(b"\\") => break,
                b'\r' | b'\n' => self.line.clear(),
                b'`' if self.substitutes => break,
                b'(' | b'{' | b'[' if self.substitutes && self.line.ends_with(b"$") => break,
                byte if byte.is_ascii_control() => break,
                byte => self.line.push(*byte),
            }
            if at + 1 == text.len() {
                return None;
            }
        }
        (!text.is_empty()).then_some(Err(Around::HereDocument))
    }
}

#[cfg(test)]
mod tests;
