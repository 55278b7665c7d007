//! The connection to Redis, made when needed and again when broken, and the script that runs over
//! it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, ErrorKind, RedisError, ServerErrorKind};

use crate::rate_limits::ledger::{Op, Reply};
use crate::rate_limits::store::{Lane, StoreError};

const SCRIPT: &str = include_str!("ledger.lua");

/// A different format of the ledger would get a different prefix, so that two versions never read
/// each other's keys.
const PREFIX: &str = "cpalead:limits:1:";

/// Longer than any wait that makes sense, and exact in the script's floating-point numbers.
const FOREVER: u64 = 1_000_000_000_000;

/// The connection that all clones of a store share.
pub(super) struct Connection {
    client: Client,
    /// The time limit for connecting and for each answer.
    timeout: Duration,
    connection: Mutex<Option<MultiplexedConnection>>,
}

/// Why an operation failed: the server is not available, or it refused.
pub(super) enum Failure {
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
    pub(super) fn new(url: &str, timeout: Duration) -> Result<Connection, StoreError> {
        // The cause is not kept, because it may quote the url and its password.
        let client = Client::open(url).map_err(|_| {
            StoreError::new(
                "the url of redis is not valid; use redis://HOST:PORT/DATABASE or redis+unix:///PATH, and for rediss:// enable a TLS feature of the crate redis",
            )
        })?;
        Ok(Connection {
            client,
            timeout,
            connection: Mutex::new(None),
        })
    }

    /// The same server with a different time limit, over a separate connection.
    pub(super) fn with_timeout(&self, timeout: Duration) -> Connection {
        Connection {
            client: self.client.clone(),
            timeout,
            connection: Mutex::new(None),
        }
    }

    /// Runs one operation, and runs it again over a new connection if the present one is broken.
    pub(super) async fn run(&self, lane: &Lane, op: &Op) -> Result<Reply, Failure> {
        let command = command(lane, op);
        if let Some(mut connection) = self.cached() {
            match command.query_async(&mut connection).await {
                Ok(answer) => return Ok(reply(answer)),
                Err(error) if is_away(&error) => self.cache(None),
                Err(error) => return Err(failure(error)),
            }
        }
        let mut connection = self.connect().await.map_err(failure)?;
        // The connection is kept before it is used. If this future is dropped, the operation that
        // gives the slot back must follow it over the same connection.
        self.cache(Some(connection.clone()));
        match command.query_async(&mut connection).await {
            Ok(answer) => Ok(reply(answer)),
            Err(error) => {
                self.cache(None);
                Err(failure(error))
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
}

/// The whole script is sent each time. At one call a minute, its few kilobytes cost less than
/// asking whether the server knows it.
fn command(lane: &Lane, op: &Op) -> Cmd {
    let (name, ticket, span) = match op {
        Op::Take(ask) => ("take", ask.ticket.to_string(), ask.longest),
        Op::GiveBack(ticket) => ("back", ticket.to_string(), Duration::ZERO),
        Op::Defer(wait) => ("defer", String::new(), *wait),
        Op::Peek => ("peek", String::new(), Duration::ZERO),
    };
    let mut command = redis::cmd("EVAL");
    command
        .arg(SCRIPT)
        .arg(1)
        .arg(format!("{PREFIX}{}", lane.id()))
        .arg(name)
        .arg(ticket)
        .arg(millis(lane.interval()))
        .arg(millis(span));
    command
}

fn reply((held, wait): (u8, u64)) -> Reply {
    Reply {
        held: held == 1,
        wait: Duration::from_millis(wait),
    }
}

/// Whole milliseconds, rounded up so that no call starts too early.
fn millis(duration: Duration) -> u64 {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    u64::try_from(millis).map_or(FOREVER, |millis| millis.min(FOREVER))
}

fn failure(error: RedisError) -> Failure {
    if is_away(&error) {
        let message =
            "could not reach redis for the rate limits; start it, or choose another store";
        Failure::Away(StoreError::new(message).caused_by(error))
    } else {
        let message = "redis refused the script of the rate limits; check its version, the password and the permissions of the user";
        Failure::Refused(StoreError::new(message).caused_by(error))
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
