//! The client that progenitor generates from `openapi.json` at build time; private, so that a new
//! version of the generator changes nothing public.

// Generated code does not follow this project's lints.
#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::uninlined_format_args,
    clippy::semicolon_if_nothing_returned
)]
// This library does not use all of the generated code.
#![allow(dead_code, unused_imports)]

include!(concat!(env!("OUT_DIR"), "/client.rs"));

/// What the document says about answers: one table for each endpoint.
pub(crate) mod known {
    include!(concat!(env!("OUT_DIR"), "/known.rs"));
}
