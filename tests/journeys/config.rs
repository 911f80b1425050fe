//! Settings and the layout: changed from anywhere, live everywhere, and kept.

use ai_orchestrator_tests::{Events, TestHost, save};
use orchestrator_core::api::{ConfigView, Event};
use serde_json::{Value, json};

/// Waits until the settings are told to be as wanted.
async fn changed(events: &mut Events, wanted: impl Fn(&ConfigView) -> bool) -> ConfigView {
    let is_wanted = |event: &Event| matches!(event, Event::ConfigChanged { config } if wanted(config));
    match events.until(is_wanted).await {
        Event::ConfigChanged { config } => config,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_edit_in_an_editor_is_live_and_a_change_keeps_what_the_user_wrote() {
    let host = TestHost::new();
    let file = host.home().join("config.yaml");
    let mut events = host.events().await;
    save(&file, "# my settings\nfont-size: 15 # for my eyes\nfuture-key: [1, 2]\n").unwrap();
    let config = changed(&mut events, |config| config.settings.font_size == 15).await;
    assert_eq!((config.problems[0].line, config.problems[0].code.as_str()), (3, "unknown-key"));

    host.cli(&["config", "set", "font-size", "16"]).run().ok();
    host.cli(&["config", "set", "shortcuts.find", "F3"]).run().ok();
    changed(&mut events, |config| config.settings.font_size == 16).await;
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "# my settings\nfont-size: 16 # for my eyes\nfuture-key: [1, 2]\nshortcuts:\n  find: F3\n"
    );
    host.cli(&["config", "get", "shortcuts.find"]).run().ok().prints("F3");
    host.cli(&["config", "reset", "shortcuts.find"]).run().ok();
    host.cli(&["config", "get", "shortcuts.find"]).run().exit(2).says("no setting");
    host.cli(&["config", "show"]).run().ok().prints("font-size: 16").says("future-key");
    host.cli(&["config", "path"]).run().ok().prints(file.to_str().unwrap());
    host.cli(&["config", "set", "font-size", "200"]).run().exit(2).says("from 8 to 32");
    host.cli(&["config", "set", "font-sise", "9"]).run().exit(2).says("did you mean `font-size`?");
}

#[test]
fn a_text_is_set_as_it_is_typed_whatever_yaml_makes_of_its_signs() {
    let host = TestHost::new();
    for text in ["sh -c :", "vim -c 'set ft=x': #1", "code --wait", "a: b", "x - y", "it's", "\\\"q\\\" %x"] {
        host.cli(&["config", "set", "editor", text]).run().ok();
        let got = host.cli(&["config", "get", "editor", "--json"]).run().ok().json();
        assert_eq!(got, json!(text));
    }
    // Quoted as in the file, it is what the file would say; and a list is no text.
    host.cli(&["config", "set", "editor", "'sh -c :'"]).run().ok();
    assert_eq!(host.cli(&["config", "get", "editor", "--json"]).run().ok().json(), json!("sh -c :"));
    host.cli(&["config", "set", "editor", "[a, b]"]).run().exit(2).says("is no list");
    host.cli(&["config", "set", "shortcuts", "{find: F3}"]).run().ok();
    host.cli(&["config", "get", "shortcuts.find"]).run().ok().prints("F3");
}

#[tokio::test]
async fn a_broken_file_keeps_the_last_good_values_and_its_place_is_told() {
    let host = TestHost::new();
    let file = host.home().join("config.yaml");
    save(&file, "scrollback-lines: 500\ntheme: dark\n").unwrap();
    let mut events = host.events().await;
    save(&file, "scrollback-lines: 500\ntheme: [dark\n").unwrap();
    let config = changed(&mut events, |config| !config.problems.is_empty()).await;
    assert_eq!(serde_json::to_value(config.settings.theme).unwrap(), json!("dark"));
    assert_eq!(config.problems.len(), 1);
    host.cli(&["config", "set", "font-size", "16"]).run().exit(2).says("config.yaml:2:8");
    host.cli(&["action", "check"]).run().prints("config.yaml:2:8");
    save(&file, "theme: light\n").unwrap();
    let mended = changed(&mut events, |config| config.problems.is_empty()).await;
    assert_eq!(mended.settings.scrollback_lines, 10_000);
}

#[tokio::test]
async fn the_shell_of_the_settings_is_that_of_new_terminals() {
    let host = TestHost::new();
    let client = host.client().await;
    host.cli(&["config", "set", "shell", "sh"]).run().ok();
    let terminal: Value = client.post("/v1/terminals", &json!({})).await.unwrap();
    assert_eq!(terminal["task"], "sh");
    host.cli(&["config", "set", "shell", "no-such-shell"]).run().exit(2).says("such as `bash`");
    let mut events = host.events().await;
    save(host.home().join("config.yaml"), "# mine\nshell: /does/not/exist\n").unwrap();
    let problems = changed(&mut events, |config| !config.problems.is_empty()).await.problems;
    assert_eq!((problems[0].line, problems[0].column, problems[0].code.as_str()), (2, 8, "no-shell"));
    host.cli(&["action", "check"]).run().prints("config.yaml:2:8");
    host.cli(&["terminal", "open"]).run().exit(2).says("`/does/not/exist`").says("line 2 of config.yaml");
}

#[tokio::test]
async fn the_layout_is_there_for_the_next_host_and_a_corrupt_file_is_no_end() {
    let host = TestHost::new();
    let layout = json!({ "version": 1, "state": { "root": "any" } });
    let (code, _) = put(&host, "/v1/layout", &layout).await;
    assert_eq!(code, 200);
    host.cli(&["host", "stop"]).run().ok();
    let kept: Value = host.client().await.get("/v1/layout").await.unwrap();
    assert_eq!(kept, layout);
    host.cli(&["host", "stop"]).run().ok();
    save(host.home().join("ui.json"), "{ half").unwrap();
    let kept: Value = host.client().await.get("/v1/layout").await.unwrap();
    assert_eq!(kept, Value::Null);
    let (code, answer) = put(&host, "/v1/layout", &json!({ "version": 1 })).await;
    assert_eq!((code, answer["code"].as_str()), (422, Some("bad_body")));
}

#[tokio::test]
async fn the_colours_are_there_for_the_next_host_and_must_be_some() {
    let host = TestHost::new();
    let colours = |background: &str| json!({ "foreground": "#25252c", "background": background, "cursor": "#5048d6", "palette": [] });
    let (code, answer) = put(&host, "/v1/colours", &colours("white")).await;
    assert_eq!((code, answer["code"].as_str()), (422, Some("bad_body")));
    let (code, _) = put(&host, "/v1/colours", &colours("#fffffe")).await;
    assert_eq!(code, 200);
    host.cli(&["host", "stop"]).run().ok();
    let terminal = host.terminal("sh").await;
    let mut viewer = terminal.view_stream(&[]).await;
    // Without echo from before the question on: the kernel may have the answer before `dd` is there.
    let ask =
        r"stty -echo -icanon; printf '\033]11;?\033\\'; dd bs=1 count=25 2>/dev/null | tail -c +3; stty sane";
    terminal.write(&format!("{ask}\r")).await;
    viewer.until_text("11;rgb:ffff/ffff/fefe").await;
}

/// The page's own way: over loopback, with the token.
async fn put(host: &TestHost, path: &str, body: &Value) -> (u16, Value) {
    use std::io::{Read as _, Write as _};
    let open = host.client().await.open_web().await.unwrap();
    let mut stream = std::net::TcpStream::connect(open.address.trim_start_matches("http://")).unwrap();
    let body = body.to_string();
    let authority = open.address.trim_start_matches("http://");
    write!(
        stream,
        "PUT {path} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        open.token,
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap())
}
