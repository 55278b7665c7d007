//! The command as a user runs it: the real binary against the sandbox and against faulty servers.

mod completions;
mod defects;
mod failures;
mod help;
mod jsonp;
mod links;
mod offers;
mod payout;
mod raw;
mod reconcile;
mod reports;
mod secrets;
mod serve;
mod sheets;
mod support;
mod usage;
