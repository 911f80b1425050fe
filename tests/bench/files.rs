//! What action files cost: `load` of many, and how soon a `save` is seen.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use ai_orchestrator_tests::TestHost;
use orchestrator_core::api::{ActionHealth, ActionList, Event};
use orchestrator_core::client::path;

use crate::Wanted;
use crate::peers::is_there;
use crate::table::Table;

const SAVES: usize = 200;
/// What can be measured alone.
pub const SECTIONS: [&str; 2] = ["load", "save"];

/// Measures what was asked for.
pub async fn measure(wanted: &Wanted) {
    if wanted.has("files", "load") {
        for files in [1_000, 10_000] {
            println!("{}", load(files, wanted.pairs).await);
        }
    }
    if wanted.has("files", "save") {
        println!("{}", save(wanted.pairs).await);
    }
}

/// Measures a host's start until it has listed so many files; what an empty one takes is taken off.
async fn load(files: usize, pairs: usize) -> Table {
    let mut table = Table::new(format!("loading {files} files of 25 lines"), "ms");
    let js_yaml = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/js-yaml");
    let has_js_yaml = js_yaml.is_dir() && is_there("node");
    let mut empty_starts = Vec::new();
    for _ in 0..pairs {
        let empty = TestHost::new();
        let shipped = start(&empty).await.1;
        stop(&empty);
        let nothing = start(&empty).await.0;
        empty_starts.push(nothing);
        let host = TestHost::new();
        let folder = host.home().join("actions");
        for number in 0..files {
            std::fs::write(folder.join(format!("a-{number}.yaml")), action(number)).unwrap();
        }
        table.add("serde_yaml alone", read_all(&folder, files));
        let (first, listed) = start(&host).await;
        assert_eq!(listed, shipped + files, "a file is missing, or has a problem");
        stop(&host);
        let (next, _) = start(&host).await;
        table.add("AI Orchestrator, next start", next - nothing);
        table.add("AI Orchestrator, first start", first - nothing);
        if has_js_yaml {
            table.add("js-yaml", read_all_in_node(&js_yaml, &folder, files));
        }
    }
    let (_, empty, _) = crate::table::spread(&empty_starts);
    table.note(format!("until the list is answered, less an empty host's start and list ({empty:.0} ms)"));
    table.note("a first start also puts every file into the history");
    if !has_js_yaml {
        table.skip("js-yaml", "it comes with node and `npm ci` in `ui`");
    }
    table
}

/// Starts a host and lists the user's actions; the milliseconds that took, and how many are well.
async fn start(host: &TestHost) -> (f64, usize) {
    let begin = Instant::now();
    let client = host.client().await;
    let list: ActionList = client.get("/v1/actions").await.unwrap();
    let took = begin.elapsed().as_secs_f64() * 1e3;
    (took, list.actions.iter().filter(|action| action.health == ActionHealth::Ready).count())
}

fn stop(host: &TestHost) {
    host.cli(&["host", "stop", "--yes"]).run().ok();
}

fn read_all(folder: &Path, files: usize) -> f64 {
    let begin = Instant::now();
    let mut documents = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let document: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        documents += usize::from(document.get("steps").is_some());
    }
    assert_eq!(documents, files);
    begin.elapsed().as_secs_f64() * 1e3
}

fn read_all_in_node(js_yaml: &Path, folder: &Path, files: usize) -> f64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/load.cjs");
    // Only our own files: by now the host has put its history and its defaults there.
    let own = tempfile::tempdir().unwrap();
    for number in 0..files {
        let name = format!("a-{number}.yaml");
        std::fs::hard_link(folder.join(&name), own.path().join(&name)).unwrap();
    }
    let output = Command::new("node").arg(script).arg(js_yaml).arg(own.path()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (documents, seconds) = said.trim().split_once(' ').expect("node tells how long it took");
    assert_eq!(documents.parse(), Ok(files));
    seconds.parse::<f64>().unwrap() * 1e3
}

/// Measures from a save to the event that tells that what was saved is what will run.
async fn save(rounds: usize) -> Table {
    let mut table = Table::new(format!("from save to loaded, {SAVES} saves a round"), "ms");
    for _ in 0..rounds {
        let (median, p99) = saves(|path, text| std::fs::write(path, text).unwrap()).await;
        table.add("written in place, median", median);
        table.add("written in place, p99", p99);
        let (median, p99) = saves(|path, text| {
            let beside: PathBuf = path.with_extension("new");
            std::fs::write(&beside, text).unwrap();
            std::fs::rename(&beside, path).unwrap();
        })
        .await;
        table.add("renamed into place, median", median);
        table.add("renamed into place, p99", p99);
    }
    table.note("must reach: a median below 100 ms");
    table
}

async fn saves(save: impl Fn(&Path, &str)) -> (f64, f64) {
    let host = TestHost::new();
    let file = host.home().join("actions/saved.yaml");
    std::fs::write(&file, action(0)).unwrap();
    let client = host.client().await;
    let mut events = host.events().await;
    let address = path(&["actions", "saved"], &[]);
    let mut times = Vec::new();
    for number in 1..=SAVES {
        let begin = Instant::now();
        save(&file, &action(number));
        loop {
            events.until(|event| matches!(event, Event::ActionsChanged { .. })).await;
            let took = begin.elapsed().as_secs_f64() * 1e3;
            let detail: serde_json::Value = client.get(&address).await.unwrap();
            // An event may still be that of the save before.
            if detail["action"]["label"] == label(number) {
                times.push(took);
                break;
            }
        }
    }
    times.sort_by(f64::total_cmp);
    (times[SAVES / 2], times[SAVES * 99 / 100])
}

fn label(number: usize) -> String {
    format!("Deploy part {number}")
}

/// An action of 25 lines, such as people write.
fn action(number: usize) -> String {
    let label = label(number);
    format!(
        r#"# Builds one part, looks at what it says, and deploys it.
label: {label}
description: "Build part {number}, then deploy it where it belongs"
icon: Rocket
tags: [deploy, part]
timeout: 30m
shell: sh
env:
  PART: "{number}"
  MODE: release
inputs:
  - id: target
    label: Where to
    type: text
    default: staging
  - id: note
    label: A word to the others
    type: text
steps:
  - write: "make build PART={number}\r"
  - wait_for: 'part {number}: built \d+ files'
    timeout: 10m
  - write: "make deploy TARGET={{{{ inputs.target }}}}\r"
  - wait_exit: 0
    timeout: 5m
"#
    )
}
