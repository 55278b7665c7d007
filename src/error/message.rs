//! The messages of the error: one line each, which says what failed, with what value, and what to
//! do.

use std::fmt;

use super::try_again::{NOT_YET, TryAgain};
use super::{Error, Inner, Kind};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            kind,
            endpoint,
            status,
            retry_after,
            ..
        } = &*self.0;
        if let Some(endpoint) = endpoint {
            write!(f, "{endpoint}: ")?;
        }
        match kind {
            Kind::Configuration(message) | Kind::Connect(message) => f.write_str(message)?,
            Kind::Timeout(message) | Kind::Transport(message) => f.write_str(message)?,
            Kind::TooLarge(cap) => write!(f, "the answer is larger than the cap of {cap} bytes")?,
            Kind::Redirect(place) => write!(f, "the provider redirects to {place}; not followed")?,
            Kind::Status(None) => f.write_str("the provider answered with an error")?,
            Kind::Status(Some(words)) => {
                write!(f, "the provider answered with an error: {words}")?;
            }
            Kind::Provider(words) => write!(f, "the provider refused: {words}")?,
            Kind::Decode { path, message } if path.is_empty() => {
                write!(f, "cannot read the answer: {message}")?;
            }
            Kind::Decode { path, message } => {
                write!(f, "cannot read the answer at {path}: {message}")?;
            }
            Kind::Limited => f.write_str(NOT_YET)?,
            Kind::Store(message) => write!(f, "the store of the rate limits failed: {message}")?,
            Kind::Catalog(message) => write!(f, "the catalogue was not refreshed: {message}")?,
        }
        if let Some(status) = status {
            write!(f, " (status {status})")?;
        }
        if let Some(wait) = retry_after {
            write!(f, "{}", TryAgain(*wait))?;
        }
        Ok(())
    }
}

/// The excerpt is left out, because debug output ends up in logs that nobody has checked.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("message", &format_args!("{self}"))
            .field("may_have_counted", &self.may_have_counted())
            .finish_non_exhaustive()
    }
}
