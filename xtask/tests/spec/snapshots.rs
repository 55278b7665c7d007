//! Snapshots outlive no test: one that nothing compares itself with any more would be read as if it were still true.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tree::home;

fn files(directory: &Path, end: &str, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, end, all);
        } else if path.extension().is_some_and(|found| found == end) {
            all.push(path);
        }
    }
}

#[test]
fn no_snapshot_is_left_of_a_test_that_is_gone() {
    let (mut snapshots, mut sources) = (Vec::new(), Vec::new());
    for directory in ["xtask/src", "xtask/tests"] {
        files(&home().join(directory), "snap", &mut snapshots);
        files(&home().join(directory), "rs", &mut sources);
    }
    let sources: Vec<String> = sources
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert!(snapshots.len() >= 4, "only {} snapshots", snapshots.len());
    for snapshot in snapshots {
        let name = snapshot.file_stem().unwrap().to_string_lossy().into_owned();
        // `crate__module__the_name_of_the_test`, with a number where a test has several.
        let test = name.rsplit("__").next().unwrap();
        let test = test
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .trim_end_matches('-');
        let known = sources.iter().any(|source| {
            source.contains(&format!("fn {test}(")) || source.contains(&format!("\"{test}\""))
        });
        assert!(
            known,
            "{} belongs to no test any more: delete it",
            snapshot.display()
        );
    }
}
