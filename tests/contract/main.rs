//! The contract of the library over HTTP: what it sends, how it reads each answer, and which error
//! each fault causes.

mod answers;
mod audience;
mod bomb;
mod catalog;
mod catalog_kept;
mod conversions;
mod drift;
mod faults;
mod jsonp;
mod leak;
mod list;
mod odd_fields;
mod pacing;
mod packing;
mod payouts;
mod raw_server;
mod redirects;
mod retries;
mod reversals;
mod reversals_dropped;
mod reversals_job;
mod reversals_shapes;
mod sent;
mod setup;
mod support;
mod timeouts;
mod tolerance;
mod watch;
mod watch_stopped;
