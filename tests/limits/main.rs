//! The tests of the limiter over its stores, some of them with several processes.

mod cancellation;
mod file;
mod limiter;
mod many_processes;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod redis_server;
mod suite;
