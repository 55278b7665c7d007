//! The store of leads on a Redis server: hosts share them through one atomic script, which uses the
//! server's clock.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{LeadStore, StoreError};
use crate::clock::BoxFuture;
use crate::postbacks::leads::record::{Begun, LeadOp, LeadReply};
use crate::redis_connection::Connection;

const SCRIPT: &str = include_str!("redis/record.lua");

/// A different format would get a different prefix, so that two versions never read each other's
/// keys.
const PREFIX: &str = "cpalead:leads:1:";

/// The time limit for connecting and for each answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long a lead is remembered. How long the provider repeats a postback is not documented.
const KEEP: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Keeps leads on a Redis server, for all hosts that use it.
///
/// ```
/// use cpalead::postbacks::{Leads, RedisLeads};
///
/// # fn main() -> Result<(), cpalead::postbacks::StoreError> {
/// let leads = Leads::new(RedisLeads::new("redis://127.0.0.1:6379")?);
/// # let _ = leads;
/// # Ok(())
/// # }
/// ```
///
/// - Needs Redis 5 or later, or Valkey. The user needs `EVAL`, `TIME`, `GET` and `SET` on the keys
///   `cpalead:leads:1:*`. A key is named by a hash, contains no lead id, and expires after 90 days.
/// - The server decides whether a turn has ended, by its own clock.
/// - **A server that loses its data forgets what was rewarded, and a repeated postback looks new.**
///   Use `appendonly yes` with `appendfsync always`, and an eviction policy that does not remove
///   these keys. A failover to a replica that does not have the last write loses it too.
/// - If the connection is broken, an operation is tried once more over a new one. That is safe,
///   because a ticket gets only one turn.
#[derive(Clone)]
pub struct RedisLeads {
    connection: Arc<Connection>,
}

impl RedisLeads {
    /// Creates a store on the server at `url`, such as `redis://:password@host:6379/0` or
    /// `redis+unix:///run/redis.sock`.
    ///
    /// This does not connect yet. The url may contain a password; it never appears in any output.
    ///
    /// # Errors
    ///
    /// When the url is not valid, or asks for TLS and no TLS feature is enabled.
    pub fn new(url: &str) -> Result<RedisLeads, StoreError> {
        Ok(RedisLeads {
            connection: Arc::new(Connection::new(url, "leads", TIMEOUT)?),
        })
    }

    /// Sets the time limit for connecting and for each answer. The default is two seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> RedisLeads {
        self.connection = Arc::new(self.connection.with_timeout(timeout));
        self
    }

    async fn run(&self, lead: &str, op: LeadOp) -> Result<LeadReply, StoreError> {
        let (name, ticket, lease) = match op {
            LeadOp::Begin { ticket, lease, .. } => ("begin", ticket, lease),
            LeadOp::Commit { ticket } => ("commit", ticket, Duration::ZERO),
        };
        let mut command = redis::cmd("EVAL");
        command
            .arg(SCRIPT)
            .arg(1)
            .arg(format!("{PREFIX}{lead}"))
            .arg(name)
            .arg(ticket)
            .arg(millis(lease))
            .arg(millis(KEEP));
        let answer: String = self.connection.query(&command).await?;
        match answer.as_str() {
            "first" => Ok(LeadReply::Begun(Begun::First)),
            "again" => Ok(LeadReply::Begun(Begun::Again)),
            "busy" => Ok(LeadReply::Busy),
            "done" => Ok(LeadReply::Done),
            "taken over" => Ok(LeadReply::TakenOver),
            _ => Err(StoreError::new(
                "redis answered the script of the leads with an unknown word",
            )),
        }
    }
}

/// Whole milliseconds, and never more than a record may be kept.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.min(KEEP).as_millis()).unwrap_or(u64::MAX)
}

impl LeadStore for RedisLeads {
    fn apply<'a>(
        &'a self,
        lead: &'a str,
        op: LeadOp,
    ) -> BoxFuture<'a, Result<LeadReply, StoreError>> {
        Box::pin(self.run(lead, op))
    }
}

impl fmt::Debug for RedisLeads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The url is left out, because it may contain a password.
        f.debug_struct("RedisLeads").finish_non_exhaustive()
    }
}
