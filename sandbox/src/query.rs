//! Owns the parsing of a query string. It never fails, and it tells which names are repeated.

use std::collections::HashSet;

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

    /// The value of a text or a list. There is nothing in an empty one, so it counts as missing.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// The value of a parameter that has no empty form, such as a number or a date.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        let (_, value) = self.pairs.iter().rev().find(|(key, _)| key == name)?;
        Some(value)
    }

    /// The first name that is given more than once.
    pub(crate) fn repeated(&self) -> Option<&str> {
        let mut seen = HashSet::new();
        let mut names = self.pairs.iter().map(|(name, _)| name.as_str());
        names.find(|name| !seen.insert(*name))
    }

    /// Removes a parameter.
    pub(crate) fn remove(&mut self, name: &str) {
        self.pairs.retain(|(key, _)| key != name);
    }

    /// Sets a parameter, in place of any value that it has.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.pairs.push((name.to_owned(), value.to_owned()));
    }

    /// Whether there is an api key, in any spelling of the name.
    pub(crate) fn has_key(&self) -> bool {
        let mut names = self.pairs.iter().map(|(name, _)| name);
        names.any(|name| name.eq_ignore_ascii_case("api_key"))
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
        assert_eq!(Query::parse(text).text(name), expected, "{text}");
    }

    #[test]
    fn a_repeated_name_is_found() {
        let repeated = |text: &str| Query::parse(text).repeated().map(str::to_owned);
        assert_eq!(
            repeated("id=1&type=cpa&id=2&type=cpi").as_deref(),
            Some("id")
        );
        assert_eq!(repeated("x&%78").as_deref(), Some("x"));
        assert_eq!(repeated("id=1&type=1&&"), None);
    }

    #[test]
    fn an_empty_text_is_missing_and_an_empty_value_is_not() {
        let query = Query::parse("id=&limit");
        assert_eq!((query.text("id"), query.given("id")), (None, Some("")));
        assert_eq!(
            (query.text("limit"), query.given("limit")),
            (None, Some(""))
        );
        assert_eq!(query.given("subid"), None);
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
            let _ = Query::parse(&text).text("id");
        }

        #[test]
        fn no_escape_makes_the_parser_panic(text in "[%&=+a-f0-9ü]{0,60}") {
            let _ = Query::parse(&text).without_key();
        }

        #[test]
        fn an_encoded_value_is_read_back(value in "\\PC{1,40}") {
            let mut text = "id=1&subid=".to_owned();
            push_percent_encoded(&mut text, &value);
            assert_eq!(Query::parse(&text).text("subid"), Some(value.as_str()));
        }
    }
}
