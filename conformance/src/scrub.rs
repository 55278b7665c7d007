//! Takes out of an answer what is secret or personal, before a case sees it and before it is kept:
//! the api key, the publisher id, sub-ids, IP addresses and the signatures of links.
//!
//! Each value gets the same stand-in wherever it occurs in a run, so that answers that belong
//! together still do.

pub(crate) mod spellings;

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::asks::TRACKING;

/// What stands for the api key.
const KEY: &str = "[key]";

/// What stands for the publisher id: digits, as it is a number in links and parameters.
pub(crate) const PUBLISHER: &str = "1000001";

/// Whether a text contains a secret: as it is, in another case, percent-encoded, escaped, in base64
/// or in hexadecimal digits. Use it on what is about to be shared.
///
/// ```
/// use cpalead_conformance::contains_secret;
///
/// assert!(contains_secret("?api_key=se%2525cret", "se%cret"));
/// assert!(!contains_secret("?api_key=secret", "se%cret"));
/// ```
#[must_use]
pub fn contains_secret(text: &str, secret: &str) -> bool {
    !spellings::find(text, secret).is_empty()
}

/// Scrubs all answers of a run.
pub(crate) struct Scrubber {
    key: Option<String>,
    publisher: String,
    asked: String,
    subids: BTreeMap<String, String>,
    addresses: BTreeMap<String, String>,
}

impl Scrubber {
    /// `asked` is the sub-id that the run asks about.
    pub(crate) fn new(key: Option<&str>, publisher: u64, asked: &str) -> Scrubber {
        let mut scrubber = Scrubber {
            key: key.map(str::to_owned),
            publisher: publisher.to_string(),
            asked: asked.to_owned(),
            subids: BTreeMap::new(),
            addresses: BTreeMap::new(),
        };
        scrubber.subid(asked);
        scrubber
    }

    /// The text without the secrets, and whether the key was in it.
    pub(crate) fn text(&mut self, text: &str) -> (String, bool) {
        let (text, echoed) = self.without_key(text);
        let names = ["subid", "sub_id", "gaid", "idfa"];
        let text = names
            .iter()
            .fold(text, |text, name| self.subids_of_fields(&text, name));
        let text = self.parameters_of_links(&text);
        // The sub-id of the run is hidden wherever else it stands, in any spelling.
        let asked = self.asked.clone();
        let text = match self.subid(&asked) {
            stand_in if stand_in != asked && is_long(&asked) => replaced(&text, &asked, &stand_in),
            _ => text,
        };
        let text = self.addresses(&text);
        let publisher = self.publisher.clone();
        (whole_numbers(&text, &publisher), echoed)
    }

    /// The bytes without the secrets. Bytes that are not UTF-8 are read as Latin-1, which changes
    /// none of them.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> (Vec<u8>, bool) {
        // In UTF-16 a zero stands beside each letter of the key.
        if bytes.contains(&0) {
            let letters: String = bytes
                .iter()
                .filter(|byte| **byte != 0)
                .map(|byte| char::from(*byte))
                .collect();
            if self.without_key(&letters).1 {
                return (KEY.as_bytes().to_vec(), true);
            }
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            let (text, echoed) = self.text(text);
            return (text.into_bytes(), echoed);
        }
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let (text, echoed) = self.text(&text);
        let latin = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'));
        (latin.collect(), echoed)
    }

    /// Hides a sub-id that the run asks about.
    pub(crate) fn subid(&mut self, value: &str) -> String {
        let own = TRACKING.iter().any(|(_, own)| *own == value);
        let kept = own || value.is_empty() || value == "user";
        if kept {
            return value.to_owned();
        }
        if value.parse::<IpAddr>().is_ok() {
            return self.address(value);
        }
        let next = format!("subid-{}", self.subids.len() + 1);
        self.subids.entry(value.to_owned()).or_insert(next).clone()
    }

    fn without_key(&self, text: &str) -> (String, bool) {
        let Some(key) = &self.key else {
            return (text.to_owned(), false);
        };
        let hidden = replaced(text, key, KEY);
        let echoed = hidden != text;
        (hidden, echoed)
    }

    /// The values of `"subid": "…"`, and of names that begin or end so.
    fn subids_of_fields(&mut self, text: &str, name: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(name) {
            let (before, after) = rest.split_at(at + name.len());
            out.push_str(before);
            rest = after;
            let Some((gap, value)) = field_value(rest) else {
                continue;
            };
            let Ok(plain) = serde_json::from_str::<serde_json::Value>(value) else {
                continue;
            };
            let plain = match plain {
                serde_json::Value::String(text) => text,
                serde_json::Value::Number(number) => number.to_string(),
                _ => continue,
            };
            out.push_str(&rest[..gap]);
            rest = &rest[gap + value.len()..];
            let stand_in = self.subid(&plain);
            out.push_str(&serde_json::Value::String(stand_in).to_string());
        }
        out + rest
    }

    /// The values of `subid=`, `gaid=`, `idfa=` and `_src_sig=` in links, with the sign as it is or
    /// encoded.
    fn parameters_of_links(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((at, sign)) = equals_sign(rest) {
            let (before, after) = rest.split_at(at);
            let (sign, after) = after.split_at(sign);
            out.push_str(before);
            out.push_str(sign);
            let ends =
                |c: char| matches!(c, '&' | '"' | '\'' | '<' | '>' | '\\' | '#' | ' ' | '\n');
            let ends = |c: char| ends(c) || (sign != "=" && c == '%');
            let end = after.find(ends).unwrap_or(after.len());
            let value = &after[..end];
            let named = |names: &[&str]| {
                !value.is_empty() && names.iter().any(|name| before.ends_with(name))
            };
            if named(&["_src_sig"]) {
                out.push_str("0000");
            } else if named(&["subid", "subid2", "subid3", "gaid", "idfa", "sub_id"]) {
                let stand_in = self.subid(&decoded(value));
                out.push_str(&stand_in);
            } else {
                out.push_str(value);
            }
            rest = &after[end..];
        }
        out + rest
    }

    fn addresses(&mut self, text: &str) -> String {
        let part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(part) {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
            let (mut word, after) = rest.split_at(end);
            let mut in_word = out.ends_with(char::is_alphanumeric);
            if out.ends_with('%') && word.len() > 2 {
                // The digits of an encoded character.
                out.push_str(&word[..2]);
                word = &word[2..];
                in_word = false;
            }
            let shown = if in_word {
                word.to_owned()
            } else {
                self.addresses_in(word)
            };
            out.push_str(&shown);
            rest = after;
        }
        out + rest
    }

    /// A run of digits, dots and colons, which may be an address with a port or a stop after it.
    fn addresses_in(&mut self, word: &str) -> String {
        let inner = word.trim_end_matches(['.', ':']).trim_start_matches('.');
        let start = word.len() - word.trim_start_matches('.').len();
        let host = inner.rsplit_once(':').map(|(host, _)| host);
        for candidate in [Some(inner), host].into_iter().flatten() {
            let long = candidate.matches([':', '.']).count() >= 2;
            if long && candidate.parse::<IpAddr>().is_ok() {
                let rest = &word[start + candidate.len()..];
                return format!("{}{}{rest}", &word[..start], self.address(candidate));
            }
        }
        word.to_owned()
    }

    /// The stand-in of an address. Addresses that are set aside for documents stay.
    fn address(&mut self, value: &str) -> String {
        if value.starts_with("192.0.2.") || value.starts_with("2001:db8:") {
            return value.to_owned();
        }
        let number = self.addresses.len() + 1;
        let next = if value.contains(':') {
            format!("2001:db8::{number:x}")
        } else {
            format!("192.0.2.{}", 2 + number % 250)
        };
        self.addresses
            .entry(value.to_owned())
            .or_insert(next)
            .clone()
    }
}

fn starts_with(bytes: &[u8], head: &[u8]) -> bool {
    bytes
        .get(..head.len())
        .is_some_and(|bytes| bytes.eq_ignore_ascii_case(head))
}

/// The first `=` in any spelling, and its length.
fn equals_sign(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find_map(|at| {
        let length = match bytes[at] {
            b'=' => 1,
            b'%' if starts_with(&bytes[at..], b"%3d") => 3,
            b'\\' if starts_with(&bytes[at..], b"\\u003d") => 6,
            _ => return None,
        };
        Some((at, length))
    })
}

/// Short values would hide half of a text.
fn is_long(value: &str) -> bool {
    value.chars().count() >= 4
}

fn replaced(text: &str, secret: &str, stand_in: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for place in spellings::find(text, secret) {
        out.push_str(&text[end..place.start]);
        out.push_str(stand_in);
        end = place.end;
    }
    out + &text[end..]
}

/// Replaces a number that stands alone.
fn whole_numbers(text: &str, number: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (at, found) in text.match_indices(number) {
        let after = at + found.len();
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let bytes = text.as_bytes();
        if at < end
            || digit(at.checked_sub(1).and_then(|at| bytes.get(at)))
            || digit(bytes.get(after))
        {
            continue;
        }
        out.push_str(&text[end..at]);
        out.push_str(PUBLISHER);
        end = after;
    }
    out + &text[end..]
}

/// After a name: the length of what leads to its value, and the value, a text or a number.
fn field_value(rest: &str) -> Option<(usize, &str)> {
    // The rest of the name, such as `2` or `_2`.
    let name = rest.bytes().take(9).position(|byte| byte == b'"')?;
    if rest[..name].contains([':', ' ', '\\']) {
        return None;
    }
    let after = rest[name + 1..]
        .trim_start()
        .strip_prefix(':')?
        .trim_start();
    let gap = rest.len() - after.len();
    let length = if after.starts_with('"') {
        let mut escaped = false;
        let end = after.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        end? + 2
    } else {
        after.bytes().take_while(u8::is_ascii_digit).count()
    };
    (length > 0).then(|| (gap, &after[..length]))
}

/// The value of a parameter without its percent-encoding.
fn decoded(value: &str) -> String {
    let query = format!("v={value}");
    let url = reqwest::Url::parse(&format!("http://localhost/?{query}"));
    let first = url
        .ok()
        .and_then(|url| Some(url.query_pairs().next()?.1.into_owned()));
    first.unwrap_or_else(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Scrubber;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut scrubber = Scrubber::new(Some("s3cr3t-key-of-shop"), 3_360_001, "anna@shop");
        assert_eq!(scrubber.text(text).0, expected);
        assert_eq!(scrubber.text(text).0, expected, "twice");
    }

    #[test]
    fn what_is_secret_or_personal_has_a_stand_in() {
        check("say s3cr3t%2Dkey-of-shop!", "say [key]!");
        check("pub=3360001&id=33600011", "pub=1000001&id=33600011");
        check(
            r#"{"subid":"anna@shop","subid2" : 4711}"#,
            r#"{"subid":"subid-1","subid2" : "subid-2"}"#,
        );
        check(
            r#"{"subid":"q\"x"},Anna%40shop"#,
            r#"{"subid":"subid-2"},subid-1"#,
        );
        check(
            "?id=7&_src_sig=abc123&subid=bob%40x\"",
            "?id=7&_src_sig=0000&subid=subid-2\"",
        );
        check("a\\/view?subid=bob&amp;x", "a\\/view?subid=subid-2&amp;x");
        check(
            "from 10.1.2.3, 10.1.2.3:80 and 10.9.9.9.",
            "from 192.0.2.3, 192.0.2.3:80 and 192.0.2.4.",
        );
        check("from fe80::1:2", "from 2001:db8::1");
        check("ip_10.1.2.3 %2210.1.2.3%22", "ip_192.0.2.3 %22192.0.2.3%22");
        check(
            r"a\u0026_src_sig=ab\u0026subid=bob",
            r"a\u0026_src_sig=0000\u0026subid=subid-2",
        );
        check(
            "u%3D1%26_src_sig%3Dab%26subid%3dbob%26",
            "u%3D1%26_src_sig%3D0000%26subid%3dsubid-2%26",
        );
        check(
            "{\"gaid\":\"3f-1\",\"subid\":\"subid-9\"}",
            "{\"gaid\":\"subid-3\",\"subid\":\"subid-2\"}",
        );
    }

    #[test]
    fn the_values_of_the_suite_and_plain_numbers_stay() {
        for text in [
            "{\"subid\":\"conformance-one\"}",
            "subid=user&x=1",
            "0.72 1.5 12:30:00 2026-04-01T00:00:00Z a.b.c v1.2.3 add:c0de",
            "{\"subid\":null,\"subid2\":{}} \"subid",
        ] {
            check(text, text);
        }
    }

    /// A search that began anew at each place would not end here.
    #[test]
    fn texts_that_invite_long_searches_are_read_once() {
        for part in [
            "&",
            "%25",
            "subid",
            "subid= ",
            "\\u003d",
            "1.2.3.",
            "\"subid\":{",
            "s3cr3t",
        ] {
            let text = part.repeat(1 << 17);
            check(&text, &text);
        }
    }

    #[test]
    fn a_key_is_found_in_bytes_that_are_not_text() {
        let mut scrubber = Scrubber::new(Some("s3cr3t-key-of-shop"), 1, "anna");
        assert_eq!(
            scrubber.bytes(b"\xff s3cr3t-key-of-shop \xe9"),
            (b"\xff [key] \xe9".to_vec(), true)
        );
        let wide: Vec<u8> = "\u{ff}s3cr3t-key-of-shop"
            .chars()
            .flat_map(|c| [c as u8, 0])
            .collect();
        assert_eq!(scrubber.bytes(&wide), (b"[key]".to_vec(), true));
        assert_eq!(scrubber.bytes(&wide[2..]), (b"[key]".to_vec(), true));
        assert_eq!(scrubber.bytes(b"\xff\xfe"), (b"\xff\xfe".to_vec(), false));
    }
}
