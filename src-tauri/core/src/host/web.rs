//! The door on loopback: the same operations behind a token, and the page that uses them.

mod page;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;

use super::Rooms;
use crate::api::operations::{self, refuse};
use crate::api::{ApiError, OpenWeb};
use crate::paths::Paths;

/// Origins besides the listener's own that pages of this product have (the window's).
const WINDOW_ORIGINS: [&str; 2] = ["tauri://localhost", "http://tauri.localhost"];

/// The open listener.
pub struct WebDoor {
    port: u16,
    token: String,
}

impl WebDoor {
    /// Opens it on a port of loopback; any free one for 0.
    pub async fn open(port: u16, rooms: Rooms) -> Result<Self, ApiError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let busy = |error: std::io::Error| {
            ApiError::new(409, "port_busy", format!("{address} can't be listened on: {error}"))
                .hint("choose another port, or 0 for any free one")
        };
        let listener = TcpListener::bind(address).await.map_err(busy)?;
        let port = listener.local_addr().map_err(busy)?.port();
        let token = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        keep_token(&rooms, &token);
        let guard = Arc::new(Guard { port, token: token.clone() });
        let (router, document) = operations::table();
        // What is added before a layer is behind it: all operations need the token, the page and the contract do not.
        let router = with_fallbacks(router).layer(from_fn_with_state(guard.clone(), check_token));
        let router = page::with_page(router.merge(operations::contract(&document)))
            .layer(from_fn_with_state(guard, check_origin));
        let router = router.with_state(rooms);
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the door on loopback closed");
            }
        });
        Ok(Self { port, token })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it is, and the token.
    pub fn address(&self) -> OpenWeb {
        OpenWeb { address: format!("http://127.0.0.1:{}", self.port), token: self.token.clone() }
    }

    /// An address that opens the page as it is. The token is in the fragment, which is never sent.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/#token={}", self.port, self.token)
    }
}

/// Leaves the token where scripts of this user find it.
fn keep_token(rooms: &Rooms, token: &str) {
    use std::io::Write as _;
    let write = || -> std::io::Result<()> {
        // A temporary file is made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(rooms.paths.run())?;
        file.write_all(token.as_bytes())?;
        file.persist(token_file(&rooms.paths)).map_err(|error| error.error)?;
        Ok(())
    };
    if let Err(error) = write() {
        tracing::warn!(%error, "the token's file could not be written");
    }
}

/// Removes the token's file: it opens nothing any more.
pub fn forget_token(paths: &Paths) {
    // One that is gone is what was wanted.
    _ = std::fs::remove_file(token_file(paths));
}

fn token_file(paths: &Paths) -> PathBuf {
    paths.run().join("web.token")
}

/// Paths and methods that are no operation.
pub fn with_fallbacks<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let hint = "/docs lists what there is";
    router
        .fallback(move |request: Request| async move {
            let message = format!("there is nothing at {}", request.uri().path());
            ApiError::new(404, "not_found", message).hint(hint).into_response()
        })
        .method_not_allowed_fallback(move |request: Request| async move {
            let message = format!("{} can't be used at {}", request.method(), request.uri().path());
            ApiError::new(405, "method_not_allowed", message).hint(hint).into_response()
        })
}

struct Guard {
    port: u16,
    token: String,
}

impl Guard {
    fn is_own_host(&self, host: &str) -> bool {
        host.strip_suffix(&format!(":{}", self.port))
            .is_some_and(|name| matches!(name, "127.0.0.1" | "localhost" | "[::1]"))
    }

    fn allows(&self, origin: &str) -> bool {
        WINDOW_ORIGINS.contains(&origin)
            || origin.strip_prefix("http://").is_some_and(|host| self.is_own_host(host))
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let bearer = text(headers, &AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let protocols = text(headers, &SEC_WEBSOCKET_PROTOCOL).unwrap_or_default().split(',');
        let mut offered =
            protocols.filter_map(|protocol| protocol.trim().strip_prefix("bearer.")).chain(bearer);
        offered.any(|token| same(token.as_bytes(), self.token.as_bytes()))
    }
}

/// Compares in a time that does not depend on where the texts differ.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Nobody reaches the door under another name (DNS rebinding) or from a page of somebody else's.
async fn check_origin(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !text(headers, &HOST).is_some_and(|host| guard.is_own_host(host)) {
        return refuse(403, "wrong_host", "this door answers to 127.0.0.1 and localhost only");
    }
    let origin = headers.get(ORIGIN).cloned();
    let Some(origin) = origin else { return next.run(request).await };
    if !origin.to_str().is_ok_and(|origin| guard.allows(origin)) {
        return refuse(403, "wrong_origin", "pages of this origin may not use the door");
    }
    let preflight = request.method() == Method::OPTIONS;
    let mut response =
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    allow(response.headers_mut(), origin);
    response
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    let methods = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    let names = HeaderValue::from_static("authorization, content-type");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}

async fn check_token(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    if guard.knows(request.headers()) {
        return next.run(request).await;
    }
    let error = ApiError::new(401, "unauthorized", "the token is missing or wrong");
    error.hint("open the address that `ai-orchestrator host status` prints").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard { port: 4000, token: "secret".into() }
    }

    #[test]
    fn only_this_door_s_own_names_and_pages_are_known() {
        let guard = guard();
        for host in ["127.0.0.1:4000", "localhost:4000", "[::1]:4000"] {
            assert!(guard.is_own_host(host), "{host}");
        }
        for host in ["evil.example:4000", "127.0.0.1:4001", "127.0.0.1", "localhost.evil:4000"] {
            assert!(!guard.is_own_host(host), "{host}");
        }
        assert!(guard.allows("tauri://localhost") && guard.allows("http://127.0.0.1:4000"));
        assert!(
            !guard.allows("null")
                && !guard.allows("http://evil.example")
                && !guard.allows("https://localhost")
        );
    }

    #[test]
    fn the_token_is_known_in_either_place() {
        let with = |name: HeaderName, value: &'static str| {
            guard().knows(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
        };
        assert!(with(AUTHORIZATION, "Bearer secret"));
        assert!(with(SEC_WEBSOCKET_PROTOCOL, "ai-orchestrator.v1, bearer.secret"));
        assert!(!with(AUTHORIZATION, "Bearer secreT") && !with(AUTHORIZATION, "secret"));
        assert!(!guard().knows(&HeaderMap::new()));
    }
}
