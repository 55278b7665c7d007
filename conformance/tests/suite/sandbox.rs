//! The sandbox meets every requirement.

use cpalead_conformance::{Conclusion, Demand};

use crate::support::{others, run, server, start};

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_passes_every_case() {
    let sandbox = start(3_000).await;
    let report = run(server(sandbox.base_url()), &[]).await;
    assert_eq!(
        others(&report),
        ["unsupported general/document Unsupported { feature: Document }",]
    );
    let conclusion = report.conclusion().unwrap();
    assert_eq!(conclusion, Conclusion::Conformant);
    assert_eq!(conclusion.exit_code(Demand::Complete), 0);
}
