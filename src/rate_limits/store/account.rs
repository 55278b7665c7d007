//! Whose limits they are: an account as a hash, and one of its lanes as the key under which stores keep a ledger.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

/// Separates our hashes from everybody else's hashes of the same number.
const DOMAIN: &[u8] = b"cpalead rate limits 1\0";

/// A publisher's account, as stores know it: a hash of the publisher id, and of the server if it is not the provider's.
///
/// ```
/// use cpalead::rate_limits::Account;
///
/// let account = Account::new(3_360_001);
/// assert_eq!(account, Account::new(3_360_001));
/// assert_ne!(account, Account::new(3_360_002));
/// assert_ne!(account, account.clone().on("http://127.0.0.1:8080"));
/// ```
///
/// The api key is no part of it. A publisher id is short, so that whoever can guess it can compute the hash: it keeps the
/// id out of file names, keys and backups, it is not a secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    hash: [u8; 32],
}

impl Account {
    /// The account of a publisher at the provider.
    ///
    /// ```
    /// let account = cpalead::rate_limits::Account::new(3_360_001);
    /// # let _ = account;
    /// ```
    #[must_use]
    pub fn new(publisher: u64) -> Account {
        Account {
            hash: hash(&[publisher.to_string().as_bytes()]),
        }
    }

    /// The same publisher on another server: a sandbox must not use up the minute of the real account.
    ///
    /// ```
    /// let account = cpalead::rate_limits::Account::new(3_360_001).on("http://127.0.0.1:8080");
    /// # let _ = account;
    /// ```
    #[must_use]
    pub fn on(self, base_url: &str) -> Account {
        Account {
            hash: hash(&[&self.hash, base_url.as_bytes()]),
        }
    }
}

/// One line of starts that keep an interval between them: an account's calls to one endpoint, or to both.
///
/// ```
/// use std::time::Duration;
/// use cpalead::rate_limits::{Account, Lane};
///
/// let lane = Lane::new(&Account::new(3_360_001), "conversions", Duration::from_secs(61));
/// assert_eq!(lane.id().len(), 64);
/// assert_eq!(lane.name(), "conversions");
/// ```
///
/// Two lanes of the same account and name have the same id, and so one ledger, even when their intervals differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lane {
    id: Arc<str>,
    name: &'static str,
    interval: Duration,
}

impl Lane {
    /// The lane of `account` with this name.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cpalead::rate_limits::{Account, Lane};
    ///
    /// let lane = Lane::new(&Account::new(3_360_001), "reversals", Duration::from_secs(61));
    /// # let _ = lane;
    /// ```
    #[must_use]
    pub fn new(account: &Account, name: &'static str, interval: Duration) -> Lane {
        let mut id = String::with_capacity(64);
        for byte in hash(&[&account.hash, name.as_bytes()]) {
            // Writing to a string cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        Lane {
            id: id.into(),
            name,
            interval,
        }
    }

    /// The key for stores: 64 hexadecimal digits, a hash of account and name that says neither.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cpalead::rate_limits::{Account, Lane};
    /// let lane = Lane::new(&Account::new(3_360_001), "reversals", Duration::from_secs(61));
    /// assert!(lane.id().bytes().all(|byte| byte.is_ascii_hexdigit()));
    /// ```
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the lane is called, such as `conversions`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cpalead::rate_limits::{Account, Lane};
    /// let lane = Lane::new(&Account::new(3_360_001), "reversals", Duration::from_secs(61));
    /// assert_eq!(lane.name(), "reversals");
    /// ```
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The least time from one start to the next.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cpalead::rate_limits::{Account, Lane};
    /// let lane = Lane::new(&Account::new(3_360_001), "reversals", Duration::from_secs(61));
    /// assert_eq!(lane.interval(), Duration::from_secs(61));
    /// ```
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.id)
    }
}

/// Each part goes in with its length, so that no two lists of parts hash the same bytes.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::{Account, Lane};
    use std::time::Duration;

    fn id(account: &Account, name: &'static str) -> String {
        Lane::new(account, name, Duration::ZERO).id().to_owned()
    }

    #[test]
    fn the_id_of_a_lane_never_changes_between_versions() {
        assert_eq!(
            id(&Account::new(3_360_001), "conversions"),
            "b33482a5c24623a3c59219e2b23ad72742978f3db66bf4675289d320042aa131"
        );
    }

    #[test]
    fn accounts_servers_and_names_have_lanes_of_their_own() {
        let ids = [
            id(&Account::new(1), "conversions"),
            id(&Account::new(1), "reversals"),
            id(&Account::new(2), "conversions"),
            id(&Account::new(1).on("http://localhost"), "conversions"),
        ];
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id));
            assert!(!id.contains("conversions"));
        }
    }
}
