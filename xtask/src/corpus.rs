//! Runs every document of the corpus through the pipeline, and builds and tests the client with
//! each result.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::spec::{self, Exit, Limits, Problem, World};

/// The options of `spec-corpus`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Only documents whose name contains one of these.
    pub names: Vec<String>,
    /// Only every n-th document, as a sample.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub every: u16,
    /// Write each effective document to this directory, for other tools.
    #[arg(long, value_name = "DIR")]
    pub emit: Option<PathBuf>,
    /// Stop after the pipeline, without building a client.
    #[arg(long)]
    pub no_build: bool,
}

/// The directory of the corpus, below the root.
const CORPUS: &str = "xtask/tests/corpus";

/// The contract tests of the offers: requests, and how responses are read.
const TESTS: [&str; 4] = ["offers", "answers::", "list::", "payouts::"];

/// The files that the pipeline reads and writes. Each document starts from their committed state.
const STATE: [&str; 4] = [
    "spec/upstream.json",
    "spec/provenance.toml",
    "spec/overlay.yaml",
    "openapi.json",
];

/// Runs the corpus and prints one line for each document. Returns whether all of them passed.
///
/// # Errors
///
/// A file that cannot be read or written, or no document with one of the names.
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
    // A separate build directory: cargo identifies packages by their place in the workspace, so it
    // would confuse the client of a corpus document with that of the tree.
    let directories = Directories {
        tree: target.join("spec-corpus/tree"),
        build: target.join("spec-corpus/build"),
    };
    let documents = documents(root, options)?;
    if documents.is_empty() {
        return Ok(Err(Problem::failed(format!(
            "spec-corpus: no document of {CORPUS} has one of these names"
        ))));
    }
    // A copy, so that the tree a person works in is not changed.
    mirror(root, &directories.tree, Depth::Root)?;
    if let Some(emit) = &options.emit {
        fs::create_dir_all(emit)?;
    }
    if !options.no_build {
        eprintln!("building: the first document also builds the dependencies of all");
    }
    let mut all = true;
    for document in documents {
        for path in STATE {
            copy(&root.join(path), &directories.tree.join(path))?;
        }
        let name = document
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (passed, line) = one(&document, &directories, options);
        all &= passed;
        writeln!(out, "{name:34} {line}")?;
        out.flush()?;
        if let Some(emit) = &options.emit {
            fs::copy(
                directories.tree.join("openapi.json"),
                emit.join(format!("{name}.json")),
            )?;
        }
    }
    Ok(Ok(all))
}

struct Directories {
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

/// Runs one document. Returns whether it passed, and a line about it.
fn one(document: &Path, directories: &Directories, options: &Options) -> (bool, String) {
    let start = Instant::now();
    let processed = match process(document, &directories.tree) {
        Ok(()) => format!("processed in {:.2} s", start.elapsed().as_secs_f64()),
        Err(problem) => return (false, format!("REFUSED: {problem}")),
    };
    if options.no_build {
        return (true, processed);
    }
    let start = Instant::now();
    let (passed, verdict) = build(directories);
    (
        passed,
        format!(
            "{processed}; {verdict} in {:.1} s",
            start.elapsed().as_secs_f64()
        ),
    )
}

fn process(document: &Path, tree: &Path) -> Result<(), Problem> {
    let mut world = World {
        today: "2000-01-01".to_owned(),
        limits: Limits::default(),
        input: &mut io::empty(),
        step: &mut |_| {},
        // The client is generated from the document while it is built.
        generate: &|_| Ok(Vec::new()),
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
fn build(directories: &Directories) -> (bool, String) {
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
        .current_dir(&directories.tree)
        .env("CARGO_TARGET_DIR", &directories.build)
        .env("CPALEAD_OPENAPI", directories.tree.join("openapi.json"))
        // A difference is a failure here and does not write a new snapshot.
        .env("INSTA_UPDATE", "no")
        .output();
    let output = match output {
        Ok(output) => output,
        Err(err) => return (false, format!("FAILED: cannot start cargo: {err}")),
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

/// The names of the failed tests, as the harness lists them at the end.
fn failures(said: &str) -> Vec<&str> {
    let (_, list) = said.rsplit_once("\nfailures:\n").unwrap_or_default();
    list.lines()
        .take_while(|line| line.starts_with("    "))
        .map(str::trim)
        .collect()
}

/// Whether a directory is the root, which also contains directories without sources.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Root,
    Below,
}

/// Makes `to` a copy of `from`. Equal files are not written, so that cargo does not rebuild them.
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
    fn failed_tests_are_named() {
        let said = "\nfailures:\n\n---- a::b stdout ----\nx\n\nfailures:\n    a::b\n    c\n\ntest result: FAILED. 1 passed\n";
        assert_eq!(failures(said), ["a::b", "c"]);
        assert!(failures("test result: ok. 3 passed").is_empty());
    }
}
