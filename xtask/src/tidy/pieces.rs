//! Takes Rust source apart into code, comments and string literals, a line at a time.

/// What a stretch of source is to the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Neither a comment nor a string literal.
    Code,
    /// A comment, with its slashes.
    Comment,
    /// A string literal, without its quotes.
    Literal,
}

/// A stretch of one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Whether the next line goes on with the same comment or literal.
    pub(super) goes_on: bool,
}

/// The pieces of a file, from top to bottom.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut line = 1;
    let mut rest = text;
    let mut before = None;
    while !rest.is_empty() {
        let (kind, skipped, length, closing) = first(rest, before);
        let body = &rest[skipped..skipped + length];
        let last = line + body.matches('\n').count();
        for (number, part) in (line..).zip(body.split('\n')) {
            if !part.is_empty() {
                pieces.push(Piece {
                    line: number,
                    kind,
                    text: part,
                    goes_on: number < last,
                });
            }
        }
        let end = skipped + length + closing;
        line += rest[..end].matches('\n').count();
        before = rest[..end].chars().next_back();
        rest = &rest[end..];
    }
    pieces
}

/// The first piece: its kind, and the lengths of its opening quote, its text and its closing quote.
fn first(rest: &str, before: Option<char>) -> (Kind, usize, usize, usize) {
    if rest.starts_with("//") {
        let length = rest.find('\n').unwrap_or(rest.len());
        return (Kind::Comment, 0, length, 0);
    }
    if rest.starts_with("/*") {
        let length = rest.find("*/").map_or(rest.len(), |at| at + 2);
        return (Kind::Comment, 0, length, 0);
    }
    if let Some(opening) = opening(rest, before) {
        let (length, closing) = literal(&rest[opening..], &rest[..opening]);
        return (Kind::Literal, opening, length, closing);
    }
    // Code runs to where something else may begin.
    let mut before = before;
    let mut at = 0;
    while let Some(c) = rest[at..].chars().next() {
        let ahead = &rest[at..];
        if at > 0 && (ahead.starts_with("//") || ahead.starts_with("/*")) {
            break;
        }
        if at > 0 && opening(ahead, before).is_some() {
            break;
        }
        let step = character(ahead).unwrap_or(c.len_utf8());
        at += step;
        before = ahead[..step].chars().next_back();
    }
    (Kind::Code, 0, at, 0)
}

/// The length of the quote that begins a string literal here: `"`, `b"`, `r#"` and the like.
fn opening(rest: &str, before: Option<char>) -> Option<usize> {
    let quote = rest.find('"')?;
    let prefix = &rest[..quote];
    let letters = prefix.trim_end_matches('#');
    let known = match letters {
        "" | "b" | "c" => letters == prefix,
        "r" | "br" | "cr" => true,
        _ => false,
    };
    let within_a_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    (known && (letters.is_empty() || !within_a_word)).then_some(quote + 1)
}

/// The length of a literal's text, and that of its closing quote.
fn literal(text: &str, opening: &str) -> (usize, usize) {
    if opening.contains('r') {
        let closing = format!("\"{}", "#".repeat(opening.matches('#').count()));
        let length = text.find(&closing);
        return length.map_or((text.len(), 0), |length| (length, closing.len()));
    }
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return (at, 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    (text.len(), 0)
}

/// The length of a character literal that begins here. A lifetime is not one.
fn character(rest: &str) -> Option<usize> {
    let text = rest.strip_prefix('\'')?;
    let mut chars = text.char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        let (after, _) = chars.nth(1)?;
        return text[after..].find('\'').map(|end| after + end + 2);
    }
    let (end, next) = chars.next()?;
    (next == '\'').then_some(end + 2)
}
