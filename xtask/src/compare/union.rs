//! Compares `oneOf`, `anyOf` and `allOf`: which members changed, which are new, which were removed.

use super::location::Location;
use super::refs::{self, elements, member, members, reference};
use super::rules::{self, Rule};
use super::text;
use super::walk::{Role, Walk};
use serde_json::Value;
use std::collections::{HashMap, VecDeque};

/// A schema as written, and the same schema with its reference followed.
type Written<'a> = (&'a Value, &'a Value);

/// Compares all three. Returns true when one side is not a union and was compared as the single
/// member of one.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    old: Written<'a>,
    new: Written<'a>,
    location: &Location,
) -> bool {
    let (before, after) = (alternatives(old.1), alternatives(new.1));
    let wrapped = before.is_empty() != after.is_empty();
    let keyword = if members(new.1).contains_key("anyOf")
        || (after.is_empty() && members(old.1).contains_key("anyOf"))
    {
        "any-of"
    } else {
        "one-of"
    };
    let request = location.carrier.is_request();
    // Where a plain type becomes a union, or the reverse, the Rust type changes as well.
    let added = if wrapped && request {
        &rules::UNION_FORMED
    } else {
        &rules::UNION_MEMBER_ADDED
    };
    let removed = if wrapped && !request {
        &rules::UNION_DISSOLVED
    } else {
        &rules::UNION_MEMBER_REMOVED
    };
    let lists = if wrapped {
        let single = |side: Written<'a>, list: Vec<&'a Value>| {
            if list.is_empty() { vec![side.0] } else { list }
        };
        (single(old, before), single(new, after))
    } else {
        (before, after)
    };
    let role = if wrapped { Role::Wrapped } else { Role::Member };
    let judged = Judged {
        keyword,
        added,
        removed,
        role,
    };
    compare_lists(walk, lists, location, &judged);
    let parts = |node: &'a Value| elements(node, "allOf").iter().collect();
    let judged = Judged {
        keyword: "",
        added: &rules::ALL_OF_ADDED,
        removed: &rules::ALL_OF_REMOVED,
        role: Role::Member,
    };
    compare_lists(walk, (parts(old.1), parts(new.1)), location, &judged);
    wrapped
}

/// How one kind of list is judged.
struct Judged<'r> {
    keyword: &'r str,
    added: &'r Rule,
    removed: &'r Rule,
    role: Role,
}

fn alternatives(node: &Value) -> Vec<&Value> {
    elements(node, "oneOf")
        .iter()
        .chain(elements(node, "anyOf"))
        .collect()
}

fn compare_lists<'a>(
    walk: &mut Walk<'a>,
    (before, after): (Vec<&'a Value>, Vec<&'a Value>),
    location: &Location,
    judged: &Judged<'_>,
) {
    let Judged {
        keyword,
        added,
        removed,
        role,
    } = *judged;
    let mut matched = Vec::new();
    // Equal members are paired first, then members of the same kind, which have changed.
    let (before, after) = pair_up(before, after, &mut matched, as_written, as_written);
    let (standing, coming) = (walk.old, walk.new);
    let (before, after) = pair_up(
        before,
        after,
        &mut matched,
        |node| kind(standing, node),
        |node| kind(coming, node),
    );
    for node in before {
        let said = format!("can no longer be {}", describe(standing, node));
        walk.report_keyword(location, removed, keyword, &said);
    }
    for node in after {
        let said = format!("can now also be {}", describe(coming, node));
        walk.report_keyword(location, added, keyword, &said);
    }
    for (old, new) in matched {
        let below = location.below(location.carrier, location.path.clone(), location.optional);
        walk.push(old, new, below, role);
    }
}

/// Moves the pairs with equal keys to `matched`, in order, and returns what is left of both lists.
fn pair_up<'a>(
    before: Vec<&'a Value>,
    after: Vec<&'a Value>,
    matched: &mut Vec<(&'a Value, &'a Value)>,
    key_before: impl Fn(&'a Value) -> String,
    key_after: impl Fn(&'a Value) -> String,
) -> (Vec<&'a Value>, Vec<&'a Value>) {
    let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (index, node) in after.iter().enumerate() {
        waiting.entry(key_after(node)).or_default().push_back(index);
    }
    let mut taken = vec![false; after.len()];
    let mut left = Vec::new();
    for node in before {
        match waiting
            .get_mut(&key_before(node))
            .and_then(VecDeque::pop_front)
        {
            Some(index) => {
                taken[index] = true;
                matched.push((node, after[index]));
            }
            None => left.push(node),
        }
    }
    let rest = after
        .into_iter()
        .zip(taken)
        .filter(|(_, taken)| !taken)
        .map(|(node, _)| node)
        .collect();
    (left, rest)
}

fn as_written(node: &Value) -> String {
    reference(node).map_or_else(|| node.to_string(), |reference| format!("$ref {reference}"))
}

fn kind(document: &Value, node: &Value) -> String {
    let node = refs::unwrap(document, refs::resolve(document, node), |_| true).node;
    match member(node, "type") {
        Value::String(kind) => kind.clone(),
        _ if members(node).contains_key("properties") => "object".to_owned(),
        _ => "any".to_owned(),
    }
}

fn describe(document: &Value, node: &Value) -> String {
    let resolved = refs::unwrap(document, refs::resolve(document, node), |_| true);
    if let Some(name) = resolved.name {
        return text::name(name);
    }
    match member(resolved.node, "type").as_str() {
        Some("object") => {
            let names = members(member(resolved.node, "properties"));
            let shown = text::names(names.keys().take(6).map(String::as_str));
            if shown.is_empty() {
                "an object".to_owned()
            } else {
                format!("an object of {shown}")
            }
        }
        Some("array") => "an array".to_owned(),
        Some(kind) => format!("a value of type {}", text::name(kind)),
        None => "another value".to_owned(),
    }
}
