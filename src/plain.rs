//! Plain text for people, made from the provider's titles and descriptions: without HTML, entities,
//! or characters that move a cursor.
//!
//! The result must be escaped before it goes into a web page, like any other text: `&lt;b&gt;`
//! becomes `<b>`.

/// How many characters of a text are read. A table shows far fewer.
const LONGEST: usize = 2_000;

/// Turns text that may contain HTML into one plain line.
///
/// Tags are dropped, entities are decoded, and blanks are folded. Only the first 2,000 characters
/// are read.
///
/// ```
/// use cpalead::plain;
///
/// assert_eq!(plain::text("<b>Play</b> &amp; win"), "Play & win");
/// ```
#[must_use]
pub fn text(html: &str) -> String {
    let end = html
        .char_indices()
        .nth(LONGEST)
        .map_or(html.len(), |(end, _)| end);
    line(&decode(&drop_tags(&html[..end])))
}

/// Turns text into one line.
///
/// Each run of blanks and line ends becomes one space, and [hidden](is_hidden) characters are
/// dropped.
///
/// ```
/// use cpalead::plain;
///
/// assert_eq!(plain::line("two\n lines\u{1b}[31m"), "two lines[31m");
/// ```
#[must_use]
pub fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_hidden(c) {
            line.push(c);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Whether a character is invisible, or moves or reorders the characters around it.
///
/// These are controls, direction marks, tags, fillers and marks of encodings. The joiners U+200C
/// and U+200D are not among them, because Persian and emoji need them.
///
/// ```
/// use cpalead::plain;
///
/// assert!(plain::is_hidden('\u{202e}'));
/// assert!(!plain::is_hidden('é'));
/// ```
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character is one of the joiners, which [`is_hidden`] keeps for people's text.
///
/// Api keys and excerpts for errors drop them as well: there a joiner could only hide something.
pub(crate) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Drops tags, comments, and the contents of scripts and styles. Any other `<` stays.
fn drop_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let tag = &rest[at..];
        let Some(length) = tag_length(tag) else {
            out.push('<');
            rest = &tag[1..];
            continue;
        };
        // Words on the two sides of a line break or a paragraph must not become one word.
        out.push(' ');
        rest = &tag[length..];
        for element in ["script", "style"] {
            if is_start_of(tag, element) {
                let end = rest.to_ascii_lowercase().find(&format!("</{element}"));
                rest = end.map_or("", |end| &rest[end..]);
            }
        }
    }
    out.push_str(rest);
    out
}

/// The length of the tag or comment at the start of a text, if there is one. A tag that never ends
/// takes the rest.
fn tag_length(tag: &str) -> Option<usize> {
    if let Some(comment) = tag.strip_prefix("<!--") {
        return Some(comment.find("-->").map_or(tag.len(), |end| end + 7));
    }
    let first = tag[1..].chars().next()?;
    if !(first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?')) {
        return None;
    }
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    // A quote that never closes is not a quote, so only the next `>` counts.
    Some(tag.find('>').map_or(tag.len(), |at| at + 1))
}

fn is_start_of(tag: &str, element: &str) -> bool {
    let name = tag.get(1..=element.len());
    let after = tag.as_bytes().get(element.len() + 1);
    name.is_some_and(|name| name.eq_ignore_ascii_case(element))
        && after.is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// Decodes entities once. Any other `&` stays.
fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let entity = &rest[at + 1..];
        let end = entity.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((end, character(&entity[..end])?))) {
            Some((end, c)) => {
                out.push(c);
                rest = &entity[end + 1..];
            }
            None => {
                out.push('&');
                rest = entity;
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bull" => '•',
        "middot" => '·',
        "times" => '×',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "euro" => '€',
        "pound" => '£',
        "yen" => '¥',
        "cent" => '¢',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, text};

    #[track_caller]
    fn check(html: &str, plain: &str) {
        assert_eq!(text(html), plain, "{html}");
    }

    #[test]
    fn tags_go_and_their_words_stay() {
        check("<b>Play</b> &amp; win", "Play & win");
        check("one<br>two", "one two");
        check("a<!-- x > y -->b", "a b");
        check("x<script>alert('<b>')</script >y", "x y");
        check("x<STYLE a='>'>b{}</STYLE>y", "x y");
        check("a <b title='>'>c", "a c");
        check("a <b title='>c", "a c");
    }

    #[test]
    fn text_that_is_not_a_tag_stays() {
        check("1 < 2 <3 and a<", "1 < 2 <3 and a<");
        check("fish & chips &foo; &#xZZ; &", "fish & chips &foo; &#xZZ; &");
        check("tail <b", "tail");
    }

    #[test]
    fn entities_are_decoded_once() {
        check("&lt;b&gt; &#39;q&#x27; &hellip;&nbsp;x", "<b> 'q' … x");
        check("&amp;lt;", "&lt;");
    }

    #[test]
    fn nothing_moves_the_cursor_or_turns_the_text_around() {
        check("a\u{1b}[31mb\u{9b}c&#27;d&#x9b;e\u{7f}", "a[31mbcde");
        check("a\u{202e}b\u{2066}c&#8238;d\u{feff}", "abcd");
        check("\r\n a\t\u{a0} b \u{85}", "a b");
        check("a\u{3164}b\u{115f}c\u{1160}d\u{ffa0}e", "abcde");
        check("👩\u{200d}💻", "👩\u{200d}💻");
    }

    #[test]
    fn no_end_of_text_takes_long_or_panics() {
        for unit in ["<a ", "<", "&", "<!--", "<script>", "é<\u{0}", "&#"] {
            assert!(text(&unit.repeat(20_000)).chars().count() <= LONGEST);
        }
    }
}
