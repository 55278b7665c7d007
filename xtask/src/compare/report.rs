//! Writes a comparison for its readers: programs, a terminal, a pull request, the changelog.

use super::change::{Change, Comparison, Level, SERVERS_CHANGED};
use serde_json::Value;

/// A changelog paragraph names at most this many changes.
const MOST_NAMED: usize = 12;

const LEVELS: [Level; 4] = [Level::Breaking, Level::Review, Level::Additive, Level::Info];

impl Comparison {
    /// One paragraph for the changelog, in Markdown.
    #[must_use]
    pub fn changelog(&self) -> String {
        changelog(self)
    }

    /// The report for programs: `{"step":…,"changes":[{"id","level","api_level","place","text"}]}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        json(self)
    }

    /// The report for a pull request.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown(self)
    }

    /// The report for a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        plain(self)
    }
}

/// One change a line, with its members in the documented order.
fn json(comparison: &Comparison) -> String {
    let changes: Vec<String> = comparison
        .changes
        .iter()
        .map(|change| {
            format!(
                "\n  {{\"id\":{},\"level\":{},\"api_level\":{},\"place\":{},\"text\":{}}}",
                quoted(&change.id),
                quoted(change.level.as_str()),
                quoted(change.api_level.as_str()),
                quoted(&change.place),
                quoted(&change.text)
            )
        })
        .collect();
    let end = if changes.is_empty() { "" } else { "\n" };
    format!(
        "{{\"step\":{},\"changes\":[{}{end}]}}\n",
        quoted(comparison.step().as_str()),
        changes.join(",")
    )
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn plain(comparison: &Comparison) -> String {
    let mut out = summary(comparison);
    for (level, changes) in by_level(comparison) {
        out += &format!("\n{}\n", heading(level));
        for change in changes {
            out += &format!(
                "  {}\n    {}\n    {} (wire: {}, api: {})\n",
                change.place,
                change.text,
                change.id,
                change.level.as_str(),
                change.api_level.as_str()
            );
        }
    }
    out
}

/// The gravest changes come first; those for information are folded.
fn markdown(comparison: &Comparison) -> String {
    let mut out = format!("**{}**\n", summary(comparison).trim_end());
    for (level, changes) in by_level(comparison) {
        let folded = level == Level::Info;
        if folded {
            out += &format!(
                "\n<details><summary>{} ({})</summary>\n",
                heading(level),
                changes.len()
            );
        } else {
            out += &format!("\n### {} ({})\n", heading(level), changes.len());
        }
        out += "\n| where | what | rule | wire | api |\n| --- | --- | --- | --- | --- |\n";
        for change in &changes {
            out += &format!(
                "| `{}` | {} | `{}` | {} | {} |\n",
                cell(&change.place),
                cell(&change.text),
                cell(&change.id),
                change.level.as_str(),
                change.api_level.as_str()
            );
        }
        if folded {
            out += "\n</details>\n";
        }
    }
    let (servers, ids): (Vec<&str>, Vec<&str>) = breaking_ids(comparison)
        .into_iter()
        .partition(|id| *id == SERVERS_CHANGED);
    if !ids.is_empty() {
        out += &format!(
            "\nTo accept the breaking changes: `--accept {}`\n",
            ids.join(",")
        );
    }
    if !servers.is_empty() {
        // Not part of the line to copy, because it decides where the api key is sent.
        out += &format!(
            "\nThe api key would be sent to another server. Ask the provider first, then also name `{SERVERS_CHANGED}`.\n"
        );
    }
    out
}

/// The gravest changes come first; those for information are only counted.
fn changelog(comparison: &Comparison) -> String {
    let groups = by_level(comparison);
    let mut parts = Vec::new();
    let mut named = 0;
    let mut unnamed = 0;
    for (level, changes) in &groups {
        if *level == Level::Info {
            unnamed += changes.len();
            continue;
        }
        let room = MOST_NAMED.saturating_sub(named).min(changes.len());
        named += room;
        unnamed += changes.len() - room;
        if room > 0 {
            let texts: Vec<String> = changes[..room]
                .iter()
                .map(|change| {
                    format!(
                        "{} (`{}`)",
                        change.text.trim_end_matches('.'),
                        operation(&change.place)
                    )
                })
                .collect();
            parts.push(format!("{}: {}.", heading(*level), texts.join("; ")));
        }
    }
    if comparison.changes.is_empty() {
        return "The provider's document did not change.".to_owned();
    }
    if unnamed > 0 {
        let others = if named == 0 { "" } else { "other " };
        parts.push(format!(
            "{}.",
            count(
                unnamed,
                &format!("{others}change"),
                &format!("{others}changes")
            )
        ));
    }
    format!("The provider's document changed. {}", parts.join(" "))
}

/// The method and path of a place; the sentence names the rest. Another place is kept whole.
fn operation(place: &str) -> String {
    let words: Vec<&str> = place.split(' ').take(2).collect();
    words.join(" ")
}

fn summary(comparison: &Comparison) -> String {
    if comparison.changes.is_empty() {
        return "no change\n".to_owned();
    }
    let counts: Vec<String> = by_level(comparison)
        .iter()
        .map(|(level, changes)| format!("{} {}", changes.len(), level.as_str()))
        .collect();
    format!(
        "{}: {}; suggested version step: {}\n",
        count(comparison.changes.len(), "change", "changes"),
        counts.join(", "),
        comparison.step().as_str()
    )
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn heading(level: Level) -> &'static str {
    match level {
        Level::Breaking => "Breaking",
        Level::Review => "To review",
        Level::Additive => "New",
        Level::Info => "For information",
    }
}

/// The changes grouped by the higher of their two levels, without empty groups.
fn by_level(comparison: &Comparison) -> Vec<(Level, Vec<&Change>)> {
    LEVELS
        .into_iter()
        .map(|level| {
            let changes: Vec<&Change> = comparison
                .changes
                .iter()
                .filter(|change| change.level.max(change.api_level) == level)
                .collect();
            (level, changes)
        })
        .filter(|(_, changes)| !changes.is_empty())
        .collect()
}

fn breaking_ids(comparison: &Comparison) -> Vec<&str> {
    let mut ids: Vec<&str> = comparison
        .changes
        .iter()
        .filter(|change| change.is_breaking())
        .map(|change| change.id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The text of a table cell. A bar would end the cell even inside a code span.
fn cell(text: &str) -> String {
    // A backslash before the bar would escape our backslash and not the bar.
    text.replace("\\|", "\\ |").replace('|', "\\|")
}
