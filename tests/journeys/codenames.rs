//! The collection of codenames: only what a person opens counts.

use ai_orchestrator_tests::{TestHost, program, save};
use orchestrator_core::api::{CodenamesView, Event, ExecuteRequest, SpawnRequest, TerminalView};

#[tokio::test]
async fn a_codename_is_met_by_a_person_who_opens_a_terminal_and_by_nobody_else() {
    let host = TestHost::new().action(
        "opens",
        &format!(
            "  - write: \"{} terminal open && echo o''pened\\r\"\n  - wait_for: opened\n",
            program().display()
        ),
    );
    let client = host.client().await;
    let mut events = host.events().await;
    // Another program, a script, an action.
    let _: TerminalView = client.post("/v1/terminals", &SpawnRequest::default()).await.unwrap();
    host.cli(&["terminal", "open"]).run().ok();
    let run = host.execute("opens", ExecuteRequest::default()).await.unwrap();
    events.run_finished(run.id).await;
    let none: CodenamesView = client.get("/v1/codenames").await.unwrap();
    assert_eq!(none, CodenamesView { met: Vec::new(), of: 2500 });
    // The window; a person at a terminal.
    let request = SpawnRequest { person: true, ..SpawnRequest::default() };
    let opened: TerminalView = client.post("/v1/terminals", &request).await.unwrap();
    let met = |event: &Event| matches!(event, Event::CodenameMet { .. });
    let Event::CodenameMet { codename, met: 1 } = events.until(met).await else { panic!() };
    assert_eq!(codename, opened.codename);
    let terminal = host.terminal("bash").await;
    terminal.write(&format!("{} terminal open\r", program().display())).await;
    let Event::CodenameMet { met: 2, .. } = events.until(met).await else { panic!() };
    host.cli(&["terminal", "codenames"]).run().ok().says("2 of 2500 met").prints(&codename);
}

#[test]
fn a_broken_collection_is_kept_aside_and_told() {
    let host = TestHost::new();
    save(host.home().join("discovered-codenames.json"), "{broken").unwrap();
    host.cli(&["host", "start"]).run().ok();
    host.cli(&["host", "status"]).run().ok().prints("discovered-codenames.json can't be read");
}
