//! How fast output goes through: 100 MB of each kind with a wait at work, and a wait that matches only at the end.

use std::path::PathBuf;

use super::{OURS, close, host_that_drives, process, run};
use crate::peers::{Peers, is_there};
use crate::reports::Reports;
use crate::table::Table;

/// What is printed.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Plain lines of words.
    Ascii,
    /// A colour for every word.
    Sgr,
    /// Wide characters.
    Cjk,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ascii, Self::Sgr, Self::Cjk];

    fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ASCII",
            Self::Sgr => "SGR",
            Self::Cjk => "CJK and emoji",
        }
    }

    fn line(self, number: usize) -> String {
        match self {
            Self::Ascii => {
                format!(
                    "{number:>8} the quick brown fox jumps over the lazy dog, and nobody minds it at all\n"
                )
            }
            Self::Sgr => {
                (0..8).fold(format!("{number:>8}"), |line, word| {
                    format!(
                        "{line} \x1b[1;{}m{:04x}\x1b[0m",
                        31 + (number + word) % 7,
                        (number * 31 + word) % 65_521
                    )
                }) + "\n"
            }
            Self::Cjk => {
                format!("{number:>8} 端末は速くて正しい。終端很快也很正確🚀터미널은 빠르고 정확하다✨\n")
            }
        }
    }

    /// A file of 1 MB of it.
    fn file(self, peers: &Peers) -> PathBuf {
        let path = peers.path(self.name());
        let mut text = String::new();
        for number in 0.. {
            let line = self.line(number);
            if text.len() + line.len() > 1_000_000 {
                break;
            }
            text.push_str(&line);
        }
        // Blanks for what is missing of the last line.
        text.push_str(&" ".repeat(1_000_000 - text.len()));
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// Measures a flood of 100 MB.
pub async fn flood(peers: &Peers, kind: Kind, pairs: usize) -> Table {
    let mut table = Table::new(format!("100 MB of {} with a wait at work", kind.name()), "s");
    let pour = Pour::new(peers, kind, 100);
    let mut reports = Reports::new(&pour.fifo);
    let host = pour.host();
    for _ in 0..pairs {
        table.add("C", pour.by_c(&mut reports));
        let terminal = run(&host).await;
        table.add(OURS, reports.seconds());
        close(&host, terminal).await;
        if is_there("tmux") {
            let tmux = peers.tmux();
            tmux.session("2000", &pour.child("query"), &[]);
            table.add("tmux", reports.seconds());
        }
    }
    if !is_there("tmux") {
        table.skip("tmux", "not installed");
    }
    table.note("tmux has no wait: the end is its answer to a question for the cursor");
    table.note("must reach: at most 2.2 × C and below tmux; aim: 1.6");
    table
}

/// Measures a wait that matches after this much output.
pub async fn late(peers: &Peers, megabytes: usize, pairs: usize) -> Table {
    let mut table = Table::new(format!("a wait that matches after {megabytes} MB"), "s");
    let pour = Pour::new(peers, Kind::Ascii, megabytes);
    let mut reports = Reports::new(&pour.fifo);
    let host = pour.host();
    // The first run makes the host what it is from then on.
    let first = run(&host).await;
    reports.seconds();
    close(&host, first).await;
    let mut peaks = Vec::new();
    for _ in 0..pairs {
        table.add("C", pour.by_c(&mut reports));
        let process = process(&host).await;
        let before = process.rss();
        process.forget_peak();
        let terminal = run(&host).await;
        table.add(OURS, reports.seconds());
        peaks.push((process.peak(), process.peak() - before));
        close(&host, terminal).await;
    }
    let greatest = |of: fn(&(f64, f64)) -> f64| peaks.iter().map(of).fold(0.0, f64::max) / 1e6;
    let (peak, growth) = (greatest(|peak| peak.0), greatest(|peak| peak.1));
    table.note(format!("the host's memory: {peak:.1} MB at most, {growth:.1} MB more than before the run"));
    table.note("must reach: at most 1.5 × C after 256 MB, linear, memory flat");
    table
}

/// A file that is printed so many times.
struct Pour<'a> {
    peers: &'a Peers,
    file: PathBuf,
    times: String,
    fifo: PathBuf,
}

impl<'a> Pour<'a> {
    fn new(peers: &'a Peers, kind: Kind, megabytes: usize) -> Self {
        let fifo = peers.path(&format!("{}-{megabytes}", kind.name()));
        Self { peers, file: kind.file(peers), times: megabytes.to_string(), fifo }
    }

    fn child(&self, verb: &str) -> Vec<String> {
        let words = [verb, self.file.to_str().unwrap(), &self.times, self.fifo.to_str().unwrap()];
        self.peers.child(&words)
    }

    fn host(&self) -> ai_orchestrator_tests::TestHost {
        host_that_drives(&self.child("flood"), 1, r"FLOOD-END \d+> ")
    }

    fn by_c(&self, reports: &mut Reports) -> f64 {
        let driver = self.peers.driver(1, "FLOOD-END ", &self.child("flood"));
        let seconds = reports.seconds();
        drop(driver);
        seconds
    }
}
