//! Every snapshot belongs to a test. A leftover one would be read as if it were still checked.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tree::home;

/// The directories with sources and snapshots.
const PACKAGES: [&str; 4] = ["", "cli", "sandbox", "xtask"];

fn files(directory: &Path, end: &str, all: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, end, all);
        } else if path.extension().is_some_and(|found| found == end) {
            all.push(path);
        }
    }
}

/// `crate__module__the_name_of_the_test`, with a number where a test has several, or with a name
/// given in a test.
fn belongs(snapshot: &Path, sources: &[String]) -> bool {
    let stem = snapshot.file_stem().unwrap().to_str().unwrap();
    let name = stem.rsplit("__").next().unwrap();
    // A test may have one snapshot for each fixture: `snapshots/offers/observed__creatives.snap`
    // belongs to `fixtures/offers/observed/creatives.json`.
    let kind = snapshot.parent().and_then(Path::file_name).unwrap();
    if kind != "snapshots"
        && let Some((origin, name)) = stem.split_once("__")
    {
        let fixture = home().join("tests/fixtures").join(kind).join(origin);
        return fixture.join(format!("{name}.json")).exists();
    }
    let test = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let test = test.strip_suffix('-').unwrap_or(name);
    sources.iter().any(|source| {
        source.contains(&format!("fn {test}(")) || source.contains(&format!("\"{name}\""))
    })
}

#[test]
fn no_snapshot_is_left_of_a_removed_test() {
    let mut count = 0;
    for package in PACKAGES {
        let (mut snapshots, mut sources) = (Vec::new(), Vec::new());
        for directory in ["src", "tests"] {
            let directory = home().join(package).join(directory);
            files(&directory, "snap", &mut snapshots);
            files(&directory, "rs", &mut sources);
        }
        let sources: Vec<String> = sources
            .iter()
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        count += snapshots.len();
        for snapshot in snapshots {
            assert!(
                belongs(&snapshot, &sources),
                "{} does not belong to a test any more; run: git rm {0}",
                snapshot.strip_prefix(home()).unwrap().display()
            );
        }
    }
    assert!(count >= 20, "only {count} snapshots");
}

#[test]
fn a_snapshot_without_a_test_or_a_fixture_is_found() {
    let sources = ["fn a_test() {} \"named\"".to_owned()];
    let check = |path: &str| belongs(Path::new(path), &sources);
    assert!(check("cli/tests/snapshots/cli__a_test.snap"));
    assert!(check("cli/tests/snapshots/cli__a_test-2.snap"));
    assert!(check("xtask/tests/snapshots/x__named.snap"));
    assert!(!check("xtask/tests/snapshots/x__another_test.snap"));
    assert!(!check(
        "tests/contract/snapshots/offers/observed__no_such_fixture.snap"
    ));
    assert!(check(
        "tests/contract/snapshots/offers/observed__creatives.snap"
    ));
}
