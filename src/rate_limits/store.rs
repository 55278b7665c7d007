//! Where ledgers are kept: the trait that a store implements, what it may say, and the stores that come with the library.

pub(crate) mod account;
pub(crate) mod file;
pub(crate) mod memory;
#[cfg(feature = "redis")]
pub(crate) mod redis;

use std::error::Error;
use std::fmt::{self, Debug};
use std::path::PathBuf;
use std::sync::Arc;

use self::account::Lane;
use super::ledger::{Op, Reply};
use crate::clock::{BoxFuture, Clock};

/// Keeps one [`Ledger`](crate::rate_limits::Ledger) for each [`Lane`], for all who share the store.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Mutex, PoisonError};
/// use cpalead::clock::{BoxFuture, Clock};
/// use cpalead::rate_limits::{Lane, Ledger, Op, Reply, Store, StoreError};
///
/// /// A store of one's own: one map for one process.
/// #[derive(Debug, Default)]
/// struct Map(Mutex<HashMap<String, Ledger>>);
///
/// impl Store for Map {
///     fn apply<'a>(&'a self, lane: &'a Lane, op: Op, clock: &'a dyn Clock) -> BoxFuture<'a, Result<Reply, StoreError>> {
///         Box::pin(async move {
///             let mut ledgers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///             let ledger = ledgers.entry(lane.id().to_owned()).or_default();
///             Ok(ledger.apply(clock.steady(), lane.interval(), &op))
///         })
///     }
/// }
/// # let _: cpalead::RateLimits = cpalead::RateLimits::default().store(Map::default());
/// ```
///
/// What a store owes its users:
///
/// - **One at a time.** An operation reads the lane's ledger, applies [`Ledger::apply`](crate::rate_limits::Ledger::apply) and
///   writes the result, as if nobody else were there. A ledger never seen before is `Ledger::default()`.
/// - **A time that does not run backwards**, the same for all who share the store, read after the lane was locked. The
///   given clock is the caller's; a store on a server uses the server's.
/// - **In order.** The operations of one ticket take effect in the order in which they were asked for, even when the future
///   of an earlier one was dropped before its end: a claim is given back after it was taken, never before.
/// - **When in doubt, later.** A ledger that was lost or cannot be read counts as
///   [`Ledger::just_used`](crate::rate_limits::Ledger::just_used). An operation that fails may have taken a slot; it must not have let
///   two callers start.
/// - **Nothing locked while somebody sleeps.** The caller does the waiting, between two operations.
pub trait Store: Debug + Send + Sync + 'static {
    /// Applies one operation to the ledger of `lane`.
    ///
    /// # Errors
    ///
    /// When the ledger could not be read or written. The caller then makes no call to the provider.
    fn apply<'a>(
        &'a self,
        lane: &'a Lane,
        op: Op,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>>;

    /// The same, if it can be done at once and without a runtime; otherwise `None`, the default, and nothing was done.
    ///
    /// It is what gives a slot back when a caller is dropped, where nobody can wait. A store without it gives back from a
    /// task on the tokio runtime in which the slot was asked for.
    fn apply_now(
        &self,
        lane: &Lane,
        op: Op,
        clock: &dyn Clock,
    ) -> Option<Result<Reply, StoreError>> {
        let _ = (lane, op, clock);
        None
    }
}

/// A store could not do its work.
///
/// ```
/// use cpalead::rate_limits::StoreError;
///
/// let error = StoreError::new("could not reach the limits database; is it running?");
/// assert_eq!(error.to_string(), "could not reach the limits database; is it running?");
/// ```
#[derive(Debug, Clone)]
pub struct StoreError {
    message: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// An error that says what failed, with what, and what to do.
    ///
    /// ```
    /// let error = cpalead::rate_limits::StoreError::new("no such table: limits; run the migrations");
    /// # let _ = error;
    /// ```
    #[must_use]
    pub fn new(message: impl Into<String>) -> StoreError {
        StoreError {
            message: message.into(),
            source: None,
        }
    }

    /// Adds the error behind it, which `source()` gives out. It must hold no password.
    ///
    /// ```
    /// use std::error::Error;
    ///
    /// let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    /// let error = cpalead::rate_limits::StoreError::new("could not write the limits").caused_by(denied);
    /// assert!(error.source().is_some());
    /// ```
    #[must_use]
    pub fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> StoreError {
        self.source = Some(Arc::new(source));
        self
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Something that an operator should know although the store goes on.
///
/// ```
/// use cpalead::rate_limits::{FileStore, Warning};
///
/// let store = FileStore::new("/var/lib/shop/cpalead").on_warning(|warning: &Warning| eprintln!("warning: {warning}"));
/// # let _ = store;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// A file that is not one of ours, or damaged; it was set aside, and the lane counts as just used.
    Unreadable {
        /// The file that could not be read.
        path: PathBuf,
        /// Where it was moved to.
        moved_to: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of a newer version of this library; it is left alone, and the lane counts as just used whenever it changes.
    Newer {
        /// The newer file.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
    /// The server is away, and the limits are kept in this process's memory until it is back.
    Away {
        /// What it said last.
        reason: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Unreadable {
                path,
                moved_to,
                reason,
            } => write!(
                f,
                "{} holds no rate limits that can be read ({reason}); it was moved to {}, and the next call waits as if one had just been made",
                path.display(),
                moved_to.display(),
            ),
            Warning::Newer { path, version } => write!(
                f,
                "{} was written by a newer cpalead (version {version} of the file); it is left alone, and calls wait as if one had just been made: update this program, or give it a directory of its own",
                path.display(),
            ),
            Warning::Away { reason } => write!(
                f,
                "redis is away ({reason}); until it is back, the rate limits of this process are kept in its memory and not shared"
            ),
        }
    }
}

/// Who wants to hear of warnings. Not a trait of the public face: the stores take a closure.
#[derive(Clone, Default)]
struct Listener(Option<Arc<Listen>>);

type Listen = dyn Fn(&Warning) + Send + Sync;

impl Listener {
    fn new(listen: impl Fn(&Warning) + Send + Sync + 'static) -> Listener {
        Listener(Some(Arc::new(listen)))
    }

    fn tell(&self, warning: &Warning) {
        if let Some(listen) = &self.0 {
            listen(warning);
        }
    }
}

impl Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "set" } else { "none" })
    }
}
