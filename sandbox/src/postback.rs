//! Owns the names of the postbacks: their template, their queue, and their attempts.

mod attempt;
mod queue;
mod send;
mod template;

pub use self::attempt::PostbackAttempt;
pub(crate) use self::queue::{Postbacks, Values};
pub(crate) use self::send::send_all;
pub(crate) use self::template::{Targets, Template};
