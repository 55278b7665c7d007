//! Tests of the table of rules: it is complete, unambiguous, and every row has an edit that shows
//! it.

use super::ALL;
use super::elsewhere::GROUPS;
use super::rule::{Direction, Row};
use crate::compare::mutations::corpus;
use std::collections::{BTreeMap, BTreeSet};

/// Rules that no edit of a document can show, each with the test that shows it.
const SHOWN_ELSEWHERE: [(&str, &str); 1] = [(
    "overlay-does-not-cover",
    "what_no_supply_covers_is_reported_and_breaks_where_nothing_can_be_read, in spec/masked.rs",
)];

fn rows() -> Vec<&'static Row> {
    ALL.iter().flat_map(|rule| rule.rows()).collect()
}

/// What an edit must name to show the row.
fn expectations(row: &Row) -> Vec<String> {
    let (wire, api) = (row.verdict.wire.as_str(), row.verdict.api.as_str());
    row.ids()
        .iter()
        .map(|id| format!("{id} {wire} {api}"))
        .collect()
}

#[test]
fn every_rule_is_shown_by_an_edit_of_the_mutation_table() {
    let edits = corpus();
    let expected: BTreeSet<&str> = edits
        .iter()
        .flat_map(|edit| edit["expect"].as_array().unwrap())
        .map(|line| line.as_str().unwrap())
        .collect();
    let without: Vec<String> = rows()
        .into_iter()
        .filter(|row| !SHOWN_ELSEWHERE.iter().any(|(id, _)| *id == row.id))
        .map(expectations)
        .filter(|lines| !lines.iter().any(|line| expected.contains(line.as_str())))
        .map(|lines| format!("{}\n", lines.join(" | ")))
        .collect();
    assert!(
        without.is_empty(),
        "these rules have no edit in xtask/src/compare/testdata/mutations.json; add one that expects:\n{}",
        without.concat()
    );
}

#[test]
fn no_two_rules_give_one_verdict_under_one_id() {
    let rows = rows();
    let mut seen = BTreeSet::new();
    for line in rows.iter().flat_map(|row| expectations(row)) {
        assert!(seen.insert(line.clone()), "two rules: {line}");
    }
}

#[test]
fn every_row_says_why_and_what_oasdiff_says() {
    for row in rows() {
        assert!(row.why.len() > 9, "{}: {}", row.id, row.why);
        assert!(!row.why.ends_with('.') && !row.oasdiff.is_empty());
        assert!(!format!("{}{}{}", row.id, row.why, row.oasdiff).contains('|'));
    }
}

/// The ids of oasdiff's checks with their levels, as its list of checks has them.
fn oasdiff() -> BTreeMap<&'static str, &'static str> {
    include_str!("../testdata/oasdiff.txt")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect()
}

#[test]
fn what_the_table_says_about_oasdiff_is_what_its_list_says() {
    let list = oasdiff();
    assert_eq!(list.len(), 509);
    let mut wrong = Vec::new();
    for row in rows() {
        let ids = row.ids();
        let levels: BTreeSet<&str> = ids
            .iter()
            .filter_map(|id| list.get(id.as_str()))
            .copied()
            .collect();
        let ours = match row.verdict.wire.as_str() {
            "breaking" => "error",
            "review" => "warn",
            _ => "info",
        };
        let is_right = match row.oasdiff {
            super::NOT_CHECKED => levels.is_empty(),
            super::SAME => levels == BTreeSet::from([ours]),
            "error" | "warn" | "info" => levels == BTreeSet::from([row.oasdiff]),
            // A sentence names every level that occurs, or a check with another id.
            words => levels
                .iter()
                .all(|level| words.contains(level) || (*level == ours && words.contains("same"))),
        };
        if !is_right {
            wrong.push(format!(
                "{}: `{}`, and the list has {levels:?}",
                row.id, row.oasdiff
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_of_oasdiff_is_a_rule_or_is_said_to_be_reported_elsewhere() {
    let ours: BTreeSet<String> = rows().iter().flat_map(|row| row.ids()).collect();
    let rest: Vec<&str> = oasdiff()
        .into_keys()
        .filter(|id| !ours.contains(*id))
        .collect();
    let group = |id: &str| {
        GROUPS
            .iter()
            .position(|group| group.words.iter().any(|word| id.contains(word)))
    };
    let nowhere: Vec<&&str> = rest.iter().filter(|id| group(id).is_none()).collect();
    assert!(nowhere.is_empty(), "{nowhere:?}");
    for (at, one) in GROUPS.iter().enumerate() {
        assert!(
            rest.iter().any(|id| group(id) == Some(at)),
            "no check is in {:?}",
            one.words
        );
    }
}

#[test]
fn an_id_names_the_part_only_where_the_rule_has_parts() {
    for row in rows().iter().filter(|row| row.direction == Direction::Both) {
        let parts = row.ids().len();
        assert!(parts == 1 || row.id.starts_with("{part}"), "{}", row.id);
    }
}
