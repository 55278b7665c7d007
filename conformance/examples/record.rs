//! Records a small sandbox: `cargo run -p cpalead-conformance --example record -- FOLDER`.

use std::time::Duration;

use cpalead_conformance::{Catalogue, Format, Publisher, Questions, Target};
use cpalead_sandbox::{DEFAULT_API_KEY, DEFAULT_PUBLISHER_ID, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    // The sandbox's minute is 0.6 s long.
    let sandbox = Sandbox::builder().offers(16).speed(100).start().await?;
    let publisher = Publisher::new(DEFAULT_PUBLISHER_ID).api_key(DEFAULT_API_KEY);
    let target = Target::server(sandbox.base_url(), &publisher)?
        .interval(Duration::from_millis(650))
        .record_to(folder);
    let questions = Questions::new("user-42", jiff::civil::date(2026, 11, 20));
    let plan = Catalogue::bundled()?.plan(target, questions).await?;
    print!("{plan}");
    let report = plan.run(|_| {}, std::future::pending()).await?;
    report.write(Format::Text, &mut std::io::stdout())?;
    Ok(())
}
