//! Tests of the running program: the walk of the README, restarts, and what the logs say.

mod restart;
mod secrets;
mod support;
mod walk;
