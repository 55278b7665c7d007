//! The rule that no files of a package import each other in a circle, of whatever length.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::modules::{Import, Package, packages};
use super::tree::{Source, Violation};

/// Finds each circle once.
///
/// One circle is an exception, because the generator requires it: the generated client behind
/// `src/generated.rs` calls its hook in `src/call/operation.rs`, which names the generated client.
/// It is not found, because the generated code is not in the tree.
pub(super) fn none(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for folder in packages(sources) {
        let imports = Package::new(sources, folder).imports();
        let mut seen = BTreeSet::new();
        for import in &imports {
            let Some(circle) = circle(import, &imports) else {
                continue;
            };
            if seen.insert(circle.iter().copied().collect::<BTreeSet<_>>()) {
                let rule = format!(
                    "these files import each other in a circle: {} -> {}",
                    circle.join(" -> "),
                    import.from,
                );
                found.push(Violation {
                    place: format!("{}:{}", import.from, import.line),
                    rule,
                });
            }
        }
    }
    found
}

/// The files on the shortest circle with this import, in order. The importing file comes first.
fn circle<'a>(import: &Import<'a>, imports: &BTreeSet<Import<'a>>) -> Option<Vec<&'a str>> {
    let mut came_from = BTreeMap::from([(import.to, import.from)]);
    let mut queue = VecDeque::from([import.to]);
    while let Some(file) = queue.pop_front() {
        if file == import.from {
            let mut circle = vec![file];
            let mut at = came_from[file];
            while at != import.from {
                circle.insert(1, at);
                at = came_from[at];
            }
            return Some(circle);
        }
        for next in imports.iter().filter(|next| next.from == file) {
            came_from.entry(next.to).or_insert_with(|| {
                queue.push_back(next.to);
                file
            });
        }
    }
    None
}
