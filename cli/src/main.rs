//! The command `cpalead`: parses its options, runs one command, and exits with a status that the
//! README lists.

// The docs of options are printed in a terminal, where <…> around an address would stay visible.
#![allow(rustdoc::bare_urls)]

mod answer;
mod args;
mod audience;
mod commands;
mod config;
mod environment;
mod failure;
mod key;
mod output;
mod paid;
mod progress;
mod resume;
mod signals;
mod state;
mod values;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command, Format, SandboxCommand};
use crate::commands::{
    catalog, conformance, conversions, drift, jsonp, link, offers, payout, postback, reconcile,
    report_bug, reversals, sandbox,
};
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
    let ended = run(cli);
    end(ended.map_err(|failure| failure.detailed(verbose)), as_json)
}

/// Reports a failure, and gives the exit status.
fn end(result: Result<(), Failure>, as_json: bool) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(as_json);
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
            let written = output::write_text(&error.to_string());
            end(written, as_json)
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
            end(Err(failure), as_json)
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
    let verbose = global.verbose;
    let settings = |need| Settings::gather(&global, need);
    match command {
        Command::Offers(args) => {
            let style = output::style(&global, args.raw)?;
            let settings = settings(Need::Id)?;
            interruptible(offers::run(args, settings, style, verbose))
        }
        Command::Payout(args) => {
            let settings = settings(Need::Id)?;
            interruptible(payout::run(args, settings, output::format(&global)))
        }
        Command::Catalog(command) => {
            let style = output::style(&global, command.is_raw())?;
            let kept_in = catalog::directory(&global)?;
            let settings = settings(Need::Id)?;
            interruptible(catalog::run(command, settings, kept_in, style))
        }
        Command::Conversions(args) if args.watch => {
            let settings = settings(Need::Key)?;
            let format = output::format(&global);
            runtime()?.block_on(conversions::watch(args, settings, format))
        }
        Command::Conversions(args) => {
            let style = output::style(&global, args.raw)?;
            let settings = settings(Need::Key)?;
            interruptible(conversions::run(args, settings, style, verbose))
        }
        Command::Reversals(args) => {
            let style = output::style(&global, args.raw)?;
            let settings = settings(Need::Key)?;
            runtime()?.block_on(reversals::run(args, settings, style, verbose))
        }
        Command::Reconcile(args) => {
            let format = output::format(&global);
            let settings = settings(Need::Key)?;
            runtime()?.block_on(reconcile::run(args, settings, format, verbose))
        }
        Command::Link(args) => link::run(&args, global.output),
        Command::Postback(command) => {
            postback::run(&command, global.output, output::format(&global))
        }
        Command::Jsonp(command) => jsonp::run(&command),
        Command::Sandbox(SandboxCommand::Serve(args)) => {
            runtime()?.block_on(sandbox::serve(args, &global))
        }
        Command::Conformance(args) => runtime()?.block_on(conformance::run(args, &global)),
        Command::Drift(args) => drift::run(&args, global.output),
        Command::ReportBug(args) => runtime()?.block_on(report_bug::run(args, &global)),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "cpalead", &mut script);
            output::write_text(&String::from_utf8_lossy(&script))
        }
    }
}

/// Runs a command that a signal may end at any point.
fn interruptible(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    runtime()?.block_on(async {
        tokio::select! {
            // Listening for the signal starts before anything is sent.
            biased;
            () = signals::stop() => Err(Failure::interrupted()),
            done = command => done,
        }
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build();
    runtime.map_err(|error| Failure::system(format!("cannot start the runtime: {error}")))
}
