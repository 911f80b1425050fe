//! How long until a new terminal's shell shows its prompt.

use std::path::Path;
use std::time::Instant;

use ai_orchestrator_tests::TestHost;

use super::OURS;
use crate::peers::{Peers, is_there};
use crate::reports::Reports;
use crate::table::{Table, spread};

const TERMINALS: usize = 100;

/// Measures from the wish for a terminal to its prompt, which the shell itself reports as it draws it.
pub async fn spawn(peers: &Peers, pairs: usize) -> Table {
    let title = format!("from spawn to the first prompt of `sh`, {TERMINALS} terminals one after another");
    let mut table = Table::new(title, "ms, each pair the median of its terminals");
    let mut reports = Reports::new(&peers.path("spawn"));
    let start_file = peers.path("start.sh");
    std::fs::write(&start_file, format!("PS1='$(echo 0 > {})$ '\n", reports.path())).unwrap();
    for _ in 0..pairs {
        if is_there("tmux") {
            table.add("tmux new-window", tmux(peers, &start_file, &mut reports));
        }
        table.add(OURS, ours(&start_file, &mut reports).await);
    }
    if !is_there("tmux") {
        table.skip("tmux", "not installed");
    }
    table.note("must reach: no more than tmux");
    table
}

async fn ours(start_file: &Path, reports: &mut Reports) -> f64 {
    let host = TestHost::new();
    host.cli(&["host", "start"]).env("ENV", start_file).run().ok();
    let mut times = Vec::new();
    for _ in 0..TERMINALS {
        let begin = Instant::now();
        host.terminal("sh").await;
        reports.line();
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    spread(&times).1
}

fn tmux(peers: &Peers, start_file: &Path, reports: &mut Reports) -> f64 {
    let tmux = peers.tmux();
    let shell = ["sh".to_owned(), "-i".to_owned()];
    tmux.session("2000", &shell, &[("ENV", start_file)]);
    reports.line();
    let mut times = Vec::new();
    for _ in 0..TERMINALS {
        let begin = Instant::now();
        tmux.window(&shell);
        reports.line();
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    spread(&times).1
}
