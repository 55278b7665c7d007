//! Compares request bodies and responses: statuses, headers, media types, and their schemas.

use super::location::{Carrier, Location, Part};
use super::refs::{flag, keys, member, members};
use super::rules::{self, Rule};
use super::walk::{Role, Walk};
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
    let (old, new) = (walk.resolve_old(old).node, walk.resolve_new(new).node);
    let place = format!("{place} body");
    let carrier = Carrier::of(Part::RequestBody);
    let change: Option<(&Rule, &str)> = match (old.is_null(), new.is_null()) {
        (true, true) => return,
        (true, false) if flag(new, "required") => {
            Some((&rules::REQUIRED_BODY_ADDED, "is new and required"))
        }
        (true, false) => Some((&rules::OPTIONAL_BODY_ADDED, "is new")),
        (false, true) => Some((&rules::BODY_REMOVED, "was removed")),
        (false, false) => match (flag(old, "required"), flag(new, "required")) {
            (false, true) => Some((&rules::BECAME_REQUIRED, "is now required")),
            (true, false) => Some((&rules::BECAME_OPTIONAL, "is no longer required")),
            _ => None,
        },
    };
    if let Some((rule, said)) = change {
        let location = Location::new(carrier, place.clone(), String::new(), true);
        walk.report_at(&location, rule, said);
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
        content(walk, old, new, carrier, &place);
    }
}

/// Compares all responses of an operation.
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
                let before = walk.resolve_old(before).node;
                let after = walk.resolve_new(after).node;
                compare_one(walk, before, after, failure, &place);
            }
            (Some(_), None) if failure => {
                let said = format!("the status {shown} is no longer documented");
                walk.report(&rules::ERROR_STATUS_REMOVED, place, &said);
            }
            (Some(_), None) => {
                let said = format!("the successful status {shown} was removed");
                walk.report(&rules::SUCCESS_STATUS_REMOVED, place, &said);
            }
            (None, _) if failure => {
                let said = format!("the status {shown} is new");
                walk.report(&rules::ERROR_STATUS_ADDED, place, &said);
            }
            (None, _) => {
                let said = format!("the successful status {shown} is new");
                walk.report(&rules::SUCCESS_STATUS_ADDED, place, &said);
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
    let carrier = Carrier {
        part: Part::ResponseBody,
        in_error: failure,
    };
    content(walk, old, new, carrier, place);
}

fn headers<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, failure: bool, place: &str) {
    let (old, new) = (member(old, "headers"), member(new, "headers"));
    let carrier = Carrier {
        part: Part::ResponseHeader,
        in_error: failure,
    };
    for name in keys(old, new) {
        let base = format!("{place} header");
        let location = Location::new(carrier, base, text::clean(name, 80), true);
        let before = walk.resolve_old(member(old, name)).node;
        let after = walk.resolve_new(member(new, name)).node;
        match (before.is_null(), after.is_null()) {
            (true, _) => walk.report_at(&location, &rules::HEADER_ADDED, "is new"),
            (_, true) if flag(before, "required") => {
                walk.report_at(&location, &rules::REQUIRED_HEADER_REMOVED, "was removed");
            }
            (_, true) => {
                walk.report_at(&location, &rules::OPTIONAL_HEADER_REMOVED, "was removed");
            }
            _ => header(walk, before, after, location),
        }
    }
}

fn header<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, location: Location) {
    match (flag(old, "required"), flag(new, "required")) {
        (true, false) => {
            let said = "is no longer always sent";
            walk.report_at(&location, &rules::HEADER_BECAME_OPTIONAL, said);
        }
        (false, true) => {
            walk.report_at(
                &location,
                &rules::HEADER_BECAME_REQUIRED,
                "is now always sent",
            );
        }
        _ => {}
    }
    let place = location.place();
    prose::compare(walk, old, new, &place);
    let handled = ["schema", "required", "description", "$ref"];
    rest::compare(walk, old, new, &[&handled], &place);
    let schemas = (member(old, "schema"), member(new, "schema"));
    walk.push(schemas.0, schemas.1, location, Role::Whole);
}

fn content<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, carrier: Carrier, place: &str) {
    let (old, new) = (member(old, "content"), member(new, "content"));
    for media in keys(old, new) {
        // The library reads JSON. The place names only the other media types.
        let base = match media {
            "application/json" => place.to_owned(),
            _ => format!("{place} {}", text::clean(media, 80)),
        };
        let shown = text::name(media);
        match (old.get(media), new.get(media)) {
            (Some(before), Some(after)) => {
                rest::compare(walk, before, after, &[&["schema"]], &base);
                let location = Location::new(carrier, base, String::new(), false);
                let schemas = (member(before, "schema"), member(after, "schema"));
                walk.push(schemas.0, schemas.1, location, Role::Whole);
            }
            (Some(_), None) => {
                let said = format!("the media type {shown} was removed");
                walk.report_in(carrier, &rules::MEDIA_TYPE_REMOVED, base, &said);
            }
            (None, _) => {
                let said = format!("the media type {shown} is new");
                walk.report_in(carrier, &rules::MEDIA_TYPE_ADDED, base, &said);
            }
        }
    }
}
