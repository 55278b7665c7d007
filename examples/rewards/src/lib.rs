//! The parts of the program: copy it, keep what fits, change the rest. `main.rs` starts them.

#![doc = include_str!("../README.md")]

pub mod offers;
pub mod points;
pub mod postback;
pub mod reconcile;
pub mod settings;
pub mod shop;
pub mod store;
pub mod web;
