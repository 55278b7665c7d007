//! Finds a secret in every spelling: as it is, in another case, percent-encoded, escaped in JSON,
//! as entities of HTML, in hexadecimal digits and in base64.

use std::ops::Range;

use crate::base64;

/// How often a percent sign may have been encoded, and how many backslashes an escape may have.
const OFTEN: usize = 8;

/// The places of a secret in a text, in their order and apart from each other.
pub(crate) fn find(text: &str, secret: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if secret.is_empty() {
        return found;
    }
    let words = encoded(secret.as_bytes());
    // Most bytes begin no spelling.
    let mut begins = [false; 256];
    let first = secret.chars().next().map(String::from).unwrap_or_default();
    let heads = words
        .iter()
        .map(|word| &word[..1])
        .chain([first.as_str(), "%", "\\", "&", "+"]);
    for byte in heads.filter_map(|head| head.bytes().next()) {
        begins[usize::from(byte.to_ascii_lowercase())] = true;
        begins[usize::from(byte.to_ascii_uppercase())] = true;
    }
    let mut at = 0;
    while let Some(skipped) = text.as_bytes()[at..]
        .iter()
        .position(|byte| begins[usize::from(*byte)])
    {
        at += skipped;
        let end = spelled(text, at, secret).or_else(|| {
            let lengths = words.iter().filter(|word| starts_with(&text[at..], word));
            lengths.map(|word| at + word.len()).max()
        });
        match end {
            Some(end) => {
                found.push(at..end);
                at = end;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

fn starts_with(text: &str, word: &str) -> bool {
    let head = text.as_bytes().get(..word.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
}

/// The end of the secret that begins at `at`, with each of its characters in any spelling.
fn spelled(text: &str, at: usize, secret: &str) -> Option<usize> {
    let Some(expected) = secret.chars().next() else {
        return Some(at);
    };
    let rest = &secret[expected.len_utf8()..];
    let here = &text[at..];
    let lengths = [plain(here, expected), escaped(here, expected)];
    let again = encoded_again(here, expected);
    let mut ends = lengths
        .into_iter()
        .flatten()
        .chain(again)
        .map(|length| at + length);
    ends.find_map(|end| spelled(text, end, rest))
}

/// The lengths of a percent sign that was encoded more than once, such as `%2525`. What follows it
/// may look like a further encoding, so each length is tried.
fn encoded_again(text: &str, expected: char) -> impl Iterator<Item = usize> {
    let digits = text.strip_prefix('%').filter(|_| expected == '%');
    let pairs = digits.unwrap_or_default().as_bytes().chunks(2);
    let times = pairs.take(OFTEN).take_while(|pair| *pair == b"25").count();
    (2..=times).map(|times| 1 + 2 * times)
}

fn plain(text: &str, expected: char) -> Option<usize> {
    let first = text.chars().next()?;
    first
        .eq_ignore_ascii_case(&expected)
        .then_some(first.len_utf8())
}

/// The length of one character in a spelling other than itself.
fn escaped(text: &str, expected: char) -> Option<usize> {
    let first = text.chars().next()?;
    let same = |code: u32| char::from_u32(code).is_some_and(|c| c.eq_ignore_ascii_case(&expected));
    match first {
        '+' if expected == ' ' => Some(1),
        // A blank that became a plus sign, and was encoded as one.
        '%' if expected == ' ' => percent(text, ' ').or_else(|| percent(text, '+')),
        '%' => percent(text, expected),
        '\\' => {
            // A text inside a text has more than one backslash.
            let slashes = text.bytes().take(OFTEN).take_while(|b| *b == b'\\').count();
            let length = |digits: usize| {
                let code = text.get(slashes + 1..slashes + 1 + digits)?;
                same(u32::from_str_radix(code, 16).ok()?).then_some(slashes + 1 + digits)
            };
            match text[slashes..].chars().next() {
                _ if expected == '\\' => (slashes > 1).then_some(2),
                Some('u' | 'U') => length(4),
                Some('x' | 'X') => length(2),
                Some(escaped) if escaped == expected => Some(slashes + escaped.len_utf8()),
                _ => None,
            }
        }
        '&' => {
            let end = text.bytes().take(13).position(|byte| byte == b';')?;
            let name = &text[1..end];
            let code = match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => name
                    .strip_prefix('#')
                    .and_then(|digits| digits.parse().ok()),
            };
            let named = match name {
                "amp" => Some('&'),
                "lt" => Some('<'),
                "gt" => Some('>'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                _ => None,
            };
            (code.is_some_and(same) || named == Some(expected)).then_some(end + 1)
        }
        _ => None,
    }
}

/// The length of a character in percent-encoding, where the percent sign may be encoded again.
fn percent(text: &str, expected: char) -> Option<usize> {
    let mut utf8 = [0; 4];
    let mut at = 0;
    for byte in expected.encode_utf8(&mut utf8).bytes() {
        let rest = text.get(at..)?.strip_prefix('%')?;
        at += 1;
        let mut digits = rest;
        while digits.starts_with("25") && digits.len() >= 4 && byte != b'%' {
            digits = &digits[2..];
            at += 2;
        }
        let code = u8::from_str_radix(digits.get(..2)?, 16).ok()?;
        if !code.eq_ignore_ascii_case(&byte) {
            return None;
        }
        at += 2;
    }
    Some(at)
}

/// The secret in hexadecimal digits, and in base64 at each of the three places in a group. The
/// characters at the ends that also depend on the neighbours are left out.
fn encoded(secret: &[u8]) -> Vec<String> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut words = vec![hex];
    for shift in 0..3 {
        let mut bytes = vec![0; shift];
        bytes.extend(secret);
        let code = base64::encode(&bytes);
        let start = (shift * 8).div_ceil(6);
        let end = bytes.len() * 8 / 6;
        if end > start + 5 {
            let word = &code[start..end];
            words.push(word.to_owned());
            words.push(word.replace('+', "-").replace('/', "_"));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::base64;

    const SECRET: &str = "k9/Zq+7&x Tü%w";

    #[track_caller]
    fn check(spelling: &str) {
        let text = format!("{{\"a\":\"{spelling}\"}}");
        let found = find(&text, SECRET);
        assert_eq!(found.len(), 1, "{spelling}");
        assert_eq!(&text[found[0].clone()], spelling);
    }

    fn each(spell: impl Fn(char) -> String) -> String {
        SECRET.chars().map(spell).collect()
    }

    fn percent(c: char) -> String {
        c.to_string()
            .bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect()
    }

    #[test]
    fn every_spelling_is_found() {
        check(SECRET);
        check(&SECRET.to_ascii_uppercase());
        check("k9%2FZq%2B7%26x+T%C3%BC%25w");
        check("k9\\/Zq+7&amp;x Tü%w");
        check(&each(percent));
        check(&each(percent).to_lowercase());
        check(&each(|c| {
            percent(c).replace('%', if c == '%' { "%" } else { "%25" })
        }));
        check("k9\\\\\\/Zq+7\\\\u0026x Tü%w");
        for again in ["%25", "%2525", "%252525"] {
            let spelling = "k9%2FZq%2B7%26x+T%C3%BC%25w".replace('%', again);
            check(&spelling);
            check(&spelling.to_lowercase().replace('+', "%2b"));
            check(&each(percent).replace('%', again));
        }
        check(&each(|c| format!("\\u{:04x}", u32::from(c))));
        check(&each(|c| format!("&#{};", u32::from(c))));
        check(&each(|c| format!("&#x{:X};", u32::from(c))));
        check(
            &SECRET
                .bytes()
                .map(|byte| format!("{byte:02X}"))
                .collect::<String>(),
        );
    }

    #[test]
    fn base64_is_found_wherever_the_secret_begins() {
        for before in ["", "a", "ab", "abc"] {
            let text = base64::encode(format!("{before}{SECRET} and more").as_bytes());
            assert_eq!(find(&text, SECRET).len(), 1, "{text}");
            assert_eq!(
                find(&text.replace('+', "-").replace('/', "_"), SECRET).len(),
                1
            );
        }
    }

    #[test]
    fn other_texts_are_left_alone() {
        for text in [
            "",
            "k9",
            "k9/Zq+7&x Tü",
            "%",
            "%2",
            "\\u00",
            "&#;",
            "&#107",
            "é%C3",
        ] {
            assert_eq!(find(text, SECRET), [], "{text}");
        }
        assert_eq!(find("anything", ""), []);
    }
}
