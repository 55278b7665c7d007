//! The report for a terminal of 80 columns: a line for each requirement, details below it, and the
//! summary last.

use super::contents::Report;

/// The columns of a line. A request is not broken, so that it can be copied.
const WIDTH: usize = 80;

/// The columns before a detail: those of a verdict, and of the detail's name.
const INDENT: usize = 21;

pub(super) fn write(report: &Report) -> String {
    let mut out = format!(
        "target: {}, started {}\n\n",
        report.header.target, report.header.started
    );
    for entry in &report.results {
        out.push_str(&format!("{:<11} {}\n", entry.verdict.name(), entry.id));
        for (name, line) in entry.details() {
            let lines = if name == "repeat" {
                vec![line]
            } else {
                wrapped(&line, WIDTH - INDENT)
            };
            for (name, line) in [name].into_iter().chain(std::iter::repeat("")).zip(lines) {
                out.push_str(&format!("            {name:<8} {line}\n"));
            }
        }
    }
    out.push_str(&format!("\n{}\n{}\n", report.basis(), report.summary()));
    out
}

/// Lines of at most `width` characters, broken at blanks, or inside a word that is longer.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut length) = (String::new(), 0);
    for word in text.split(' ') {
        let mut rest = word;
        let mut letters = word.chars().count();
        if length > 0 && length + 1 + letters > width && letters <= width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        } else if length > 0 {
            line.push(' ');
            length += 1;
        }
        while length + letters > width {
            let fits = width.saturating_sub(length);
            let end = rest
                .char_indices()
                .nth(fits)
                .map_or(rest.len(), |(at, _)| at);
            line.push_str(&rest[..end]);
            lines.push(std::mem::take(&mut line));
            (rest, letters, length) = (&rest[end..], letters - fits, 0);
        }
        line.push_str(rest);
        length += letters;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(wrapped(text, 8), expected);
    }

    #[test]
    fn a_line_is_broken_at_blanks_or_inside_a_long_word() {
        check("", &[""]);
        check("one two", &["one two"]);
        check("one two three", &["one two", "three"]);
        check("ab 0123456789", &["ab 01234", "56789"]);
        check("0123456789abcdefgh", &["01234567", "89abcdef", "gh"]);
        check("äöüäöüäö ß", &["äöüäöüäö", "ß"]);
        check("a  b", &["a  b"]);
        check("1234567 0123456789", &["1234567 ", "01234567", "89"]);
    }
}
