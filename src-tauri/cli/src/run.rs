//! `ai-orchestrator run …`

use std::process::ExitCode;

use orchestrator_core::action::duration;
use orchestrator_core::api::{RunStatus, RunView, StepStatus};
use orchestrator_core::client::{Client, path};

use crate::args::RunVerb;
use crate::failure::Failure;
use crate::{connect, print, terminal};

pub async fn perform(verb: RunVerb) -> Result<ExitCode, Failure> {
    let client = connect().await?;
    match verb {
        RunVerb::List { format } => {
            let runs: Vec<RunView> = client.get("/v1/runs").await?;
            if format.json {
                return print::json(&runs);
            }
            let rows: Vec<[String; 4]> = runs
                .iter()
                .map(|run| {
                    [
                        run.id.to_string(),
                        run.action.clone(),
                        status(run.status).to_owned(),
                        run.started.to_rfc3339(),
                    ]
                })
                .collect();
            print::table(["ID", "ACTION", "STATUS", "STARTED"], &rows)
        }
        RunVerb::Show { id, format } => {
            let id = find(&client, &id).await?;
            let run: RunView = client.get(&path(&["runs", &id], &[])).await?;
            if format.json { print::json(&run) } else { show(&run) }
        }
        RunVerb::Cancel { id, format } => {
            let id = find(&client, &id).await?;
            let run: RunView = client.post(&path(&["runs", &id, "cancel"], &[]), &()).await?;
            if format.json {
                return print::json(&run);
            }
            print::text(&format!("{} is {}\n", run.action, status(run.status)))
        }
    }
}

async fn find(client: &Client, wanted: &str) -> Result<String, Failure> {
    let runs: Vec<RunView> = client.get("/v1/runs").await?;
    let all = runs.iter().map(|run| run.id.to_string()).filter(|id| id.starts_with(wanted)).collect();
    terminal::one(all, wanted, "run")
}

fn show(run: &RunView) -> Result<ExitCode, Failure> {
    let rows: Vec<[String; 5]> = run
        .steps
        .iter()
        .map(|step| {
            let took = step.duration_ms.map_or_else(String::new, duration::show_measured);
            let reason = step.reason.clone().unwrap_or_default();
            [
                format!("{}", step.step + 1),
                step.kind.clone(),
                step_status(step.status).to_owned(),
                took,
                reason,
            ]
        })
        .collect();
    print::text(&format!("{}: {}\n", print::visible(&run.label), status(run.status)))?;
    print::table(["STEP", "KIND", "STATUS", "TOOK", "REASON"], &rows)
}

/// The word for a run's status.
pub fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Succeeded => "succeeded",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "cancelled",
        RunStatus::Interrupted => "interrupted",
    }
}

fn step_status(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Pending => "pending",
        StepStatus::Running => "running",
        StepStatus::Succeeded => "succeeded",
        StepStatus::Failed => "failed",
        StepStatus::Cancelled => "cancelled",
        StepStatus::Skipped => "skipped",
    }
}
