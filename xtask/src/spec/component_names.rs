//! Gives components names that OpenAPI allows, and updates what refers to them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::convert::{pascal, unique};
use super::{openapi, verify, walk};

/// The kind of a component and its name.
type Key = (String, String);

/// Renames components whose names OpenAPI forbids, writes every reference in its plain form, and
/// returns a note for each new name.
pub(crate) fn make_valid(document: &mut Value) -> Vec<String> {
    let mut renamed: BTreeMap<Key, String> = BTreeMap::new();
    let mut notes = Vec::new();
    let kinds = document
        .get_mut("components")
        .and_then(Value::as_object_mut);
    for (kind, parts) in kinds.into_iter().flatten() {
        let Some(parts) = parts.as_object_mut().filter(|_| !kind.starts_with("x-")) else {
            continue;
        };
        let mut taken: Vec<String> = parts.keys().cloned().collect();
        for name in taken.clone() {
            if openapi::is_component_name(&name) || name.starts_with("x-") {
                continue;
            }
            let new = unique(&pascal(&name), &taken);
            if let Some(part) = parts.remove(&name) {
                parts.insert(new.clone(), part);
            }
            notes.push(format!(
                "named the component `{name}` of /components/{kind} `{new}`, because OpenAPI does not allow its name"
            ));
            taken.push(new.clone());
            renamed.insert((kind.clone(), name), new);
        }
    }
    let standing = document.clone();
    walk::rename_references(document, &mut |reference| {
        followed(reference, &renamed, &standing).filter(|new| new != reference)
    });
    requirements(document, &renamed);
    notes
}

/// The reference after the renaming.
fn followed(reference: &str, renamed: &BTreeMap<Key, String>, document: &Value) -> Option<String> {
    let Some(pointer) = reference.strip_prefix("#/") else {
        // A discriminator may name a schema alone.
        let key = ("schemas".to_owned(), reference.to_owned());
        return renamed
            .get(&key)
            .map(|new| format!("#/components/schemas/{new}"));
    };
    let tokens = |text: &str| -> Vec<String> {
        text.split('/')
            .map(|token| token.replace("~1", "/").replace("~0", "~"))
            .collect()
    };
    let new_name = |tokens: &[String]| {
        let [root, kind, name, ..] = tokens else {
            return None;
        };
        let key = (kind.clone(), name.clone());
        renamed.get(&key).filter(|_| root == "components").cloned()
    };
    let decoded = tokens(&verify::percent_decoded(pointer));
    // A name with a slash may be written without its escape.
    let mut candidates = vec![tokens(pointer), decoded.clone()];
    if let [root, kind, rest @ ..] = decoded.as_slice() {
        candidates.push(vec![root.clone(), kind.clone(), rest.join("/")]);
    }
    for mut tokens in candidates {
        if let Some(name) = new_name(&tokens) {
            tokens[2] = name;
            return Some(joined(&tokens));
        }
    }
    let plain = joined(&decoded);
    let leads = |reference: &str| {
        document
            .pointer(reference.trim_start_matches('#'))
            .is_some()
    };
    (!leads(reference) && leads(&plain)).then_some(plain)
}

fn joined(tokens: &[String]) -> String {
    tokens
        .iter()
        .fold("#".to_owned(), |place, token| walk::below(&place, token))
}

/// Renames security schemes where operations ask for them.
fn requirements(document: &mut Value, renamed: &BTreeMap<Key, String>) {
    let rename = |holder: &mut Value| {
        for choice in walk::items(holder, "security") {
            let Some(choice) = choice.as_object_mut() else {
                continue;
            };
            for ((kind, old), new) in renamed {
                if kind == "securitySchemes"
                    && let Some(scopes) = choice.remove(old)
                {
                    choice.insert(new.clone(), scopes);
                }
            }
        }
    };
    rename(document);
    walk::operations(document, &mut |_, _, operation| rename(operation));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::make_valid;

    #[test]
    fn forbidden_names_are_made_valid_and_every_reference_follows() {
        let reference = |to: &str| json!({"$ref": to});
        let mut document = json!({
            "security": [{"Api Key": []}],
            "paths": {"/a": {"get": {"security": [{"Api Key": []}]}}},
            "components": {
                "schemas": {
                    "Offer Item": {"properties": {"id": {}}},
                    "Offers/List": {},
                    "OfferItem": {},
                    "Plain_1": {},
                    "A": {"properties": {
                        "encoded": reference("#/components/schemas/Offer%20Item"),
                        "bare": reference("#/components/schemas/Offer Item"),
                        "inside": reference("#/components/schemas/Offer%20Item/properties/id"),
                        "slash": reference("#/components/schemas/Offers~1List"),
                        "no_escape": reference("#/components/schemas/Offers/List"),
                        "needless": reference("#/components/schemas/Plain%5F1"),
                        "choice": {"discriminator": {"propertyName": "k", "mapping": {"a": "Offer Item", "b": "#/components/schemas/Offer%20Item"}}},
                    }},
                },
                "securitySchemes": {"Api Key": {}},
            },
        });
        let notes = make_valid(&mut document);
        assert_eq!(
            notes,
            [
                "named the component `Offer Item` of /components/schemas `OfferItem2`, because OpenAPI does not allow its name",
                "named the component `Offers/List` of /components/schemas `OffersList`, because OpenAPI does not allow its name",
                "named the component `Api Key` of /components/securitySchemes `ApiKey`, because OpenAPI does not allow its name",
            ]
        );
        let item = "#/components/schemas/OfferItem2";
        assert_eq!(
            document["components"]["schemas"]["A"]["properties"],
            json!({
                "encoded": reference(item),
                "bare": reference(item),
                "inside": reference("#/components/schemas/OfferItem2/properties/id"),
                "slash": reference("#/components/schemas/OffersList"),
                "no_escape": reference("#/components/schemas/OffersList"),
                "needless": reference("#/components/schemas/Plain_1"),
                "choice": {"discriminator": {"propertyName": "k", "mapping": {"a": item, "b": item}}},
            })
        );
        assert_eq!(document["security"], json!([{"ApiKey": []}]));
        assert_eq!(
            document["paths"]["/a"]["get"]["security"],
            json!([{"ApiKey": []}])
        );
    }
}
