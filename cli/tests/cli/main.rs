//! The command as its users meet it: the real binary against the sandbox and against servers that misbehave.

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
