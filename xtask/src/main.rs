//! The command line of the maintainers' tasks: reads arguments, calls the library, turns the outcome into an exit status.

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{bench, codegen, corpus, spec};

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
    /// Write the generated source of the client, and the document it is generated from, into a directory for reading.
    Codegen(codegen::Options),
    /// Measure the library on a catalogue of 5,000 offers, and put the figures beside what they have to reach.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    match arguments.command {
        Command::UpdateSpec(options) => update_spec(&options),
        Command::SpecCorpus(options) => match corpus::run(&options, &mut io::stdout()) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(problem) => failed(&problem),
        },
        Command::Codegen(options) => match codegen::run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => failed(&problem),
        },
        Command::Bench(options) => match bench::run(&options) {
            Ok(figures) => {
                print!("{figures}");
                ExitCode::SUCCESS
            }
            Err(problem) => {
                eprintln!("error: {problem}");
                ExitCode::FAILURE
            }
        },
    }
}

/// A wrong command line, or a call for help. Who asked for JSON gets JSON whatever else was wrong.
fn misused(error: &clap::Error) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let json = words.iter().any(|word| word == "--report=json")
        || words.windows(2).any(|pair| pair == ["--report", "json"]);
    if json && error.use_stderr() {
        let problem = spec::Problem {
            exit: spec::Exit::Usage,
            message: error.to_string(),
        };
        print!("{}", spec::failure(&problem, spec::Form::Json));
    }
    // Where the terminal is gone there is nobody to tell.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn update_spec(options: &spec::Options) -> ExitCode {
    match spec::update(options) {
        Ok(outcome) => {
            print!("{}", outcome.report);
            ExitCode::from(outcome.exit.status())
        }
        Err(problem) => {
            print!("{}", spec::failure(&problem, options.report));
            failed(&problem)
        }
    }
}

/// Data goes to standard output, everything else to standard error.
fn failed(problem: &spec::Problem) -> ExitCode {
    eprintln!("{problem}");
    ExitCode::from(problem.exit.status())
}
