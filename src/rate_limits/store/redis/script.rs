//! The script of the rate limits: how an operation is sent to it, and how its answer is read.

use std::time::Duration;

use redis::Cmd;

use crate::rate_limits::ledger::{Op, Reply};
use crate::rate_limits::store::Lane;
use crate::redis_connection::{Connection, Failure};

const SCRIPT: &str = include_str!("ledger.lua");

/// A different format of the ledger would get a different prefix, so that two versions never read
/// each other's keys.
const PREFIX: &str = "cpalead:limits:1:";

/// Longer than any wait that makes sense, and exact in the script's floating-point numbers.
const FOREVER: u64 = 1_000_000_000_000;

/// Runs one operation.
pub(super) async fn run(connection: &Connection, lane: &Lane, op: &Op) -> Result<Reply, Failure> {
    connection.query(&command(lane, op)).await.map(reply)
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
