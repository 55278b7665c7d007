//! Every documented, observed and inferred shape of offers, and how the library reads each fixture.

use std::path::PathBuf;

use cpalead::{Defect, OfferList};
use httpmock::MockServer;
use serde_json::{Value, json};

use crate::support::client;

fn fixtures(origin: &str) -> Vec<(String, Vec<u8>)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/offers")
        .join(origin);
    let entries = directory.read_dir().expect("the fixtures");
    let mut fixtures: Vec<_> = entries
        .map(|entry| entry.expect("a file").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            (name.into_owned(), std::fs::read(&path).expect("a fixture"))
        })
        .collect();
    fixtures.sort();
    assert!(
        !fixtures.is_empty(),
        "no fixtures in {}",
        directory.display()
    );
    fixtures
}

fn defect(defect: &Defect) -> String {
    format!("{} {defect}", defect.kind().as_str())
}

/// The answer as a user of the library sees it, with one form for each value.
fn normal(offers: &OfferList) -> Value {
    let defects: Vec<_> = offers.defects().iter().map(defect).collect();
    let rows: Vec<_> = offers
        .iter()
        .map(|offer| serde_json::to_value(offer).expect("JSON"))
        .collect();
    json!({ "country": offers.country(), "offers": rows, "defects": defects })
}

async fn check(origin: &str) {
    for (name, body) in fixtures(origin) {
        let server = MockServer::start_async().await;
        server
            .mock_async(|when, then| {
                when.path("/api/offers");
                then.status(200)
                    .header("content-type", "application/json")
                    .body(&body);
            })
            .await;
        let offers = client(&server.base_url()).offers().await;
        let offers = offers.unwrap_or_else(|error| panic!("{origin}/{name}: {error}"));
        let shown = serde_json::to_string_pretty(&normal(&offers)).expect("JSON");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/offers" }, {
            insta::assert_snapshot!(format!("{origin}__{name}"), shown);
        });
    }
}

#[tokio::test]
async fn documented_shapes_are_read_as_documented() {
    check("documented").await;
}

#[tokio::test]
async fn observed_shapes_are_read() {
    check("observed").await;
}

#[tokio::test]
async fn inferred_shapes_are_read() {
    check("inferred").await;
}
