//! Finds a secret in a text in any spelling, and replaces it with a mark.
//!
//! Each character of the secret may be raw, percent-encoded (also twice), escaped as in JSON, Rust
//! or Python, or an HTML entity, in any mixture. The secret may also be part of a longer text in
//! base64, in either alphabet and at any of the three positions. A list of complete spellings would
//! miss the mixtures, so the text is compared with the secret character by character.
//!
//! This search is worth its size because excerpts are needed most when a call with the key fails,
//! and exactly those answers may repeat the request's URL in any encoding.

use zeroize::Zeroizing;

/// What replaces a secret.
const MARK: &str = "(redacted)";

/// How often an encoding may have been applied to its own output.
const LAYERS: usize = 3;

/// An upper bound for the spelling of one character, in bytes.
const LONGEST_SPELLING: usize = 48;

/// The shortest piece of base64 that is searched for. Shorter pieces would be found by chance.
const SHORTEST_BASE64: usize = 4;

/// What follows the last character of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// Nothing: the text is whole.
    End,
    /// More text: a secret may continue after the end.
    Cut,
}

/// The text up to about `limit` characters, with every secret in every spelling replaced by
/// `(redacted)`.
///
/// Stopping there keeps the cost of an excerpt in proportion to its length.
pub(super) fn hide(text: &str, secrets: &[&str], edge: Edge, limit: usize) -> String {
    let secrets = secrets.iter().filter(|secret| !secret.is_empty());
    let patterns: Vec<Pattern> = secrets.flat_map(|secret| patterns(secret)).collect();
    let mut shown = String::with_capacity(text.len().min(limit.saturating_mul(4)));
    let mut count = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next().filter(|_| count <= limit) {
        match patterns
            .iter()
            .filter_map(|pattern| pattern.end(text, at, edge))
            .max()
        {
            Some(end) => {
                shown.push_str(MARK);
                count += MARK.len();
                at = end;
            }
            None => {
                shown.push(c);
                count += 1;
                at += c.len_utf8();
            }
        }
    }
    shown
}

/// One thing to search for.
struct Pattern {
    text: Zeroizing<String>,
    alphabet: Alphabet,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    /// The secret's own characters.
    Own,
    /// Base64: `+` equals `-`, `/` equals `_`, and lines may break anywhere.
    Base64,
}

/// The secret itself, and the three pieces of base64 that do not depend on the text around it.
fn patterns(secret: &str) -> Vec<Pattern> {
    let own = Pattern {
        text: Zeroizing::new(secret.to_owned()),
        alphabet: Alphabet::Own,
    };
    let encoded = (0..3).map(|offset| Pattern {
        text: base64_stretch(secret.as_bytes(), offset),
        alphabet: Alphabet::Base64,
    });
    [own]
        .into_iter()
        .chain(encoded.filter(|pattern| pattern.text.len() >= SHORTEST_BASE64))
        .collect()
}

/// The base64 characters that depend only on the secret when `offset` other bytes come before it in
/// its group of three.
fn base64_stretch(secret: &[u8], offset: usize) -> Zeroizing<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // Secret bit `n` is bit `8 * offset + n` of the group's text, and every sixth bit begins a
    // character.
    let first = (8 * offset).div_ceil(6);
    let behind_last = 8 * (offset + secret.len()) / 6;
    let bit = |at: usize| {
        let at = at - 8 * offset;
        usize::from(secret[at / 8] >> (7 - at % 8) & 1)
    };
    let mut stretch = Zeroizing::new(String::with_capacity(behind_last.saturating_sub(first)));
    for character in first..behind_last {
        let value = (character * 6..character * 6 + 6).fold(0, |value, at| value << 1 | bit(at));
        stretch.push(char::from(ALPHABET[value]));
    }
    stretch
}

impl Pattern {
    /// Where the pattern ends if it begins at `at`; the longest reading counts.
    fn end(&self, text: &str, at: usize, edge: Edge) -> Option<usize> {
        if !self.can_begin(text.as_bytes()[at]) {
            return None;
        }
        // The places where the part read so far may end. There can be several, because a text may
        // be read as two spellings of one character.
        let mut places = vec![at];
        let mut next = Vec::new();
        for c in self.text.chars() {
            if edge == Edge::Cut && places.iter().any(|&place| is_unfinished(&text[place..])) {
                return Some(text.len());
            }
            for &place in &places {
                self.spellings(text, place, c, &mut next);
            }
            next.sort_unstable();
            next.dedup();
            std::mem::swap(&mut places, &mut next);
            next.clear();
            if places.is_empty() {
                return None;
            }
        }
        places.into_iter().max()
    }

    /// Whether any spelling of the first character begins with this byte. This quickly rules out
    /// most of a text.
    fn can_begin(&self, byte: u8) -> bool {
        let first = self.text.as_bytes()[0];
        let twin = match first {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        };
        byte == first
            || (byte == twin && self.alphabet == Alphabet::Base64)
            || matches!(byte, b'%' | b'\\' | b'&')
    }

    /// Adds the end of every spelling of `c` that begins at `at`.
    fn spellings(&self, text: &str, at: usize, c: char, ends: &mut Vec<usize>) {
        match self.alphabet {
            Alphabet::Own => spellings(text, at, c, ends),
            Alphabet::Base64 => {
                let at = text.len() - text[at..].trim_start_matches([' ', '\r', '\n']).len();
                let twin = match c {
                    '+' => Some('-'),
                    '/' => Some('_'),
                    _ => None,
                };
                for c in [c].into_iter().chain(twin) {
                    spellings(text, at, c, ends);
                }
            }
        }
    }
}

/// Whether a text that was cut off ends here, or inside what may be the spelling of one character.
fn is_unfinished(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || (rest.len() < LONGEST_SPELLING && rest.starts_with(['%', '\\', '&']))
}

/// Adds the end of every spelling of `c` that begins at `at`.
fn spellings(text: &str, at: usize, c: char, ends: &mut Vec<usize>) {
    let rest = &text[at..];
    let mut add = |left: &str| ends.push(text.len() - left.len());
    if let Some(left) = rest.strip_prefix(c) {
        add(left);
    }
    match rest.as_bytes().first() {
        Some(b'%') => percent(rest, c, &mut add),
        Some(b'\\') => backslash(rest, c, &mut add),
        Some(b'&') => entity(rest, c, &mut add),
        _ => {}
    }
}

/// `%XX` for each byte, or `%25XX` if it was encoded twice.
fn percent(rest: &str, c: char, add: &mut impl FnMut(&str)) {
    let mut buffer = [0; 4];
    for layer in 0..LAYERS {
        let mut left = Some(rest);
        for &byte in c.encode_utf8(&mut buffer).as_bytes() {
            left = left.and_then(|left| {
                let mut left = left.strip_prefix('%')?;
                for _ in 0..layer {
                    left = left.strip_prefix("25")?;
                }
                hex_pair(left, byte)
            });
        }
        if let Some(left) = left {
            add(left);
        }
    }
}

/// `\/`, `\u002f`, `\u{2f}` or `\x2f`, with as many backslashes as several layers of escaping
/// produce.
fn backslash(rest: &str, c: char, add: &mut impl FnMut(&str)) {
    let mut left = rest;
    for _ in 0..(1 << LAYERS) - 1 {
        let Some(behind) = left.strip_prefix('\\') else {
            return;
        };
        left = behind;
        if let Some(left) = left.strip_prefix(c) {
            add(left);
        }
        if let Some(left) = utf16_escapes(left, c) {
            add(left);
        }
        if let Some((digits, left)) = left
            .strip_prefix("u{")
            .and_then(|left| left.split_once('}'))
            && is_code(digits, 16, c)
        {
            add(left);
        }
        if let Ok(byte) = u8::try_from(c)
            && let Some(left) = left.strip_prefix('x').and_then(|left| hex_pair(left, byte))
        {
            add(left);
        }
        if let Some(left) = byte_escapes(left, c) {
            add(left);
        }
    }
}

/// The part after the first backslash: `u` and four digits, or two of these for a character outside
/// the first plane.
fn utf16_escapes(mut left: &str, c: char) -> Option<&str> {
    let mut buffer = [0; 2];
    for (index, unit) in c.encode_utf16(&mut buffer).iter().enumerate() {
        if index > 0 {
            left = left.strip_prefix('\\')?.trim_start_matches('\\');
        }
        let [high, low] = unit.to_be_bytes();
        left = hex_pair(hex_pair(left.strip_prefix('u')?, high)?, low)?;
    }
    Some(left)
}

/// The part after the first backslash: `xNN` for each byte of the character's UTF-8.
fn byte_escapes(mut left: &str, c: char) -> Option<&str> {
    let mut buffer = [0; 4];
    for (index, &byte) in c.encode_utf8(&mut buffer).as_bytes().iter().enumerate() {
        if index > 0 {
            left = left.strip_prefix('\\')?.trim_start_matches('\\');
        }
        left = hex_pair(left.strip_prefix('x')?, byte)?;
    }
    Some(left)
}

/// `&amp;`, `&#38;` or `&#x26;`, also with the `&` itself escaped.
fn entity(rest: &str, c: char, add: &mut impl FnMut(&str)) {
    let Some(mut left) = rest.strip_prefix('&') else {
        return;
    };
    for _ in 0..LAYERS {
        if let Some(left) = numeric_entity(left, c) {
            add(left);
        }
        let names = ENTITIES.iter().filter(|(_, named)| *named == c);
        for left in names.filter_map(|(name, _)| left.strip_prefix(name)) {
            add(left);
        }
        let Some(behind) = left.strip_prefix("amp;") else {
            return;
        };
        left = behind;
    }
}

/// The named entities of the characters that a key may contain.
const ENTITIES: [(&str, char); 34] = [
    ("amp;", '&'),
    ("lt;", '<'),
    ("gt;", '>'),
    ("quot;", '"'),
    ("apos;", '\''),
    ("AMP;", '&'),
    ("LT;", '<'),
    ("GT;", '>'),
    ("QUOT;", '"'),
    ("excl;", '!'),
    ("num;", '#'),
    ("dollar;", '$'),
    ("percnt;", '%'),
    ("lpar;", '('),
    ("rpar;", ')'),
    ("ast;", '*'),
    ("plus;", '+'),
    ("comma;", ','),
    ("period;", '.'),
    ("sol;", '/'),
    ("colon;", ':'),
    ("semi;", ';'),
    ("equals;", '='),
    ("quest;", '?'),
    ("commat;", '@'),
    ("lbrack;", '['),
    ("bsol;", '\\'),
    ("rbrack;", ']'),
    ("Hat;", '^'),
    ("lowbar;", '_'),
    ("grave;", '`'),
    ("lbrace;", '{'),
    ("verbar;", '|'),
    ("rbrace;", '}'),
];

/// `#38;` or `#x26;`. Leading zeros are allowed and the semicolon may be missing, as in browsers.
fn numeric_entity(rest: &str, c: char) -> Option<&str> {
    let rest = rest.strip_prefix('#')?;
    let (rest, radix) = match rest.strip_prefix(['x', 'X']) {
        Some(rest) => (rest, 16),
        None => (rest, 10),
    };
    let (digits, left) = rest.split_at(
        rest.find(|c: char| !c.is_digit(radix))
            .unwrap_or(rest.len()),
    );
    is_code(digits, radix, c).then(|| left.strip_prefix(';').unwrap_or(left))
}

/// Whether the digits are the number of the character.
fn is_code(digits: &str, radix: u32, c: char) -> bool {
    let digits = digits.trim_start_matches('0');
    u32::from_str_radix(digits, radix).is_ok_and(|code| code == u32::from(c))
}

/// The text after two hex digits, if they are the byte.
fn hex_pair(text: &str, byte: u8) -> Option<&str> {
    let digits = text
        .get(..2)
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    (u8::from_str_radix(digits, 16) == Ok(byte)).then(|| &text[2..])
}
