//! The public face of the suite.
//!
#![doc = include_str!("../README.md")]

// What is demanded, and of which answers.
mod catalogue;
mod asks;
mod feature;
mod verdict;

// A run, from the plan to the report.
mod plan;
mod run;
mod target;
mod recording;
mod report;

// Clients, judged by what they send.
mod clients;

// Judging.
mod cases;
mod answer;
mod json;

// What everything else stands on.
mod exchange;
mod scrub;
mod error;
mod base64;
mod plain;

pub use asks::Questions;
pub use catalogue::{Catalogue, CatalogueError, Coverage, Requirement, Source};
pub use clients::Subject;
pub use error::Error;
pub use exchange::Exchange;
pub use feature::Feature;
pub use plan::Plan;
pub use recording::Recordings;
pub use report::{Change, Conclusion, Counts, Demand, Diff, Entry, Format, Report};
pub use run::Event;
pub use scrub::contains_secret;
pub use target::{Publisher, Target};
pub use verdict::{Evidence, Finding, Verdict};
