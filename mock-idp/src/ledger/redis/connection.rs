//! The connection to the server, which all orgs of a process share.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{Client, Cmd, Pipeline, RedisFuture, RedisResult, Value};

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

/// A server or a cluster. Clones share its connections, which are made again when they are lost.
#[derive(Clone)]
pub(crate) struct RedisServer {
    connection: Connection,
    /// How long writes took.
    write_times: Arc<Histogram>,
    /// How long reads took.
    read_times: Arc<Histogram>,
}

impl std::fmt::Debug for RedisServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisServer")
    }
}

impl RedisServer {
    /// Connects to `redis://[user:password@]host[:port][/database]`, or `rediss://…` for TLS. If the server is a node of a cluster,
    /// the others are found and used too.
    ///
    /// # Errors
    /// The URL is invalid, or the server does not answer.
    pub(crate) async fn connect(url: &str) -> Result<Self, RedisError> {
        let connection = connect(url).await.map_err(|error| RedisError { address: without_password(url), error })?;
        Ok(Self { connection, write_times: Arc::default(), read_times: Arc::default() })
    }

    pub(super) fn connection(&self) -> Connection {
        self.connection.clone()
    }

    pub(super) fn write_times(&self) -> &Histogram {
        &self.write_times
    }

    pub(super) fn read_times(&self) -> &Histogram {
        &self.read_times
    }
}

async fn connect(url: &str) -> RedisResult<Connection> {
    let config = ConnectionManagerConfig::new()
        .set_response_timeout(Some(LIMIT))
        .set_connection_timeout(Some(LIMIT))
        .set_max_delay(RETRY_INTERVAL)
        .set_number_of_retries(1);
    let mut server = ConnectionManager::new_with_config(Client::open(url)?, config).await?;
    // A user who may not ask uses the server as a single one.
    let about: String = redis::cmd("INFO").arg("cluster").query_async(&mut server).await.unwrap_or_default();
    if !about.contains("cluster_enabled:1") {
        return Ok(Connection::Server(server));
    }
    let cluster = ClusterClient::builder([url])
        .response_timeout(LIMIT)
        .connection_timeout(LIMIT)
        // A change that is sent again after its connection was lost could be made twice. When a slot has moved to another node, one
        // operation fails, and the client learns of it.
        .retries(0)
        .build()?;
    Ok(Connection::Cluster(cluster.get_async_connection().await?))
}

/// A connection to a server, or to the nodes of a cluster.
#[derive(Clone)]
pub(super) enum Connection {
    Server(ConnectionManager),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Server(server) => server.req_packed_command(command),
            Self::Cluster(cluster) => cluster.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Server(server) => server.req_packed_commands(commands, offset, count),
            Self::Cluster(cluster) => cluster.req_packed_commands(commands, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Server(server) => server.get_db(),
            Self::Cluster(cluster) => cluster.get_db(),
        }
    }
}
