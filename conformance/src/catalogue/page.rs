//! The provider's page: its parts, its sentences, and where a quotation stands in it.

use std::ops::Range;

/// The parts of the page, each from its heading to the next one.
const PARTS: [&str; 5] = [
    "CPAlead Publisher API",
    "Overview",
    "Offers API",
    "Conversions API",
    "Reversals API",
];

/// The page in one line, so that a quotation may go over its line breaks.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    parts: Vec<(&'static str, Range<usize>)>,
    sentences: Vec<Range<usize>>,
}

impl Page {
    /// Reads the text of the page.
    pub(crate) fn read(source: &str) -> Page {
        let (mut text, mut starts, mut sentences) = (String::new(), Vec::new(), Vec::new());
        for line in source.lines() {
            let line = one_line(line);
            if let Some(part) = PARTS.into_iter().find(|part| *part == line) {
                starts.push((part, text.len()));
            }
            let start = text.len();
            text.push_str(&line);
            text.push(' ');
            sentences
                .extend(sentences_of(&line).map(|range| start + range.start..start + range.end));
        }
        let ends = starts
            .iter()
            .skip(1)
            .map(|(_, start)| *start)
            .chain([text.len()]);
        let parts = starts
            .iter()
            .zip(ends)
            .map(|((part, start), end)| (*part, *start..end))
            .collect();
        Page {
            text,
            parts,
            sentences,
        }
    }

    pub(crate) fn has_part(&self, part: &str) -> bool {
        self.parts.iter().any(|(name, _)| *name == part)
    }

    /// All places of a quotation in a part.
    pub(crate) fn find(&self, part: &str, quote: &str) -> Vec<Range<usize>> {
        let quote = one_line(quote);
        let part = self.parts.iter().find(|(name, _)| *name == part);
        let Some((_, range)) = part.filter(|_| !quote.is_empty()) else {
            return Vec::new();
        };
        let places = self.text[range.clone()].match_indices(&quote);
        places
            .map(|(at, _)| range.start + at..range.start + at + quote.len())
            .collect()
    }

    /// The number of its sentences.
    pub(crate) fn len(&self) -> usize {
        self.sentences.len()
    }

    /// The sentences that none of the places touches.
    pub(crate) fn untouched(&self, places: &[Range<usize>]) -> Vec<&str> {
        let apart = |sentence: &&Range<usize>| {
            places
                .iter()
                .all(|place| place.end <= sentence.start || sentence.end <= place.start)
        };
        let sentences = self.sentences.iter().filter(apart);
        sentences
            .map(|sentence| &self.text[sentence.clone()])
            .collect()
    }
}

/// The text with single blanks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sentences of a line. The cells of a table are sentences of their row.
fn sentences_of(line: &str) -> impl Iterator<Item = Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let bytes = line.as_bytes();
    for at in 0..=line.len() {
        let stop = at == line.len()
            || (bytes[at] == b'|' && at > 0 && bytes[at - 1] == b' ')
            || (bytes[at] == b' ' && at > 0 && bytes[at - 1] == b'.');
        if stop {
            ranges.push(start..at);
            start = at;
        }
    }
    let is_text = |range: &Range<usize>| line[range.clone()].contains(char::is_alphanumeric);
    let trimmed: Vec<_> = ranges
        .into_iter()
        .filter(is_text)
        .map(|range| trim(line, range))
        .collect();
    trimmed.into_iter()
}

fn trim(line: &str, range: Range<usize>) -> Range<usize> {
    let text = &line[range.clone()];
    let inner = text.trim_matches([' ', '|', '-']);
    let start = range.start + (text.len() - text.trim_start_matches([' ', '|', '-']).len());
    start..start + inner.len()
}

#[cfg(test)]
mod tests {
    use super::Page;

    const TEXT: &str = "Overview\nFree text. More\nof it.\nOffers API\n| id | Required. Yours. |\n";

    #[test]
    fn sentences_end_at_stops_cells_and_lines() {
        let page = Page::read(TEXT);
        assert_eq!(
            page.untouched(&[]),
            [
                "Overview",
                "Free text.",
                "More",
                "of it.",
                "Offers API",
                "id",
                "Required.",
                "Yours."
            ]
        );
    }

    #[test]
    fn a_quotation_stands_in_one_part_and_goes_over_line_breaks() {
        let page = Page::read(TEXT);
        assert_eq!(page.find("Overview", "More of it.").len(), 1);
        assert_eq!(page.find("Offers API", "More of it.").len(), 0);
        assert_eq!(page.find("Overview", "").len(), 0);
        let places = page.find("Overview", "text. More of");
        assert_eq!(
            page.untouched(&places),
            ["Overview", "Offers API", "id", "Required.", "Yours."]
        );
    }
}
