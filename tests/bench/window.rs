//! What the real window costs, under Xvfb: `echo`, `flood`, `start`, `many`. The measuring itself is in
//! `window/bench.mjs`, which drives the window and, as a peer, xterm.js alone in an empty one.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Wanted;
use crate::peers::is_there;
use crate::table::Table;

/// What can be measured alone.
pub const SECTIONS: [&str; 4] = ["echo", "flood", "start", "many"];

/// A section, and a table of it: its title and unit, and what must be reached.
const TABLES: [(&str, &str, &str, &str); 5] = [
    ("echo", "from a key to its character on the screen", "ms", "at most 1.5 × xterm.js alone"),
    (
        "flood",
        "100 MB into a visible terminal until its last line is drawn",
        "s",
        "at least 0.8 × the speed of xterm.js alone (1.25 × its time), a click within 0.1 s",
    ),
    ("start", "from a start to quick actions that can be clicked", "ms", "at most 1.5 × an empty window"),
    ("start", "the memory of all processes then", "MB", "at most 1.5 × an empty window"),
    ("many", "1,000 actions, 100 terminals: until it is drawn", "ms", "at most 50 ms"),
];

/// Measures what was asked for.
pub fn measure(wanted: &Wanted) {
    for section in SECTIONS.into_iter().filter(|section| wanted.has("window", section)) {
        match missing() {
            Some(what) => println!("\n{section}: skipped, since {what}"),
            None => tables(section, wanted.pairs).iter().for_each(|table| println!("{table}")),
        }
    }
}

fn missing() -> Option<String> {
    for program in ["node", "Xvfb", "dbus-run-session", "WebKitWebDriver"] {
        if !is_there(program) {
            return Some(format!("{program} is not installed"));
        }
    }
    for variable in ["AI_ORCHESTRATOR_WINDOW", "AI_ORCHESTRATOR_EMPTY", "TAURI_DRIVER"] {
        if !std::env::var_os(variable).is_some_and(|path| Path::new(&path).is_file()) {
            return Some(format!("{variable} names no program (run this by `cargo xtask bench window`)"));
        }
    }
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("desktop/node_modules/webdriverio");
    (!driver.is_dir()).then(|| "`npm ci` was not run in tests/desktop".to_owned())
}

fn tables(section: &str, pairs: usize) -> Vec<Table> {
    let of = TABLES.into_iter().filter(|table| table.0 == section);
    let mut tables: Vec<_> =
        of.map(|(_, title, unit, target)| (unit, target, Table::new(title, unit))).collect();
    let mut node = Command::new("node");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/window");
    node.arg("bench.mjs").arg(section).arg(pairs.to_string()).current_dir(folder);
    let mut measuring = node.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    for line in BufReader::new(measuring.stdout.take().unwrap()).lines() {
        let figure: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let its = tables.iter_mut().find(|(unit, ..)| figure["unit"].as_str().is_none_or(|of| of == *unit));
        let (_, _, table) = its.expect("a table of that unit");
        table.add(figure["row"].as_str().unwrap(), figure["value"].as_f64().unwrap());
    }
    assert!(measuring.wait().unwrap().success(), "the window could not be measured");
    tables
        .into_iter()
        .map(|(_, target, mut table)| {
            table.note(format!("must reach: {target}"));
            table
        })
        .collect()
}
