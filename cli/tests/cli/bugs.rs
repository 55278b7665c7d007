//! `report-bug`: what is in the archive, and what keeps it from being written.

use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use tempfile::TempDir;

use crate::support::{Server, cpalead, recordings};

/// The names and texts of an archive.
fn unpacked(path: &Path) -> Vec<(String, String)> {
    let file = std::fs::File::open(path).unwrap();
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        (name, text)
    });
    entries.collect()
}

#[test]
fn the_archive_holds_what_was_printed() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bug.tar.gz");
    let run = || {
        let run = cpalead("report-bug offers/limit/ --recording").arg(recordings());
        run.arg("--file").arg(&file)
    };
    let out = run().ends_with(0).out;
    let files = unpacked(&file);
    for (name, text) in &files {
        let name = name.strip_prefix("cpalead-report/").unwrap();
        let line = format!("{:>9} bytes  {name}", text.len());
        assert!(out.lines().any(|found| found == line), "{line} in {out}");
    }
    assert_eq!(out.lines().count(), files.len() + 2);
    assert_eq!(
        out.lines().last().unwrap(),
        "conformant: 3 requirements: 3 passed"
    );
    assert_eq!(files[0].0, "cpalead-report/versions.json");
    assert!(
        files[0].1.contains(env!("CARGO_PKG_VERSION")),
        "{}",
        files[0].1
    );
    let before = std::fs::read(&file).unwrap();
    let err = run().ends_with(2).err;
    assert!(
        err.ends_with("bug.tar.gz exists already: give another name with --file\n"),
        "{err}"
    );
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_target_is_recorded_without_the_key() {
    const KEY: &str = "k3y%Secret-Value";
    let body = format!(
        r#"{{"status":"success","offers":[{{"id":1,"title":"{KEY} k3y%2525Secret-Value"}}]}}"#
    );
    let server = Server::json(&body);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bug.tar.gz");
    let run = server
        .cpalead("report-bug offers/envelope/ --api-key-file - --target")
        .arg(&server.url);
    let out = run.arg("--file").arg(&file).input(KEY).ends_with(0).out;
    let files = unpacked(&file);
    assert!(out.contains("recording/offers.default.json"), "{out}");
    assert!(
        files.iter().any(|(_, text)| text.contains("[key] [key]")),
        "{files:?}"
    );
    for (name, text) in &files {
        assert!(!text.contains("Secret-Value"), "{name}: {text}");
    }
}

#[test]
fn an_archive_with_the_key_of_the_environment_is_not_written() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bug.tar.gz");
    // A word that stands in each recording plays the key.
    let run = cpalead("report-bug --recording")
        .arg(recordings())
        .arg("--file")
        .arg(&file);
    let outcome = run
        .env("CPALEAD_API_KEY", "cpalead_recordings")
        .ends_with(2);
    assert!(
        outcome.err.contains("contains the api key"),
        "{}",
        outcome.err
    );
    assert!(outcome.out.is_empty() && !file.exists());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
