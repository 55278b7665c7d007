//! The command line of the maintainers' tasks: reads arguments, calls the library, sets the exit
//! status.

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{bench, codegen, corpus, independent, infer, rules, spec};

/// The maintainers' tasks of cpalead.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Update from the provider's OpenAPI document: fetch, verify, convert, correct, check,
    /// compare, write.
    ///
    /// Exit status: 0 up to date or applied; 1 the tool failed; 2 usage; 4 an update is available
    /// (with --check); 5 the update is breaking and was not accepted; 6 a correction no longer
    /// applies; 7 verification failed.
    UpdateSpec(spec::Options),
    /// Print the rules by which two documents are compared, or write them to spec/RULES.md.
    Rules(rules::Options),
    /// Run every document of the corpus through the pipeline, then build and test the client with
    /// each result.
    SpecCorpus(corpus::Options),
    /// Propose overlay actions for what recorded answers hold and the document lacks.
    ///
    /// The actions are printed for the end of spec/overlay.yaml; no file is written.
    Infer(infer::Options),
    /// Write the generated source of the client, and the document it comes from, to a directory.
    Codegen(codegen::Options),
    /// Measure the library on a catalogue of 5,000 offers and compare the figures with their goals.
    Bench(bench::Options),
    /// Run generated clients, ajv, Prism and schemathesis against openapi.json and the sandbox.
    Independent(independent::Options),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    match arguments.command {
        Command::UpdateSpec(options) => update_spec(&options),
        Command::Rules(options) => match rules::run(&options, &mut io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                eprintln!("error: cannot write the table of rules: {problem}");
                ExitCode::FAILURE
            }
        },
        Command::SpecCorpus(options) => match corpus::run(&options, &mut io::stdout()) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(problem) => failed(&problem),
        },
        Command::Infer(options) => match infer::run(&options, &mut io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                eprintln!("error: {problem}");
                ExitCode::FAILURE
            }
        },
        Command::Codegen(options) => match codegen::run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                eprintln!("error: {problem}");
                ExitCode::FAILURE
            }
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
        Command::Independent(options) => match independent::run(&options, &mut io::stdout()) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(problem) => {
                eprintln!("error: {problem}");
                ExitCode::FAILURE
            }
        },
    }
}

/// Answers a wrong command line or a request for help. With `--report json` the error is JSON as
/// well.
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
    // If the terminal is gone, nobody can read the message.
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
