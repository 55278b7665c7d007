//! The account as a hash, and its lanes, whose ids are the keys under which stores keep ledgers.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

/// Makes these hashes different from other hashes of the same number.
const DOMAIN: &[u8] = b"cpalead rate limits 1\0";

/// A publisher's account as stores know it: a hash of the publisher id, and of the address if it is
/// not the default.
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
/// The api key is not part of the hash. The hash keeps the publisher id out of file names, keys and
/// backups, but it is not a secret: a publisher id is short, and whoever guesses it can compute the
/// hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    hash: [u8; 32],
}

impl Account {
    /// The account of a publisher at the default address.
    #[must_use]
    pub fn new(publisher: u64) -> Account {
        Account {
            hash: hash(&[publisher.to_string().as_bytes()]),
        }
    }

    /// The account of the same publisher on another server.
    ///
    /// A sandbox must not use up the limit of the real account.
    #[must_use]
    pub fn on(self, base_url: &str) -> Account {
        Account {
            hash: hash(&[&self.hash, base_url.as_bytes()]),
        }
    }
}

/// A series of calls that start at least one interval apart: those of one account to one endpoint,
/// or to both.
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
/// Two lanes with the same account and name have the same id, and therefore one ledger, even if
/// their intervals differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lane {
    id: Arc<str>,
    name: &'static str,
    interval: Duration,
}

impl Lane {
    /// The lane of `account` with this name.
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

    /// The key for stores: 64 hexadecimal digits, a hash of the account and the name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name of the lane, such as `conversions`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The shortest time between two starts.
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

/// Each part is hashed with its length, so that two different lists of parts never hash the same
/// bytes.
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
    fn each_account_server_and_name_has_a_separate_lane() {
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
