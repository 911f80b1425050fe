//! How operations read requests and answer: one shape for every error, whatever refused.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::action::visible;
use crate::api::ApiError;
use crate::mismatch::Mismatch;

/// What an operation answers.
pub type Answer<T> = Result<Json<T>, ApiError>;

/// A JSON body.
#[derive(FromRequest)]
#[from_request(via(Json), rejection(ApiError))]
pub struct Body<T>(pub T);

/// The body of an operation that takes none. What somebody wrote into it would otherwise be ignored without a word.
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await?;
        if matches!(body.trim_ascii(), b"" | b"null" | b"{}") {
            return Ok(Self);
        }
        Err(ApiError::new(400, "bad_body", "this operation takes no body")
            .hint("what it takes stands in the path and the query; see /openapi.json"))
    }
}

/// The query.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub struct Query<T>(pub T);

/// What stands in the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub struct Path<T>(pub T);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self)).into_response()
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let status = rejection.status().as_u16();
        let refused = match &rejection {
            JsonRejection::JsonDataError(_) => misfit(status, "bad_body", &rejection.body_text(), "the body"),
            JsonRejection::JsonSyntaxError(_) => {
                let said = rejection.body_text();
                let place = said.rsplit_once(" at line ").and_then(|(_, place)| place.split_once(" column "));
                let place = place.map_or_else(String::new, |(line, column)| {
                    format!(" from line {line}, column {column} on")
                });
                Self::new(status, "bad_body", format!("the body is no JSON{place}"))
            }
            JsonRejection::MissingJsonContentType(_) => {
                Self::new(status, "not_json", "the body is not marked as JSON")
                    .hint("send it with `Content-Type: application/json`")
            }
            _ => unread(rejection.status()),
        };
        match refused.hint {
            Some(_) => refused,
            None => refused.hint("send a JSON object as described in /openapi.json, at most 1 MiB"),
        }
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        unread(rejection.status()).hint("send at most 1 MiB at a time")
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        misfit(400, "bad_query", &rejection.body_text(), "the query")
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        // The one thing in a path that can be wrong is an id of a terminal or a run.
        let said = rejection.body_text();
        let value = said.split_once("with value `").and_then(|(_, rest)| rest.rsplit_once("`: "));
        let id = value.map_or_else(String::new, |(value, _)| format!("`{}` ", visible(value)));
        Self::new(400, "bad_path", format!("{id}is no id of a terminal or a run"))
            .hint("an id looks like 019362f4-8c5e-7000-8000-0123456789ab; `terminals:list` and `runs:list` tell them")
    }
}

/// Data that is not what the operation takes. The library's own words are behind the first `: `.
fn misfit(status: u16, code: &str, said: &str, what: &str) -> ApiError {
    let said = said.split_once(": ").map_or(said, |(_, said)| said);
    let Mismatch { message, hint } = Mismatch::read(said, what);
    ApiError { hint, ..ApiError::new(status, code, message) }
}

fn unread(status: StatusCode) -> ApiError {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::new(status.as_u16(), "body_too_large", "the body is larger than 1 MiB")
    } else {
        ApiError::new(status.as_u16(), "bad_body", "the body could not be read to its end")
    }
}

/// A refusal that is no operation's: unknown paths, methods, origins.
pub(crate) fn refuse(status: u16, code: &str, message: &str) -> Response {
    ApiError::new(status, code, message).into_response()
}
