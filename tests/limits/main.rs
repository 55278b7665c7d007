//! Tests of the limiter with its stores, some of them with several processes, and of the leads that
//! Redis keeps.

mod cancellation;
#[cfg(all(target_os = "linux", feature = "redis"))]
mod catalog;
mod file;
#[cfg(all(target_os = "linux", feature = "redis"))]
mod leads;
mod limiter;
// These compare the clocks of several processes, which is possible on Linux only.
#[cfg(target_os = "linux")]
mod many_processes;
#[cfg(all(target_os = "linux", feature = "redis"))]
mod redis;
#[cfg(all(target_os = "linux", feature = "redis"))]
mod redis_server;
mod suite;
#[cfg(target_os = "linux")]
mod witness;
