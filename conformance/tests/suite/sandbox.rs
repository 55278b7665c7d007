//! The sandbox meets every requirement.

use cpalead_conformance::{Conclusion, Demand};

use crate::support::{others, run, server, start};

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_passes_every_case() {
    let sandbox = start(200).await;
    let report = run(server(sandbox.base_url()), &[]).await;
    assert_eq!(
        others(&report),
        ["unsupported general/document Unsupported { feature: Document }"]
    );
    let conclusion = report.conclusion().unwrap();
    assert_eq!(conclusion, Conclusion::Conformant);
    assert_eq!(conclusion.exit_code(Demand::Complete), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_larger_than_the_default_limit_shows_the_default() {
    let sandbox = start(3_000).await;
    let report = run(server(sandbox.base_url()), &["offers/limit/default"]).await;
    assert_eq!(others(&report), [""; 0]);
    assert_eq!(sandbox.requests().len(), 2);
}
