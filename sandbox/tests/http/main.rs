//! Tests over real HTTP: each endpoint and the server, as a client sees them.

mod chosen;
mod differences;
mod document;
mod faults;
mod mutants;
mod offers;
mod postbacks;
mod reports;
mod schema;
mod server;
mod support;
