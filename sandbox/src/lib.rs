//! Owns the crate's public names. The README is the crate's documentation.

#![doc = include_str!("../README.md")]

mod admin;
mod answer;
mod builder;
mod catalogue;
mod chosen;
mod fault;
mod limit;
mod offers;
mod postback;
mod provider;
mod query;
mod reply;
mod reports;
mod row_members;
mod sandbox;
mod seed;
mod server;
mod text;
mod witness;

pub use crate::builder::SandboxBuilder;
pub use crate::catalogue::MAX_OFFERS;
pub use crate::fault::{Fault, ParseFaultError};
pub use crate::offers::catalogue_json;
pub use crate::postback::PostbackAttempt;
pub use crate::reports::Shape;
pub use crate::row_members::WrongRow;
pub use crate::sandbox::{
    DEFAULT_API_KEY, DEFAULT_POSTBACK_PASSWORD, DEFAULT_PUBLISHER_ID, Sandbox,
};
pub use crate::witness::Request;
