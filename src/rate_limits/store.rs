//! Where ledgers are kept: the trait that a store implements, its errors and warnings, and the
//! stores of this library.

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

/// Keeps one [`Ledger`](crate::rate_limits::Ledger) for each [`Lane`].
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Mutex, PoisonError};
/// use cpalead::clock::{BoxFuture, Clock};
/// use cpalead::rate_limits::{Lane, Ledger, Op, Reply, Store, StoreError};
///
/// /// One map, for one process.
/// #[derive(Debug, Default)]
/// struct Map(Mutex<HashMap<String, Ledger>>);
///
/// impl Store for Map {
///     fn apply<'a>(
///         &'a self,
///         lane: &'a Lane,
///         op: Op,
///         clock: &'a dyn Clock,
///     ) -> BoxFuture<'a, Result<Reply, StoreError>> {
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
/// A store must guarantee:
///
/// - **One at a time.** An operation reads the lane's ledger, applies
///   [`Ledger::apply`](crate::rate_limits::Ledger::apply) and writes the result, as if it were
///   alone. A ledger that does not exist yet is `Ledger::default()`.
/// - **A time that does not run backwards.** It is the same for all who share the store, and it is
///   read after the lane was locked. The given clock is that of the caller; a store on a server
///   uses the server's clock.
/// - **In order.** The operations of one ticket take effect in the order in which they were
///   requested, even if the future of an earlier one was dropped before it finished. A slot is
///   given back after it was taken, never before.
/// - **When in doubt, later.** A ledger that was lost or cannot be read counts as
///   [`Ledger::just_used`](crate::rate_limits::Ledger::just_used). An operation that fails may have
///   taken a slot, but it must not let two callers start.
/// - **No lock while a caller sleeps.** The caller waits between two operations.
pub trait Store: Debug + Send + Sync + 'static {
    /// Applies one operation to the ledger of `lane`.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read or written. The caller then makes no call to the provider.
    fn apply<'a>(
        &'a self,
        lane: &'a Lane,
        op: Op,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<Reply, StoreError>>;

    /// Applies the operation at once, without a runtime.
    ///
    /// `None`, the default, means that the store cannot do this and has done nothing.
    ///
    /// This gives a slot back when a caller is dropped, where nothing can be awaited. For a store
    /// without it, a task does that on the tokio runtime in which the slot was requested.
    ///
    /// # Errors
    ///
    /// The same as for [`apply`](Store::apply).
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

/// Why a store failed.
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
    /// Creates an error whose message says what failed, with what value, and what to do.
    #[must_use]
    pub fn new(message: impl Into<String>) -> StoreError {
        StoreError {
            message: message.into(),
            source: None,
        }
    }

    /// Adds the cause, which [`source()`](std::error::Error::source) returns. It must not contain a
    /// password.
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

/// Something that an operator should know although the store still works.
///
/// ```
/// use cpalead::rate_limits::{FileStore, Warning};
///
/// let store = FileStore::new("/var/lib/shop/cpalead")
///     .on_warning(|warning: &Warning| eprintln!("warning: {warning}"));
/// # let _ = store;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// A file is damaged or was not written by this library. It was moved away, and the lane counts
    /// as just used.
    Unreadable {
        /// The file that could not be read.
        path: PathBuf,
        /// Where the file was moved to.
        moved_to: PathBuf,
        /// What is wrong with the file.
        reason: String,
    },
    /// A file was written by a newer version of this library. It is not changed, and the lane
    /// counts as just used whenever the file changes.
    Newer {
        /// The newer file.
        path: PathBuf,
        /// The version of its format.
        version: u64,
    },
    /// The Redis server is not available. Until it is, the limits are kept in the memory of this
    /// process.
    Away {
        /// The last error.
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
                "cannot read the rate limits in {} ({reason}); the file was moved to {}, and the next call waits as if one had just been made",
                path.display(),
                moved_to.display(),
            ),
            Warning::Newer { path, version } => write!(
                f,
                "{} was written by a newer cpalead (file version {version}); the file is not changed, and calls wait as if one had just been made; update this program, or use a separate directory",
                path.display(),
            ),
            Warning::Away { reason } => write!(
                f,
                "redis is not available ({reason}); until it is, the rate limits of this process are kept in memory and not shared"
            ),
        }
    }
}

/// The function that receives warnings. This is not a public trait, because the stores take a
/// closure.
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

#[cfg(test)]
mod tests {
    use super::Warning;

    #[track_caller]
    fn check(warning: &Warning, message: &str) {
        assert_eq!(warning.to_string(), message);
    }

    #[test]
    fn warnings_say_what_happened_what_follows_and_what_to_do() {
        check(
            &Warning::Unreadable {
                path: "limits/a.json".into(),
                moved_to: "limits/a.bad".into(),
                reason: "it is too large".to_owned(),
            },
            "cannot read the rate limits in limits/a.json (it is too large); the file was moved to \
             limits/a.bad, and the next call waits as if one had just been made",
        );
        check(
            &Warning::Newer {
                path: "limits/a.json".into(),
                version: 2,
            },
            "limits/a.json was written by a newer cpalead (file version 2); the file is not \
             changed, and calls wait as if one had just been made; update this program, or use a \
             separate directory",
        );
        check(
            &Warning::Away {
                reason: "connection refused".to_owned(),
            },
            "redis is not available (connection refused); until it is, the rate limits of this \
             process are kept in memory and not shared",
        );
    }
}
