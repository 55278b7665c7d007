//! The command line of the maintainers' tasks: reads arguments, calls the library, turns the outcome into an exit status.

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{corpus, spec};

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
    /// Carry every document of the corpus through the pipeline, and build and test the client against each result.
    SpecCorpus(corpus::Options),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::UpdateSpec(options) => update_spec(&options),
        Command::SpecCorpus(options) => match corpus::run(&options, &mut io::stdout()) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(problem) => failed(&problem),
        },
    }
}

fn update_spec(options: &spec::Options) -> ExitCode {
    match spec::update(options) {
        Ok(outcome) => {
            print!("{}", outcome.report);
            ExitCode::from(outcome.exit.status())
        }
        Err(problem) => failed(&problem),
    }
}

/// Data goes to standard output, everything else to standard error.
fn failed(problem: &spec::Problem) -> ExitCode {
    eprintln!("{problem}");
    ExitCode::from(problem.exit.status())
}
