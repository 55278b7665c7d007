//! The maintainers' tasks of cpalead, as a library for its command line and its tests.

pub mod compare;
pub mod corpus;
pub mod spec;
