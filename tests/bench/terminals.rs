//! What terminals cost: `trips`, `flood`, `late`, `crowd`, `memory`, `spawn`, each a section of its own.

mod crowd;
mod flood;
mod memory;
mod spawn;
mod trips;

use ai_orchestrator_tests::TestHost;
use orchestrator_core::api::ExecuteRequest;
use orchestrator_core::client::path;
use uuid::Uuid;

use crate::Wanted;
use crate::host_process::HostProcess;
use crate::peers::Peers;

/// The name of our own row in every table.
const OURS: &str = "AI Orchestrator";

/// What can be measured alone.
pub const SECTIONS: [&str; 6] = ["trips", "flood", "late", "crowd", "memory", "spawn"];

/// Measures what was asked for.
pub async fn measure(wanted: &Wanted) {
    if !SECTIONS.iter().any(|section| wanted.has("terminals", section)) {
        return;
    }
    let Some(peers) = Peers::build() else {
        println!(
            "terminals: skipped, since `cc` is missing or does not build bench/child.c and bench/driver.c"
        );
        return;
    };
    let pairs = wanted.pairs;
    if wanted.has("terminals", "trips") {
        println!("{}", trips::trips(&peers, pairs).await);
    }
    if wanted.has("terminals", "flood") {
        for kind in flood::Kind::ALL {
            println!("{}", flood::flood(&peers, kind, pairs).await);
        }
    }
    if wanted.has("terminals", "late") {
        for megabytes in [1, 16, 64, 256] {
            println!("{}", flood::late(&peers, megabytes, pairs).await);
        }
    }
    if wanted.has("terminals", "crowd") {
        println!("{}", crowd::crowd(&peers, pairs).await);
    }
    if wanted.has("terminals", "memory") {
        println!("{}", memory::memory(&peers, pairs).await);
    }
    if wanted.has("terminals", "spawn") {
        println!("{}", spawn::spawn(&peers, pairs).await);
    }
}

/// A host with one action, `bench`: it starts a child in `sh` and replies to its prompts.
fn host_that_drives(child: &[String], trips: usize, prompt: &str) -> TestHost {
    let words: Vec<String> = child.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect();
    let start = serde_json::to_string(&format!("exec {}\r", words.join(" "))).unwrap();
    let prompt = serde_json::to_string(prompt).unwrap();
    let reply = format!("  - wait_for: {prompt}\n    timeout: 10m\n  - write: \"x\\r\"\n");
    TestHost::new().user_action("bench", &format!("  - write: {start}\n{}shell: sh\n", reply.repeat(trips)))
}

/// Runs the action in a terminal of its own, which stays.
async fn run(host: &TestHost) -> Uuid {
    host.execute("bench", ExecuteRequest::default()).await.unwrap().terminal
}

/// Closes a terminal.
async fn close(host: &TestHost, terminal: Uuid) {
    let path = path(&["terminals", &terminal.to_string()], &[]);
    let _: serde_json::Value = host.client().await.delete(&path).await.unwrap();
}

/// The host's process.
async fn process(host: &TestHost) -> HostProcess {
    HostProcess(host.client().await.status().await.unwrap().pid)
}
