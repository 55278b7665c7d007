//! JSONP: checks callback names, takes the JSON out of a call, and wraps JSON so that it is safe to
//! serve.
//!
//! ```
//! use cpalead::jsonp::{self, Callback};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let callback: Callback = "shop.showOffers".parse()?;
//! let json = jsonp::unwrap(r#"/**/shop.showOffers({"offers":[]});"#, Some(&callback))?;
//! assert_eq!(json, r#"{"offers":[]}"#);
//!
//! let script = jsonp::wrap(&callback, json)?;
//! assert_eq!(script, r#"/**/shop.showOffers({"offers":[]});"#);
//! # Ok(()) }
//! ```
//!
//! A server that sends the result of [`wrap()`] must also send [`CONTENT_TYPE`] and [`NOSNIFF`]. It
//! should accept only the callback names that its pages use, because a name is checked for its form
//! and not for what the function does.

mod callback;
mod surrogates;
mod unwrap;
mod wrap;

pub use callback::{Callback, CallbackError};
pub(crate) use surrogates::without_lone_surrogates;
pub use unwrap::{UnwrapError, callback_of, unwrap};
pub(crate) use wrap::wrap_valid;
pub use wrap::{CONTENT_TYPE, NOSNIFF, WrapError, wrap};
