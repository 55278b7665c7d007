//! Tests of the catalogue: what is refused, and that page, requirements and cases belong together.

use std::collections::BTreeSet;

use super::{Catalogue, NOT_RULES, ON_ANSWERS};
use crate::asks::ASKS;
use crate::cases;
use crate::verdict::Evidence;

const PAGE: &str = "Overview\nAll is free.\nOffers API\nDefault is 2500.\n";

const GOOD: &str = r#"
[[requirement]]
id = "offers/list"
says = "…"
evidence = "documented"
source = [{ part = "Offers API", quote = "Default is 2500." }]
features = ["shapes"]
exchanges = ["offers/default"]
"#;

fn parse(files: &[(&str, &str)]) -> Result<Catalogue, String> {
    let files: Vec<_> = files
        .iter()
        .map(|(n, t)| ((*n).to_owned(), (*t).to_owned()))
        .collect();
    Catalogue::parse(&files, PAGE, &ON_ANSWERS).map_err(|error| error.to_string())
}

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    let text = GOOD.replace(from, to);
    assert_ne!(text, GOOD);
    assert_eq!(parse(&[("a.toml", &text)]).unwrap_err(), expected);
}

#[test]
fn a_fault_is_named_with_its_file_and_line() {
    check(
        "says =",
        "sais =",
        "a.toml:4: unknown field `sais`, expected one of `id`, `says`, `evidence`, `source`, `because`, `features`, `exchanges`",
    );
    check(
        "is 2500",
        "is 2600",
        "a.toml:6: the quotation \"Default is 2600.\" is not in the part \"Offers API\" of the page",
    );
    check(
        "Offers API",
        "Overview",
        "a.toml:6: the quotation \"Default is 2500.\" is not in the part \"Overview\" of the page",
    );
    check(
        "Offers API",
        "Offer",
        "a.toml:6: the page has no part \"Offer\"",
    );
    check(
        "\"documented\"",
        "\"observed\"",
        "a.toml:2: \"offers/list\" is observed and has no `because`",
    );
    check(
        "offers/default",
        "offers/defaults",
        "a.toml:2: \"offers/list\" judges \"offers/defaults\", which is not an exchange",
    );
    check(
        "offers/list",
        "offers/lists",
        "a.toml:2: \"offers/lists\" has no case, or no exchange to judge",
    );
}

#[test]
fn a_documented_requirement_quotes_the_page() {
    let line = "source = [{ part = \"Offers API\", quote = \"Default is 2500.\" }]\n";
    check(
        line,
        "",
        "a.toml:2: \"offers/list\" is documented and quotes nothing",
    );
}

#[test]
fn an_id_stands_once_in_all_files() {
    let error = parse(&[("a.toml", GOOD), ("b.toml", GOOD)]).unwrap_err();
    assert_eq!(error, "b.toml:2: the id \"offers/list\" stands twice");
}

#[test]
fn a_sentence_that_is_left_out_has_a_reason() {
    let sentence = "[[sentence]]\npart = \"Overview\"\nquote = \"All is free.\"\nbecause = \"\"\n";
    let error = parse(&[(NOT_RULES, sentence)]).unwrap_err();
    assert_eq!(
        error,
        "not-rules.toml:1: a sentence without a reason in `because`"
    );
    let given = sentence.replace("\"\"", "\"a promise\"");
    let catalogue = parse(&[("a.toml", GOOD), (NOT_RULES, &given)]).unwrap();
    assert_eq!(catalogue.uncovered(), ["Overview", "Offers API"]);
    let coverage = catalogue.select(&["nothing"]).coverage();
    assert_eq!((coverage.covered, coverage.rules), (1, 3));
}

#[test]
fn every_sentence_of_the_page_has_a_requirement_or_a_reason() {
    let catalogue = Catalogue::bundled().unwrap();
    assert_eq!(catalogue.uncovered(), [""; 0]);
}

#[test]
fn catalogue_and_cases_name_the_same_requirements() {
    let catalogue = Catalogue::bundled().unwrap();
    let required: BTreeSet<_> = catalogue
        .requirements()
        .iter()
        .map(|r| r.id.as_str())
        .collect();
    let judged: BTreeSet<_> = cases::all().map(|(id, _)| id).collect();
    assert_eq!(required, judged);
    assert_eq!(judged.len(), cases::all().count());
}

#[test]
fn every_exchange_is_judged() {
    let catalogue = Catalogue::bundled().unwrap();
    let judged: BTreeSet<_> = catalogue
        .requirements()
        .iter()
        .flat_map(|r| &r.exchanges)
        .map(String::as_str)
        .collect();
    assert_eq!(judged, ASKS.iter().map(|ask| ask.name).collect());
}

#[test]
fn the_number_of_requirements_by_evidence_is_known() {
    let catalogue = Catalogue::bundled().unwrap();
    let count = |evidence| {
        catalogue
            .requirements()
            .iter()
            .filter(|r| r.evidence == evidence)
            .count()
    };
    let counts = [Evidence::Documented, Evidence::Observed, Evidence::Inferred].map(count);
    assert_eq!(counts, [53, 21, 13]);
}

#[test]
fn a_prefix_selects() {
    let ids = |prefixes: &[&str]| -> Vec<String> {
        let chosen = Catalogue::bundled().unwrap().select(prefixes);
        chosen.requirements().iter().map(|r| r.id.clone()).collect()
    };
    assert_eq!(
        ids(&["offers/limit/", "general/doc"]),
        [
            "general/document",
            "offers/limit/number",
            "offers/limit/default",
            "offers/limit/maximum"
        ]
    );
    assert_eq!(ids(&["nothing"]), [""; 0]);
}
