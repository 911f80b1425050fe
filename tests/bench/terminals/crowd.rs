//! Whether a hundred terminals cost a hundred times one.

use super::{OURS, close, host_that_drives, process, run};
use crate::peers::Peers;
use crate::reports::{Reports, make_fifo, open_fifo};
use crate::table::Table;

const TERMINALS: usize = 100;
const TRIPS: usize = 200;
/// One terminal's work, repeated until it can be measured.
const ROUNDS: usize = 20;

/// Measures the host's work for each round trip, alone and in the crowd.
pub async fn crowd(peers: &Peers, pairs: usize) -> Table {
    let title = format!("the host's work in {TERMINALS} terminals × {TRIPS} round trips at once");
    let mut table = Table::new(title, "µs of CPU for each round trip");
    let mut reports = Reports::new(&peers.path("crowd"));
    let go = peers.path("go");
    make_fifo(&go);
    let child = peers.child(&["trips", &TRIPS.to_string(), reports.path(), go.to_str().unwrap()]);
    let host = host_that_drives(&child, TRIPS, r"PROMPT \d+> ");
    let process = process(&host).await;
    let cpu = || process.cpu(&peers.path("driver"));
    let mut rates = Vec::new();
    for _ in 0..pairs {
        let mut alone = 0.0;
        for _ in 0..ROUNDS {
            let terminal = run(&host).await;
            assert_eq!(reports.line(), "ready");
            let before = cpu();
            let gate = open_fifo(&go);
            reports.seconds();
            alone += cpu() - before;
            drop(gate);
            close(&host, terminal).await;
        }
        table.add("one terminal", each(alone, ROUNDS));

        let mut terminals = Vec::new();
        for _ in 0..TERMINALS {
            terminals.push(run(&host).await);
        }
        (0..TERMINALS).for_each(|_| assert_eq!(reports.line(), "ready"));
        let before = cpu();
        let gate = open_fifo(&go);
        let longest = (0..TERMINALS).map(|_| reports.seconds()).fold(0.0, f64::max);
        table.add(OURS, each(cpu() - before, TERMINALS));
        drop(gate);
        rates.push(1e6 / each(longest, TERMINALS));
        for terminal in terminals {
            close(&host, terminal).await;
        }
    }
    let (_, rate, _) = crate::table::spread(&rates);
    table.note(format!("{rate:.0} round trips a second in the crowd, children included"));
    table.note("must reach: at most 1.2 × one terminal");
    table
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn each(seconds: f64, terminals: usize) -> f64 {
    seconds * 1e6 / (terminals * TRIPS) as f64
}
