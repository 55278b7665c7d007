//! Compares `oneOf`, `anyOf` and `allOf`: which member became which, which one is new, which one is gone.

use super::Level::{Additive, Breaking, Info, Review};
use super::refs::{self, elements, member, members, reference};
use super::slot::Spot;
use super::text;
use super::walk::{Role, Verdict, Walk, verdict};
use serde_json::Value;
use std::collections::{HashMap, VecDeque};

/// A schema as it is written, and with its reference followed.
type Written<'a> = (&'a Value, &'a Value);

/// Compares all three; true when one side is plain and was compared as the only member of the other side's union.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    old: Written<'a>,
    new: Written<'a>,
    spot: &Spot,
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
    let request = spot.slot.is_request();
    let (gained, lost) = if request {
        (verdict(Additive, Additive), verdict(Breaking, Breaking))
    } else {
        (verdict(Breaking, Breaking), verdict(Info, Review))
    };
    if wrapped {
        // A plain type in Rust becomes an enum, or the other way round.
        let remade = |of: Verdict| verdict(of.wire, Breaking);
        let single = |side: Written<'a>, list: Vec<&'a Value>| {
            if list.is_empty() { vec![side.0] } else { list }
        };
        let lists = (single(old, before), single(new, after));
        let rule = Rule {
            keyword,
            gained: remade(gained),
            lost: remade(lost),
            role: Role::Wrapped,
        };
        compare_lists(walk, lists, spot, &rule);
    } else {
        let rule = Rule {
            keyword,
            gained,
            lost,
            role: Role::Member,
        };
        compare_lists(walk, (before, after), spot, &rule);
    }
    // A further part of an `allOf` promises more of an answer and asks more of a request.
    let (gained, lost) = if request {
        (verdict(Breaking, Breaking), verdict(Additive, Breaking))
    } else {
        (verdict(Additive, Breaking), verdict(Breaking, Breaking))
    };
    let parts = |node: &'a Value| elements(node, "allOf").iter().collect();
    let rule = Rule {
        keyword: "all-of",
        gained,
        lost,
        role: Role::Member,
    };
    compare_lists(walk, (parts(old.1), parts(new.1)), spot, &rule);
    wrapped
}

/// How one kind of list is judged.
struct Rule<'r> {
    keyword: &'r str,
    gained: Verdict,
    lost: Verdict,
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
    spot: &Spot,
    rule: &Rule<'_>,
) {
    let Rule {
        keyword,
        gained,
        lost,
        role,
    } = *rule;
    let mut matched = Vec::new();
    // First what is written alike, then what is of the same kind: only then is a member a changed one.
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
        walk.report_at(spot, &format!("{keyword}-removed"), lost, &said);
    }
    for node in after {
        let said = format!("can now also be {}", describe(coming, node));
        walk.report_at(spot, &format!("{keyword}-added"), gained, &said);
    }
    for (old, new) in matched {
        let below = spot.below(spot.slot, spot.path.clone(), spot.optional);
        walk.push(old, new, below, role);
    }
}

/// Takes out the pairs with equal keys, in their order, and hands back what is left of both lists.
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
    let node = refs::resolve(document, node).node;
    match member(node, "type") {
        Value::String(kind) => kind.clone(),
        _ if members(node).contains_key("properties") => "object".to_owned(),
        _ => "any".to_owned(),
    }
}

fn describe(document: &Value, node: &Value) -> String {
    let resolved = refs::resolve(document, node);
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
