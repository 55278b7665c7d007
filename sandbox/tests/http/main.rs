//! Tests over real HTTP: each endpoint and the server, as a client sees them.

mod document;
mod offers;
mod reports;
mod schema;
mod server;
mod support;
