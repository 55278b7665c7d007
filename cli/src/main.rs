//! The command `cpalead`: parses its options, runs one command, and exits with a status that the
//! README lists.

mod args;
mod commands;
mod config;
mod environment;
mod failure;
mod key;
mod output;
mod progress;
mod resume;
mod state;
mod values;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command, Format, SandboxCommand};
use crate::commands::{conversions, jsonp, offers, payout, reversals, sandbox};
use crate::config::Settings;
use crate::environment::Need;
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, wants_json(&arguments)),
    };
    let as_json = cli.global.output == Some(Format::Json);
    let verbose = cli.global.verbose;
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(as_json, verbose);
            ExitCode::from(failure.exit())
        }
    }
}

/// Prints the help or the version if it was requested, and otherwise what is wrong with the
/// options.
fn refuse(error: &clap::Error, as_json: bool) -> ExitCode {
    use clap::error::ErrorKind::{
        DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion,
    };
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            let _ = write!(io::stdout(), "{error}");
            ExitCode::SUCCESS
        }
        DisplayHelpOnMissingArgumentOrSubcommand if !as_json => {
            let _ = write!(io::stderr(), "{error}");
            ExitCode::from(2)
        }
        kind => {
            let failure = if kind == DisplayHelpOnMissingArgumentOrSubcommand {
                Failure::usage("a command is missing: see --help")
            } else {
                Failure::from(error)
            };
            failure.report(as_json, false);
            ExitCode::from(failure.exit())
        }
    }
}

/// Whether the arguments ask for JSON, although clap could not parse all of them.
fn wants_json(arguments: &[OsString]) -> bool {
    let words = arguments.iter().take_while(|word| *word != "--");
    let words: Vec<_> = words.collect();
    words.iter().any(|word| *word == "--output=json")
        || words
            .windows(2)
            .any(|pair| pair[0] == "--output" && pair[1] == "json")
}

fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { global, command } = cli;
    let format = output::format(&global);
    let verbose = global.verbose;
    let settings = |need| Settings::gather(&global, need);
    match command {
        Command::Offers(args) => {
            let settings = settings(Need::Id)?;
            interruptible(offers::run(args, settings, format, verbose))
        }
        Command::Payout(args) => {
            let settings = settings(Need::Id)?;
            interruptible(payout::run(args, settings, format))
        }
        Command::Conversions(args) if args.watch => {
            let settings = settings(Need::Key)?;
            runtime()?.block_on(conversions::watch(args, settings, format))
        }
        Command::Conversions(args) => {
            let settings = settings(Need::Key)?;
            interruptible(conversions::run(args, settings, format))
        }
        Command::Reversals(args) => {
            let settings = settings(Need::Key)?;
            runtime()?.block_on(reversals::run(args, settings, format))
        }
        Command::Jsonp(command) => jsonp::run(&command),
        Command::Sandbox(SandboxCommand::Serve(args)) => {
            runtime()?.block_on(sandbox::serve(args, global.output))
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "cpalead", &mut script);
            let mut out = io::stdout();
            out.write_all(&script)
                .and_then(|()| out.flush())
                .map_err(|error| Failure::output(&error))
        }
    }
}

/// Runs a command that Ctrl-C may end at any point.
fn interruptible(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    runtime()?.block_on(async {
        tokio::select! {
            // Listening for the signal starts before anything is sent.
            biased;
            Ok(()) = tokio::signal::ctrl_c() => Err(Failure::interrupted()),
            done = command => done,
        }
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build();
    runtime.map_err(|error| Failure::system(format!("cannot start the runtime: {error}")))
}
