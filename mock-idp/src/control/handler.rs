//! Handlers of the control API: they return any response, because nothing of them is recorded.

use axum::body::Body;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, StatusCode};

use crate::control::ControlError;
use crate::journal::Explained;
use crate::routing::{Decided, FromBody, Operation};

/// Largest body, in bytes.
const MAX_BODY: usize = 2 * 1024 * 1024;

/// Largest state of an org in a body, in bytes.
const MAX_STATE: usize = 256 * 1024 * 1024;

/// A body that may be as large as the state of an org.
#[derive(Debug)]
pub(super) struct LargeBody(pub(super) Bytes);

/// Makes a [`Handler`](crate::routing::Handler) of an async function.
macro_rules! handler {
    ($function:path) => {
        |request| Box::pin($crate::control::handler::run($function, request))
    };
}
pub(super) use handler;

/// Runs a handler.
pub(super) async fn run<H, V>(operation: H, request: Request<Body>) -> Decided
where
    H: Operation<V>,
    H::Output: IntoResponse,
{
    match operation.call(request).await {
        Ok(output) => Explained::undecided(output.into_response()),
        Err(refused) => refused,
    }
}

impl FromBody for Bytes {
    async fn from_body(_: &Parts, body: Body) -> Result<Self, Decided> {
        read(body, MAX_BODY).await
    }
}

impl FromBody for LargeBody {
    async fn from_body(_: &Parts, body: Body) -> Result<Self, Decided> {
        Ok(Self(read(body, MAX_STATE).await?))
    }
}

async fn read(body: Body, most: usize) -> Result<Bytes, Decided> {
    axum::body::to_bytes(body, most).await.map_err(|error| {
        let expected = format!("a body of at most {most} bytes");
        let error = ControlError::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string(), expected);
        Explained::undecided(error.into_response())
    })
}
