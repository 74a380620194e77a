//! The connection to the server, which all orgs of a process share.

use std::sync::Arc;
use std::time::Duration;

use redis::Client;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use crate::metrics::Histogram;
use crate::settings::without_password;

/// How long the server may take for an answer, or to accept a connection.
const LIMIT: Duration = Duration::from_millis(500);
/// The longest pause between two attempts to connect.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[error("the ledger's store {address} cannot be used: {error}")]
pub(crate) struct RedisError {
    /// Without password.
    address: String,
    error: redis::RedisError,
}

/// A server. Clones share its connection, which is made again when it is lost.
#[derive(Clone)]
pub(crate) struct RedisServer {
    connection: ConnectionManager,
    /// How long writes took.
    write_times: Arc<Histogram>,
}

impl std::fmt::Debug for RedisServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisServer")
    }
}

impl RedisServer {
    /// Connects to `redis://[user:password@]host[:port][/database]`, or `rediss://…` for TLS.
    ///
    /// # Errors
    /// The URL is invalid, or the server does not answer.
    pub(crate) async fn connect(url: &str) -> Result<Self, RedisError> {
        let failed = |error| RedisError { address: without_password(url), error };
        let client = Client::open(url).map_err(failed)?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(LIMIT))
            .set_connection_timeout(Some(LIMIT))
            .set_max_delay(RETRY_INTERVAL)
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_with_config(client, config).await.map_err(failed)?;
        Ok(Self { connection, write_times: Arc::default() })
    }

    pub(super) fn connection(&self) -> ConnectionManager {
        self.connection.clone()
    }

    pub(super) fn write_times(&self) -> &Histogram {
        &self.write_times
    }
}
