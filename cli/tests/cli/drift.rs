//! `drift`: what it says of answers and recordings, and what it refuses.

use tempfile::TempDir;

use crate::support::{Run, cpalead, recordings};

/// A run on one file with this text, in a folder that lives as long.
fn drift(text: &str, words: &str) -> (Run, TempDir) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("answer.json");
    std::fs::write(&path, text).unwrap();
    (cpalead("drift").arg(path).arg(words), folder)
}

const NEW_FIELD: &str = r#"{"status":"success","offers":[{"id":1,"boost":true},{"id":2}]}"#;

#[test]
fn a_new_field_is_named_and_check_makes_it_a_failure() {
    let (run, folder) = drift(NEW_FIELD, "--check");
    let shown = folder.path().join("answer.json");
    let out = run.ends_with(1).out;
    let line = format!(
        "{}: offers[].boost: field that the document lacks, boolean in 1 of 2 rows\n",
        shown.display()
    );
    assert!(out.starts_with(&line), "{out}");
    let (run, _folder) = drift(NEW_FIELD, "--output=json");
    assert_eq!(run.ends_with(0).json()[0]["kind"], "unknown_field");
}

#[test]
fn recordings_are_compared_one_by_one_and_as_a_folder() {
    let out = cpalead("drift").arg(recordings()).ends_with(0).out;
    let last = out.lines().last().unwrap();
    assert!(
        last.contains(" answers, ") && last.ends_with(" without rows left out"),
        "{out}"
    );
    let one = cpalead("drift")
        .arg(recordings().join("offers.country-us.json"))
        .ends_with(0)
        .out;
    assert!(one.ends_with(" in 1 answer\n"), "{one}");
}

#[test]
fn a_file_that_is_not_an_answer_is_refused() {
    let (run, folder) = drift("[]", "--check");
    let place = folder.path().join("answer.json");
    assert_eq!(
        run.ends_with(2).err,
        format!(
            "error: {} does not show what it answers: give --endpoint offers, conversions or reversals\n",
            place.display()
        )
    );
    let (run, _folder) = drift("<html>", "--endpoint=offers");
    assert!(run.ends_with(2).out.is_empty());
    let (run, _folder) = drift(
        r#"{"status":"error","message":"no","offers":[]}"#,
        "--check",
    );
    run.ends_with(2);
    cpalead("drift /nowhere/x").ends_with(2);
    cpalead("drift").ends_with(2);
}

#[test]
fn a_field_named_like_the_key_is_not_shown() {
    let (run, _folder) = drift(&NEW_FIELD.replace("boost", "a-key-at-hand"), "--check");
    let outcome = run.env("CPALEAD_API_KEY", "a-key-at-hand").run();
    assert!(!format!("{}{}", outcome.out, outcome.err).contains("a-key-at-hand"));
    assert!(
        outcome
            .err
            .contains("is not shown, because the api key is in it"),
        "{}",
        outcome.err
    );
}
