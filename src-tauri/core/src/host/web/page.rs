//! The page: the built UI, embedded. Without one, a page that says which command builds it.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

/// `ui/dist`; read from disk in debug builds, so that a rebuilt UI shows at once.
#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
struct Dist;

const NOT_BUILT: &str = include_str!("not-built.html");

/// Scripts from the page itself only (what decodes a terminal's pictures is WebAssembly); connections to this
/// machine only.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; frame-ancestors 'none'";

/// Adds the page and its files.
pub fn with_page<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.route("/", get(file)).route("/assets/{*path}", get(file)).route("/favicon.svg", get(file))
}

async fn file(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let mut response = match Dist::get(path) {
        Some(EmbeddedFile { data, metadata }) => {
            let kind = HeaderValue::from_str(metadata.mimetype());
            let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
            ([(header::CONTENT_TYPE, kind)], data).into_response()
        }
        None if path == "index.html" => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
