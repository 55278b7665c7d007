//! The commands, one file each.

pub(crate) mod jsonp;
pub(crate) mod offers;
pub(crate) mod payout;
pub(crate) mod sandbox;
