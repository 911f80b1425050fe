//! Action files: overriding, reloading, trust, history.

use ai_orchestrator_tests::{Events, TestHost, save};
use orchestrator_core::action::Scope;
use orchestrator_core::api::{
    ActionHealth, ActionList, ActionView, Event, ExecuteRequest, RestoreRequest, Undo, Version,
};
use orchestrator_core::client::{ClientError, path};

const STEPS: &str = "  - write: \"true\\r\"\n";

async fn list(host: &TestHost) -> Vec<ActionView> {
    let project = host.project();
    let path = path(&["actions"], &[("project", project.to_str())]);
    let list: ActionList = host.client().await.get(&path).await.unwrap();
    list.actions
}

/// Waits until an action is as wanted: a save may be told of at once or in parts, and others' saves are told of too.
async fn until(
    host: &TestHost,
    events: &mut Events,
    id: &str,
    wanted: impl Fn(&ActionView) -> bool,
) -> ActionView {
    loop {
        if let Some(action) = list(host).await.into_iter().find(|action| action.id == id && wanted(action)) {
            return action;
        }
        events.until(|event| matches!(event, Event::ActionsChanged { .. })).await;
    }
}

#[tokio::test]
async fn a_project_s_action_hides_the_user_s_of_the_same_id() {
    let host = TestHost::new().user_action("same", STEPS).action("same", STEPS);
    let actions = list(&host).await;
    let same: Vec<_> = actions.iter().filter(|action| action.id == "same").collect();
    assert_eq!(same.len(), 1);
    assert_eq!((same[0].scope, same[0].trusted), (Scope::Project, false));
    assert!(same[0].overrides.is_some());
    assert_eq!(actions.iter().filter(|action| action.default).count(), 4);
}

#[tokio::test]
async fn a_saved_file_reaches_the_list_and_every_client() {
    let host = TestHost::new();
    list(&host).await;
    let mut events = host.events().await;
    let file = host.project_actions().join("new.yaml");
    save(&file, format!("label: New\nsteps:\n{STEPS}")).unwrap();
    until(&host, &mut events, "new", |action| action.label == "New").await;
    save(&file, "label: New\nsteps:\n  - wriet: x\n").unwrap();
    let broken = until(&host, &mut events, "new", |action| action.health == ActionHealth::Stale).await;
    assert_eq!((broken.problems[0].line, broken.problems[0].column), (3, 5));
    assert!(broken.problems[0].fix.as_deref().unwrap().contains("write"));
}

#[tokio::test]
async fn a_project_s_action_runs_only_after_its_exact_bytes_were_accepted() {
    let host = TestHost::new().action("build", STEPS);
    let client = host.client().await;
    let project = Some(host.project().to_str().unwrap().to_owned());
    let execute = async |trust: Option<&str>| {
        let trust = trust.map(str::to_owned);
        let request = ExecuteRequest { project: project.clone(), trust, ..Default::default() };
        let run: Result<serde_json::Value, ClientError> =
            client.post("/v1/actions/build/execute", &request).await;
        run.map(|_| ()).map_err(|error| match error {
            ClientError::Refused(refusal) => refusal.code,
            other => panic!("{other}"),
        })
    };
    assert_eq!(execute(None).await, Err("untrusted".to_owned()));
    let sha256 = list(&host).await.into_iter().find(|action| action.id == "build").unwrap().sha256;
    assert_eq!(execute(Some(&sha256)).await, Ok(()));
    assert_eq!(execute(None).await, Ok(()));
    save(host.project_actions().join("build.yaml"), "label: Evil\nsteps:\n  - write: \"evil\\r\"\n").unwrap();
    assert_eq!(execute(None).await, Err("untrusted".to_owned()));
    assert!(execute(Some(&sha256)).await.is_err(), "what was accepted is not what is there");
}

#[tokio::test]
async fn every_version_comes_back() {
    let host = TestHost::new();
    let client = host.client().await;
    let mut events = host.events().await;
    let file = host.home().join("actions/mine.yaml");
    for label in ["One", "Two"] {
        save(&file, format!("label: {label}\nsteps:\n{STEPS}")).unwrap();
        until(&host, &mut events, "mine", |action| action.label == label).await;
    }
    let versions: Vec<Version> = client.get("/v1/actions/mine/history").await.unwrap();
    assert_eq!(versions.len(), 2);
    assert!(versions[0].active && versions[0].timestamp > versions[1].timestamp);
    let request = RestoreRequest { timestamp: versions[1].timestamp.clone(), project: None, scope: None };
    let undo: Undo = client.post("/v1/actions/mine/restore", &request).await.unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains("One"));
    let _: Undo = client.delete("/v1/actions/mine").await.unwrap();
    assert!(!file.exists());
    let request = RestoreRequest { timestamp: undo.timestamp.unwrap(), project: None, scope: None };
    let _: Undo = client.post("/v1/actions/mine/restore", &request).await.unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains("Two"));
}

#[tokio::test]
async fn a_default_comes_back_as_shipped_and_the_edit_stays_in_the_history() {
    let host = TestHost::new();
    let client = host.client().await;
    let mut events = host.events().await;
    let file = host.home().join("actions/run-tests.yaml");
    let shipped = std::fs::read_to_string(&file).unwrap();
    save(&file, "label: Mine\nsteps:\n  - write: \"mine\\r\"\n").unwrap();
    until(&host, &mut events, "run-tests", |action| action.label == "Mine").await;
    let undo: Undo = client.post("/v1/actions/run-tests/reset", &()).await.unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), shipped);
    let request = RestoreRequest { timestamp: undo.timestamp.unwrap(), project: None, scope: None };
    let _: Undo = client.post("/v1/actions/run-tests/restore", &request).await.unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains("mine"));
    let refused: Result<Undo, ClientError> = client.post("/v1/actions/nothing/reset", &()).await;
    assert!(refused.is_err());
}
