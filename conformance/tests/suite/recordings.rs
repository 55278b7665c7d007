//! What is recorded can be judged again with the same verdicts, and is refused once it was changed
//! or holds the key.

use std::fs;
use std::path::Path;

use cpalead_conformance::{Catalogue, Conclusion, Recordings, Target};

use crate::support::{KEY, others, questions, recordings, run, server, start};

async fn recorded(folder: &Path) {
    let sandbox = start(40).await;
    let report = run(
        server(sandbox.base_url()).record_to(folder),
        &["offers/limit/", "conversions/subid/own"],
    )
    .await;
    assert_eq!(others(&report), [""; 0]);
}

#[tokio::test]
async fn the_recordings_of_this_package_pass() {
    let report = run(Target::replay(&recordings(), Some(KEY)).unwrap(), &[]).await;
    assert_eq!(
        others(&report),
        ["unsupported general/document Unsupported { feature: Document }"]
    );
    assert_eq!(report.conclusion(), Some(Conclusion::Conformant));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_recorded_is_skipped_and_the_result_partial() {
    let folder = tempfile::tempdir().unwrap();
    recorded(folder.path()).await;
    let target = || Target::replay(folder.path(), None).unwrap();
    let report = run(target(), &["offers/limit/", "conversions/subid/own"]).await;
    assert_eq!(others(&report), [""; 0]);
    let report = run(target(), &["conversions/subid/"]).await;
    assert_eq!(report.conclusion(), Some(Conclusion::Partial));
    let verdict = |id: &str| {
        report
            .results()
            .iter()
            .find(|entry| entry.id() == id)
            .unwrap()
            .verdict()
            .reason()
    };
    assert_eq!(verdict("conversions/subid/own-rows"), None);
    assert_eq!(
        verdict("conversions/subid/caller").unwrap(),
        "there is no recording of conversions/caller"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_was_changed_or_holds_the_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    recorded(folder.path()).await;
    let file = folder.path().join("conversions.known.json");
    let good = fs::read_to_string(&file).unwrap();
    for (from, to) in [
        ("success", "succeed"),
        ("\"status\": 200", "\"status\": 201"),
        ("subid-1", "subid-2"),
        ("false", "true"),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "{from}");
        fs::write(&file, changed).unwrap();
        let plan = Catalogue::bundled()
            .unwrap()
            .select(&["conversions/subid/own"]);
        let plan = plan
            .plan(Target::replay(folder.path(), None).unwrap(), questions())
            .await
            .unwrap();
        let error = plan
            .run(|_| {}, std::future::pending())
            .await
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            format!(
                "{} was changed after it was recorded: its sha256 differs",
                file.display()
            )
        );
    }
    fs::write(&file, good.replacen("success", "%73andbox-api%2dkey", 1)).unwrap();
    let error = Recordings::open(folder.path(), Some(KEY))
        .unwrap()
        .exchange("conversions/known")
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{} contains the api key; delete it, and do not share it",
            file.display()
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_are_not_mixed() {
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().display();
    assert_eq!(
        Target::replay(folder.path(), None).unwrap_err().to_string(),
        format!("{shown} has no index.json, so it is not a folder of recordings")
    );
    fs::write(folder.path().join("a"), "").unwrap();
    let target = server("http://127.0.0.1:9").record_to(folder.path());
    let plan = Catalogue::bundled()
        .unwrap()
        .plan(target, questions())
        .await
        .unwrap();
    let error = plan
        .run(|_| {}, std::future::pending())
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        format!("{shown} is not empty; record into a new folder")
    );
}
