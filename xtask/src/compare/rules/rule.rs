//! What a rule of the comparison is: its id, direction and levels, the reason for them, and
//! oasdiff's view.

use crate::compare::change::{Change, Level};
use crate::compare::location::Part;
use crate::compare::verdict::Verdict;

/// Which side of a call a row of the table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
    Both,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Row {
    /// `{part}` stands for the part of the call, `{a,b}` for one of the words, as in a shell.
    pub(super) id: &'static str,
    pub(super) direction: Direction,
    pub(super) verdict: Verdict,
    pub(super) oasdiff: &'static str,
    pub(super) why: &'static str,
}

/// A rule: one row, or one for requests and one for responses.
#[derive(Debug)]
pub(crate) struct Rule(Rows);

#[derive(Debug)]
enum Rows {
    One(Row),
    Each { request: Row, response: Row },
}

/// What a row says besides its direction: id, levels on the wire and for our API, oasdiff's view,
/// reason.
pub(super) type Cells = (&'static str, (Level, Level), &'static str, &'static str);

impl Rule {
    /// A rule that does not depend on the direction.
    pub(super) const fn both(cells: Cells) -> Self {
        Self(Rows::One(row(Direction::Both, cells)))
    }

    /// A rule for requests only.
    pub(super) const fn request(cells: Cells) -> Self {
        Self(Rows::One(row(Direction::Request, cells)))
    }

    /// A rule for responses only.
    pub(super) const fn response(cells: Cells) -> Self {
        Self(Rows::One(row(Direction::Response, cells)))
    }

    /// A rule with different rows for requests and responses.
    pub(super) const fn each(request: Cells, response: Cells) -> Self {
        Self(Rows::Each {
            request: row(Direction::Request, request),
            response: row(Direction::Response, response),
        })
    }

    /// A change that does not belong to a part of a call.
    pub(crate) fn change(&self, place: String, text: String) -> Change {
        let verdict = self.verdict(None);
        Change {
            id: self.id(None, ""),
            level: verdict.wire,
            api_level: verdict.api,
            place,
            text,
        }
    }

    /// The id for a part of a call, with `keyword` where the rule covers several.
    pub(in crate::compare) fn id(&self, part: Option<Part>, keyword: &str) -> String {
        filled(self.row(part).id, part.map_or("", Part::prefix), keyword)
    }

    /// The verdict for a part of a call.
    pub(in crate::compare) fn verdict(&self, part: Option<Part>) -> Verdict {
        self.row(part).verdict
    }

    fn row(&self, part: Option<Part>) -> &Row {
        match &self.0 {
            Rows::One(row) => row,
            Rows::Each { request, response } => match part {
                Some(part) if part.is_request() => request,
                _ => response,
            },
        }
    }

    /// The rows in the order of the table.
    pub(super) fn rows(&self) -> Vec<&Row> {
        match &self.0 {
            Rows::One(row) => vec![row],
            Rows::Each { request, response } => vec![request, response],
        }
    }
}

const fn row(direction: Direction, (id, (wire, api), oasdiff, why): Cells) -> Row {
    Row {
        id,
        direction,
        verdict: Verdict { wire, api },
        oasdiff,
        why,
    }
}

/// The id with `{part}` replaced by the part's prefix, and a list of words by the one of them that
/// is given.
fn filled(id: &str, prefix: &str, keyword: &str) -> String {
    let mut out = String::new();
    let mut rest = id;
    while let Some((before, after)) = rest.split_once('{') {
        let (words, after) = after.split_once('}').unwrap_or((after, ""));
        let is_prefix = words == "part" || words.split(',').any(|word| word == prefix);
        out += before;
        out += if is_prefix { prefix } else { keyword };
        rest = after;
    }
    out + rest
}

#[cfg(test)]
impl Row {
    /// Every id that the row stands for.
    pub(super) fn ids(&self) -> Vec<String> {
        let parts = Part::ALL.iter().filter(|part| match self.direction {
            Direction::Both => true,
            Direction::Request => part.is_request(),
            Direction::Response => !part.is_request(),
        });
        let prefixes: Vec<&str> = parts.map(|part| part.prefix()).collect();
        let mut ids = vec![String::new()];
        let mut rest = self.id;
        while let Some((before, after)) = rest.split_once('{') {
            let (words, after) = after.split_once('}').unwrap();
            let words: Vec<&str> = match words {
                "part" => prefixes.clone(),
                words => words.split(',').collect(),
            };
            ids = ids
                .iter()
                .flat_map(|id| words.iter().map(move |word| format!("{id}{before}{word}")))
                .collect();
            rest = after;
        }
        ids.iter().map(|id| format!("{id}{rest}")).collect()
    }
}
