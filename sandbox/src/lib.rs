//! Owns the crate's public names; its description is the README.

#![doc = include_str!("../README.md")]

mod answer;
mod catalogue;
mod limit;
mod offers;
mod query;
mod reports;
mod sandbox;
mod seed;
mod server;
mod text;

pub use crate::catalogue::catalogue_json;
pub use crate::reports::Shape;
pub use crate::sandbox::{DEFAULT_API_KEY, DEFAULT_PUBLISHER_ID, Sandbox, SandboxBuilder};
pub use crate::server::Request;
