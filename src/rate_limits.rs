//! When a call may start: the settings, the limiter that applies them, and the stores.
//!
//! Most programs need only [`RateLimits`]. Several processes that share an account also need a
//! [`FileStore`], and several hosts need a `RedisStore`:
//!
//! ```
//! use cpalead::rate_limits::{FileStore, RateLimits};
//!
//! let limits = RateLimits::default().store(FileStore::new("/var/lib/shop/cpalead"));
//! let client = cpalead::Client::builder(3_360_001).rate_limits(limits).build()?;
//! # Ok::<(), cpalead::Error>(())
//! ```
//!
//! [`Limiter`] is for programs that call the provider without this library's client. Everything
//! else here is for writing a [`Store`], which keeps one [`Ledger`] for each [`Lane`] of an
//! [`Account`] and applies each [`Op`] to it.

pub(crate) mod ledger;
pub(crate) mod limiter;
pub(crate) mod permit;
pub(crate) mod settings;
pub(crate) mod store;

pub use ledger::{Ask, Ledger, Op, Reply, Ticket};
pub use limiter::{LimitError, Limiter};
pub use permit::Permit;
pub use settings::{RateLimits, Scope, Wait};
pub use store::account::{Account, Lane};
pub use store::file::FileStore;
pub use store::memory::MemoryStore;
#[cfg(feature = "redis")]
pub use store::redis::{RedisStore, WhenAway};
pub use store::{Store, StoreError, Warning};
