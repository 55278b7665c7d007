//! A connection to Redis, made when needed and again when broken, for the stores on a Redis server.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, RedisError, ServerErrorKind,
};

use crate::rate_limits::store::StoreError;

/// The connection that all clones of a store share.
pub(crate) struct Connection {
    client: Client,
    /// What the store keeps, for messages: `rate limits`.
    subject: &'static str,
    /// The time limit for connecting and for each answer.
    timeout: Duration,
    connection: Mutex<Option<MultiplexedConnection>>,
}

/// Why an operation failed: the server is not available, or it refused.
pub(crate) enum Failure {
    Away(StoreError),
    Refused(StoreError),
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> StoreError {
        match failure {
            Failure::Away(error) | Failure::Refused(error) => error,
        }
    }
}

impl Connection {
    pub(crate) fn new(
        url: &str,
        subject: &'static str,
        timeout: Duration,
    ) -> Result<Connection, StoreError> {
        // The cause is not kept, because it may quote the url and its password.
        let client = Client::open(url).map_err(|_| {
            StoreError::new(
                "the url of redis is not valid; use redis://HOST:PORT/DATABASE or redis+unix:///PATH, and for rediss:// enable a TLS feature of the crate redis",
            )
        })?;
        Ok(Connection {
            client,
            subject,
            timeout,
            connection: Mutex::new(None),
        })
    }

    /// The same server with a different time limit, over a separate connection.
    pub(crate) fn with_timeout(&self, timeout: Duration) -> Connection {
        Connection {
            client: self.client.clone(),
            subject: self.subject,
            timeout,
            connection: Mutex::new(None),
        }
    }

    /// Runs one command, and runs it again over a new connection if the present one is broken.
    pub(crate) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Failure> {
        if let Some(mut connection) = self.cached() {
            match command.query_async(&mut connection).await {
                Ok(answer) => return Ok(answer),
                Err(error) if is_away(&error) => self.cache(None),
                Err(error) => return Err(self.failure(error)),
            }
        }
        let connected = self.connect().await;
        let mut connection = connected.map_err(|error| self.failure(error))?;
        // The connection is kept before it is used. If this future is dropped, the command that
        // takes this one back must follow it over the same connection.
        self.cache(Some(connection.clone()));
        match command.query_async(&mut connection).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.cache(None);
                Err(self.failure(error))
            }
        }
    }

    async fn connect(&self) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        self.client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    fn cached(&self) -> Option<MultiplexedConnection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn cache(&self, connection: Option<MultiplexedConnection>) {
        *self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = connection;
    }

    fn failure(&self, error: RedisError) -> Failure {
        let subject = self.subject;
        if is_away(&error) {
            let message = format!(
                "could not reach redis for the {subject}; start it, or choose another store"
            );
            Failure::Away(StoreError::new(message).caused_by(error))
        } else {
            let message = format!(
                "redis refused the script of the {subject}; check its version, the password and the permissions of the user"
            );
            Failure::Refused(StoreError::new(message).caused_by(error))
        }
    }
}

/// Whether the server is not available: unreachable, loading, shutting down, or a replica without
/// its master.
fn is_away(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_timeout()
        || error.is_connection_dropped()
        || matches!(
            error.kind(),
            ErrorKind::Server(
                ServerErrorKind::BusyLoading
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::TryAgain
                    | ServerErrorKind::ReadOnly
                    | ServerErrorKind::ClusterDown
            )
        )
}
