//! One run of `update-spec`: reads the document, processes it, compares it, writes the result.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::fetch::Limits;
use super::inputs::{CHANGELOG, EFFECTIVE, Input, PROVENANCE, Tree, UPSTREAM, read_input};
use super::options::{Options, World};
use super::outcome::{Exit, Outcome, Problem};
use super::overlay::Difference;
use super::pipeline::{Processed, process};
use super::provenance;
use super::report::Report;
use super::write::{Planned, restore, write};
use super::{changelog, lock, masked};
use crate::codegen;
use crate::compare::{Comparison, SERVERS_CHANGED, compare};

/// The provider's server, used where a document does not name one.
const HOME: &str = "https://www.cpalead.com";

/// Updates the tree this program was built from to the provider's document.
///
/// ```
/// use xtask::spec::{Exit, Options, update};
///
/// let outcome = update(&Options { offline: true, check: true, ..Options::default() })?;
/// assert!([Exit::Done, Exit::Update].contains(&outcome.exit));
/// # Ok::<(), xtask::spec::Problem>(())
/// ```
///
/// # Errors
///
/// Whatever prevents the update, with its exit status.
pub fn update(options: &Options) -> Result<Outcome, Problem> {
    let seconds = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned);
    let mut input = io::stdin();
    let mut world = World {
        today: provenance::day(seconds),
        limits: Limits::default(),
        input: &mut input,
        step: &mut |_| {},
        generate: &|document| {
            let sources = codegen::sources(&root, document).map_err(Problem::failed)?;
            let planned = |(path, bytes)| Planned { path, bytes };
            Ok(sources.into_iter().map(planned).collect())
        },
    };
    update_in(&root, options, &mut world)
}

/// Updates a tree to the provider's document.
///
/// ```
/// use xtask::spec::{Exit, Limits, Options, World, update_in};
///
/// let mut world = World {
///     today: "2027-01-02".to_owned(),
///     limits: Limits::default(),
///     input: &mut std::io::empty(),
///     step: &mut |_| {},
///     generate: &|_| Ok(Vec::new()),
/// };
/// let nowhere = std::path::Path::new("no/such/tree");
/// let problem = update_in(nowhere, &Options::default(), &mut world).unwrap_err();
/// assert_eq!(problem.exit, Exit::Failed);
/// ```
///
/// # Errors
///
/// Whatever prevents the update, with its exit status.
pub fn update_in(
    root: &Path,
    options: &Options,
    world: &mut World<'_>,
) -> Result<Outcome, Problem> {
    let _alone = lock::alone(root, world.limits.time)?;
    let restored = restore(root)?;
    let tree = Tree::read(root)?;
    let input = read_input(root, options, &tree, world)?;
    let standing = process(&tree.upstream, UPSTREAM, &tree.overlay, HOME);
    let home = standing
        .as_ref()
        .map_or_else(|_| HOME.to_owned(), |standing| server(&standing.normal));
    let ours = input.bytes == tree.upstream;
    let mut new = if ours {
        standing.clone()?
    } else {
        process(&input.bytes, &input.source, &tree.overlay, &home)?
    };
    if restored {
        new.notes.push(
            "an earlier run was interrupted while it wrote; its files were restored first"
                .to_owned(),
        );
    }
    let effective: Value = serde_json::from_str(&tree.effective).unwrap_or_default();
    let mut comparison = compare(&effective, &new.effective);
    let new_differences = new_differences(
        standing.as_ref().ok().filter(|_| !ours),
        &new.differences,
        ours,
    );
    if let (false, Ok(standing)) = (ours, &standing) {
        masked::add(&mut comparison, &standing.normal, &new.normal, &effective);
        masked::add_uncovered(&mut comparison, &new_differences);
    }
    known(&comparison, &options.accept)?;

    // A reviewer judges what we edited. Only the provider's changes have to be accepted here.
    let refused = if ours {
        Vec::new()
    } else {
        comparison.unaccepted(&options.accept)
    };
    let mut files = files(&tree, &input, &new, &comparison, ours, world);
    if refused.is_empty() {
        files.extend((world.generate)(&new.text)?);
    }
    let exit = match (refused.is_empty(), files.is_empty(), options.check) {
        (false, ..) => Exit::Breaking,
        (true, false, true) => Exit::Update,
        _ => Exit::Done,
    };
    let verdict = match exit {
        Exit::Breaking => breaking(
            &refused
                .iter()
                .map(|change| change.id.as_str())
                .collect::<Vec<_>>(),
            options,
        ),
        Exit::Update if ours => format!(
            "{} is out of date; `cargo xtask update-spec --offline` writes it again",
            stale(&files)
        ),
        Exit::Update => format!(
            "An update is available; `{}` applies it.",
            command(options, &options.accept)
        ),
        _ if files.is_empty() => input.up_to_date.clone(),
        _ => {
            let names: Vec<&str> = files.iter().map(|file| file.path).collect();
            write(root, &files, world.step)?;
            format!("Applied: wrote {}.", names.join(", "))
        }
    };
    let report = Report {
        exit,
        verdict,
        source: input.source.clone(),
        comparison: &comparison,
        differences: &new.differences,
        new_differences: &new_differences,
        lacking: &new.lacking,
        notes: &new.notes,
    };
    Ok(Outcome {
        exit,
        report: report.write(options.report),
    })
}

/// Refuses an accepted id that no change of this update has: it is misspelt or comes from an older
/// report. Without changes every id is allowed, so that the same command can be run twice.
fn known(comparison: &Comparison, accepted: &[String]) -> Result<(), Problem> {
    let ids: BTreeSet<&str> = comparison
        .changes
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    let unknown = accepted
        .iter()
        .find(|id| !["all", SERVERS_CHANGED].contains(&id.as_str()) && !ids.contains(id.as_str()));
    match unknown {
        Some(id) if !ids.is_empty() => Err(Problem::new(
            Exit::Usage,
            format!(
                "--accept {id}: no change of this update has this id; the ids are {}. Read the report again",
                ids.into_iter().collect::<Vec<_>>().join(", ")
            ),
        )),
        _ => Ok(()),
    }
}

fn server(document: &Value) -> String {
    document["servers"][0]["url"]
        .as_str()
        .unwrap_or(HOME)
        .to_owned()
}

fn new_differences(
    standing: Option<&Processed>,
    new: &[Difference],
    ours: bool,
) -> Vec<Difference> {
    let known =
        |one: &&Difference| standing.is_some_and(|standing| standing.differences.contains(one));
    if ours {
        Vec::new()
    } else {
        new.iter().filter(|one| !known(one)).cloned().collect()
    }
}

/// The files that have to be written.
fn files(
    tree: &Tree,
    input: &Input,
    new: &Processed,
    comparison: &Comparison,
    ours: bool,
    world: &World<'_>,
) -> Vec<Planned> {
    let mut files = Vec::new();
    let mut plan = |path: &'static str, differs: bool, bytes: Vec<u8>| {
        if differs {
            files.push(Planned { path, bytes });
        }
    };
    plan(UPSTREAM, !ours, input.bytes.clone());
    plan(
        PROVENANCE,
        input.provenance != tree.provenance,
        input.provenance.text().into_bytes(),
    );
    if !ours && !comparison.changes.is_empty() {
        let text = changelog::with(&tree.changelog, &world.today, &comparison.changelog());
        plan(CHANGELOG, true, text.into_bytes());
    }
    plan(
        EFFECTIVE,
        new.text != tree.effective,
        new.text.clone().into_bytes(),
    );
    files
}

fn stale(files: &[Planned]) -> String {
    let names: Vec<&str> = files.iter().map(|file| file.path).collect();
    names.join(" and ")
}

fn breaking(ids: &[&str], options: &Options) -> String {
    let mut unique: Vec<&str> = ids.to_vec();
    unique.sort_unstable();
    unique.dedup();
    let host = if unique.contains(&SERVERS_CHANGED) {
        " The server has changed, and with it the host that gets the api key: `all` does not include this, so name it if you \
         have asked the provider."
    } else {
        ""
    };
    let accepted: Vec<String> = options
        .accept
        .iter()
        .cloned()
        .chain(unique.iter().map(|id| (*id).to_owned()))
        .collect();
    format!(
        "The update is breaking and was not accepted: {}.{host} Nothing was written; `{}` applies it.",
        unique.join(", "),
        command(options, &accepted)
    )
}

fn command(options: &Options, accepted: &[String]) -> String {
    let from = options
        .from
        .as_ref()
        .map_or_else(String::new, |from| format!(" --from {from}"));
    let offline = if options.offline { " --offline" } else { "" };
    let accept = if accepted.is_empty() {
        String::new()
    } else {
        format!(" --accept {}", accepted.join(","))
    };
    format!("cargo xtask update-spec{offline}{from}{accept}")
}
