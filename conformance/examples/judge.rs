//! Judges a server or a client, and prints the report as JSON; or writes a report in all forms.
//!
//! `judge mock URL`, `judge client COMMAND [ARGUMENT…]`, `judge write REPORT FILE`: the last one
//! adds the extension of each form to FILE.

use std::fs::File;
use std::time::Duration;

use cpalead_conformance::{
    Catalogue, Feature, Format, Publisher, Questions, Report, Subject, Target,
};

const USAGE: &str = "usage: judge mock URL | client COMMAND [ARGUMENT…] | write REPORT FILE";

const FORMATS: [(Format, &str); 7] = [
    (Format::Text, "txt"),
    (Format::Json, "json"),
    (Format::Ndjson, "ndjson"),
    (Format::Junit, "xml"),
    (Format::Tap, "tap"),
    (Format::Markdown, "md"),
    (Format::Html, "html"),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(what), Some(subject)) = (arguments.next(), arguments.next()) else {
        return Err(USAGE.into());
    };
    let report = match what.as_str() {
        "mock" => mock(&subject).await?,
        "client" => {
            let subject = Subject::new(subject, arguments);
            let catalogue = Catalogue::clients()?;
            let judged = subject.judge(&catalogue, |_| {}, std::future::pending());
            judged.await?
        }
        "write" => {
            let file = arguments.next().ok_or(USAGE)?;
            let report = Report::read(&std::fs::read_to_string(subject)?)?;
            for (format, extension) in FORMATS {
                report.write(format, &mut File::create(format!("{file}.{extension}"))?)?;
            }
            return Ok(());
        }
        _ => return Err(USAGE.into()),
    };
    report.write(Format::Json, &mut std::io::stdout())?;
    Ok(())
}

/// Judges a server that makes answers from the document. It can neither filter nor refuse, and has
/// no minute.
async fn mock(url: &str) -> Result<Report, Box<dyn std::error::Error>> {
    let publisher = Publisher::new(3_360_001).api_key("sandbox-api-key");
    let target = Target::server(url, &publisher)?
        .interval(Duration::from_millis(1))
        .without(Feature::Filters)
        .without(Feature::Refusals)
        .without(Feature::Limits);
    let questions = Questions::new("user-42", jiff::civil::date(2026, 11, 20));
    let plan = Catalogue::bundled()?.plan(target, questions).await?;
    Ok(plan.run(|_| {}, std::future::pending()).await?)
}
