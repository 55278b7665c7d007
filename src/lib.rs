//! The public face of the toolkit: what it is for, and the names that it offers.
//!
#![doc = include_str!("../README.md")]

// What is asked for: a request each, with what comes back.
mod client;
mod offers;
mod conversions;
mod reversals;
mod report;
#[cfg(feature = "schemars")]
mod schema;

// A copy of the offers that keeps itself up to date.
pub mod catalog;

// How it is asked, and how answers are read.
mod call;
mod decode;
mod generated;
pub mod drift;
mod values;

// When a call may start.
pub mod rate_limits;

// The calls that the provider makes.
pub mod postbacks;

// What was earned against what was taken back.
pub mod reconciliation;

// What everything else stands on.
mod error;
mod endpoint;
mod api_key;
pub mod clock;
pub mod jsonp;
pub mod plain;
mod private_files;
mod query;
#[cfg(feature = "redis")]
mod redis_connection;
mod redact;

// Their types are in the public face: the versions to use with it.
pub use {jiff, rust_decimal};

pub use api_key::{ApiKey, ApiKeyError};
pub use call::retry::{Jitter, RandomJitter, RetryPolicy};
pub use client::Client;
pub use client::builder::{ClientBuilder, MAX_PUBLISHER_ID};
pub use conversions::ConversionsRequest;
pub use conversions::conversion::Conversion;
pub use conversions::subject::Subject;
pub use conversions::watch::{Watch, WatchStopper};
pub use decode::defect::{Defect, DefectKind};
pub use endpoint::Endpoint;
pub use error::{Error, Result};
pub use offers::OffersRequest;
pub use offers::field::{OfferField, ParseOfferFieldError};
pub use offers::list::OfferList;
pub use offers::offer::Offer;
pub use offers::offer_type::{OfferType, ParseOfferTypeError};
pub use offers::parameters::MAX_LIMIT;
pub use offers::parts::{Creative, OfferEvent};
pub use offers::payout::{Payout, PayoutSource};
pub use offers::tracking_link::TrackingLink;
pub use offers::updated_since::UpdatedSince;
pub use rate_limits::{RateLimits, Wait};
pub use report::Report;
pub use reversals::ReversalsRequest;
pub use reversals::plan::ReversalsPlan;
pub use reversals::reversal::Reversal;
pub use reversals::stream::ReversalsStream;
pub use reversals::window::{ReversalWindow, Window};
pub use values::conversion_status::ConversionStatus;
pub use values::country::{Country, ParseCountryError};
pub use values::daily_cap::DailyCap;
pub use values::devices::{Device, ParseDeviceError};
pub use values::payout_type::PayoutType;
