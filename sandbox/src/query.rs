//! Owns the parsing of a query string as PHP does it: it never fails, and the last of a repeated
//! name wins.

/// The decoded parameters of one request, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads `name=value&…`. Invalid escapes stay as they are, and invalid UTF-8 becomes U+FFFD.
    pub(crate) fn parse(text: &str) -> Query {
        let pairs = text
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                (decoded(name), decoded(value))
            })
            .collect();
        Query { pairs }
    }

    /// The last value of `name`. An empty value counts as missing.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.pairs.iter().rev().find(|(key, _)| key == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// All parameters except the api key.
    pub(crate) fn without_key(self) -> Vec<(String, String)> {
        let mut pairs = self.pairs;
        pairs.retain(|(name, _)| !name.eq_ignore_ascii_case("api_key"));
        pairs
    }
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = match byte {
            b'%' => hex(bytes.get(at + 1)).zip(hex(bytes.get(at + 2))),
            _ => None,
        };
        match (byte, escape) {
            (_, Some((high, low))) => {
                out.push(high << 4 | low);
                at += 2;
            }
            (b'+', None) => out.push(b' '),
            (byte, None) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    let digit = char::from(*byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, proptest};

    use crate::query::Query;
    use crate::text::push_percent_encoded;

    #[track_caller]
    fn check(text: &str, name: &str, expected: Option<&str>) {
        assert_eq!(Query::parse(text).get(name), expected, "{text}");
    }

    #[test]
    fn the_last_of_a_repeated_parameter_wins() {
        check("id=1&id=2", "id", Some("2"));
        check("id=1&id=", "id", None);
    }

    #[test]
    fn blanks_and_escapes_are_decoded() {
        check("subid=a+b%20c%2Bd", "subid", Some("a b c+d"));
        check("%69d=7", "id", Some("7"));
    }

    #[test]
    fn invalid_escapes_stay_as_they_are() {
        check("subid=100%&x", "subid", Some("100%"));
        check("subid=%zz%4", "subid", Some("%zz%4"));
        check("subid=%FF", "subid", Some("\u{fffd}"));
        check("subid=%ü", "subid", Some("%ü"));
    }

    #[test]
    fn the_recorded_parameters_do_not_include_the_key() {
        let pairs = Query::parse("id=1&api_key=secret&API%5FKEY=secret").without_key();
        assert_eq!(pairs, [("id".to_owned(), "1".to_owned())]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5000))]

        #[test]
        fn no_query_makes_the_parser_panic(text in any::<String>()) {
            let _ = Query::parse(&text).get("id");
        }

        #[test]
        fn no_escape_makes_the_parser_panic(text in "[%&=+a-f0-9ü]{0,60}") {
            let _ = Query::parse(&text).without_key();
        }

        #[test]
        fn an_encoded_value_is_read_back(value in "\\PC{1,40}") {
            let mut text = "id=1&subid=".to_owned();
            push_percent_encoded(&mut text, &value);
            assert_eq!(Query::parse(&text).get("subid"), Some(value.as_str()));
        }
    }
}
