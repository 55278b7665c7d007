//! Checks a finished document against the table of OpenAPI 3.0: fields, types, references, and the
//! rules that hold between fields.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::openapi::{self, Kind, Type};
use super::walk;

type Object = Map<String, Value>;

/// Checks the whole document.
///
/// # Errors
///
/// The first fault, with its place.
pub(crate) fn check(document: &Value) -> Result<(), String> {
    node(document, document, Type::One(Kind::Document), "")?;
    operations(document)
}

/// Whether a value is of a type, without what is inside it.
pub(crate) fn fits(value: &Value, holds: Type) -> bool {
    match holds {
        Type::Any => true,
        Type::Text => value.is_string(),
        Type::Flag => value.is_boolean(),
        Type::Number => value.is_number(),
        Type::Positive => value.as_f64().is_some_and(|number| number > 0.0),
        Type::Count => value.as_u64().is_some(),
        Type::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Type::One(_) | Type::Ref(_) | Type::Map(_) | Type::Named(_) => value.is_object(),
        Type::FlagOr(_) => value.is_boolean() || value.is_object(),
        Type::List(_) => value.is_array(),
        Type::Several(_) => value.as_array().is_some_and(|list| !list.is_empty()),
    }
}

/// A type in words, for sentences such as "is not a text".
pub(crate) fn words(holds: Type) -> String {
    match holds {
        Type::Any => "a value".to_owned(),
        Type::Text => "a text".to_owned(),
        Type::Flag => "true or false".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::Positive => "a number above zero".to_owned(),
        Type::Count => "a whole number from zero up".to_owned(),
        Type::Word(words) => format!("one of {}", words.join(", ")),
        Type::One(_) | Type::Ref(_) | Type::Map(_) | Type::Named(_) => "an object".to_owned(),
        Type::FlagOr(_) => "true, false or an object".to_owned(),
        Type::List(_) => "a list".to_owned(),
        Type::Several(_) => "a list with at least one item".to_owned(),
    }
}

fn node(document: &Value, value: &Value, holds: Type, place: &str) -> Result<(), String> {
    if !fits(value, holds) {
        return Err(format!("{} is not {}", named(place), words(holds)));
    }
    match (holds, value) {
        (Type::One(kind), Value::Object(map)) => object(document, map, kind, place),
        (Type::Ref(kind) | Type::FlagOr(kind), Value::Object(map)) => match map.get("$ref") {
            Some(reference) => target(document, reference, place),
            None => object(document, map, kind, place),
        },
        (Type::List(inner) | Type::Several(inner), Value::Array(list)) => list
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| node(document, item, *inner, &format!("{place}/{at}"))),
        (Type::Map(inner) | Type::Named(inner), Value::Object(map)) => {
            let strict = matches!(holds, Type::Named(_));
            map.iter()
                .filter(|(name, _)| !(strict && name.starts_with("x-")))
                .try_for_each(|(name, value)| {
                    let place = walk::below(place, name);
                    if strict && !openapi::is_component_name(name) {
                        return Err(format!(
                            "{place} has a name that OpenAPI does not allow for a component"
                        ));
                    }
                    node(document, value, *inner, &place)
                })
        }
        _ => Ok(()),
    }
}

fn object(document: &Value, map: &Object, kind: Kind, place: &str) -> Result<(), String> {
    for field in openapi::fields(kind) {
        if field.required && !map.contains_key(field.name) {
            return Err(format!("{} has no `{}`", named(place), field.name));
        }
    }
    for (key, value) in map {
        if openapi::is_extensible(kind) && key.starts_with("x-") {
            continue;
        }
        let place = walk::below(place, key);
        let Some(holds) = openapi::holds(kind, key) else {
            return Err(format!("{place} is a field that OpenAPI 3.0 does not have"));
        };
        let is_name_valid = match kind {
            Kind::Paths => key.starts_with('/'),
            Kind::Responses => openapi::is_status(key),
            _ => true,
        };
        if !is_name_valid {
            return Err(format!("{place} has a name that OpenAPI does not allow"));
        }
        node(document, value, holds, &place)?;
    }
    between(map, kind).map_or(Ok(()), |fault| Err(format!("{} {fault}", named(place))))
}

fn target(document: &Value, reference: &Value, place: &str) -> Result<(), String> {
    let text = reference.as_str().unwrap_or_default();
    let found = text
        .strip_prefix('#')
        .filter(|pointer| pointer.starts_with('/'))
        .and_then(|pointer| document.pointer(pointer));
    if found.is_some_and(Value::is_object) {
        Ok(())
    } else {
        Err(format!(
            "{place}/$ref is {reference}, which leads to no object of the document"
        ))
    }
}

/// The rules between the fields of one object.
fn between(map: &Object, kind: Kind) -> Option<String> {
    let has = |key: &str| map.contains_key(key);
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    match kind {
        Kind::Parameter | Kind::Header if has("schema") == has("content") => {
            Some("has to have either `schema` or `content`".to_owned())
        }
        Kind::Parameter | Kind::Header | Kind::MediaType if has("example") && has("examples") => {
            Some("has both `example` and `examples`".to_owned())
        }
        Kind::Parameter
            if text("in") == Some("path") && map.get("required") != Some(&true.into()) =>
        {
            Some("is in the path and not required".to_owned())
        }
        Kind::Schema if text("type") == Some("array") && !has("items") => {
            Some("is a list without `items`".to_owned())
        }
        Kind::Schema if !default_fits(map) => {
            Some("has a default that the schema does not allow".to_owned())
        }
        Kind::Schema => twice(map.get("required")).map(|name| format!("requires {name} twice")),
        Kind::Responses if map.keys().all(|key| key.starts_with("x-")) => {
            Some("has no response".to_owned())
        }
        Kind::SecurityScheme => {
            let needed: &[&str] = match text("type") {
                Some("apiKey") => &["name", "in"],
                Some("http") => &["scheme"],
                Some("oauth2") => &["flows"],
                _ => &["openIdConnectUrl"],
            };
            let missing = needed.iter().find(|key| !has(key))?;
            Some(format!("has no `{missing}`"))
        }
        _ => None,
    }
}

fn twice(list: Option<&Value>) -> Option<&Value> {
    let list = list.and_then(Value::as_array)?;
    let mut seen = BTreeSet::new();
    list.iter().find(|item| !seen.insert(item.to_string()))
}

/// Whether a schema allows its own default, as far as type, values and bounds say.
pub(crate) fn default_fits(schema: &Object) -> bool {
    let Some(value) = schema.get("default") else {
        return true;
    };
    if value.is_null() {
        return true;
    }
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let of_type = match schema.get("type").and_then(Value::as_str) {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Some("number") => value.is_number(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    let named = schema
        .get("enum")
        .and_then(Value::as_array)
        .is_none_or(|values| values.contains(value));
    let bounded = value.as_f64().is_none_or(|value| {
        number("minimum").is_none_or(|least| value >= least)
            && number("maximum").is_none_or(|most| value <= most)
    });
    of_type && named && bounded
}

/// The rules between operations: ids, and the parameters of a path.
fn operations(document: &Value) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let place = walk::below(&walk::below("/paths", path), method);
            if let Some(id) = operation["operationId"].as_str()
                && !ids.insert(id)
            {
                return Err(format!("{place} has the operationId `{id}` a second time"));
            }
            let lists = [&item["parameters"], &operation["parameters"]];
            let mut sent = BTreeSet::new();
            for parameter in lists[1].as_array().into_iter().flatten() {
                let key = (parameter["in"].as_str(), parameter["name"].as_str());
                if key.1.is_some() && !sent.insert(key) {
                    let name = key.1.unwrap_or_default();
                    return Err(format!("{place} has the parameter `{name}` a second time"));
                }
            }
            if operation["responses"].is_null() {
                continue;
            }
            let declared = |name: &str| {
                let mut all = lists.iter().filter_map(|list| list.as_array()).flatten();
                all.any(|one| one["in"] == "path" && one["name"] == name)
            };
            if let Some(name) = walk::placeholders(path).find(|name| !declared(name)) {
                return Err(format!(
                    "{place} does not describe the parameter `{name}` of its path"
                ));
            }
        }
    }
    Ok(())
}

fn named(place: &str) -> &str {
    if place.is_empty() {
        "the document"
    } else {
        place
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;

    fn sound() -> Value {
        json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1", "x-more": [1]},
            "servers": [{"url": "https://www.cpalead.com"}],
            "paths": {"/a/{b}": {"get": {
                "operationId": "a",
                "parameters": [{"name": "b", "in": "path", "required": true, "schema": {"type": "string"}}],
                "security": [{"key": []}],
                "responses": {"200": {"description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}
            }}},
            "components": {
                "schemas": {"A": {"type": "object", "properties": {"b": {"type": "integer", "default": 1}}, "additionalProperties": false}},
                "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}
            }
        })
    }

    /// Replaces the value at a place and checks the result.
    #[track_caller]
    fn refused(place: &str, value: Value, fault: &str) {
        let mut document = sound();
        let (parent, key) = place.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        match document.pointer_mut(parent).unwrap() {
            Value::Object(map) if value.is_null() => drop(map.remove(&key)),
            node => node[key] = value,
        }
        assert_eq!(check(&document), Err(fault.to_owned()));
    }

    #[test]
    fn a_sound_document_has_no_fault() {
        assert_eq!(check(&sound()), Ok(()));
        let standing = include_str!("../../../openapi.json");
        assert_eq!(check(&serde_json::from_str(standing).unwrap()), Ok(()));
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        let a = "/components/schemas/A";
        let get = "/paths/~1a~1{b}/get";
        let b = "/paths/~1a~1{b}/get/parameters/0";
        let rows = [
            ("/openapi".into(), json!(3), "/openapi is not a text".to_owned()),
            ("/info".into(), Value::Null, "the document has no `info`".into()),
            ("/info/version".into(), Value::Null, "/info has no `version`".into()),
            ("/info/summary".into(), json!("s"), "/info/summary is a field that OpenAPI 3.0 does not have".into()),
            ("/servers".into(), json!({}), "/servers is not a list".into()),
            ("/paths/b".into(), json!({}), "/paths/b has a name that OpenAPI does not allow".into()),
            (format!("{get}/responses"), json!({}), format!("{get}/responses has no response")),
            (format!("{get}/responses/4xx"), json!({"description": ""}), format!("{get}/responses/4xx has a name that OpenAPI does not allow")),
            (format!("{get}/responses/200/description"), Value::Null, format!("{get}/responses/200 has no `description`")),
            (format!("{get}/parameters"), json!([]), format!("{get} does not describe the parameter `b` of its path")),
            (format!("{b}/required"), json!("true"), format!("{b}/required is not true or false")),
            (format!("{b}/required"), json!(false), format!("{b} is in the path and not required")),
            (format!("{b}/in"), json!("body"), format!("{b}/in is not one of query, header, path, cookie")),
            (format!("{b}/schema"), Value::Null, format!("{b} has to have either `schema` or `content`")),
            (format!("{b}/type"), json!("string"), format!("{b}/type is a field that OpenAPI 3.0 does not have")),
            (format!("{a}/type"), json!("int"), format!("{a}/type is not one of array, boolean, integer, number, object, string")),
            (format!("{a}/type"), json!("array"), format!("{a} is a list without `items`")),
            (format!("{a}/maximum"), json!("5"), format!("{a}/maximum is not a number")),
            (format!("{a}/minLength"), json!(-1), format!("{a}/minLength is not a whole number from zero up")),
            (format!("{a}/multipleOf"), json!(0), format!("{a}/multipleOf is not a number above zero")),
            (format!("{a}/oneOf"), json!([]), format!("{a}/oneOf is not a list with at least one item")),
            (format!("{a}/items"), json!("string"), format!("{a}/items is not an object")),
            (format!("{a}/required"), json!(["b", "b"]), format!("{a} requires \"b\" twice")),
            (format!("{a}/additionalProperties"), json!(1), format!("{a}/additionalProperties is not true, false or an object")),
            (format!("{a}/properties/b/default"), json!("1"), format!("{a}/properties/b has a default that the schema does not allow")),
            (format!("{a}/properties/c"), json!({"$ref": "#/components/schemas/C"}), format!("{a}/properties/c/$ref is \"#/components/schemas/C\", which leads to no object of the document")),
            ("/components/schemas/Offer Item".into(), json!({}), "/components/schemas/Offer Item has a name that OpenAPI does not allow for a component".into()),
            ("/components/securitySchemes/key/name".into(), Value::Null, "/components/securitySchemes/key has no `name`".into()),
            ("/paths/~1c".into(), json!({"get": {"operationId": "a", "responses": {"200": {"description": ""}}}}), "/paths/~1c/get has the operationId `a` a second time".into()),
        ];
        for (place, value, fault) in rows {
            refused(&place, value, &fault);
        }
    }
}
