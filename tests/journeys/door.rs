//! The door on loopback: who may use it, and how it refuses.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use ai_orchestrator_tests::TestHost;
use orchestrator_core::client::ClientError;
use serde_json::{Value, json};

/// A request as it is, without a client that would mend it: status and body.
fn send(port: u16, request: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    write!(stream, "{request}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

fn code(body: &str) -> String {
    serde_json::from_str::<Value>(body).unwrap()["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn only_the_token_s_holder_gets_in_and_only_under_its_own_name() {
    let host = TestHost::new();
    let open = host.client().await.open_web().await.unwrap();
    let port: u16 = open.address.rsplit_once(':').unwrap().1.parse().unwrap();
    let own = format!("Host: 127.0.0.1:{port}");
    let token = format!("Authorization: Bearer {}", open.token);
    let get = |headers: &str| send(port, &format!("GET /v1/host HTTP/1.1\r\n{headers}"), "");
    assert_eq!(get(&format!("{own}\r\n{token}")).0, 200);
    let refused = |headers: &str| {
        let (status, body) = get(headers);
        (status, code(&body))
    };
    assert_eq!(refused(&own), (401, "unauthorized".into()));
    assert_eq!(refused(&format!("{own}\r\n{token}x")), (401, "unauthorized".into()));
    assert_eq!(refused(&format!("Host: evil.example\r\n{token}")), (403, "wrong_host".into()));
    assert_eq!(
        refused(&format!("{own}\r\n{token}\r\nOrigin: http://evil.example")),
        (403, "wrong_origin".into())
    );
    let preflight = format!("OPTIONS /v1/host HTTP/1.1\r\n{own}\r\nOrigin: tauri://localhost");
    assert_eq!(send(port, &preflight, "").0, 204);
    let again = host.client().await.open_web().await.unwrap();
    assert_eq!(again, open, "one listener and one token a host");
}

#[tokio::test]
async fn the_contract_is_readable_without_a_token_and_nothing_else_is() {
    let host = TestHost::new();
    let open = host.client().await.open_web().await.unwrap();
    let port: u16 = open.address.rsplit_once(':').unwrap().1.parse().unwrap();
    let get = |path: &str| send(port, &format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}"), "");
    let (status, page) = get("/docs");
    assert_eq!(status, 200);
    assert!(page.contains("<h3 id=\"actions:execute\">") && !page.contains(&open.token), "{page}");
    assert_eq!(get("/openapi.json").0, 200);
    assert_eq!(get("/v1/config").0, 401);
    assert_eq!(send(port, "GET /docs HTTP/1.1\r\nHost: evil.example", "").0, 403);
    let document: Value = host.client().await.get("/openapi.json").await.unwrap();
    assert_eq!(document["info"]["title"], "AI Orchestrator");
}

#[tokio::test]
async fn every_refusal_has_one_shape() {
    let host = TestHost::new();
    let open = host.client().await.open_web().await.unwrap();
    let port: u16 = open.address.rsplit_once(':').unwrap().1.parse().unwrap();
    let head = |method: &str, path: &str, kind: &str| {
        let token = &open.token;
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}"
        )
    };
    let json = "application/json";
    let big = format!("{{\"shell\":\"{}\"}}", "x".repeat(2 << 20));
    let cases = [
        (head("POST", "/v1/terminals", json), "not json", 400, "bad_body"),
        (head("POST", "/v1/terminals", json), "{\"colour\":1}", 422, "bad_body"),
        (head("POST", "/v1/terminals", json), "{\"cols\":\"wide\"}", 422, "bad_body"),
        (head("POST", "/v1/terminals", json), "{\"cols\":0}", 400, "bad_size"),
        (head("POST", "/v1/terminals", json), "{\"shell\":\"no-such-shell\"}", 422, "no_shell"),
        (head("POST", "/v1/terminals", json), "{\"project\":\"/no/such/folder\"}", 404, "unknown_project"),
        (head("POST", "/v1/terminals", "text/plain"), "{}", 415, "not_json"),
        (head("POST", "/v1/terminals", json), big.as_str(), 413, "body_too_large"),
        (head("GET", "/v1/terminals/nonsense", json), "", 400, "bad_path"),
        (
            head("GET", "/v1/terminals/00000000-0000-0000-0000-000000000000", json),
            "",
            404,
            "unknown_terminal",
        ),
        (head("GET", "/v1/actions?colour=1", json), "", 400, "bad_query"),
        (head("GET", "/v1/nothing", json), "", 404, "not_found"),
        (head("PUT", "/v1/host", json), "", 405, "method_not_allowed"),
        (head("GET", "/v1/actions/..%2F..%2Fetc", json), "", 400, "invalid_id"),
    ];
    for (request, body, status, wanted) in cases {
        let (got, answer) = send(port, &request, body);
        assert_eq!((got, code(&answer).as_str()), (status, wanted), "{request}\n{answer}");
    }
    assert_eq!(send(port, &head("GET", "/v1/host", json), "").0, 200, "nothing else broke");
}

#[tokio::test]
async fn a_busy_port_is_said_so() {
    let host = TestHost::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused: Result<Value, ClientError> =
        host.client().await.post("/v1/host/open-web", &json!({ "port": port })).await;
    let Err(ClientError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.code, "port_busy");
    host.cli(&["host", "start", "--http", "0.0.0.0:80"]).run().exit(2).says("127.0.0.1:PORT");
    host.cli(&["host", "start", "--http"]).run().ok().prints("http://127.0.0.1:");
}

#[tokio::test]
async fn what_an_operation_does_not_take_is_refused() {
    let host = TestHost::new().user_action("mine", "  - write: \"true\\r\"\n");
    let client = host.client().await;
    let code = |error: ClientError| match error {
        ClientError::Refused(refusal) => refusal.code,
        other => panic!("{other}"),
    };
    for (path, body) in [
        ("/v1/actions/mine/duplicate", json!({ "project": "/x" })),
        ("/v1/actions/run-tests/reset", json!({ "force": true })),
        ("/v1/actions/mine/duplicate?prject=%2Fx", Value::Null),
    ] {
        let refused: Result<Value, ClientError> = client.post(path, &body).await;
        let code = code(refused.unwrap_err());
        assert!(code == "bad_body" || code == "bad_query", "{path} {body}: {code}");
    }
    for (body, label) in [(Value::Null, "mine copy"), (json!({}), "mine copy 2")] {
        let copy: Value = client.post("/v1/actions/mine/duplicate", &body).await.unwrap();
        assert_eq!(copy["label"], label);
    }
}
