//! `cargo xtask soak`: a hundred terminals of noisy, quiet and stubborn programs on one host, with random kills,
//! resizes, viewers, runs and cancels, in rounds. After each round nothing may be left: no process, no descriptor,
//! no memory beyond what the first two needed. Ends with a summary, and fails otherwise.
//!
//! Arguments: `[--minutes N] [--seed N]`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a soak that can't go on says why and ends")]
#![expect(clippy::print_stdout, reason = "it prints its summary")]

mod crowd;
mod dice;
mod looker;

use std::process::ExitCode;
use std::time::Duration;

use ai_orchestrator_tests::{TestHost, processes};
use orchestrator_core::api::{KillReport, SpawnRequest, TerminalView};
use orchestrator_core::client::path;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;
use uuid::Uuid;

use crowd::{ACTIONS, Crowd, Done};
use dice::Dice;

/// How many rounds there are; the first two warm up.
const ROUNDS: u32 = 6;
const WARM_UP: u32 = 2;
/// Memory may grow by so much from the end of the warm-up to the end of the last round: by a tenth, and what the
/// allocator keeps.
const GROWTH: (f64, f64) = (1.1, 16.0 * MEBIBYTE);
const MEBIBYTE: f64 = 1024.0 * 1024.0;

#[tokio::main]
async fn main() -> ExitCode {
    let mut minutes = 10.0;
    let mut seed = Uuid::new_v4().as_u64_pair().0;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo's own word to whatever it runs as a bench.
            "--bench" => {}
            "--minutes" => minutes = arguments.next().and_then(|text| text.parse().ok()).expect("a number"),
            "--seed" => seed = arguments.next().and_then(|text| text.parse().ok()).expect("a number"),
            other => panic!("unknown argument {other}"),
        }
    }
    let mut host = TestHost::new();
    for (id, steps) in ACTIONS {
        host = host.action(id, steps);
    }
    let soaked = soak(&host, Duration::from_secs_f64(60.0 * minutes), seed).await;
    let home = host.home();
    drop(host);
    // A soak that broke off leaves those that left their sessions.
    for pid in processes::of_terminals(&home) {
        _ = Pid::from_raw(pid.cast_signed()).map(|pid| kill_process(pid, Signal::KILL));
    }
    match soaked {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("FAILED: {failure} (seed {seed})");
            ExitCode::FAILURE
        }
    }
}

/// What the host needs when nothing is left in it.
#[derive(Clone, Copy)]
struct AtRest {
    rss: f64,
    descriptors: usize,
}

async fn soak(host: &TestHost, length: Duration, seed: u64) -> Result<(), String> {
    println!("{} terminals, {ROUNDS} rounds in {length:?}, seed {seed}", crowd::FULL);
    let pid = host.client().await.status().await.unwrap().pid;
    open_and_kill_one(host).await;
    let before = at_rest(host, pid).await;
    println!("at first: {}", shown(before));
    let mut dice = Dice::new(seed);
    let mut warm = before;
    for round in 1..=ROUNDS {
        let mut crowd = Crowd::new(host).await;
        let lived = crowd.live_until(Instant::now() + length / ROUNDS, &mut dice).await;
        let full = host.client().await.status().await.map_err(|error| error.to_string())?;
        lived?;
        let Done { opened, killed, survivors, resized, typed, looked, runs, cancelled, slowest_screen } =
            crowd.end().await?;
        let rest = at_rest(host, pid).await;
        println!(
            "round {round}: {opened} opened, {runs} runs ({cancelled} cancelled), {killed} killed \
             ({survivors} survivors named), {resized} resized, {typed} typed into, {looked} looked at; slowest \
             screen {slowest_screen:.0?}; {} terminals took {:.1} MiB, then {}",
            full.terminals,
            mebibytes(full.memory.rss),
            shown(rest)
        );
        let left: Vec<String> =
            processes::of_terminals(&host.home()).into_iter().map(processes::command).collect();
        let zombies = processes::zombies_of(pid);
        if !left.is_empty() || !zombies.is_empty() {
            return Err(format!("left after round {round}: {left:?}, zombies {zombies:?}"));
        }
        if rest.descriptors > before.descriptors {
            return Err(format!(
                "{} descriptors leaked in {round} rounds",
                rest.descriptors - before.descriptors
            ));
        }
        if round <= WARM_UP {
            warm = rest;
        } else if rest.rss > warm.rss * GROWTH.0 + GROWTH.1 {
            return Err(format!(
                "memory grew from {:.1} to {:.1} MiB after the warm-up",
                warm.rss / MEBIBYTE,
                rest.rss / MEBIBYTE
            ));
        }
    }
    println!("passed: no orphan, no zombie, no descriptor leaked, memory flat");
    Ok(())
}

/// What the first terminal makes the host keep (start files, signals) is no leak.
async fn open_and_kill_one(host: &TestHost) {
    let client = host.client().await;
    let view: TerminalView = client.post("/v1/terminals", &SpawnRequest::default()).await.unwrap();
    let _: KillReport = client.delete(&path(&["terminals", &view.id.to_string()], &[])).await.unwrap();
}

async fn at_rest(host: &TestHost, pid: u32) -> AtRest {
    let status = host.client().await.status().await.unwrap();
    AtRest { rss: mebibytes(status.memory.rss) * MEBIBYTE, descriptors: processes::descriptors(pid) }
}

fn shown(rest: AtRest) -> String {
    format!("{:.1} MiB and {} descriptors at rest", rest.rss / MEBIBYTE, rest.descriptors)
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / MEBIBYTE
}
