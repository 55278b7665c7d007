//! Tests of the spec pipeline as a whole: a copy of the tree, a document, one run, and what is on the disk after it.

mod commands;
mod corpus;
mod corrections;
mod fetching;
mod hostile;
mod outline;
mod refusals;
mod reports;
mod rules;
mod server;
mod shapes;
mod snapshots;
mod standing;
mod tree;
mod writing;
