//! Formats a document in exactly one way: indented, its keys in a fixed order, with a final
//! newline.

use serde_json::Value;

/// The keys that a reader expects first, in this order. All others follow by name.
const FIRST: &[&str] = &[
    "openapi",
    "info",
    "title",
    "version",
    "externalDocs",
    "servers",
    "paths",
    "components",
    "operationId",
    "name",
    "in",
    "required",
    "style",
    "explode",
    "summary",
    "description",
    "$ref",
    "type",
    "format",
    "nullable",
    "parameters",
    "requestBody",
    "security",
    "responses",
    "headers",
    "content",
    "schema",
];

/// The name that comes before all others. Many tools take the first media type of an answer as the
/// answer.
const JSON: &str = "application/json";

/// Keys whose value maps names to objects. There the order is by name, after [`JSON`].
const MAPS: &[&str] = &[
    "paths",
    "properties",
    "schemas",
    "responses",
    "headers",
    "content",
    "examples",
    "securitySchemes",
    "value",
    "example",
];

/// The text of a document, the same for equal documents.
#[must_use]
pub(crate) fn text(document: &Value) -> String {
    let mut out = String::new();
    write(&mut out, document, 0, false);
    out.push('\n');
    out
}

fn write(out: &mut String, value: &Value, depth: usize, by_name: bool) {
    match value {
        Value::Array(items) if items.iter().all(is_scalar) && one_line(items) => {
            let parts: Vec<String> = items.iter().map(Value::to_string).collect();
            out.push('[');
            out.push_str(&parts.join(", "));
            out.push(']');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                line(out, depth + 1, at > 0);
                write(out, item, depth + 1, by_name);
            }
            line(out, depth, false);
            out.push(']');
        }
        Value::Object(map) if map.is_empty() => out.push_str("{}"),
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            // Keys of the same rank are sorted by name.
            entries.sort_by(|(a, _), (b, _)| {
                let rank = |key: &str| {
                    if by_name {
                        usize::from(key != JSON)
                    } else {
                        rank(key)
                    }
                };
                rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
            });
            out.push('{');
            for (at, (key, item)) in entries.into_iter().enumerate() {
                line(out, depth + 1, at > 0);
                out.push_str(&Value::String(key.clone()).to_string());
                out.push_str(": ");
                write(
                    out,
                    item,
                    depth + 1,
                    !by_name && MAPS.contains(&key.as_str()),
                );
            }
            line(out, depth, false);
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn rank(key: &str) -> usize {
    FIRST
        .iter()
        .position(|first| *first == key)
        .unwrap_or(FIRST.len())
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn one_line(items: &[Value]) -> bool {
    items
        .iter()
        .map(|item| item.to_string().len() + 2)
        .sum::<usize>()
        <= 80
}

fn line(out: &mut String, depth: usize, comma: bool) {
    if comma {
        out.push(',');
    }
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::text;

    #[test]
    fn keys_come_in_the_order_a_reader_expects_and_names_by_name() {
        let document = json!({"paths": {"/b": {}, "/a": {}}, "info": {"version": "1", "title": "t"}, "openapi": "3.0.3"});
        assert_eq!(
            text(&document),
            "{\n  \"openapi\": \"3.0.3\",\n  \"info\": {\n    \"title\": \"t\",\n    \"version\": \"1\"\n  },\n  \
             \"paths\": {\n    \"/a\": {},\n    \"/b\": {}\n  }\n}\n"
        );
    }

    #[test]
    fn json_comes_before_the_other_media_types() {
        let content = json!({"application/javascript": 1, "text/html": 2, "application/json": 3, "application/geo+json": 4});
        assert_eq!(
            text(&json!({"content": content})),
            "{\n  \"content\": {\n    \"application/json\": 3,\n    \"application/geo+json\": 4,\n    \
             \"application/javascript\": 1,\n    \"text/html\": 2\n  }\n}\n"
        );
    }

    #[test]
    fn the_text_reads_back_as_the_same_document() {
        let document =
            json!({"a": [1, "x", null, [], {}, {"b": [{"c": "\u{2028}\"\\"}]}], "type": 1.5});
        let back: Value = serde_json::from_str(&text(&document)).unwrap_or_default();
        assert_eq!(back, document);
    }
}
