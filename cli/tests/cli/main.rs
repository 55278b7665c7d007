//! The command as a user runs it: the real binary against the sandbox and against faulty servers.

mod completions;
mod failures;
mod help;
mod jsonp;
mod offers;
mod payout;
mod reports;
mod secrets;
mod serve;
mod sheets;
mod support;
mod usage;
