//! The report as JUnit XML: a suite for each part of the catalogue.

use std::io;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::contents::{Entry, Report};
use crate::verdict::Verdict;

pub(super) fn write(report: &Report) -> io::Result<String> {
    let mut xml = quick_junit::Report::new("cpalead-conformance");
    let mut suites: Vec<TestSuite> = Vec::new();
    for entry in &report.results {
        let part = entry.id.split('/').next().unwrap_or_default();
        if suites
            .last()
            .is_none_or(|suite| suite.name.as_str() != part)
        {
            let mut suite = TestSuite::new(part);
            suite.add_property(Property::new("target", report.header.target.as_str()));
            suites.push(suite);
        }
        if let Some(suite) = suites.last_mut() {
            suite.add_test_case(case(entry, part));
        }
    }
    if report.footer.is_none() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message("the run was stopped, so this report is not complete");
        let mut suite = TestSuite::new("run");
        suite.add_test_case(TestCase::new("complete", status));
        suites.push(suite);
    }
    xml.add_test_suites(suites);
    let text = xml.to_string().map_err(io::Error::other)?;
    Ok(without_sum_of_skipped(&text))
}

/// The published schemas count skipped cases for each suite, and have no attribute for their sum.
fn without_sum_of_skipped(xml: &str) -> String {
    let (Some(start), name) = (xml.find("<testsuites "), " skipped=\"") else {
        return xml.to_owned();
    };
    let end = xml[start..].find('>').map_or(start, |at| start + at);
    let Some(from) = xml[start..end].find(name).map(|at| start + at) else {
        return xml.to_owned();
    };
    let value = &xml[from + name.len()..end];
    let Some(length) = value.find('"') else {
        return xml.to_owned();
    };
    format!("{}{}", &xml[..from], &value[length + 1..]) + &xml[end..]
}

fn case(entry: &Entry, part: &str) -> TestCase {
    let details: Vec<String> = entry
        .details()
        .into_iter()
        .map(|(name, line)| format!("{name}: {line}"))
        .collect();
    let details = details.join("\n");
    let mut status = match &entry.verdict {
        Verdict::Passed | Verdict::Warned(_) | Verdict::Noted(_) => TestCaseStatus::success(),
        Verdict::Failed(_) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Broken { .. } => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Skipped { .. } | Verdict::Unsupported { .. } => TestCaseStatus::skipped(),
    };
    match &entry.verdict {
        Verdict::Failed(finding) => {
            status.set_message(finding.got.as_str());
            status.set_type(entry.evidence.name());
            status.set_description(details.as_str());
        }
        // The published schemas allow a text in `skipped`, and no attribute.
        Verdict::Skipped { .. } | Verdict::Unsupported { .. } => {
            status.set_description(entry.verdict.reason().unwrap_or_default());
        }
        other => {
            if let Some(why) = other.reason() {
                status.set_message(why);
            }
        }
    }
    let mut case = TestCase::new(entry.id.as_str(), status);
    case.set_classname(format!("cpalead.{part}"));
    if matches!(entry.verdict, Verdict::Warned(_) | Verdict::Noted(_)) {
        case.set_system_out(format!("{}\n{details}", entry.verdict.name()));
    }
    case
}
