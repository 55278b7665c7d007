//! Query strings as they are written: their parameters in order, and how names and values are
//! decoded and encoded.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One parameter, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair<'a> {
    pub(crate) name: &'a str,
    /// `None` for a parameter without `=`.
    pub(crate) value: Option<&'a str>,
}

/// The parameters in order. `&&` encloses one with an empty name, and `;` does not separate.
///
/// PHP and browsers split queries like this too.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = Pair<'_>> {
    query
        .split('&')
        .map(|written| match written.split_once('=') {
            Some((name, value)) => Pair {
                name,
                value: Some(value),
            },
            None => Pair {
                name: written,
                value: None,
            },
        })
}

/// The bytes that a name or a value stands for: `+` is a blank, and `%41` is an `A`.
///
/// A `%` without two digits after it stands for itself.
pub(crate) fn decode(written: &str) -> Cow<'_, [u8]> {
    if !written.contains(['%', '+']) {
        return Cow::Borrowed(written.as_bytes());
    }
    let mut decoded = Vec::with_capacity(written.len());
    let mut rest = written.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (byte, after) = match (byte, after) {
            (b'+', _) => (b' ', after),
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (byte, rest.get(1..).unwrap_or_default()),
            },
            _ => (byte, after),
        };
        decoded.push(byte);
        rest = after;
    }
    Cow::Owned(decoded)
}

/// Writes a value so that every server reads it back: all bytes but letters, digits, `-`, `.`, `_`
/// and `~` become `%` and two digits (RFC 3986, section 2.3).
pub(crate) fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::{Pair, decode, encode, pairs};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[track_caller]
    fn check(written: &str, decoded: &[u8]) {
        assert_eq!(&*decode(written), decoded, "{written}");
    }

    #[test]
    fn escapes_and_plus_signs_are_decoded_and_odd_escapes_stay() {
        check("a%41+b", b"aA b");
        check("%e9%E9", b"\xe9\xe9");
        check("%00", b"\0");
        check("%2541", b"%41");
        check("%", b"%");
        check("%4", b"%4");
        check("%4g%%41", b"%4g%A");
        check("%+1", b"% 1");
    }

    #[test]
    fn only_ampersands_separate_parameters() {
        let pair = |name, value| Pair { name, value };
        assert_eq!(
            pairs("a=1;b=2&&c&d==").collect::<Vec<_>>(),
            [
                pair("a", Some("1;b=2")),
                pair("", None),
                pair("c", None),
                pair("d", Some("=")),
            ]
        );
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(value in any::<String>()) {
            let encoded = encode(&value);
            prop_assert_eq!(&*decode(&encoded), value.as_bytes());
        }
    }
}
