//! The suite from outside: against the sandbox, against mutated answers, and against servers that
//! mean harm.

mod support;
mod plan;
mod sandbox;
mod mutations;
mod mutants;
mod recordings;
mod hostile;
mod clients;
