//! Tests of the results of a comparison: the step, the accepted ids, the reports.

use serde_json::json;

use crate::compare::mutations::base;
use crate::compare::tests::answering;
use crate::compare::{Change, Comparison, Level, Step, compare};

fn change(id: &str, level: Level, api_level: Level) -> Change {
    Change {
        id: id.to_owned(),
        level,
        api_level,
        place: "GET /a".to_owned(),
        text: "It changed.".to_owned(),
    }
}

#[test]
fn the_step_follows_the_api_first_and_the_wire_second() {
    use Level::{Additive, Breaking, Info, Review};
    for (wire, api, step) in [
        (Info, Breaking, Step::Major),
        (Breaking, Info, Step::Minor),
        (Info, Additive, Step::Minor),
        (Info, Review, Step::Minor),
        (Additive, Info, Step::Patch),
        (Review, Info, Step::Patch),
        (Info, Info, Step::None),
    ] {
        assert_eq!(change("x", wire, api).step(), step, "{wire:?} {api:?}");
    }
    assert_eq!(Comparison::default().step(), Step::None);
    assert_eq!(Comparison::default().wire_level(), None);
}

#[test]
fn all_accepts_everything_except_another_server() {
    use Level::{Breaking, Info, Review};
    let found = Comparison {
        changes: vec![
            change("servers-changed", Breaking, Breaking),
            change("request-parameter-removed", Breaking, Breaking),
            change("api-operation-id-removed", Info, Breaking),
            change("prose-terms-changed", Review, Info),
        ],
    };
    let left = |accepted: &[&str]| -> Vec<String> {
        found
            .unaccepted(accepted)
            .iter()
            .map(|change| change.id.clone())
            .collect()
    };
    assert_eq!(
        left(&[]),
        [
            "servers-changed",
            "request-parameter-removed",
            "api-operation-id-removed"
        ]
    );
    assert_eq!(left(&["all"]), ["servers-changed"]);
    assert!(left(&["all", "servers-changed"]).is_empty());
    assert_eq!(
        left(&["servers-changed", "api-operation-id-removed"]),
        ["request-parameter-removed"]
    );
}

/// The document of the reports: a field removed, one added, a limit lowered, a host changed, a
/// sentence rewritten.
fn eventful() -> Comparison {
    let mut new = base();
    new["servers"][0]["url"] = json!("https://api.cpalead.io");
    let offer = new
        .pointer_mut("/components/schemas/Offer/properties")
        .unwrap();
    offer.as_object_mut().unwrap().remove("epc");
    offer["platform"] = json!({"type": "string"});
    let operation = &mut new["paths"]["/api/offers"]["get"];
    operation["parameters"][2]["schema"]["maximum"] = json!(1000);
    operation["description"] = json!("Returns the list of offers.");
    compare(&base(), &new)
}

#[test]
fn the_report_for_a_pull_request() {
    insta::assert_snapshot!(eventful().to_markdown());
}

#[test]
fn the_report_for_a_terminal() {
    insta::assert_snapshot!(eventful().to_text());
}

#[test]
fn the_report_for_programs() {
    insta::assert_snapshot!(eventful().to_json());
}

#[test]
fn the_changelog_paragraph() {
    insta::assert_snapshot!(eventful().changelog());
}

#[test]
fn reports_of_no_change_say_so() {
    let none = Comparison::default();
    assert_eq!(none.to_text(), "no change\n");
    assert_eq!(none.to_markdown(), "**no change**\n");
    assert_eq!(none.to_json(), "{\"step\":\"none\",\"changes\":[]}\n");
    assert_eq!(none.changelog(), "The provider's document did not change.");
}

#[test]
fn text_from_the_provider_cannot_control_a_terminal_or_leave_its_code_span() {
    let old = answering(&json!({"type": "object", "properties": {}}));
    let hostile = "a`b\u{1b}[31m|<script>\n@everyone\u{202e}";
    let new =
        answering(&json!({"type": "object", "properties": {hostile: {}}, "description": hostile}));
    let found = compare(&old, &new);
    for report in [found.to_text(), found.to_markdown(), found.changelog()] {
        assert!(
            !report.contains('\u{1b}') && !report.contains('\u{202e}'),
            "{report}"
        );
        assert!(!report.contains("a`b"), "{report}");
    }
    let report = found.to_markdown();
    let row = report.lines().find(|line| line.contains("is new")).unwrap();
    let bars = row.matches('|').count() - row.matches("\\|").count();
    assert_eq!(bars, 6, "{row}");
}
