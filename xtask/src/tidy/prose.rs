//! Rules for what people read in the tree: how wide comments are, and which phrases stay out.

use super::modules::package;
use super::pieces::{Kind, pieces};
use super::tree::{Source, Violation};

/// Columns of a line with a comment, the same as for code.
const WIDEST: usize = 100;

/// Comments and documentation fit beside another file on the screen.
///
/// A line that holds a single word, such as a URL, may be longer: it cannot be wrapped.
pub(super) fn width(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in sources {
        let lines: Vec<&str> = source.text.lines().collect();
        for (line, comment) in comments(source) {
            let columns = lines[line - 1].chars().count();
            if columns > WIDEST && without_marker(comment).contains(char::is_whitespace) {
                let rule = format!(
                    "a comment has at most {WIDEST} columns, and this has {columns}: wrap it"
                );
                found.push(source.violation(line, rule));
            }
        }
    }
    found
}

fn comments(source: &Source) -> Vec<(usize, &str)> {
    if source.is_rust() {
        let pieces = pieces(&source.text).into_iter();
        let comments = pieces.filter(|piece| piece.kind == Kind::Comment);
        return comments.map(|piece| (piece.line, piece.text)).collect();
    }
    let name = source.path.rsplit('/').next().unwrap_or_default();
    let marker = match name.rsplit_once('.') {
        Some((_, "lua")) => "--",
        Some((_, "sh" | "yaml" | "yml")) => "#",
        _ if source.path == ".ci/run" => "#",
        _ => return Vec::new(),
    };
    let lines = (1..).zip(source.text.lines());
    lines
        .filter(|(_, line)| line.trim_start().starts_with(marker))
        .collect()
}

fn without_marker(comment: &str) -> &str {
    let text = comment
        .trim_start()
        .trim_start_matches(['/', '!', '#', '-']);
    text.trim()
}

/// Phrases that make an English reader stop, word by word, and what to write in their place.
const PHRASES: [(&[&str], &str); 9] = [
    (&["be", "had"], "`available`"),
    (&["came", "about"], "`happened`"),
    (&["come", "about"], "`happen`"),
    (&["told", "of"], "`reported`"),
    (&["otherwise", "than"], "`differently from`"),
    (
        &["of", "its", "own"],
        "`separate`, or `its own` before the noun",
    ),
    (
        &["of", "their", "own"],
        "`separate`, or `their own` before the noun",
    ),
    (&["another", "one", "now"], "`changed`"),
    (&["is", "none", "that"], "`is not one that`"),
];

/// The words after which `is no` is good English. So is `there is no`.
const AFTER_IS_NO: [&str; 9] = [
    "better",
    "different",
    "earlier",
    "fewer",
    "later",
    "less",
    "longer",
    "more",
    "worse",
];

/// The pages about the packages.
const PAGES: [&str; 6] = [
    "ARCHITECTURE.md",
    "README.md",
    "cli/README.md",
    "examples/rewards/README.md",
    "sandbox/README.md",
    "spec/README.md",
];

/// Comments, messages and pages are in plain English.
pub(super) fn phrases(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    let is_read =
        |source: &&Source| package(source).is_some() || PAGES.contains(&source.path.as_str());
    for source in sources.iter().filter(is_read) {
        let words = words(source);
        for at in 0..words.len() {
            if let Some((phrase, better)) = phrase(&words, at) {
                let rule = format!("not plain English: for `{phrase}` write {better}");
                found.push(source.violation(words[at].0, rule));
            }
        }
    }
    found
}

/// A word of prose with its line. An empty one stands between two passages.
type Word = (usize, String);

/// The words of the comments and then of the string literals, or of the whole page.
fn words(source: &Source) -> Vec<Word> {
    if !source.is_rust() {
        return (1..).zip(source.text.lines()).flat_map(of_line).collect();
    }
    let (mut comments, mut literals) = (Vec::new(), Vec::new());
    for piece in pieces(&source.text) {
        match piece.kind {
            Kind::Code => {}
            Kind::Comment => comments.extend(of_line((piece.line, without_marker(piece.text)))),
            Kind::Literal => {
                literals.extend(of_line((piece.line, piece.text)));
                if !piece.goes_on {
                    literals.push((piece.line, String::new()));
                }
            }
        }
    }
    comments.append(&mut literals);
    comments
}

fn of_line((line, text): (usize, &str)) -> impl Iterator<Item = Word> {
    let ends = text.trim().is_empty().then(String::new);
    // A backslash at the end continues a string literal.
    let words = text.split_whitespace().filter(|word| *word != "\\");
    words
        .map(str::to_lowercase)
        .chain(ends)
        .map(move |word| (line, word))
}

/// The phrase that begins with a word, and what to write in its place.
fn phrase(words: &[Word], at: usize) -> Option<(String, String)> {
    let inner = |c: char| c.is_alphanumeric() || c == '\'';
    let first = words[at].1.trim_start_matches(|c| !inner(c));
    for (phrase, better) in PHRASES {
        let Some(passage) = words.get(at..at + phrase.len()) else {
            continue;
        };
        let last = phrase.len() - 1;
        let same = (0..)
            .zip(phrase.iter().zip(passage))
            .all(|(place, (expected, (_, word)))| {
                let word = if place == 0 { first } else { word.as_str() };
                let word = if place == last {
                    word.trim_end_matches(|c| !inner(c))
                } else {
                    word
                };
                word == *expected
            });
        if same {
            return Some((phrase.join(" "), (*better).to_owned()));
        }
    }
    let word_at = |at: Option<usize>| at.and_then(|at| words.get(at)).map_or("", |(_, word)| word);
    let next = word_at(Some(at + 2)).trim_matches(|c| !inner(c));
    let is_no = matches!(first, "is" | "are") && word_at(Some(at + 1)) == "no";
    let before = word_at(at.checked_sub(1)).trim_start_matches(|c| !inner(c));
    let good = before == "there" || AFTER_IS_NO.contains(&next) || next.is_empty();
    if is_no && !good {
        let better = format!("`{first} not`, as in `is not a valid amount`");
        return Some((format!("{first} no {next}"), better));
    }
    None
}
