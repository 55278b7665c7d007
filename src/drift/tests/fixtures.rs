//! Each field of the fixtures in several mutations, and the drift in the fixtures as they are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{hours, lines, monitor};
use crate::drift::known::{JsonType, Known};
use crate::drift::known_of;
use crate::drift::scan::rows_of;
use crate::drift::{Drift, DriftKind};
use crate::endpoint::Endpoint;

const ENDPOINTS: [Endpoint; 3] = [Endpoint::Offers, Endpoint::Conversions, Endpoint::Reversals];

fn of(endpoint: Endpoint, answer: &Value) -> Vec<Drift> {
    Drift::of_answer(endpoint, answer.to_string().as_bytes()).unwrap()
}

fn fixtures() -> Vec<(Endpoint, PathBuf, String)> {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => files(&path, found),
                false => found.push(path),
            }
        }
    }

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut all = Vec::new();
    for endpoint in ENDPOINTS {
        let mut found = Vec::new();
        files(&root.join(endpoint.to_string()), &mut found);
        found.sort();
        for path in found {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(&root).unwrap().to_owned();
            all.push((endpoint, name, text));
        }
    }
    all
}

#[test]
fn the_fixtures_hold_what_they_say_beside_the_document_and_nothing_else() {
    let mut told = String::new();
    for (endpoint, name, text) in fixtures() {
        for drift in Drift::of_answer(endpoint, text.as_bytes()).unwrap() {
            told += &format!("{} {drift}\n", name.display());
        }
    }
    insta::assert_snapshot!(told, @r"
    offers/inferred/cpe_events.json offers[].events[].something_new: field that the document lacks, boolean in 1 of 5 rows
    offers/inferred/payouts_in_every_form.json offers[].payouts_per_country[].note: field that the document lacks, string in 1 of 6 rows
    offers/inferred/rejected_rows.json offers[]: type that the document lacks, string in 5 of 25 rows
    offers/inferred/rejected_rows.json offers[].id: type that the document lacks, null in 1 of 25 rows
    offers/inferred/rejected_rows.json offers[].payouts_per_country.*: type that the document lacks, object in 1 of 25 rows
    offers/inferred/rejected_rows.json offers[].events[]: type that the document lacks, array in 1 of 25 rows
    offers/inferred/rejected_rows.json offers[].daily_cap: type that the document lacks, boolean in 1 of 25 rows
    offers/inferred/rejected_rows.json offers[].title: type that the document lacks, array in 1 of 25 rows
    offers/inferred/rejected_rows.json offers[].link: type that the document lacks, object in 1 of 25 rows
    offers/inferred/rejected_rows.json offers[].creatives: type that the document lacks, string in 1 of 25 rows
    offers/inferred/rejected_rows.json offers[].epc: type that the document lacks, array in 1 of 25 rows
    offers/inferred/unknown_fields_and_values.json offers[].featured: field that the document lacks, boolean in 1 of 1 rows
    offers/inferred/unknown_fields_and_values.json offers[].updated_at: field that the document lacks, string in 1 of 1 rows
    offers/inferred/unknown_fields_and_values.json offers[].boost: field that the document lacks, object in 1 of 1 rows
    offers/inferred/unknown_fields_and_values.json offers[].payout_type: value that the document lacks, such as `CPX`, in 1 of 1 rows
    offers/inferred/unknown_fields_and_values.json server: member of the envelope that the document lacks, string
    offers/inferred/unknown_fields_and_values.json cursor: member of the envelope that the document lacks, object
    offers/observed/payout_types_in_any_case.json offers[].payout_type: value that the document lacks, such as `PPI`, in 1 of 4 rows
    conversions/inferred/some_rows_that_cannot_be_read.json conversions[]: type that the document lacks, array in 1 of 7 rows
    conversions/inferred/unknown_fields_and_values.json conversions[].new_field: field that the document lacks, object in 1 of 2 rows
    conversions/inferred/unknown_fields_and_values.json conversions[].subid3: field that the document lacks, string in 1 of 2 rows
    conversions/inferred/unknown_fields_and_values.json generated_at: member of the envelope that the document lacks, string
    conversions/inferred/unknown_fields_and_values.json page: member of the envelope that the document lacks, object
    reversals/inferred/some_rows_that_cannot_be_read.json reversals[].lead_id: type that the document lacks, object in 1 of 4 rows
    reversals/inferred/some_rows_that_cannot_be_read.json reversals[]: type that the document lacks, null in 1 of 4 rows
    reversals/inferred/unknown_fields.json reversals[].note: field that the document lacks, object in 1 of 1 rows
    reversals/inferred/unknown_fields.json total: member of the envelope that the document lacks, string
    ");
}

/// A known member in an answer: where its object is, its name, what is known of it, and its path in
/// drifts.
struct Field {
    object: String,
    name: String,
    known: &'static Known,
    path: String,
}

/// The known members of an object and of what it holds, each path once.
fn fields_in(value: &Value, known: &'static Known, at: &str, path: &str, all: &mut Vec<Field>) {
    let add = |name: &str, known, path: String, all: &mut Vec<Field>| {
        if all.iter().all(|field: &Field| field.path != path) {
            let (object, name) = (at.to_owned(), name.to_owned());
            all.push(Field {
                object,
                name,
                known,
                path,
            });
        }
    };
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let at = format!("{at}/{name}");
                if let Some((_, member)) = known.member(name) {
                    let path = format!("{path}.{name}");
                    add(name, &member.known, path.clone(), all);
                    fields_in(value, &member.known, &at, &path, all);
                } else if let Some(entries) = known.entries {
                    add(name, entries, format!("{path}.*"), all);
                } else if let Some(items) = known.items.filter(|_| known.members.is_empty()) {
                    fields_in(value, items, &at, &format!("{path}[]"), all);
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                let (at, path) = (format!("{at}/{index}"), format!("{path}[]"));
                known
                    .items
                    .into_iter()
                    .for_each(|items| fields_in(value, items, &at, &path, all));
            }
        }
        _ => {}
    }
}

fn unknown_type(known: &Known) -> Value {
    let samples = [
        json!({}),
        json!([]),
        json!(7),
        json!(true),
        json!("x"),
        json!(null),
    ];
    let mut samples = samples.into_iter();
    let is_unknown = |sample: &Value| !known.types.contains(&JsonType::of(&sample.to_string()));
    samples.find(is_unknown).unwrap()
}

/// What a client tells of the second of two answers.
#[track_caller]
fn check(before: &Value, after: &Value, endpoint: Endpoint, kind: DriftKind, path: &str) {
    let monitor = monitor();
    let baseline = monitor.look(endpoint, None, hours(0), &before.to_string());
    assert_eq!(lines(&baseline), "", "{before}");
    let told = monitor.look(endpoint, None, hours(1), &after.to_string());
    let told: Vec<_> = told
        .iter()
        .map(|drift| (drift.kind(), drift.path()))
        .collect();
    assert_eq!(told, [(kind, path)], "{after}");
}

#[test]
fn every_field_of_the_fixtures_mutated_gives_one_report_and_unmutated_none() {
    let mut ways = BTreeMap::<&str, usize>::new();
    let mut count = |way| *ways.entry(way).or_default() += 1;
    for (endpoint, _, text) in fixtures() {
        let answer: Value = serde_json::from_str(&text).unwrap();
        let (known, list) = known_of(endpoint);
        let row_known = rows_of(known, list).unwrap();
        let is_bare = answer.is_array();
        let all = if is_bare { &answer } else { &answer[list] };
        let with = |rows: Vec<Value>| match is_bare {
            true => Value::Array(rows),
            false => {
                // Without the members that the document lacks.
                let members = answer.as_object().unwrap().iter();
                let members = members.filter(|(name, _)| known.member(name).is_some());
                let mut answer: Value = members
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                answer[list] = Value::Array(rows);
                answer
            }
        };
        let rows: Vec<Value> = all.as_array().unwrap().clone();
        let is_clean = |row: &Value| of(endpoint, &with(vec![row.clone()])).is_empty();
        let rows: Vec<Value> = rows.into_iter().filter(is_clean).collect();
        let base = with(rows.clone());
        let mut fields = Vec::new();
        let start = if is_bare {
            String::new()
        } else {
            format!("/{list}")
        };
        for (index, row) in rows.iter().enumerate() {
            let at = format!("{start}/{index}");
            fields_in(row, row_known, &at, &format!("{list}[]"), &mut fields);
        }
        for Field {
            object,
            name,
            known,
            path,
        } in &fields
        {
            let mutated = |name: &str, value: Value| {
                let mut answer = base.clone();
                answer.pointer_mut(object).unwrap()[name] = value;
                answer
            };
            let is_entry = path.ends_with(".*");
            if !is_entry {
                let added = mutated(&format!("{name}_new"), json!(true));
                check(
                    &base,
                    &added,
                    endpoint,
                    DriftKind::UnknownField,
                    &format!("{path}_new"),
                );
                count("1 a field beside it");
            }
            check(
                &base,
                &mutated(name, unknown_type(known)),
                endpoint,
                DriftKind::OtherType,
                path,
            );
            count("2 another type");
            if !known.values.is_empty() {
                check(
                    &base,
                    &mutated(name, json!("NEW")),
                    endpoint,
                    DriftKind::UnknownValue,
                    path,
                );
                count("3 a new word");
            }
            if *path != format!("{list}[].{name}") {
                continue;
            }
            let having: Vec<Value> = rows
                .iter()
                .filter(|row| row.get(name).is_some())
                .cloned()
                .collect();
            let mut without = having.clone();
            for row in &mut without {
                row.as_object_mut().unwrap().remove(name);
            }
            check(
                &with(having),
                &with(without),
                endpoint,
                DriftKind::FieldGone,
                path,
            );
            count("4 gone from all rows");
            if !is_bare {
                let mut around = base.clone();
                around[name] = json!([]);
                check(&base, &around, endpoint, DriftKind::EnvelopeChanged, name);
                count("5 around the rows instead");
            }
        }
        for name in base.as_object().into_iter().flatten().map(|(name, _)| name) {
            let (_, member) = known.member(name).unwrap();
            let mut other = base.clone();
            other[name] = unknown_type(&member.known);
            if name == list {
                other[name] = json!("no list");
            }
            check(&base, &other, endpoint, DriftKind::EnvelopeChanged, name);
            let mut without = base.clone();
            without.as_object_mut().unwrap().remove(name);
            check(&base, &without, endpoint, DriftKind::EnvelopeChanged, name);
            count("6 the envelope: type, gone");
        }
    }
    insta::assert_debug_snapshot!(ways, @r#"
    {
        "1 a field beside it": 177,
        "2 another type": 180,
        "3 a new word": 7,
        "4 gone from all rows": 166,
        "5 around the rows instead": 150,
        "6 the envelope: type, gone": 79,
    }
    "#);
}
