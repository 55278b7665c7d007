//! Which leads were rewarded: a turn for each, so that a repeated postback is not rewarded twice
//! and a crash does not lose one.

pub(crate) mod file;
pub(crate) mod memory;
pub(crate) mod record;
#[cfg(feature = "redis")]
pub(crate) mod redis;

use std::fmt::{self, Debug, Write as _};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use self::record::{Begun, LeadOp, LeadReply};
use crate::clock::{BoxFuture, Clock, SystemClock};
use crate::rate_limits::store::StoreError;

/// How long a turn lasts by default. The provider waits fifteen seconds for an answer, as a
/// publisher's program names it; a reward should take a fraction of that.
const LEASE: Duration = Duration::from_secs(60);

/// Makes these hashes different from other hashes of the same text.
const DOMAIN: &[u8] = b"cpalead leads 1\0";

/// Gives out the turn to reward a lead, for programs whose reward is not in a database.
///
/// If the reward is in a database, use a unique index on the lead id in the transaction of the
/// reward, and not this: only then is nothing left between the two that a crash could separate.
///
/// ```
/// use cpalead::postbacks::{Lead, Leads, MemoryLeads, StoreError};
///
/// # async fn has_paid(_: &str) -> bool { false }
/// # async fn pay(_: &str) {}
/// /// The status to answer.
/// async fn reward(leads: &Leads, lead_id: &str) -> Result<u16, StoreError> {
///     match leads.begin(lead_id).await? {
///         Lead::New(ticket) => {
///             pay(lead_id).await;
///             ticket.commit().await?;
///             Ok(200)
///         }
///         // Somebody began and did not finish: look first.
///         Lead::Interrupted(ticket) => {
///             if !has_paid(lead_id).await {
///                 pay(lead_id).await;
///             }
///             ticket.commit().await?;
///             Ok(200)
///         }
///         Lead::Done => Ok(200),
///         // The provider tries again.
///         Lead::Busy => Ok(503),
///     }
/// }
/// # let _ = reward;
/// ```
///
/// Answer 503 when a store fails: the provider then tries again.
///
/// What this guarantees: of two calls with one lead at the same time, only one gets the turn; a
/// lead that was committed never gets one again; a lead whose turn was not finished is not lost,
/// and comes back as [`Lead::Interrupted`]. What no store can know is whether an interrupted
/// payment took place. Give the lead id to whatever pays, and ask there.
#[derive(Debug, Clone)]
pub struct Leads {
    store: Arc<dyn LeadStore>,
    clock: Arc<dyn Clock>,
    lease: Duration,
}

/// Whether a lead is to be rewarded now.
#[derive(Debug)]
pub enum Lead {
    /// The lead is new: reward it, then commit.
    New(LeadTicket),
    /// A turn was not finished in time. The reward may or may not have been paid: look it up, pay
    /// if it was not, then commit.
    Interrupted(LeadTicket),
    /// The lead was rewarded before: answer 200.
    Done,
    /// The lead is being rewarded at this moment: answer 503, so that the provider tries again.
    Busy,
}

/// The turn to reward one lead.
///
/// Dropping it changes nothing: the lead stays busy until the lease ends.
#[must_use = "a lead is done only after its ticket was committed"]
pub struct LeadTicket {
    store: Arc<dyn LeadStore>,
    lead: String,
    ticket: u64,
}

/// What a commit found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Committed {
    /// The turn was still held.
    InTime,
    /// The turn had ended and somebody else has taken it over, who may have paid too. Raise an
    /// alarm, and choose a longer lease.
    TakenOver,
}

/// Keeps a [`LeadRecord`](super::LeadRecord) for each lead.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
/// use cpalead::clock::BoxFuture;
/// use cpalead::postbacks::{LeadOp, LeadRecord, LeadReply, LeadStore, StoreError};
///
/// #[derive(Debug, Default)]
/// struct Map(Mutex<HashMap<String, LeadRecord>>);
///
/// impl LeadStore for Map {
///     fn apply<'a>(
///         &'a self,
///         lead: &'a str,
///         op: LeadOp,
///     ) -> BoxFuture<'a, Result<LeadReply, StoreError>> {
///         Box::pin(async move {
///             let mut records = self.0.lock().map_err(|_| StoreError::new("the map is broken"))?;
///             let (reply, record) = LeadRecord::apply(records.get(lead).copied(), &op);
///             records.extend(record.map(|record| (lead.to_owned(), record)));
///             Ok(reply)
///         })
///     }
/// }
/// # let _ = Map::default();
/// ```
///
/// A store must guarantee that an operation reads the record, applies
/// [`LeadRecord::apply`](super::LeadRecord::apply) and writes the result as if it were alone, and
/// that what it has replied survives what the store promises to survive.
pub trait LeadStore: Debug + Send + Sync + 'static {
    /// Applies one operation to the record of a lead, which is named by 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// When the record cannot be read or written. Nobody gets the turn then.
    fn apply<'a>(
        &'a self,
        lead: &'a str,
        op: LeadOp,
    ) -> BoxFuture<'a, Result<LeadReply, StoreError>>;
}

impl Leads {
    /// Uses this store, with turns of one minute.
    #[must_use]
    pub fn new(store: impl LeadStore) -> Leads {
        Leads {
            store: Arc::new(store),
            clock: Arc::new(SystemClock),
            lease: LEASE,
        }
    }

    /// Sets how long a turn lasts. It must be longer than paying can take, with all its time
    /// limits. The default is one minute.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Leads {
        self.lease = lease;
        self
    }

    /// Sets the clock, for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Leads {
        self.clock = Arc::new(clock);
        self
    }

    /// Asks for the turn to reward a lead.
    ///
    /// # Errors
    ///
    /// When the store fails. Answer 503 then.
    pub async fn begin(&self, lead_id: &str) -> Result<Lead, StoreError> {
        let lead = name(lead_id);
        let ticket = fastrand::u64(1..);
        let op = LeadOp::Begin {
            ticket,
            now: self.clock.now(),
            lease: self.lease,
        };
        let reply = self.store.apply(&lead, op).await?;
        let ticket = LeadTicket {
            store: Arc::clone(&self.store),
            lead,
            ticket,
        };
        Ok(match reply {
            LeadReply::Begun(Begun::First) => Lead::New(ticket),
            LeadReply::Begun(Begun::Again) => Lead::Interrupted(ticket),
            LeadReply::Done => Lead::Done,
            LeadReply::Busy | LeadReply::TakenOver => Lead::Busy,
        })
    }
}

impl LeadTicket {
    /// Says that the lead was rewarded.
    ///
    /// # Errors
    ///
    /// When the store fails. Answer 503: the lead comes again, as [`Lead::Interrupted`] once the
    /// lease has ended.
    pub async fn commit(self) -> Result<Committed, StoreError> {
        let op = LeadOp::Commit {
            ticket: self.ticket,
        };
        Ok(match self.store.apply(&self.lead, op).await? {
            LeadReply::TakenOver => Committed::TakenOver,
            _ => Committed::InTime,
        })
    }
}

impl fmt::Debug for LeadTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeadTicket")
            .field("lead", &self.lead)
            .finish_non_exhaustive()
    }
}

/// The hash under which stores keep a lead: it fits into a file name, whatever the id contains.
fn name(lead_id: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    hasher.update(lead_id);
    let mut name = String::with_capacity(64);
    for byte in hasher.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests;
