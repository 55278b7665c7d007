//! The commands, one file each, and what several of them share.

pub(crate) mod catalog;
pub(crate) mod conformance;
pub(crate) mod conversions;
mod defects;
pub(crate) mod drift;
pub(crate) mod jsonp;
pub(crate) mod link;
pub(crate) mod offers;
pub(crate) mod payout;
pub(crate) mod report_bug;
pub(crate) mod postback;
pub(crate) mod reconcile;
pub(crate) mod reversals;
pub(crate) mod sandbox;
