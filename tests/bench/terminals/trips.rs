//! How long from a prompt to the reply: through an action's steps, and by others.

use super::{OURS, close, host_that_drives, run};
use crate::peers::{Peers, is_there};
use crate::reports::Reports;
use crate::table::Table;

const TRIPS: usize = 2_000;
/// What polls is slow.
const POLLED_TRIPS: usize = 100;

/// Measures round trips.
pub async fn trips(peers: &Peers, pairs: usize) -> Table {
    let mut table = Table::new(format!("{TRIPS} prompt/reply round trips"), "µs each");
    let mut reports = Reports::new(&peers.path("trips"));
    let fifo = reports.path().to_owned();
    let child = |trips: usize| peers.child(&["trips", &trips.to_string(), &fifo]);
    let host = host_that_drives(&child(TRIPS), TRIPS, r"PROMPT \d+> ");
    for _ in 0..pairs {
        let driver = peers.driver(TRIPS, "PROMPT ", &child(TRIPS));
        table.add("C", each(reports.seconds(), TRIPS));
        drop(driver);
        let terminal = run(&host).await;
        table.add(OURS, each(reports.seconds(), TRIPS));
        close(&host, terminal).await;
        if is_there("expect") {
            let expect = Peers::expect(TRIPS, &child(TRIPS));
            table.add("expect", each(reports.seconds(), TRIPS));
            drop(expect);
        }
        if is_there("tmux") {
            poll_with_tmux(peers, &child(POLLED_TRIPS));
            table.add("tmux, polled", each(reports.seconds(), POLLED_TRIPS));
        }
    }
    for peer in ["expect", "tmux"] {
        if !is_there(peer) {
            table.skip(peer, "not installed");
        }
    }
    table
        .note(format!("tmux, polled: {POLLED_TRIPS} trips with capture-pane and send-keys, without a pause"));
    table.note("must reach: at most 1.3 × C");
    table
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn each(seconds: f64, trips: usize) -> f64 {
    seconds * 1e6 / trips as f64
}

/// What tools on top of tmux do.
fn poll_with_tmux(peers: &Peers, child: &[String]) {
    let tmux = peers.tmux();
    tmux.session("2000", child, &[]);
    for trip in 0..POLLED_TRIPS {
        let prompt = format!("PROMPT {trip}>");
        while !tmux.ask(&["capture-pane", "-p"]).contains(&prompt) {}
        tmux.ask(&["send-keys", "x", "Enter"]);
    }
}
