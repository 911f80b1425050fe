//! What a terminal with a long history keeps in memory.

use std::path::Path;

use super::{OURS, host_that_drives, process, run};
use crate::host_process::HostProcess;
use crate::peers::{Peers, is_there};
use crate::reports::Reports;
use crate::table::Table;

const TERMINALS: u32 = 20;
const LINES: usize = 10_000;

/// Measures the memory of one terminal, as its share of what many take.
pub async fn memory(peers: &Peers, pairs: usize) -> Table {
    let title = format!("one terminal with {LINES} plain lines of 80 columns ({TERMINALS} opened, divided)");
    let mut table = Table::new(title, "MB");
    let mut reports = Reports::new(&peers.path("memory"));
    let fifo = reports.path().to_owned();
    let (lines, nothing) = (peers.path("lines"), peers.path("nothing"));
    std::fs::write(&lines, format!("{}\n", "0123456789abcdef".repeat(5)).repeat(LINES)).unwrap();
    std::fs::write(&nothing, "").unwrap();
    for _ in 0..pairs {
        table.add(
            OURS,
            ours(&peers.child(&["flood", lines.to_str().unwrap(), "1", &fifo]), &mut reports).await,
        );
        let empty = peers.child(&["flood", nothing.to_str().unwrap(), "1", &fifo]);
        table.add("AI Orchestrator, empty", ours(&empty, &mut reports).await);
        if is_there("tmux") {
            table.add("tmux", tmux(peers, &lines, &mut reports));
        }
    }
    if !is_there("tmux") {
        table.skip("tmux", "not installed");
    }
    table.note("must reach: at most 2 MB");
    table
}

async fn ours(child: &[String], reports: &mut Reports) -> f64 {
    let host = host_that_drives(child, 1, r"FLOOD-END \d+> ");
    // The first one also pays for what all share.
    run(&host).await;
    reports.seconds();
    let process = process(&host).await;
    let before = process.rss();
    for _ in 0..TERMINALS {
        run(&host).await;
        reports.seconds();
    }
    share(before, process)
}

fn tmux(peers: &Peers, lines: &Path, reports: &mut Reports) -> f64 {
    let child = peers.child(&["query", lines.to_str().unwrap(), "1", reports.path()]);
    let tmux = peers.tmux();
    tmux.session(&LINES.to_string(), &child, &[]);
    reports.seconds();
    let process = HostProcess(tmux.ask(&["display-message", "-p", "#{pid}"]).trim().parse().unwrap());
    let before = process.rss();
    for _ in 0..TERMINALS {
        tmux.window(&child);
        reports.seconds();
    }
    share(before, process)
}

fn share(before: f64, process: HostProcess) -> f64 {
    (process.rss() - before) / f64::from(TERMINALS) / 1e6
}
