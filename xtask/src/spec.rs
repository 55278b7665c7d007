//! The spec pipeline: from the provider's document to the effective one that the client is generated from.
//!
//! Fetch, verify, convert, name, correct, check, compare, write. `spec/README.md` tells a maintainer how to use it.

mod canonical;
mod carry;
mod changelog;
mod check;
mod convert;
mod expected;
mod fetch;
mod held;
mod lock;
mod mend;
mod names;
mod normal;
mod options;
mod outcome;
mod overlay;
mod provenance;
mod report;
mod run;
mod servers;
mod shape;
mod strict;
mod take;
mod verify;
mod walk;
mod write;

pub use expected::{OPERATIONS, Operation, SCHEMAS};
pub use fetch::Limits;
pub use options::{Options, World};
pub use outcome::{Exit, Outcome, Problem};
pub use report::{Form, failure};
pub use run::{update, update_in};
pub use write::{Planned, restore, write};
