//! The spec pipeline: makes the effective document, from which the client is generated, from the
//! provider's document.
//!
//! `spec/README.md` tells a maintainer how to use it.

// In the order of the pipeline. First the options of a run, and what it reads.
mod options;
mod outcome;
mod run;
mod lock;
mod inputs;
mod fetch;
mod servers;
mod provenance;
// Then the steps of a document, from bytes to the effective form.
mod pipeline;
mod parse;
mod instead;
mod swagger;
mod repair;
mod mend;
mod component_names;
mod verify;
mod convert;
mod normalize;
mod names;
mod expected;
mod settle;
mod overlay;
mod coverage;
mod check;
mod valid;
mod openapi;
mod format;
mod walk;
// Last the result: comparison with the standing document, report, files.
mod masked;
mod report;
mod changelog;
mod write;

pub use expected::{OPERATIONS, Operation, SCHEMAS};
pub use fetch::Limits;
pub use options::{Generate, Options, World};
pub use outcome::{Exit, Outcome, Problem};
pub(crate) use provenance::day;
pub use report::{Form, failure};
pub use run::{update, update_in};
pub use write::{Planned, restore, write};
