//! A server for what clients publish: keys, request objects, lists of redirect URIs.

use crate::driver::Listener;
use crate::scenario::stopped::Stopped;

/// A server for the documents of a client.
pub(super) async fn publisher() -> Result<Listener, Stopped> {
    Listener::start(0).await.map_err(|error| Stopped::HarnessError(error.to_string()))
}
