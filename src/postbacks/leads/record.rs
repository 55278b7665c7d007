//! What a store knows of a lead, and how an operation changes it; pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What a store keeps for a lead that was begun.
///
/// ```
/// use std::time::Duration;
/// use cpalead::postbacks::{Begun, LeadOp, LeadRecord, LeadReply};
///
/// let now = "2026-01-15T12:00:00Z".parse().unwrap();
/// let begin = |ticket| LeadOp::Begin { ticket, now, lease: Duration::from_secs(60) };
/// let (reply, record) = LeadRecord::apply(None, &begin(1));
/// assert_eq!(reply, LeadReply::Begun(Begun::First));
/// let (reply, _) = LeadRecord::apply(record, &begin(2));
/// assert_eq!(reply, LeadReply::Busy);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeadRecord {
    /// Somebody is rewarding the lead, or died while doing so.
    Begun {
        /// Whose turn it is.
        ticket: u64,
        /// When somebody else may take over.
        until: Timestamp,
    },
    /// The lead was rewarded.
    Done,
}

/// An operation on a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeadOp {
    /// Asks for the turn to reward the lead.
    Begin {
        /// A random number that nobody else uses.
        ticket: u64,
        /// The time of the wall clock.
        now: Timestamp,
        /// How long the turn lasts.
        lease: Duration,
    },
    /// Says that the lead was rewarded.
    Commit {
        /// The ticket of the turn.
        ticket: u64,
    },
}

/// What an operation led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeadReply {
    /// The turn begins.
    Begun(Begun),
    /// It is somebody else's turn.
    Busy,
    /// The lead is done. For a commit: it was done by this ticket, or before.
    Done,
    /// The lead is done now, but somebody else had taken the turn over.
    TakenOver,
}

/// Whether a turn is the first for its lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nobody began before.
    First,
    /// Somebody began before and did not commit in time: the reward may or may not have been paid.
    Again,
}

impl LeadRecord {
    /// The reply to an operation, and what to keep from now on.
    ///
    /// A turn ends with its lease. It also ends when its end lies further away than two leases:
    /// then the clock was set back, and nobody should wait until it is right again.
    #[must_use]
    pub fn apply(record: Option<LeadRecord>, op: &LeadOp) -> (LeadReply, Option<LeadRecord>) {
        match (*op, record) {
            (LeadOp::Begin { .. }, Some(LeadRecord::Done)) => (LeadReply::Done, record),
            (LeadOp::Begin { ticket, now, lease }, _) => {
                let until = later(now, lease);
                let latest = later(until, lease);
                let begun = Some(LeadRecord::Begun { ticket, until });
                match record {
                    Some(LeadRecord::Begun { until: held, .. }) if now < held && held <= latest => {
                        (LeadReply::Busy, record)
                    }
                    Some(_) => (LeadReply::Begun(Begun::Again), begun),
                    None => (LeadReply::Begun(Begun::First), begun),
                }
            }
            (LeadOp::Commit { ticket }, Some(LeadRecord::Begun { ticket: held, .. }))
                if held != ticket =>
            {
                (LeadReply::TakenOver, Some(LeadRecord::Done))
            }
            (LeadOp::Commit { .. }, _) => (LeadReply::Done, Some(LeadRecord::Done)),
        }
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).ok();
    let later = by.and_then(|by| time.checked_add(by).ok());
    later.unwrap_or(Timestamp::MAX)
}
