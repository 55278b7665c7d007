//! Carries every document of the corpus through the pipeline, and builds and tests the client against each result.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::spec::{self, Exit, Limits, Problem, World};

/// What `spec-corpus` was asked to do.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Only documents whose name contains one of these.
    pub names: Vec<String>,
    /// Every n-th document only: a sample for a quick look.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub every: u16,
    /// Write each effective document into this directory, for other tools to read.
    #[arg(long, value_name = "DIR")]
    pub emit: Option<PathBuf>,
    /// Stop after the pipeline, and build no client.
    #[arg(long)]
    pub no_build: bool,
}

/// Where the corpus is, below the root.
const CORPUS: &str = "xtask/tests/corpus";

/// The contract tests of the offers: what is asked, and what is made of the answers.
const TESTS: [&str; 4] = ["offers", "answers::", "list::", "payouts::"];

/// What the pipeline reads and writes; each document starts from the committed state of these.
const STATE: [&str; 4] = [
    "spec/upstream.json",
    "spec/provenance.toml",
    "spec/overlay.yaml",
    "openapi.json",
];

/// Runs the corpus and prints one line for each document. Says whether all of them passed.
///
/// # Errors
///
/// A disk that refuses, or a corpus without the documents that were asked for.
pub fn run(options: &Options, out: &mut dyn Write) -> Result<bool, Problem> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned);
    run_in(&root, options, out).map_err(|err| Problem::failed(format!("spec-corpus: {err}")))?
}

fn run_in(
    root: &Path,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<Result<bool, Problem>> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let target = std::path::absolute(target)?;
    // A directory of its own: cargo knows packages by their place in the workspace, and would take the client of a document of the
    // corpus for the one of the tree.
    let place = Place {
        tree: target.join("spec-corpus/tree"),
        build: target.join("spec-corpus/build"),
    };
    let documents = documents(root, options)?;
    if documents.is_empty() {
        return Ok(Err(Problem::failed(format!(
            "spec-corpus: no document of {CORPUS} has such a name"
        ))));
    }
    // A copy: whatever becomes of it, the tree a person works in is not touched.
    mirror(root, &place.tree, Depth::Root)?;
    if let Some(emit) = &options.emit {
        fs::create_dir_all(emit)?;
    }
    if !options.no_build {
        eprintln!("building: the first document waits for what all of them share");
    }
    let mut all = true;
    for document in documents {
        for path in STATE {
            copy(&root.join(path), &place.tree.join(path))?;
        }
        let name = document
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (passed, line) = one(&document, &place, options);
        all &= passed;
        writeln!(out, "{name:34} {line}")?;
        out.flush()?;
        if let Some(emit) = &options.emit {
            fs::copy(
                place.tree.join("openapi.json"),
                emit.join(format!("{name}.json")),
            )?;
        }
    }
    Ok(Ok(all))
}

struct Place {
    tree: PathBuf,
    build: PathBuf,
}

fn documents(root: &Path, options: &Options) -> io::Result<Vec<PathBuf>> {
    let mut documents = Vec::new();
    for entry in fs::read_dir(root.join(CORPUS))? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let wanted = options.names.is_empty()
            || options
                .names
                .iter()
                .any(|part| name.contains(part.as_str()));
        if wanted && path.extension().is_some_and(|end| end == "json") {
            documents.push(path);
        }
    }
    documents.sort();
    Ok(documents
        .into_iter()
        .step_by(usize::from(options.every.max(1)))
        .collect())
}

/// One document: whether it passed, and what to say of it.
fn one(document: &Path, place: &Place, options: &Options) -> (bool, String) {
    let start = Instant::now();
    let carried = match carry(document, &place.tree) {
        Ok(()) => format!("carried in {:.2} s", start.elapsed().as_secs_f64()),
        Err(problem) => return (false, format!("REFUSED: {problem}")),
    };
    if options.no_build {
        return (true, carried);
    }
    let start = Instant::now();
    let (passed, verdict) = build(place);
    (
        passed,
        format!(
            "{carried}; {verdict} in {:.1} s",
            start.elapsed().as_secs_f64()
        ),
    )
}

fn carry(document: &Path, tree: &Path) -> Result<(), Problem> {
    let mut world = World {
        today: "2000-01-01".to_owned(),
        limits: Limits::default(),
        input: &mut io::empty(),
        step: &mut |_| {},
    };
    let options = spec::Options {
        from: Some(document.to_string_lossy().into_owned()),
        offline: true,
        accept: vec!["all".to_owned(), "servers-changed".to_owned()],
        ..spec::Options::default()
    };
    let outcome = spec::update_in(tree, &options, &mut world)?;
    if outcome.exit == Exit::Done {
        Ok(())
    } else {
        Err(Problem::failed(outcome.report))
    }
}

/// Builds the client in the copy and runs the contract tests of the offers against it.
fn build(place: &Place) -> (bool, String) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "test",
            "--quiet",
            "--package",
            "cpalead",
            "--test",
            "contract",
            "--",
        ])
        .args(TESTS)
        .current_dir(&place.tree)
        .env("CARGO_TARGET_DIR", &place.build)
        // What differs is a failure here, and never a new snapshot.
        .env("INSTA_UPDATE", "no")
        .output();
    let output = match output {
        Ok(output) => output,
        Err(err) => return (false, format!("FAILED: cargo does not start: {err}")),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let passed = said.lines().find_map(|line| {
        line.strip_prefix("test result: ok. ")?
            .split(' ')
            .next()?
            .parse::<u32>()
            .ok()
    });
    match (output.status.success(), passed) {
        (true, Some(count)) if count > 0 => {
            (true, format!("client built, {count} contract tests passed"))
        }
        (true, _) => (false, "FAILED: no contract test ran".to_owned()),
        (false, _) => {
            let errors = String::from_utf8_lossy(&output.stderr);
            let failed = failures(&said);
            let compiler = errors.lines().find(|line| line.starts_with("error"));
            let first = if failed.is_empty() {
                compiler.unwrap_or("cargo test failed").to_owned()
            } else {
                format!("contract tests {}", failed.join(", "))
            };
            (false, format!("FAILED: {first}"))
        }
    }
}

/// The names of the tests that failed, as the harness lists them at the end.
fn failures(said: &str) -> Vec<&str> {
    let (_, list) = said.rsplit_once("\nfailures:\n").unwrap_or_default();
    list.lines()
        .take_while(|line| line.starts_with("    "))
        .map(str::trim)
        .collect()
}

/// How far down a directory is: at the root there is more that is nobody's source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Root,
    Below,
}

/// Makes `to` hold what `from` holds. What is the same already is left alone, so that cargo does not build it again.
fn mirror(from: &Path, to: &Path, depth: Depth) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut kept = BTreeSet::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text == "target"
            || (depth == Depth::Root && (text.starts_with('.') || text.starts_with("target-")))
        {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            mirror(&entry.path(), &to.join(&name), Depth::Below)?;
        } else if kind.is_file() {
            copy(&entry.path(), &to.join(&name))?;
        }
        kept.insert(name);
    }
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if !kept.contains(&entry.file_name()) {
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let bytes = fs::read(from)?;
    if fs::read(to).is_ok_and(|there| there == bytes) {
        Ok(())
    } else {
        fs::write(to, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::failures;

    #[test]
    fn the_tests_that_failed_are_named() {
        let said = "\nfailures:\n\n---- a::b stdout ----\nx\n\nfailures:\n    a::b\n    c\n\ntest result: FAILED. 1 passed\n";
        assert_eq!(failures(said), ["a::b", "c"]);
        assert!(failures("test result: ok. 3 passed").is_empty());
    }
}
