//! The report of a run, its forms, and what changed between two.

mod contents;
mod text;
mod json;
mod junit;
mod tap;
mod markdown;
mod html;
mod format;
mod diff;

pub use contents::{Conclusion, Counts, Demand, Entry, Report};
pub use diff::{Change, Diff};
pub use format::Format;

#[cfg(test)]
mod tests;
