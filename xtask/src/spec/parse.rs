//! Parses bytes as one JSON document. Refuses what other parsers accept, such as a duplicate key.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::outcome::Problem;

/// The document in the bytes. `from` names their source.
///
/// # Errors
///
/// Bytes that are not UTF-8, HTML, text that is not JSON or ends early, a duplicate key.
pub(crate) fn parse(bytes: &[u8], from: &str) -> Result<Value, Problem> {
    if let Some((kind, advice)) = other(bytes) {
        return Err(Problem::unverified(format!(
            "{from} is {kind}, not JSON: {advice}, review the result, and pass it with --from"
        )));
    }
    let text = std::str::from_utf8(bytes).map_err(|err| {
        Problem::unverified(format!(
            "{from} is not UTF-8 after byte {}: a document is UTF-8 text",
            err.valid_up_to()
        ))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(before) = text_before_json(text) {
        return Err(Problem::unverified(format!(
            "{from} has text before the JSON (`{before}`), as PHP writes it when a script has a fault: delete what is \
             in front of the first brace, review the rest, and pass it with --from"
        )));
    }
    if text.trim_start().starts_with('<') {
        return Err(Problem::unverified(format!(
            "{from} is an HTML page, not an OpenAPI document (it starts with `{}`); the document has moved or needs a \
             log-in: open the address in a browser",
            start(text)
        )));
    }
    if text.trim().is_empty() {
        return Err(Problem::unverified(format!(
            "{from} is empty: an OpenAPI document was expected"
        )));
    }
    let path = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_str(text);
    Node { path: &path }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|err| {
            let place = format!("/{}", path.borrow().join("/"));
            Problem::unverified(if err.is_eof() {
                format!(
                    "{from} is cut short: it ends at line {}, inside {place}; fetch it again",
                    err.line()
                )
            } else {
                format!("{from} is not valid JSON at {place}: {err}")
            })
        })
}

/// Another format, recognised by its first bytes, with what a person can do about it.
fn other(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const YAML: [&str; 7] = [
        "openapi:", "swagger:", "info:", "paths:", "---", "%YAML", "#",
    ];
    let wide = bytes.len() > 1 && (bytes[0] == 0 || bytes[1] == 0);
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Some(("packed with gzip", "unpack it"));
    }
    if wide || bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Some(("text in UTF-16", "save it as UTF-8"));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = text.trim_ascii_start();
    if YAML.iter().any(|start| text.starts_with(start.as_bytes())) {
        return Some(("YAML", "convert it with a tool of your choice"));
    }
    let word = text
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !b"_$.".contains(byte))?;
    (word > 0 && text[word] == b'(')
        .then_some(("a script with a call", "extract what is in the brackets"))
}

/// The first line of a text that stands before a document.
fn text_before_json(text: &str) -> Option<String> {
    const MOST_BRACES: usize = 20;
    let text = text.trim();
    if text.starts_with(['{', '[', '"']) {
        return None;
    }
    let is_document = |json: &str| {
        serde_json::from_str::<Value>(json).is_ok_and(|value| value.get("openapi").is_some())
    };
    let mut braces = text.match_indices('{').take(MOST_BRACES);
    let (at, _) = braces.find(|(at, _)| is_document(&text[*at..]))?;
    let before = text[..at].trim();
    let line = before
        .lines()
        .find(|line| line.contains(' ') && !line.starts_with("<br"))?;
    Some(line.chars().filter(|c| !c.is_control()).take(160).collect())
}

fn start(text: &str) -> String {
    text.trim_start()
        .chars()
        .filter(|c| !c.is_control())
        .take(40)
        .collect()
}

/// A value at a path. When parsing fails, the path remains and names the place.
#[derive(Clone, Copy)]
struct Node<'a> {
    path: &'a RefCell<Vec<String>>,
}

impl Node<'_> {
    fn enter(self, token: String) {
        self.path.borrow_mut().push(token);
    }

    fn leave(self) {
        self.path.borrow_mut().pop();
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            self.enter(list.len().to_string());
            let item = items.next_element_seed(self)?;
            self.leave();
            match item {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!(
                    "the key `{key}` is duplicated, and parsers differ in which of the two they use"
                )));
            }
            self.enter(key.replace('~', "~0").replace('/', "~1"));
            let value = entries.next_value_seed(self)?;
            self.leave();
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::spec::Exit;

    #[track_caller]
    fn refused(bytes: &[u8], message: &str) {
        match parse(bytes, "the document") {
            Ok(value) => panic!("it was read: {value}"),
            Err(problem) => {
                assert_eq!(problem.exit, Exit::Unverified);
                assert!(problem.message.contains(message), "{problem}");
            }
        }
    }

    #[test]
    fn a_document_is_read_with_or_without_a_byte_order_mark() {
        assert!(parse(b"{\"a\": [1, -2, 1.5, null, true, \"x\"]}", "it").is_ok());
        assert!(parse("\u{feff}{}".as_bytes(), "it").is_ok());
    }

    #[test]
    fn two_of_the_same_key_are_refused_with_their_place() {
        refused(
            b"{\"paths\": {\"/a\": {\"get\": 1, \"get\": 2}}}",
            "the document is not valid JSON at /paths/~1a: the key `get` is duplicated",
        );
    }

    #[test]
    fn a_truncated_document_is_refused_with_its_place() {
        refused(
            b"{\"paths\": {\n\"/a\": {\"get\"",
            "the document is cut short: it ends at line 2, inside /paths/~1a",
        );
    }

    #[test]
    fn html_is_refused_in_words() {
        refused(
            b"\n<!DOCTYPE html><html>",
            "is an HTML page, not an OpenAPI document (it starts with `<!DOCTYPE html>",
        );
    }

    #[test]
    fn other_formats_are_named_in_the_message() {
        refused(
            b"\xef\xbb\xbfopenapi: 3.0.0\ninfo:\n",
            "the document is YAML, not JSON",
        );
        refused(b"# our api\n---\n", "is YAML");
        refused(b"\xff\xfe{\0}\0", "is text in UTF-16");
        refused(b"{\0}\0", "is text in UTF-16");
        refused(b"\x1f\x8b\x08\0", "is packed with gzip");
        refused(b"jQuery.cb({});", "is a script with a call");
    }

    #[test]
    fn text_of_php_before_the_document_is_quoted() {
        refused(
            b"\nWarning: Undefined variable $x in /srv/api.php on line 3\n{\"openapi\": \"3.0.3\"}",
            "the document has text before the JSON (`Warning: Undefined variable $x in /srv/api.php on line 3`), as PHP \
             writes it when a script has a fault: delete what is in front of the first brace, review the rest, and pass \
             it with --from",
        );
        refused(
            b"<br />\n<b>Notice</b>: a {brace} in <b>/srv/api.php</b><br />\n{\"openapi\": \"3.0.3\"}",
            "has text before the JSON (`<b>Notice</b>: a {brace} in <b>/srv/api.php</b><br />`)",
        );
    }

    #[test]
    fn invalid_utf8_an_empty_text_and_deep_nesting_are_refused() {
        refused(b"{\"a\": \"\xff\"}", "not UTF-8 after byte 7");
        refused(b" ", "is empty");
        refused(b"{} {}", "not valid JSON");
        refused("[".repeat(10_000).as_bytes(), "recursion limit");
    }
}
