//! Tests over real HTTP: what a client sees of each endpoint, and of the server.

mod offers;
mod reports;
mod server;
mod support;
