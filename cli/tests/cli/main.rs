//! The command as a user runs it: the real binary against the sandbox and against faulty servers.

mod bugs;
mod catalog;
mod clients;
mod completions;
mod conformance;
mod conformance_input;
mod defects;
mod drift;
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
