//! Lowering: turns the effective OpenAPI document into a smaller one that the generator can
//! process.
//!
//! The effective document stays correct for other tools, so what only the generator needs happens
//! here. Each step checks its effect. A document with a different shape therefore ends in a
//! message, and not in a different client.

use serde_json::{Map, Value, json};

/// One operation that the handwritten layer calls: its id, and its parameters with their lowered
/// schemas.
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) parameters: &'static [(&'static str, Lowered, Needed)],
}

/// The type of a parameter for the generator. Lists and dates are text, because our layer checks
/// and joins them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lowered {
    /// An unsigned whole number.
    Integer,
    /// Text, sent as it is.
    Text,
}

/// Whether a call can be made without the parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needed {
    /// Every call has it.
    Always,
    /// A call may leave it out.
    Maybe,
}

/// One model that the handwritten layer reads: its name, and the component that each of its
/// properties refers to.
pub(crate) struct Model {
    pub(crate) name: &'static str,
    pub(crate) required: &'static [&'static str],
    pub(crate) properties: &'static [(&'static str, &'static str)],
}

use Lowered::{Integer, Text};
use Needed::{Always, Maybe};

/// The operations that the library calls. Other parameters of the document are left out of the
/// client.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "offers",
        parameters: &[
            ("id", Integer, Always),
            ("country", Text, Maybe),
            ("limit", Integer, Maybe),
            ("type", Text, Maybe),
            ("updated_since", Text, Maybe),
            ("fields", Text, Maybe),
            ("offerwall_offers", Text, Maybe),
            ("device", Text, Maybe),
            ("subid", Text, Maybe),
            ("subid2", Text, Maybe),
            ("subid3", Text, Maybe),
            ("gaid", Text, Maybe),
            ("idfa", Text, Maybe),
            ("format", Text, Maybe),
            ("callback", Text, Maybe),
        ],
    },
    Operation {
        id: "conversions",
        parameters: &[
            ("id", Integer, Always),
            ("subid", Text, Always),
            ("offer_id", Integer, Maybe),
            ("format", Text, Maybe),
            ("callback", Text, Maybe),
        ],
    },
    Operation {
        id: "reversals",
        parameters: &[
            ("id", Integer, Always),
            ("start_date", Text, Maybe),
            ("end_date", Text, Maybe),
            ("format", Text, Maybe),
            ("callback", Text, Maybe),
        ],
    },
];

/// The models that the library reads. Other properties of the document stay in the model as untyped
/// JSON.
pub(crate) const MODELS: &[Model] = &[
    Model {
        name: "Offer",
        required: &["id"],
        properties: &[
            ("id", "OfferId"),
            ("title", "Text"),
            ("description", "Text"),
            ("long_description", "Text"),
            ("conversion", "Text"),
            ("device", "Devices"),
            ("daily_cap", "DailyCap"),
            ("is_fast_pay", "Flag"),
            ("link", "Text"),
            ("preview_link", "Text"),
            ("amount", "Amount"),
            ("payout_currency", "Text"),
            ("payout_type", "PayoutType"),
            ("countries", "Countries"),
            ("epc", "Amount"),
            ("creatives", "Creatives"),
            ("offer_rank", "OfferRank"),
            ("payouts_per_country", "PayoutsPerCountry"),
            ("events", "Events"),
            ("conversion_mode", "ConversionMode"),
            ("verification_method", "VerificationMethod"),
        ],
    },
    Model {
        name: "OfferEvent",
        required: &[],
        properties: &[
            ("event_key", "Text"),
            ("event_name", "Text"),
            ("amount", "Amount"),
        ],
    },
    Model {
        name: "Creative",
        required: &[],
        properties: &[
            ("url", "Text"),
            ("og_image", "Text"),
            ("screenshot", "Text"),
        ],
    },
    Model {
        name: "Conversion",
        required: &[],
        properties: &[
            ("campid", "OfferId"),
            ("offer_id", "OfferId"),
            ("country", "CountryCode"),
            ("status", "ConversionStatus"),
            ("subid", "Text"),
            ("subid2", "Text"),
            ("lead_id", "Text"),
            ("payout", "Amount"),
            ("amount", "Amount"),
            ("timestamp", "UnixTime"),
        ],
    },
    Model {
        name: "Reversal",
        required: &[],
        properties: &[
            ("lead_id", "Text"),
            ("offer_id", "OfferId"),
            ("campid", "OfferId"),
            ("subid", "Text"),
            ("amount", "Amount"),
            ("payout", "Amount"),
            ("date", "Day"),
            ("timestamp", "UnixTime"),
            ("reason", "Text"),
            ("transaction_id", "Text"),
        ],
    },
];

/// Lowers the whole document. An error names the place that prevents it.
pub(crate) fn lower(document: &Value) -> Result<Value, String> {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let (path, method, found) = find_operation(document, operation.id)?;
        let lowered = lower_operation(operation, &found)
            .map_err(|error| format!("{} {path}: {error}", method.to_uppercase()))?;
        paths.insert(path, json!({ "get": lowered }));
    }
    let mut schemas = Map::new();
    for model in MODELS {
        let place = format!("components.schemas.{}", model.name);
        let found = &document["components"]["schemas"][model.name];
        schemas.insert(
            model.name.into(),
            lower_model(model, found).map_err(|error| format!("{place}{error}"))?,
        );
        for (_, component) in model.properties {
            if !document["components"]["schemas"][component].is_object() {
                return Err(format!(
                    "components.schemas.{component} is missing; {place} is written against it"
                ));
            }
            // The handwritten type replaces it during generation, so its schema does not matter.
            schemas.insert((*component).into(), json!({ "type": "string" }));
        }
    }
    Ok(json!({
        "openapi": "3.0.3",
        "info": {
            "title": text(document, "/info/title")?,
            "version": text(document, "/info/version")?,
        },
        "paths": paths,
        "components": { "schemas": schemas },
    }))
}

fn text<'a>(document: &'a Value, pointer: &str) -> Result<&'a str, String> {
    document
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("{pointer} is missing"))
}

fn find_operation(document: &Value, id: &str) -> Result<(String, String, Value), String> {
    let paths = document["paths"]
        .as_object()
        .ok_or_else(|| "the document has no paths".to_owned())?;
    let mut found = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .into_iter()
            .flatten()
            .filter(|(_, operation)| operation["operationId"] == id)
            .map(move |(method, operation)| (path.clone(), method.clone(), operation.clone()))
    });
    let first = found
        .next()
        .ok_or_else(|| format!("no operation has the id {id}"))?;
    match (found.next(), first.1.as_str()) {
        (Some(_), _) => Err(format!("two operations have the id {id}")),
        (None, "get") => Ok(first),
        (None, method) => Err(format!(
            "{id} is a {method} operation; the client is written against get"
        )),
    }
}

/// Keeps known parameters only, with comma lists as text, and one response, a stream of bytes that
/// our layer reads.
fn lower_operation(operation: &Operation, found: &Value) -> Result<Value, String> {
    let mut parameters = Vec::new();
    for (name, kind, needed) in operation.parameters {
        let parameter = found["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|parameter| parameter["name"] == *name && parameter["in"] == "query")
            .ok_or_else(|| format!("the query parameter {name} is missing"))?;
        // The default of `explode` is true for a list in a query.
        if parameter["explode"] != false && parameter["schema"]["type"] == "array" {
            return Err(format!(
                "the list {name} is exploded; the client sends comma lists"
            ));
        }
        let schema = match kind {
            Lowered::Integer => json!({ "type": "integer", "format": "uint64" }),
            Lowered::Text => json!({ "type": "string" }),
        };
        parameters.push(json!({
            "name": name,
            "in": "query",
            "required": *needed == Needed::Always,
            "schema": schema,
        }));
    }
    let success = found["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .find(|(status, _)| status.starts_with('2'))
        .map(|(status, _)| status)
        .ok_or("no response of the class 2xx is described")?;
    Ok(json!({
        "operationId": operation.id,
        "parameters": parameters,
        "responses": { success: {
            "description": "the body, read by the layer above",
            "content": { "application/octet-stream": {
                "schema": { "type": "string", "format": "binary" }
            }},
        }},
    }))
}

/// Makes every property optional except those that a row needs. Known ones get their domain type,
/// others stay untyped.
fn lower_model(model: &Model, found: &Value) -> Result<Value, String> {
    let properties = found["properties"]
        .as_object()
        .ok_or(" is missing, or has no properties")?;
    let mut lowered = Map::new();
    for (name, component) in model.properties {
        let property = properties
            .get(*name)
            .ok_or_else(|| format!(".properties.{name} is missing"))?;
        let expected = format!("#/components/schemas/{component}");
        if reference(property) != Some(expected.as_str()) {
            return Err(format!(
                ".properties.{name} does not refer to {expected}, which the client is written against"
            ));
        }
        lowered.insert((*name).into(), json!({ "$ref": expected }));
    }
    for name in properties.keys() {
        lowered.entry(name).or_insert_with(|| json!({}));
    }
    Ok(json!({ "type": "object", "properties": lowered, "required": model.required }))
}

/// The target of a schema's reference, directly or through an `allOf` of one schema.
fn reference(schema: &Value) -> Option<&str> {
    let direct = schema["$ref"].as_str();
    direct.or_else(|| match schema["allOf"].as_array()?.as_slice() {
        [only] => only["$ref"].as_str(),
        _ => None,
    })
}
