//! The public face of the toolkit: what it is for, and the names that it offers.
//!
#![doc = include_str!("../README.md")]

// The client and what it is asked for.
mod client;
mod builder;
mod offers;
mod offer_list;
mod conversions;
mod watch;
mod reversals;
mod report;
mod listed;

// One call, from the generated client's hook to decoded rows.
mod answer;
mod transport;
mod trace;
mod decode;
mod decode_error;
mod offer;
mod conversion;
mod reversal;
#[cfg(feature = "schemars")]
mod schema;
mod generated;

// What the provider's values are.
mod payout;
mod payouts;
mod amount;
mod offer_field;
mod country;
mod countries;
mod devices;
mod open;
mod number;
mod lists;
mod text;
mod windows;

// What a call may fail with, and what stands below everything.
mod error;
mod limits;
mod store;
mod ledger;
mod retry;
mod clock;
mod redact;
mod secret;
pub mod jsonp;
pub mod plain;

// Their types are in the public face: the versions to use with it.
pub use {jiff, rust_decimal};

pub use builder::ClientBuilder;
pub use client::Client;
pub use clock::{BoxFuture, Clock, ManualClock, SystemClock};
pub use conversion::Conversion;
pub use conversions::{ConversionsRequest, Subject};
pub use country::{Country, ParseCountryError};
pub use decode::Rejected;
pub use devices::{Device, ParseDeviceError};
pub use error::{Error, Result};
pub use ledger::{Ask, Ledger, Op, Reply, Ticket};
pub use limits::{Endpoint, LimitError, Limiter, Permit, RateLimits, Scope, Wait};
pub use number::DailyCap;
pub use offer::{Creative, Offer, OfferEvent};
pub use offer_field::{OfferField, ParseOfferFieldError};
pub use offer_list::OfferList;
pub use offers::{OffersRequest, UpdatedSince};
pub use open::{ConversionStatus, OfferType, ParseOfferTypeError, PayoutType};
pub use payout::{Payout, PayoutSource};
pub use report::Report;
pub use retry::{Jitter, RandomJitter, RetryPolicy};
pub use reversal::Reversal;
pub use reversals::{ReversalWindow, ReversalsPlan, ReversalsRequest, ReversalsStream};
pub use secret::{ApiKey, ApiKeyError};
pub use store::{Account, FileStore, Lane, MemoryStore, Store, StoreError, Warning};
#[cfg(feature = "redis")]
pub use store::{RedisStore, WhenAway};
pub use watch::{Watch, WatchStopper};
pub use windows::Window;
