//! Compares request bodies and answers: statuses, headers, media types, and the schemas they carry.

use super::Level::{Additive, Breaking, Info, Review};
use super::refs::{flag, keys, member, members};
use super::slot::{Part, Slot, Spot};
use super::walk::{Role, Walk, verdict};
use super::{prose, rest, text};
use serde_json::Value;

/// Compares the request body of an operation.
pub(super) fn compare_request<'a>(
    walk: &mut Walk<'a>,
    old: &'a Value,
    new: &'a Value,
    place: &str,
) {
    let (old, new) = (member(old, "requestBody"), member(new, "requestBody"));
    let (old, new) = (walk.old(old).node, walk.new_side(new).node);
    let required = (flag(old, "required"), flag(new, "required"));
    let place = format!("{place} body");
    let change = match (old.is_null(), new.is_null()) {
        (true, true) => return,
        (true, false) if required.1 => (
            "added-required",
            verdict(Breaking, Breaking),
            "is new and required",
        ),
        (true, false) => ("added-optional", verdict(Additive, Additive), "is new"),
        (false, true) => ("removed", verdict(Review, Breaking), "was removed"),
        (false, false) => match required {
            (false, true) => (
                "became-required",
                verdict(Breaking, Breaking),
                "is now required",
            ),
            (true, false) => (
                "became-optional",
                verdict(Additive, Additive),
                "is no longer required",
            ),
            _ => ("", verdict(Info, Info), ""),
        },
    };
    if !change.0.is_empty() {
        let id = format!("request-body-{}", change.0);
        walk.report(
            id,
            change.1,
            place.as_str(),
            &format!("the request body {}", change.2),
        );
    }
    if !old.is_null() && !new.is_null() {
        prose::compare(walk, old, new, &place);
        rest::compare(
            walk,
            old,
            new,
            &[&["required", "content", "description", "$ref"]],
            &place,
        );
        content(walk, old, new, Slot::of(Part::RequestBody), &place);
    }
}

/// Compares all answers of an operation.
pub(super) fn compare_all<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, place: &str) {
    let (old, new) = (member(old, "responses"), member(new, "responses"));
    rest::extensions(walk, old, new, place);
    for status in keys(old, new) {
        let place = format!("{place} {}", text::clean(status, 20));
        if status.starts_with("x-") {
            continue;
        }
        let failure = !is_success(status, old) && !is_success(status, new);
        let shown = text::name(status);
        match (old.get(status), new.get(status)) {
            (Some(before), Some(after)) => {
                let (before, after) = (walk.old(before).node, walk.new_side(after).node);
                compare_one(walk, before, after, failure, &place);
            }
            (Some(_), None) if failure => {
                let said = format!("the status {shown} is no longer documented");
                walk.report(
                    "response-non-success-status-removed",
                    verdict(Review, Info),
                    place,
                    &said,
                );
            }
            (Some(_), None) => {
                let said = format!("the successful status {shown} was removed");
                walk.report(
                    "response-success-status-removed",
                    verdict(Breaking, Breaking),
                    place,
                    &said,
                );
            }
            (None, _) if failure => {
                let said = format!("the status {shown} is new");
                walk.report(
                    "response-non-success-status-added",
                    verdict(Additive, Info),
                    place,
                    &said,
                );
            }
            (None, _) => {
                // A shipped client may meet an answer that it takes for a fault.
                let said = format!("the successful status {shown} is new");
                walk.report(
                    "response-success-status-added",
                    verdict(Review, Review),
                    place,
                    &said,
                );
            }
        }
    }
}

/// Whether the status means success: 2xx, or `default` where no 2xx is named.
fn is_success(status: &str, responses: &Value) -> bool {
    status.starts_with('2')
        || (status == "default"
            && !members(responses).is_empty()
            && !members(responses)
                .keys()
                .any(|other| other.starts_with('2')))
}

fn compare_one<'a>(
    walk: &mut Walk<'a>,
    old: &'a Value,
    new: &'a Value,
    failure: bool,
    place: &str,
) {
    prose::compare(walk, old, new, place);
    let handled = ["content", "headers", "description", "$ref"];
    rest::compare(walk, old, new, &[&handled], place);
    headers(walk, old, new, failure, place);
    let slot = Slot {
        part: Part::ResponseBody,
        failure,
    };
    content(walk, old, new, slot, place);
}

fn headers<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, failure: bool, place: &str) {
    let (old, new) = (member(old, "headers"), member(new, "headers"));
    let slot = Slot {
        part: Part::ResponseHeader,
        failure,
    };
    for name in keys(old, new) {
        let base = format!("{place} header");
        let spot = Spot::new(slot, base, text::clean(name, 80), true);
        let before = walk.old(member(old, name)).node;
        let after = walk.new_side(member(new, name)).node;
        let subject = spot.subject();
        let (id, outcome, said) = match (before.is_null(), after.is_null()) {
            (true, _) => ("response-header-added", verdict(Additive, Info), "is new"),
            (_, true) if flag(before, "required") => (
                "required-response-header-removed",
                verdict(Breaking, Info),
                "was removed",
            ),
            (_, true) => (
                "optional-response-header-removed",
                verdict(Review, Info),
                "was removed",
            ),
            _ => {
                if flag(before, "required") && !flag(after, "required") {
                    let said = "is no longer certain";
                    walk.report_at(&spot, "became-optional", verdict(Review, Info), said);
                }
                let place = spot.place();
                prose::compare(walk, before, after, &place);
                let handled = ["schema", "required", "description", "$ref"];
                rest::compare(walk, before, after, &[&handled], &place);
                walk.push(
                    member(before, "schema"),
                    member(after, "schema"),
                    spot,
                    Role::Whole,
                );
                continue;
            }
        };
        walk.report(
            id,
            slot.temper(outcome),
            spot.place(),
            &format!("{subject} {said}"),
        );
    }
}

fn content<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, slot: Slot, place: &str) {
    let (old, new) = (member(old, "content"), member(new, "content"));
    let side = if slot.is_request() {
        "request-body"
    } else {
        "response"
    };
    for media in keys(old, new) {
        // JSON is what the library reads; the place names only what is not.
        let base = match media {
            "application/json" => place.to_owned(),
            _ => format!("{place} {}", text::clean(media, 80)),
        };
        let shown = text::name(media);
        match (old.get(media), new.get(media)) {
            (Some(before), Some(after)) => {
                rest::compare(walk, before, after, &[&["schema"]], &base);
                let spot = Spot::new(slot, base, String::new(), false);
                walk.push(
                    member(before, "schema"),
                    member(after, "schema"),
                    spot,
                    Role::Whole,
                );
            }
            (Some(_), None) => {
                let said = format!("the media type {shown} was removed");
                let verdict = slot.temper(verdict(Breaking, Breaking));
                walk.report(format!("{side}-media-type-removed"), verdict, base, &said);
            }
            (None, _) => {
                let said = format!("the media type {shown} is new");
                let verdict = slot.temper(verdict(Additive, Info));
                walk.report(format!("{side}-media-type-added"), verdict, base, &said);
            }
        }
    }
}
