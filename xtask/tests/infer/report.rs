//! What `infer` prints, and how it reads its files.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::{Answers, infer, root};

fn dated(folder: &Answers, name: &str, seconds: u64) {
    let file = fs::File::options()
        .write(true)
        .open(folder.0.path().join(name))
        .unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    file.set_modified(time).unwrap();
}

#[test]
fn each_proposal_has_its_counts_its_evidence_and_its_old_value() {
    let rows: Vec<Value> = (0..1_200)
        .map(|id| match id % 3 {
            0 => json!({ "id": id, "boost": id % 2 == 0, "payout_type": "CPX" }),
            _ => json!({ "id": id, "device": "ios", "title": ["a"] }),
        })
        .collect();
    let folder = Answers::new(&[
        (
            "a.json",
            &json!({ "status": "success", "offers": rows, "cursor": "x" }),
        ),
        (
            "b.json",
            &json!({ "status": "success", "offers": [{ "id": 1 }] }),
        ),
    ]);
    dated(&folder, "a.json", 1_795_132_800);
    dated(&folder, "b.json", 1_795_564_800);
    insta::assert_snapshot!(folder.infer().unwrap());
}

#[test]
fn recordings_of_the_suite_are_read_and_failures_passed_over() {
    let recording = |status: u16, path: &str, body: &str| json!({ "cpalead_recording": 1, "path": path, "status": status, "body": body });
    let folder = Answers::new(&[
        ("index.json", &json!({ "cpalead_recordings": 1 })),
        (
            "1.json",
            &recording(200, "/api/conversions", r#"[{"note":"x"}]"#),
        ),
        (
            "2.json",
            &recording(429, "/api/conversions", r#"{"other":"x"}"#),
        ),
        ("3.json", &recording(200, "/api/conversions", "<html>")),
    ]);
    let printed = folder.infer().unwrap();
    assert!(printed.contains("# conversions[].note"), "{printed}");
    assert!(printed.contains("(1 answer, 1 row,"), "{printed}");
    assert!(!printed.contains("other"), "{printed}");
}

#[test]
fn what_the_document_describes_is_not_proposed() {
    for path in ["offers/documented", "conversions/observed"] {
        let printed = infer(&[root().join("tests/fixtures").join(path)]).unwrap();
        assert_eq!(
            printed, "# The document describes everything that the answers hold.\n",
            "{path}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, text).unwrap();
        let fault = infer(std::slice::from_ref(&path)).unwrap_err();
        assert_eq!(fault, format!("{}: {expected}", path.display()));
    }

    check("<html>", "not JSON: expected value at line 1 column 1");
    check(
        r#"{"status":"success"}"#,
        "it does not show its endpoint: add --endpoint with one of offers, conversions, reversals",
    );
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        infer(&[folder.path().to_owned()]).unwrap_err(),
        "there are no answers to infer from: name files or folders with answers"
    );
}

#[test]
fn hostile_names_do_not_break_the_text() {
    let answer = json!({ "offers": [{ "id": 1, "a\n- target: $": 1, "": 2, "b": "\u{1b}[2J" }] });
    let printed = Answers::new(&[("a.json", &answer)]).infer().unwrap();
    assert!(
        printed.lines().all(|line| !line.starts_with("- target")),
        "{printed}"
    );
    assert!(!printed.contains('\u{1b}'), "{printed}");
}
