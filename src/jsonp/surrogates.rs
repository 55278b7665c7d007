//! Halves of surrogate pairs in JSON text, which are not characters.

/// The text with U+FFFD in place of each half of a surrogate pair that stands alone; none where
/// there is none.
///
/// JavaScript writes such halves for text that was cut inside of an emoji. They are not characters,
/// and no JSON reader in Rust takes them.
pub(crate) fn without_lone_surrogates(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let unit = |at: usize| -> Option<u16> {
        let digits = json.get(at + 2..at + 6)?;
        let is_escape = bytes[at..].starts_with(b"\\u");
        u16::from_str_radix(digits, 16).ok().filter(|_| is_escape)
    };
    let mut repaired = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = json[at..].find('\\') {
        at += found;
        match unit(at) {
            Some(0xd800..0xdc00) if matches!(unit(at + 6), Some(0xdc00..0xe000)) => at += 12,
            Some(0xd800..0xe000) => {
                repaired.push_str(&json[copied..at]);
                repaired.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            Some(_) => at += 6,
            // The next character is escaped, and may be a backslash itself.
            None => at += 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    if copied == 0 {
        return None;
    }
    repaired.push_str(&json[copied..]);
    Some(repaired)
}

#[cfg(test)]
mod tests {
    use super::without_lone_surrogates;

    #[test]
    fn halves_of_surrogate_pairs_are_replaced_and_pairs_are_kept() {
        #[track_caller]
        fn check(json: &str, expected: Option<&str>) {
            assert_eq!(without_lone_surrogates(json).as_deref(), expected, "{json}");
        }

        check(r#"{"a":"fraud \ud83d"}"#, Some(r#"{"a":"fraud \ufffd"}"#));
        check(r#""\uDE00 \ud83d\ude00""#, Some(r#""\ufffd \ud83d\ude00""#));
        check(r#""\ud83d\ud83d\ude00""#, Some(r#""\ufffd\ud83d\ude00""#));
        check(r#""\ud83d\ude00""#, None);
        check(r#""\\ud83d""#, None);
        check(r#""\u00e9\n""#, None);
        check("\"\\", None);
    }
}
