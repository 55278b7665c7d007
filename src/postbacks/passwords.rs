//! The postback passwords: kept as hashes, and compared in a time that says nothing about them.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The passwords that are accepted: two at a time, so that one can be replaced by the other.
#[derive(Clone, Default)]
pub(super) struct Passwords {
    hashes: Vec<[u8; 32]>,
}

/// How many passwords are accepted at a time.
const MOST: usize = 2;

impl Passwords {
    pub(super) fn add(&mut self, password: String) -> Result<()> {
        let given = Zeroizing::new(password);
        let password = given.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(Error::configuration(
                "the postback password is empty; copy it from the dashboard",
            ));
        }
        if self.hashes.len() == MOST {
            return Err(Error::configuration(format!(
                "at most {MOST} postback passwords are accepted at a time: the old one and the new one"
            )));
        }
        self.hashes.push(hash(password.as_bytes()));
        Ok(())
    }

    pub(super) fn is_set(&self) -> bool {
        !self.hashes.is_empty()
    }

    /// Whether one of the given spellings is one of the passwords.
    ///
    /// Every spelling is hashed and compared with every password. How long that takes depends on
    /// the length of what was sent, and not on the passwords.
    pub(super) fn accept(&self, spellings: [&[u8]; 2]) -> bool {
        let mut accepted = Choice::from(0);
        for spelling in spellings {
            let sent = hash(spelling);
            for hash in &self.hashes {
                accepted |= hash.ct_eq(&sent);
            }
        }
        accepted.into()
    }
}

fn hash(password: &[u8]) -> [u8; 32] {
    Sha256::digest(password).into()
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passwords({}, redacted)", self.hashes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Passwords;

    #[test]
    fn two_passwords_are_accepted_and_an_empty_or_third_one_is_refused() {
        let mut passwords = Passwords::default();
        assert!(!passwords.accept([b"", b""]));
        let refused = passwords.add("\r\n".to_owned()).unwrap_err().to_string();
        assert_eq!(
            refused,
            "the postback password is empty; copy it from the dashboard"
        );
        passwords.add("old\n".to_owned()).unwrap();
        passwords.add("new".to_owned()).unwrap();
        assert!(passwords.accept([b"old", b"x"]) && passwords.accept([b"x", b"new"]));
        for wrong in ["", "ol", "old ", "OLD", "oldnew"] {
            assert!(!passwords.accept([wrong.as_bytes(), b""]), "{wrong}");
        }
        assert_eq!(
            passwords.add("third".to_owned()).unwrap_err().to_string(),
            "at most 2 postback passwords are accepted at a time: the old one and the new one"
        );
        assert_eq!(format!("{passwords:?}"), "Passwords(2, redacted)");
    }
}
