//! The JSON Schema of the public models in their serialized form: the provider's field names, and
//! one form for each value.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::conversions::conversion::Conversion;
use crate::generated::types;
use crate::offers::offer::Offer;
use crate::reversals::reversal::Reversal;
use crate::values::amount::Amount;
use crate::values::conversion_status::ConversionStatus;
use crate::values::countries::Countries;
use crate::values::daily_cap::DailyCap;
use crate::values::day::Day;
use crate::values::devices::Devices;
use crate::values::lists::{OneOrMany, PhpList};
use crate::values::number::{Flag, OfferId, OfferRank};
use crate::values::payout_type::PayoutType;
use crate::values::payouts_per_country::PayoutsPerCountry;
use crate::values::text::Text;
use crate::values::time::Time;

/// A decimal number as text, such as `0.72`.
const DECIMAL: &str = r"^-?[0-9]+(\.[0-9]+)?$";

/// Implements a schema that is written where the type is used, instead of under a name.
macro_rules! inline {
    ($($model:ty => $schema:tt)*) => {
        $(
            impl JsonSchema for $model {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> Cow<'static, str> {
                    stringify!($model).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            }
        )*
    };
}

inline! {
    Amount => { "type": ["string", "null"], "pattern": DECIMAL }
    ConversionStatus => { "type": ["boolean", "string"] }
    Countries => { "type": "array", "items": { "type": "string" } }
    DailyCap => { "type": ["integer", "null"], "minimum": 0 }
    Day => { "type": ["string", "null"] }
    Devices => { "type": "array", "items": { "type": "string" } }
    Flag => { "type": "boolean" }
    OfferId => { "type": "integer", "minimum": 0 }
    OfferRank => {
        "anyOf": [{ "type": ["integer", "null"] }, { "type": "string", "pattern": DECIMAL }]
    }
    PayoutType => { "type": "string", "examples": ["CPA", "CPI", "CPE", "CPR"] }
    PayoutsPerCountry => {
        "type": "object",
        "additionalProperties": { "type": "string", "pattern": DECIMAL }
    }
    Text => { "type": "string" }
    Time => { "type": ["string", "null"], "format": "date-time" }
}

/// Implements the schema of a list, because both types are serialized as one.
macro_rules! list {
    ($($list:ident)*) => {
        $(
            impl<T: JsonSchema> JsonSchema for $list<T> {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> Cow<'static, str> {
                    format!("{}s", T::schema_name()).into()
                }

                fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                    Vec::<T>::json_schema(generator)
                }
            }
        )*
    };
}

list! { OneOrMany PhpList }

/// Gives a public row the schema of its model.
macro_rules! row {
    ($($row:ident)*) => {
        $(
            impl JsonSchema for $row {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($row).into()
                }

                fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                    types::$row::json_schema(generator)
                }
            }
        )*
    };
}

row! { Conversion Offer Reversal }

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::{Conversion, OfferList, Reversal};

    /// Checks that a value has a type that its schema names. That is enough to notice when the
    /// schema and the serialization differ.
    #[track_caller]
    fn check(schema: &Value, value: &Value, place: &str) {
        if let Some(any) = schema["anyOf"].as_array() {
            assert!(
                any.iter().any(|schema| fits(schema, value)),
                "{place}: {value} against {schema}"
            );
            return;
        }
        assert!(fits(schema, value), "{place}: {value} against {schema}");
    }

    fn fits(schema: &Value, value: &Value) -> bool {
        let name = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        schema["type"] == name
            || schema["type"]
                .as_array()
                .is_some_and(|types| types.contains(&name.into()))
    }

    #[test]
    fn an_offer_is_serialized_as_its_schema_says() {
        let body = br#"{"offers":[{"id":"1","title":"a","amount":0.5,"daily_cap":false,"device":"ios","is_fast_pay":1,
            "countries":"US,CA","epc":"","creatives":{"url":"u"},"offer_rank":1.5,"payouts_per_country":[],
            "payout_type":"cpa","events":[{"amount":1}]},{"id":2,"offer_rank":2,"daily_cap":"7"}]}"#;
        let schema = serde_json::to_value(schemars::schema_for!(crate::Offer)).unwrap();
        for offer in OfferList::from_json(body.to_vec()).unwrap().as_slice() {
            let written = serde_json::to_value(offer).unwrap();
            for (name, value) in written.as_object().unwrap() {
                check(&schema["properties"][name], value, name);
            }
        }
    }

    #[test]
    fn every_public_row_has_a_schema_with_properties() {
        for schema in [
            schemars::schema_for!(Conversion),
            schemars::schema_for!(Reversal),
        ] {
            let schema = serde_json::to_value(schema).unwrap();
            assert!(schema["properties"]["timestamp"].is_object(), "{schema}");
        }
    }
}
