//! `cargo xtask independent`: runs tools that nobody here wrote against `openapi.json` and the
//! sandbox.

mod checks;
mod clients;
mod answers;
mod conformance;
mod prism;
mod schemathesis;
mod workshop;
mod tools;
mod process;
mod outcome;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use checks::{CHECKS, Check};
use outcome::{Outcome, summary};
use tools::Tools;
use workshop::Workshop;

/// The options of `independent`.
///
/// ```
/// let options = xtask::independent::Options::default();
/// assert!(options.names.is_empty() && !options.sample);
/// ```
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Only these checks. All of them are run if none is named.
    #[arg(value_name = "NAME", value_parser = checks::names())]
    pub names: Vec<String>,
    /// Make fewer random calls: about two minutes for all checks once their tools are installed.
    #[arg(long)]
    pub sample: bool,
    /// Write the table of clients in conformance/README.md, which is compared otherwise.
    #[arg(long)]
    pub write: bool,
}

/// Runs the checks, prints their progress and a summary, and returns whether none of them failed.
///
/// A check whose tools are missing is skipped. It fails instead if `CPALEAD_TEST_REQUIRE` names the
/// missing tool.
///
/// # Errors
///
/// When the progress cannot be printed.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned);
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let target = std::path::absolute(target)?;
    let required = std::env::var("CPALEAD_TEST_REQUIRE").unwrap_or_default();
    let mut tools = Tools::new(&target.join("independent"), &required);
    let workshop = Workshop::new(root, target, options.sample).writing(options.write);
    let wanted = |check: &&Check| {
        options.names.is_empty() || options.names.iter().any(|name| name == check.name)
    };

    let mut results = Vec::new();
    for check in CHECKS.iter().filter(wanted) {
        writeln!(out, "{}: {}", check.name, check.about)?;
        out.flush()?;
        let began = Instant::now();
        let outcome = one(check, &workshop, &mut tools);
        writeln!(out, "    {} s", began.elapsed().as_secs())?;
        results.push((check.name, outcome));
    }
    write!(out, "\n{}", summary(&results))?;
    let failed = |(_, outcome): &(&str, Outcome)| matches!(outcome, Outcome::Failed(_));
    Ok(!results.iter().any(failed))
}

fn one(check: &Check, workshop: &Workshop, tools: &mut Tools) -> Outcome {
    for tool in check.needs {
        if let Err(missing) = tools.provide(*tool) {
            return missing;
        }
    }
    match (check.run)(workshop, tools) {
        Ok(said) => Outcome::Passed(said),
        Err(why) => Outcome::Failed(why),
    }
}
