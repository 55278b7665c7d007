//! The spec pipeline: from the provider's document to the effective one that the client is generated from.
//!
//! Fetch, verify, convert, name, correct, check, compare, write. `spec/README.md` tells a maintainer how to use it.

// In the order of the pipeline. First what a run is told and where it reads.
mod options;
mod outcome;
mod run;
mod lock;
mod inputs;
mod fetch;
mod servers;
mod provenance;
// Then the way of a document, from bytes to the effective form.
mod pipeline;
mod parse;
mod repair;
mod verify;
mod convert;
mod normalize;
mod names;
mod expected;
mod overlay;
mod coverage;
mod check;
mod format;
mod walk;
// Last what becomes of the result: comparison with the standing document, report, files.
mod masked;
mod report;
mod changelog;
mod write;

pub use expected::{OPERATIONS, Operation, SCHEMAS};
pub use fetch::Limits;
pub use options::{Options, World};
pub use outcome::{Exit, Outcome, Problem};
pub use report::{Form, failure};
pub use run::{update, update_in};
pub use write::{Planned, restore, write};
