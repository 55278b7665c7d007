//! Reports what the provider changed and the overlay masks, so that it is not in the effective
//! document.

use std::cmp::Reverse;

use serde_json::Value;

use super::coverage::Cover;
use super::overlay::Difference;
use crate::compare::{Change, Comparison, Level, compare, rules};

/// Adds to a comparison of effective documents the changes that only the provider's documents show.
///
/// `standing` and `new` are the provider's documents before the overlay, `effective` is the
/// standing one after it.
pub(crate) fn add(comparison: &mut Comparison, standing: &Value, new: &Value, effective: &Value) {
    let is = |change: &Change, one: &Change| one.id == change.id && one.place == change.place;
    let beyond_ours = compare(effective, new).changes;
    for change in compare(standing, new).changes {
        if comparison.changes.iter().any(|one| is(&change, one)) {
            continue;
        }
        // Our document may differ by another rule of the same topic, such as a required field that
        // is optional here. Where the type differs, our bounds say nothing about theirs.
        let topic = topic(&change.id);
        let same_topic = |one: &Change| {
            let other = self::topic(&one.id);
            one.place == change.place
                && topic != Topic::Documentation
                && (other == topic || other == Topic::Type)
        };
        let news = beyond_ours
            .iter()
            .any(|one| is(&change, one) || same_topic(one));
        comparison.changes.push(if news {
            masked(change)
        } else {
            confirmed(change)
        });
    }
    sort(comparison);
}

/// Adds what the provider describes since this update and no supply covers.
pub(crate) fn add_uncovered(comparison: &mut Comparison, differences: &[Difference]) {
    for one in differences.iter().filter(|one| one.cover != Cover::Whole) {
        // In a query every value is text. In a response a client cannot read a completely different
        // kind of value.
        let unreadable = one.cover == Cover::Nothing && one.place.starts_with("/components/");
        let rule = if unreadable {
            &rules::OVERLAY_DOES_NOT_COVER
        } else {
            &rules::OVERLAY_COVERS_IN_PART
        };
        let text = format!(
            "the provider now says `{}`, and the client reads `{}`",
            one.theirs, one.ours
        );
        comparison
            .changes
            .push(rule.change(one.place.clone(), text));
    }
    sort(comparison);
}

/// A masked change. A change of a request keeps its level, but the overlay decides how a response
/// is read.
fn masked(mut change: Change) -> Change {
    if change.id.starts_with("response") {
        change.level = change.level.min(Level::Review);
    }
    change.api_level = Level::Info;
    change.text = format!(
        "{}; the overlay keeps our document as it was",
        change.text.trim_end_matches('.')
    );
    change
}

/// What a change is about. Changes of different topics at one place say nothing about each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic<'a> {
    Documentation,
    /// The type, the members of a union, null, and the values of an enum.
    Type,
    /// Whether a part is there, and whether it is required.
    Presence,
    /// One bound, the pattern, the default, or whatever else the id names.
    Named(&'a str),
}

fn topic(id: &str) -> Topic<'_> {
    // `exclusive-max` is a part of `max`.
    const BOUNDS: [&str; 10] = [
        "max-length",
        "min-length",
        "max-items",
        "min-items",
        "max-properties",
        "min-properties",
        "max",
        "min",
        "pattern",
        "default-value",
    ];
    const TYPES: [&str; 7] = [
        "-type-",
        "-one-of-",
        "-any-of-",
        "-all-of-",
        "-null",
        "enum",
        "reference",
    ];
    let documentation = [
        "prose",
        "example",
        "extension",
        "schema-title",
        "schema-name",
    ];
    if documentation.iter().any(|start| id.starts_with(start)) {
        return Topic::Documentation;
    }
    let named = |word: &&&str| id.contains(&format!("-{word}-"));
    if let Some(word) = BOUNDS.iter().find(named) {
        return Topic::Named(word);
    }
    if TYPES.iter().any(|word| id.contains(word)) {
        return Topic::Type;
    }
    if ["-required", "-optional", "-added", "-removed"]
        .iter()
        .any(|word| id.contains(word))
    {
        return Topic::Presence;
    }
    Topic::Named(id)
}

/// A change that the overlay already describes. Nothing has to be done.
fn confirmed(mut change: Change) -> Change {
    change.level = Level::Info;
    change.api_level = Level::Info;
    change.text = format!(
        "{}, which the overlay already describes",
        change.text.trim_end_matches('.')
    );
    change
}

fn sort(comparison: &mut Comparison) {
    comparison.changes.sort_by_key(|change| {
        (
            Reverse(change.level.max(change.api_level)),
            change.place.clone(),
            change.id.clone(),
        )
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{add, add_uncovered};
    use crate::compare::{Comparison, Level, compare};
    use crate::spec::coverage::Cover;
    use crate::spec::overlay::Difference;

    #[track_caller]
    fn check(place: &str, cover: Cover, level: Option<Level>) {
        let difference = Difference {
            place: place.to_owned(),
            theirs: "object".to_owned(),
            ours: "string".to_owned(),
            cover,
        };
        let mut comparison = Comparison::default();
        add_uncovered(&mut comparison, &[difference]);
        assert_eq!(comparison.wire_level(), level, "{place} {cover:?}");
        for change in &comparison.changes {
            assert_eq!(change.id, "overlay-does-not-cover");
            assert_eq!(change.api_level, Level::Info);
        }
    }

    fn with_limit(schema: Value) -> Value {
        json!({"paths": {"/api/offers": {"get": {"parameters": [{"name": "limit", "in": "query", "schema": schema}]}}}})
    }

    /// The ids and levels of a new schema of `limit`, of which our overlay says `minimum: 1`.
    #[track_caller]
    fn limit(new: Value, expected: &[&str]) {
        let standing = with_limit(json!({"type": "integer"}));
        let effective = with_limit(json!({"type": "integer", "minimum": 1}));
        let mut merged = new.clone();
        merged["minimum"] = json!(1);
        let mut comparison = compare(&effective, &with_limit(merged));
        add(&mut comparison, &standing, &with_limit(new), &effective);
        let found: Vec<String> = comparison
            .changes
            .iter()
            .map(|change| format!("{} {}", change.id, change.level.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_bound_that_the_overlay_confirms_stays_confirmed_beside_other_changes() {
        let confirmed = "request-parameter-min-set info";
        limit(json!({"type": "integer", "minimum": 1}), &[confirmed]);
        limit(
            json!({"type": "integer", "minimum": 1, "example": 50}),
            &["example-changed info", confirmed],
        );
        limit(
            json!({"type": "integer", "minimum": 1, "maximum": 9}),
            &["request-parameter-max-set breaking", confirmed],
        );
        limit(
            json!({"type": "integer", "minimum": 1, "default": 5, "description": "d", "title": "t"}),
            &[
                "request-parameter-default-value-added review",
                "schema-title-changed info",
                "prose-changed info",
                confirmed,
            ],
        );
        // Another minimum than ours is news.
        limit(
            json!({"type": "integer", "minimum": 2, "example": 50}),
            &["request-parameter-min-set breaking", "example-changed info"],
        );
    }

    #[test]
    fn what_no_supply_covers_is_reported_and_breaks_where_nothing_can_be_read() {
        let schema = "/components/schemas/Offer/properties/title";
        check(schema, Cover::Whole, None);
        check(schema, Cover::Partly, Some(Level::Review));
        check(schema, Cover::Nothing, Some(Level::Breaking));
        let parameter = "/paths/~1api~1offers/get/parameters/2/schema";
        check(parameter, Cover::Nothing, Some(Level::Review));
    }
}
