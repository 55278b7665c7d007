//! Tests of the reports: each form, what makes a report complete, and what changed between two.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::{Conclusion, Demand, Entry, Format, Report};
use crate::catalogue::{Coverage, Requirement, Source};
use crate::feature::Feature;
use crate::verdict::{Evidence, Finding, Verdict};

const HOSTILE: &str =
    "]]></failure><script>alert(1)</script> | `@team` \u{1b}[31m # \\ \u{0}\u{85}\u{fffe}";

fn entry(id: &str, evidence: Evidence, verdict: Verdict) -> Entry {
    let requirement = Requirement {
        id: id.to_owned(),
        says: "An answer has no <tags>.".to_owned(),
        evidence,
        sources: vec![Source {
            part: "Offers API".to_owned(),
            quote: "Default is 2500".to_owned(),
        }],
        because: None,
        features: Vec::new(),
        exchanges: Vec::new(),
    };
    Entry::new(
        &requirement,
        verdict,
        vec!["GET /api/offers?id=1000001".to_owned()],
    )
}

fn finding() -> Finding {
    Finding::new("no <tags>", HOSTILE, "offers[3].title")
}

fn skipped() -> Verdict {
    Verdict::Skipped {
        why: "there is no recording".to_owned(),
    }
}

fn broken() -> Verdict {
    Verdict::Broken {
        why: "the target is away (502)".to_owned(),
    }
}

fn one_of_each() -> Vec<Entry> {
    let documented = Evidence::Documented;
    vec![
        entry("offers/list", documented, Verdict::Passed),
        entry("offers/title/text", documented, Verdict::Failed(finding())),
        entry(
            "offers/epc/form",
            Evidence::Observed,
            Verdict::Warned(finding()),
        ),
        entry(
            "general/error",
            Evidence::Inferred,
            Verdict::Noted(finding()),
        ),
        entry(
            "general/document",
            documented,
            Verdict::Unsupported {
                feature: Feature::Document,
            },
        ),
        entry("reversals/list", documented, skipped()),
        entry("reversals/row", documented, broken()),
    ]
}

fn report(entries: Vec<Entry>) -> Report {
    Report::new(
        "server",
        &[Feature::Shapes, Feature::Key],
        Some(Coverage {
            rules: 4,
            covered: 4,
        }),
        Timestamp::UNIX_EPOCH,
        entries,
    )
}

fn written(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    report.write(format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_text_ends_with_the_summary() {
    insta::assert_snapshot!(written(&report(one_of_each()).finished(), Format::Text));
}

#[test]
fn ndjson_has_header_and_footer() {
    insta::assert_snapshot!(written(&report(one_of_each()).finished(), Format::Ndjson));
}

#[test]
fn tap_does_not_fail_for_a_warning() {
    insta::assert_snapshot!(written(&report(one_of_each()).finished(), Format::Tap));
}

#[test]
fn markdown_holds_no_markup_from_outside() {
    insta::assert_snapshot!(written(&report(one_of_each()).finished(), Format::Markdown));
}

#[test]
fn html_is_one_page_without_scripts() {
    let page = written(&report(one_of_each()).finished(), Format::Html);
    for not in [
        "<script", "<img", "<link", "src=", "href=", "url(", "@import", "\u{1b}",
    ] {
        assert!(!page.contains(not), "{not}");
    }
    insta::assert_snapshot!(page);
}

#[test]
fn junit_is_xml_that_can_be_read_again() {
    let xml = written(&report(one_of_each()).finished(), Format::Junit);
    let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    assert_eq!((read.tests, read.failures, read.errors), (7, 1, 1));
    assert!(xml.chars().all(|c| c >= ' ' || c == '\n'), "{xml}");
    insta::assert_snapshot!(xml);
}

#[track_caller]
fn check(entries: Vec<Entry>, conclusion: Conclusion, codes: [u8; 2]) {
    let report = report(entries).finished();
    assert_eq!(report.conclusion(), Some(conclusion));
    assert_eq!(
        [Demand::Judged, Demand::Complete].map(|demand| conclusion.exit_code(demand)),
        codes
    );
}

#[test]
fn what_a_report_comes_to_follows_from_its_verdicts() {
    let documented = Evidence::Documented;
    let passed = || entry("a", documented, Verdict::Passed);
    let failed = || entry("b", documented, Verdict::Failed(finding()));
    let unsupported = || {
        entry(
            "c",
            documented,
            Verdict::Unsupported {
                feature: Feature::Key,
            },
        )
    };
    check(
        vec![passed(), unsupported()],
        Conclusion::Conformant,
        [0, 0],
    );
    check(
        vec![
            passed(),
            entry("d", Evidence::Observed, Verdict::Warned(finding())),
        ],
        Conclusion::Conformant,
        [0, 0],
    );
    check(
        vec![passed(), entry("d", documented, skipped())],
        Conclusion::Partial,
        [0, 3],
    );
    check(
        vec![passed(), entry("d", documented, broken())],
        Conclusion::Inconclusive,
        [3, 3],
    );
    check(
        vec![failed(), entry("d", documented, broken())],
        Conclusion::Failed,
        [1, 1],
    );
    check(vec![unsupported()], Conclusion::Inconclusive, [3, 3]);
    check(vec![], Conclusion::Inconclusive, [3, 3]);
}

#[test]
fn a_report_is_read_from_both_json_forms() {
    let report = report(one_of_each()).finished();
    for format in [Format::Json, Format::Ndjson] {
        assert_eq!(Report::read(&written(&report, format)), Ok(report.clone()));
    }
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let error = Report::read(text).unwrap_err().to_string();
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn a_report_that_is_not_whole_is_refused() {
    let no_footer = "this report has no footer: its run was stopped, so it is not complete";
    let other = "this report does not hold what its footer says: it was cut or changed";
    for format in [Format::Json, Format::Ndjson] {
        check_refused(&written(&report(one_of_each()), format), no_footer);
    }
    let whole = written(&report(one_of_each()).finished(), Format::Ndjson);
    let lines: Vec<&str> = whole.lines().collect();
    let without = |line: usize| {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != line);
        kept.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
    };
    check_refused(&without(2), other);
    check_refused(&without(8), no_footer);
    check_refused(&without(0), "this is not a report: ");
    check_refused(&whole.replace("\"broken\":1", "\"broken\":0"), other);
    check_refused(
        &whole.replace("offers/epc/form", "offers/list"),
        "this report names offers/list twice",
    );
    check_refused(
        &whole.replace("report\":1", "report\":2"),
        "this report is of version 2, and this suite reads 1",
    );
    check_refused("", "this is not a report: ");
    check_refused("{}", "this is not a report: ");
}

#[test]
fn a_stopped_run_says_so_in_every_form() {
    let stopped = report(one_of_each());
    assert_eq!(stopped.conclusion(), None);
    assert!(
        written(&stopped, Format::Text).contains("\nstopped: no result; 7 requirements: 1 passed")
    );
    assert!(written(&stopped, Format::Tap).contains("\nBail out! the run was stopped\n"));
    assert!(written(&stopped, Format::Markdown).starts_with("## Conformance: stopped: no result"));
    assert!(written(&stopped, Format::Html).contains("<strong>stopped: no result"));
    assert!(
        written(&stopped, Format::Junit)
            .contains("the run was stopped, so this report is not complete")
    );
}

#[test]
fn a_diff_names_what_changed() {
    let documented = Evidence::Documented;
    let before = report(vec![
        entry("a", documented, Verdict::Passed),
        entry("b", documented, Verdict::Passed),
        entry("c", documented, Verdict::Passed),
    ]);
    let after = report(vec![
        entry("a", documented, Verdict::Failed(finding())),
        entry("b", documented, Verdict::Passed),
        entry("d", documented, skipped()),
    ]);
    let diff = before.diff(&after).to_string();
    assert_eq!(
        diff,
        "a: passed -> failed\nc: passed -> absent\nd: absent -> skipped\n"
    );
    assert_eq!(before.diff(&before).to_string(), "no changes\n");
}

/// The names of all properties below a value.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                found.insert(name.clone());
                names(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

/// The names of all properties that a schema describes.
fn described(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                found.extend(properties.keys().cloned());
            }
            fields.values().for_each(|value| described(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| described(item, found)),
        _ => {}
    }
}

#[test]
fn the_schema_describes_each_property_and_no_other() {
    let schema: Value = serde_json::from_str(include_str!("../../report.schema.json")).unwrap();
    let (mut used, mut known) = (BTreeSet::new(), BTreeSet::new());
    for format in [Format::Json, Format::Ndjson] {
        for line in written(&report(one_of_each()).finished(), format).split("\n{") {
            let line = if line.starts_with('{') {
                line.to_owned()
            } else {
                format!("{{{line}")
            };
            names(&serde_json::from_str(&line).unwrap(), &mut used);
        }
    }
    described(&schema, &mut known);
    assert_eq!(used, known);
}
