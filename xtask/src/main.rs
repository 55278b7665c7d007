//! The command line of the maintainers' tasks: reads arguments, calls the library, turns the outcome into an exit status.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::spec;

/// The maintainers' tasks of cpalead.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take the provider's OpenAPI document over: fetch, verify, convert, correct, check, compare, write.
    ///
    /// Exit status: 0 up to date or applied; 1 the tool failed; 2 usage; 4 an update is there (with --check);
    /// 5 it is breaking and not accepted; 6 a correction no longer applies; 7 verification failed.
    UpdateSpec(spec::Options),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::UpdateSpec(options) => finish(spec::update(&options)),
    }
}

/// Prints what a task has to say, the report on standard output and a problem on standard error.
fn finish(outcome: Result<spec::Outcome, spec::Problem>) -> ExitCode {
    match outcome {
        Ok(outcome) => {
            print!("{}", outcome.report);
            ExitCode::from(outcome.exit.status())
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(problem.exit.status())
        }
    }
}
