//! Every form that a value has on the wire, and what a decoder says of a form that it cannot read.

pub(crate) mod amount;
pub(crate) mod conversion_status;
pub(crate) mod countries;
pub(crate) mod country;
pub(crate) mod daily_cap;
pub(crate) mod day;
pub(crate) mod devices;
pub(crate) mod lenient;
pub(crate) mod lists;
pub(crate) mod number;
pub(crate) mod payout_type;
pub(crate) mod payouts_per_country;
pub(crate) mod text;
pub(crate) mod time;

/// serde_json's message without its line and column, which count from the wrong place.
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message[..end].to_owned()
}
