//! The maintainers' tasks of cpalead, as a library for its command line and its tests.

pub mod bench;
pub mod codegen;
pub mod compare;
pub mod corpus;
pub mod independent;
pub mod infer;
pub mod rules;
pub mod spec;
pub mod tidy;

// The pure steps of the client's build. They refer to each other by `crate::`, so they are modules
// of the root here.
#[cfg(feature = "codegen")]
#[path = "../../build/generate.rs"]
#[allow(unreachable_pub)]
mod generate;
#[cfg(feature = "codegen")]
#[path = "../../build/known.rs"]
#[allow(dead_code, unreachable_pub)]
mod known;
#[path = "../../build/lower.rs"]
#[allow(dead_code, unreachable_pub)]
mod lower;
#[path = "../../build/stamp.rs"]
#[allow(dead_code, unreachable_pub)]
mod stamp;
