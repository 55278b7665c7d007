//! What the provider changed and the overlay holds: it does not show in the effective document, and must not go unseen.

use std::cmp::Reverse;

use serde_json::Value;

use super::overlay::Difference;
use super::shape::Cover;
use crate::compare::{Change, Comparison, Level, compare};

/// Adds to a comparison of effective documents what a comparison of the provider's own words shows beyond it.
///
/// `standing` and `new` are the provider's documents before the overlay, `effective` is what stands after it.
pub(crate) fn add(comparison: &mut Comparison, standing: &Value, new: &Value, effective: &Value) {
    let is = |change: &Change, one: &Change| one.id == change.id && one.place == change.place;
    let beyond_ours = compare(effective, new).changes;
    for change in compare(standing, new).changes {
        if comparison.changes.iter().any(|one| is(&change, one)) {
            continue;
        }
        // Ours may differ by another rule at the same place: a field that was required there is optional here.
        let rule = |one: &Change| !prose(one) && !prose(&change) && one.place == change.place;
        let news = beyond_ours.iter().any(|one| is(&change, one) || rule(one));
        comparison.changes.push(if news {
            held(change)
        } else {
            confirmed(change)
        });
    }
    sort(comparison);
}

/// Adds what the provider newly describes and no supply covers.
pub(crate) fn add_uncovered(comparison: &mut Comparison, differences: &[Difference]) {
    for one in differences.iter().filter(|one| one.cover != Cover::Whole) {
        // In a query everything is text; in an answer a client cannot read what is of another kind altogether.
        let unreadable = one.cover == Cover::Nothing && one.place.starts_with("/components/");
        comparison.changes.push(Change {
            id: "overlay-does-not-cover".to_owned(),
            level: if unreadable {
                Level::Breaking
            } else {
                Level::Review
            },
            api_level: Level::Info,
            place: one.place.clone(),
            text: format!(
                "the provider now says `{}`, and the client reads `{}`",
                one.theirs, one.ours
            ),
        });
    }
    sort(comparison);
}

/// A change of what is sent is one whatever the overlay says; how an answer is read is the overlay's to decide.
fn held(mut change: Change) -> Change {
    if change.id.starts_with("response") {
        change.level = change.level.min(Level::Review);
    }
    change.api_level = Level::Info;
    change.text = format!(
        "{}; the overlay keeps ours as it was",
        change.text.trim_end_matches('.')
    );
    change
}

fn prose(change: &Change) -> bool {
    change.id.starts_with("prose")
}

/// The provider now says what our overlay has said for him: good to know, and nothing to do.
fn confirmed(mut change: Change) -> Change {
    change.level = Level::Info;
    change.api_level = Level::Info;
    change.text = format!(
        "{}, as the overlay has it already",
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
