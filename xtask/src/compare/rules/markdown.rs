//! Writes the table of rules as Markdown, for `cargo xtask rules` and `spec/RULES.md`.

use super::elsewhere::GROUPS;
use super::rule::{Direction, Row, Rule};

/// What a reader has to know before the table.
const HEAD: &str = "\
# Rules of the comparison

`cargo xtask update-spec` compares the standing document with the new one by these rules. The table
comes from `xtask/src/compare/rules.rs`. `cargo xtask rules` prints this page, and
`cargo xtask rules --write` writes it to this file.

- **rule**: the id in reports and for `--accept`. `{part}` is `request-parameter`,
  `request-parameter-property`, `request-body`, `request-property`, `response-body`,
  `response-property` or `response-header`, as the direction allows. `{a,b}` is one of the words.
- **wire**: what the change means to clients that are already released. **API**: what it means to
  our Rust API. The levels are `breaking` (a person has to accept it), `review` (a person has to
  judge it), `additive` (new, nobody has to use it) and `info` (nothing to do).
- **why**: the reason for our levels, and so for every difference from oasdiff.
- **oasdiff**: the level that [oasdiff](https://github.com/oasdiff/oasdiff) gives the change, where
  it differs from ours on the wire. Its `error` is our `breaking`, its `warn` our `review`, its
  `info` our `additive` or `info`. For a row with several ids this is about those ids that oasdiff
  has. \"same\" means an equal level, \"not checked\" that oasdiff has none of the ids. Read from
  oasdiff's list of checks at commit 4553c69d (8 August 2026). Later releases change some levels.

Two conditions lower a level of the table. In an error response the wire level is at most `review`
and the API level is `info`, because error bodies are not part of the generated API. A change of the
provider's document that our overlay masks has the API level `info`, and in a response the wire
level is at most `review`. If the overlay already describes the change, both are `info`.

| rule | direction | wire | API | why | oasdiff |
| --- | --- | --- | --- | --- | --- |
";

/// What a reader has to know before the second table.
const ELSEWHERE: &str = "
## Checks of oasdiff without a rule of the same id

A check belongs to the first row with a word that its id contains.

| checks with | reported by | why |
| --- | --- | --- |
";

/// The whole page.
pub(super) fn page(rules: &[&Rule]) -> String {
    let lines = rules.iter().flat_map(|rule| rule.rows()).map(line);
    let groups = GROUPS.iter().map(|group| {
        let words = group.words.join("`, `");
        format!("| `{words}` | {} | {} |\n", group.reported, group.why)
    });
    HEAD.to_owned() + &lines.collect::<String>() + ELSEWHERE + &groups.collect::<String>()
}

fn line(row: &Row) -> String {
    let direction = match row.direction {
        Direction::Request => "request",
        Direction::Response => "response",
        Direction::Both => "both",
    };
    format!(
        "| `{}` | {direction} | {} | {} | {} | {} |\n",
        row.id,
        row.verdict.wire.as_str(),
        row.verdict.api.as_str(),
        row.why,
        row.oasdiff
    )
}
