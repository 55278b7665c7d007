//! Tests of the whole spec pipeline: a copy of the tree, a document, one run, and the files after
//! it.

mod commands;
mod corpus;
mod corrections;
mod fetching;
mod honest;
mod hostile;
mod meaning;
mod outline;
mod reading;
mod refusals;
mod reports;
mod rules;
mod server;
mod shapes;
mod sloppy;
mod snapshots;
mod standing;
mod tree;
mod writing;
