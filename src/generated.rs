//! The client that progenitor generates from `openapi.json` at build time; private, so that no release of the generator shows.

// The generator's lints are its own.
#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::uninlined_format_args,
    clippy::semicolon_if_nothing_returned
)]
// Parts of what it generates serve other uses than ours.
#![allow(dead_code, unused_imports)]

include!(concat!(env!("OUT_DIR"), "/client.rs"));
