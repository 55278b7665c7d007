//! Tables that fit a given width: columns are cut so that lines need not be.

use cpalead::plain;
use unicode_width::UnicodeWidthStr;

/// The space between two columns.
const GAP: &str = "  ";

/// The largest width of a column, so that lines on a wide terminal stay readable.
const WIDEST: usize = 60;

/// A column: its name, its alignment, and how narrow it may become.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    name: String,
    right: bool,
    // The smallest width while other columns can still be cut, and the smallest width after that.
    floors: Option<[usize; 2]>,
}

impl Column {
    /// A left-aligned column that keeps its width.
    pub(crate) fn left(name: impl Into<String>) -> Column {
        Column {
            name: name.into(),
            right: false,
            floors: None,
        }
    }

    /// A right-aligned column that keeps its width, for numbers.
    pub(crate) fn right(name: impl Into<String>) -> Column {
        Column {
            right: true,
            ..Column::left(name)
        }
    }

    /// Allows the column to be cut: to `wish` while other columns can be cut, and to `least` after
    /// that.
    pub(crate) fn cut_to(mut self, wish: usize, least: usize) -> Column {
        self.floors = Some([wish, least]);
        self
    }
}

/// A cell. Its text is plain and on one line: see [`cpalead::plain`].
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// A text, cut at its end.
    Text(String),
    /// A value that could not be read: a `?`, with the blanks that align it.
    Unreadable(&'static str),
    /// Short words. As many as fit are shown, followed by the number of the others.
    List(Vec<String>),
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// The value on one line. Without a value, the cell tells apart what could not be read (`?`)
    /// from what the provider did not send (`-`).
    pub(crate) fn value(value: Option<impl ToString>, is_unreadable: bool) -> Cell {
        match value.map(|value| plain::line(&value.to_string())) {
            Some(text) if !text.is_empty() => Cell::Text(text),
            _ if is_unreadable => Cell::Unreadable("?"),
            _ => Cell::text("-"),
        }
    }

    fn width(&self) -> usize {
        match self {
            Cell::Text(text) => text.width(),
            Cell::Unreadable(mark) => mark.width(),
            Cell::List(words) => {
                let words = words.iter().take(WIDEST);
                words
                    .map(|word| word.width() + 1)
                    .sum::<usize>()
                    .saturating_sub(1)
            }
        }
    }

    fn fit(&self, width: usize) -> String {
        match self {
            Cell::Text(text) => cut(text, width),
            Cell::Unreadable(mark) => (*mark).to_owned(),
            Cell::List(words) => fit_words(words, width),
        }
    }
}

/// Rows, kept until the widths of their columns are known.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// The width of each column so far, if nothing is cut.
    natural: Vec<usize>,
    wrote_header: bool,
    has_unreadable: bool,
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Table {
        Table {
            natural: columns.iter().map(|column| column.name.width()).collect(),
            columns,
            rows: Vec::new(),
            wrote_header: false,
            has_unreadable: false,
        }
    }

    pub(crate) fn push(&mut self, cells: Vec<Cell>) {
        for (natural, cell) in self.natural.iter_mut().zip(&cells) {
            *natural = cell.width().min(WIDEST).max(*natural);
        }
        let is_unreadable = |cell: &Cell| matches!(cell, Cell::Unreadable(_));
        self.has_unreadable |= cells.iter().any(is_unreadable);
        self.rows.push(cells);
    }

    /// Whether a value in the table so far could not be read.
    pub(crate) fn has_unreadable(&self) -> bool {
        self.has_unreadable
    }

    /// Renders the kept rows in lines of at most `width` columns, the first time below the header.
    ///
    /// If later rows are wider than earlier ones, their columns are wider too.
    pub(crate) fn render(&mut self, width: usize) -> String {
        let widths = self.widths(width);
        let mut out = String::new();
        if !self.wrote_header {
            self.wrote_header = true;
            let names = self.columns.iter().map(|column| Cell::text(&column.name));
            out = self.render_row(&names.collect::<Vec<_>>(), &widths);
        }
        for row in std::mem::take(&mut self.rows) {
            out.push_str(&self.render_row(&row, &widths));
        }
        out
    }

    fn render_row(&self, cells: &[Cell], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, column), &width) in cells.iter().zip(&self.columns).zip(widths) {
            let text = cell.fit(width);
            let blank = " ".repeat(width.saturating_sub(text.width()));
            let (before, after) = if column.right {
                (blank, String::new())
            } else {
                (String::new(), blank)
            };
            line.push_str(&before);
            line.push_str(&text);
            line.push_str(&after);
            line.push_str(GAP);
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }

    /// The widths that fit. The widest column that may still be cut is cut first.
    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths = self.natural.clone();
        let room = width.saturating_sub(GAP.len() * widths.len().saturating_sub(1));
        let floor = |column: &Column, step: usize| {
            let floors = column.floors.unwrap_or([usize::MAX; 2]);
            floors.get(step).copied().unwrap_or(1)
        };
        for step in 0..3 {
            while widths.iter().sum::<usize>() > room {
                let floors = self.columns.iter().map(|column| floor(column, step));
                let open = floors.enumerate().filter(|&(at, floor)| widths[at] > floor);
                let Some((widest, _)) = open.max_by_key(|&(at, _)| widths[at]) else {
                    break;
                };
                widths[widest] -= 1;
            }
        }
        widths
    }
}

/// The text in at most `width` columns, with an ellipsis where it was cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        let before = kept.len();
        kept.push(c);
        if kept.width() >= width {
            kept.truncate(before);
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    if width > 0 {
        kept.push('…');
    }
    kept
}

fn fit_words(words: &[String], width: usize) -> String {
    let mut head = String::new();
    let mut best = None;
    for (at, word) in words.iter().enumerate() {
        head.push_str(word);
        let more = words.len() - at - 1;
        if more == 0 && head.width() <= width {
            return head;
        }
        let text = format!("{head} +{more}");
        if head.width() > width {
            break;
        }
        if text.width() <= width {
            best = Some(text);
        }
        head.push(' ');
    }
    match (best, words.is_empty()) {
        (Some(best), _) => best,
        (None, true) => String::new(),
        (None, false) => cut(&format!("+{}", words.len()), width),
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::{Cell, Column, Table, cut, fit_words};

    fn table() -> Table {
        let mut table = Table::new(vec![
            Column::right("RANK"),
            Column::left("TITLE").cut_to(20, 8),
            Column::left("COUNTRIES").cut_to(9, 9),
        ]);
        let codes = ["AU", "CA", "DE", "FR", "GB", "US"].map(str::to_owned);
        table.push(vec![
            Cell::text("1"),
            Cell::text("Puzzle Harbor: the long title of a game"),
            Cell::List(codes.to_vec()),
        ]);
        table.push(vec![
            Cell::text("12"),
            Cell::text("漢字かな交じりの題名"),
            Cell::List(vec![]),
        ]);
        table
    }

    #[test]
    fn every_line_fits_whatever_the_width() {
        for width in 1..120 {
            let text = table().render(width);
            let least = 3 + 2 * 2;
            for line in text.lines() {
                assert!(line.width() <= width.max(least), "{width}: {line}");
            }
        }
    }

    #[test]
    fn numbers_stand_on_the_right_and_long_texts_are_cut() {
        insta::assert_snapshot!(table().render(40), @r"
        RANK  TITLE                 COUNTRIES
           1  Puzzle Harbor: the…   AU CA DE +3
          12  漢字かな交じりの題名
        ");
    }

    #[test]
    fn a_list_says_how_many_more_there_are() {
        let words = ["US", "CA", "GB"].map(str::to_owned);
        assert_eq!(fit_words(&words, 8), "US CA GB");
        assert_eq!(fit_words(&words, 7), "US +2");
        assert_eq!(fit_words(&words, 4), "+3");
    }

    #[test]
    fn a_wide_character_is_never_halved() {
        assert_eq!(cut("漢字", 4), "漢字");
        assert_eq!(cut("漢字", 3), "漢…");
        assert_eq!(cut("漢字", 2), "…");
        assert_eq!(cut("漢字", 0), "");
    }
}
