//! The proposals, written at the end of the overlay, make the drift report silent.

use std::fs;

use serde_json::{Value, json};
use xtask::spec::{Limits, Options, World, update_in};

use crate::drift::known::{JsonType, Known, Member};
use crate::drift::scan::scan;
use crate::endpoint::Endpoint;
use crate::{Answers, root};

/// The document with actions at the end of its overlay.
fn document_with(actions: &str) -> Value {
    let tree = tempfile::tempdir().unwrap();
    fs::create_dir(tree.path().join("spec")).unwrap();
    for path in ["spec/upstream.json", "spec/provenance.toml", "openapi.json"] {
        fs::copy(root().join(path), tree.path().join(path)).unwrap();
    }
    let overlay = fs::read_to_string(root().join("spec/overlay.yaml")).unwrap();
    let overlay = format!("{}\n{actions}", overlay.trim_end());
    fs::write(tree.path().join("spec/overlay.yaml"), overlay).unwrap();
    let mut world = World {
        today: "2027-01-02".to_owned(),
        limits: Limits::default(),
        input: &mut std::io::empty(),
        step: &mut |_| {},
        generate: &|_| Ok(Vec::new()),
    };
    let options = Options {
        offline: true,
        accept: vec!["all".to_owned()],
        ..Options::default()
    };
    update_in(tree.path(), &options, &mut world)
        .unwrap_or_else(|fault| panic!("{fault}\n{actions}"));
    let effective = fs::read_to_string(tree.path().join("openapi.json")).unwrap();
    serde_json::from_str(&effective).unwrap()
}

/// The table of an endpoint, as the build writes it.
fn known(document: &Value, endpoint: Endpoint) -> &'static Known {
    let table = endpoint.to_string().to_uppercase();
    Box::leak(Box::new(table_of(
        &xtask::codegen::known(document).unwrap()[table],
    )))
}

fn table_of(node: &Value) -> Known {
    let part = |key: &str| -> Option<&'static Known> {
        let part = node.get(key)?;
        Some(Box::leak(Box::new(table_of(part))))
    };
    let types = [
        JsonType::Null,
        JsonType::Boolean,
        JsonType::Number,
        JsonType::String,
        JsonType::Array,
        JsonType::Object,
    ];
    let types = types
        .into_iter()
        .filter(|known| node["types"][known.as_str()] == true);
    let values = node["values"].as_array().unwrap().iter();
    let values = values.map(|value| &*value.as_str().unwrap().to_owned().leak());
    let members = node["members"].as_object().unwrap().iter();
    let members = members.map(|(name, member)| Member {
        name: name.clone().leak(),
        required: member["required"] == true,
        known: table_of(member),
    });
    let mut members: Vec<_> = members.collect();
    members.sort_by_key(|member| member.name);
    Known {
        types: types.collect::<Vec<_>>().leak(),
        values: values.collect::<Vec<_>>().leak(),
        members: members.leak(),
        entries: part("entries"),
        items: part("items"),
    }
}

fn drifts(document: &Value, endpoint: Endpoint, answer: &Value) -> Vec<String> {
    let list = endpoint.to_string().leak();
    let known = known(document, endpoint);
    let scan = scan(endpoint, known, list, &answer.to_string()).unwrap();
    scan.drifts.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn check(endpoint: Endpoint, answer: &Value, before: &[&str]) {
    let standing = fs::read_to_string(root().join("openapi.json")).unwrap();
    let standing = serde_json::from_str(&standing).unwrap();
    assert_eq!(drifts(&standing, endpoint, answer), before, "{answer}");
    let name = format!("{endpoint}.json");
    let folder = Answers::new(&[(&name, answer)]);
    let proposed = folder.infer().unwrap();
    let document = document_with(&proposed);
    assert_eq!(drifts(&document, endpoint, answer), [""; 0], "{proposed}");
}

#[test]
fn a_proposed_field_silences_the_report() {
    check(
        Endpoint::Offers,
        &json!({ "status": "success", "offers": [{ "id": 1, "boost": true }, { "id": 2 }] }),
        &["offers[].boost: field that the document lacks, boolean in 1 of 2 rows"],
    );
    check(
        Endpoint::Offers,
        &json!({ "status": "success", "offers": [{ "id": 1, "events": [{ "bonus": "0.10" }], "creatives": { "video": null } }] }),
        &[
            "offers[].creatives.video: field that the document lacks, null in 1 of 1 rows",
            "offers[].events[].bonus: field that the document lacks, string in 1 of 1 rows",
        ],
    );
    check(
        Endpoint::Conversions,
        &json!([{ "subid": "user-42", "device": { "os": "ios", "by": { "US": 1 } } }]),
        &["conversions[].device: field that the document lacks, object in 1 of 1 rows"],
    );
}

#[test]
fn a_proposed_word_silences_the_report() {
    check(
        Endpoint::Offers,
        &json!({ "status": "success", "offers": [{ "id": 1, "payout_type": "CPX" }, { "id": 2, "payout_type": "cpa" }] }),
        &["offers[].payout_type: value that the document lacks, such as `CPX`, in 1 of 2 rows"],
    );
}

#[test]
fn a_proposed_type_silences_the_report() {
    check(
        Endpoint::Offers,
        &json!({ "status": "success", "offers": [{ "id": 1, "offer_rank": true, "title": ["a"], "epc": {} }] }),
        &[
            "offers[].epc: type that the document lacks, object in 1 of 1 rows",
            "offers[].offer_rank: type that the document lacks, boolean in 1 of 1 rows",
            "offers[].title: type that the document lacks, array in 1 of 1 rows",
        ],
    );
    check(
        Endpoint::Offers,
        &json!({ "status": "success", "offers": [
            { "id": 1, "payouts_per_country": { "US": { "amount": 1 } } },
            { "id": 2, "payouts_per_country": [{ "country_iso": "US", "amount": 1 }] },
        ] }),
        &["offers[].payouts_per_country.*: type that the document lacks, object in 1 of 2 rows"],
    );
}

#[test]
fn a_proposed_member_of_the_envelope_silences_the_report() {
    check(
        Endpoint::Offers,
        &json!({ "status": "success", "cursor": { "next": null }, "number_offers": true, "offers": [] }),
        &[
            "number_offers: type that the document lacks, boolean",
            "cursor: member of the envelope that the document lacks, object",
        ],
    );
    check(
        Endpoint::Reversals,
        &json!({ "status": "success", "total": "0.72", "reversals": [{ "note": 1 }] }),
        &[
            "reversals[].note: field that the document lacks, number in 1 of 1 rows",
            "total: member of the envelope that the document lacks, string",
        ],
    );
}
