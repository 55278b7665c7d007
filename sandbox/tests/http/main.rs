//! Tests over real HTTP: each endpoint and the server, as a client sees them.

mod offers;
mod reports;
mod server;
mod support;
