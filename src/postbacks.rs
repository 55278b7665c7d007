//! Postbacks: the call that the provider makes to a publisher's server after each conversion, read,
//! proven and rewarded once.
//!
//! [`Postbacks`] reads a call with the template that was typed into the dashboard, checks the
//! password and the address, and says which status to answer. It knows no web framework.
//!
//! The provider repeats a postback when the answer is late or lost, so each lead must be rewarded
//! only once. **The best way is a unique index on the lead id in your own database, written in the
//! same transaction as the reward**: then no crash can separate the two. [`Leads`] is for programs
//! whose reward is elsewhere.
//!
//! ```
//! use cpalead::postbacks::{AmountRule, Caller, Postbacks};
//!
//! # use cpalead::rust_decimal::Decimal;
//! # fn store_once(_: &str, _: Option<&str>, _: Decimal) -> Result<(), ()> { Ok(()) }
//! /// The status to answer.
//! fn answer(postbacks: &Postbacks, query: &str, caller: &Caller) -> u16 {
//!     let postback = match postbacks.receive(query, caller) {
//!         Ok(postback) => postback,
//!         Err(refused) => return refused.status(),
//!     };
//!     match postback.amount(AmountRule::EventFirst) {
//!         // `INSERT INTO rewards … ON CONFLICT (lead_id) DO NOTHING` and the balance of the
//!         // user, in one transaction. A lead that is there already is a success.
//!         Some((amount, _)) if amount > Decimal::ZERO => {
//!             match store_once(postback.lead_id(), postback.subid(), amount) {
//!                 Ok(()) => 200,
//!                 // The provider tries again.
//!                 Err(_) => 503,
//!             }
//!         }
//!         // Nothing to reward, and no repetition would change that. Keep it for a person to see.
//!         _ => 200,
//!     }
//! }
//! # let _ = answer;
//! ```
//!
//! Sources: the provider's Postback documentation, and the programs of publishers where the
//! documentation is silent. Each rule says which.

pub(crate) mod caller;
pub(crate) mod leads;
pub(crate) mod macros;
pub(crate) mod passwords;
pub(crate) mod postback;
pub(crate) mod receiver;
pub(crate) mod template;

pub use crate::rate_limits::StoreError;
pub use caller::{Caller, Network, ParseNetworkError, Relay};
pub use leads::file::FileLeads;
pub use leads::memory::MemoryLeads;
pub use leads::record::{Begun, LeadOp, LeadRecord, LeadReply};
#[cfg(feature = "redis")]
pub use leads::redis::RedisLeads;
pub use leads::{Committed, Lead, LeadStore, LeadTicket, Leads};
pub use macros::Macro;
pub use postback::{AmountRule, AmountSource, Postback};
pub use receiver::{Postbacks, Refused};
pub use template::Remark;
