//! Generation: runs progenitor on the lowered document and checks that every mapping took effect.

use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use serde_json::Value;

use crate::lower::{MODELS, Model, OPERATIONS};

/// The handwritten type for each component of the document.
pub(crate) const DOMAIN_TYPES: &[(&str, &str)] = &[
    ("Amount", "crate::values::amount::Amount"),
    ("ConversionMode", "crate::values::text::Text"),
    (
        "ConversionStatus",
        "crate::values::conversion_status::ConversionStatus",
    ),
    ("Countries", "crate::values::countries::Countries"),
    ("CountryCode", "crate::values::text::Text"),
    ("Creatives", "crate::values::lists::OneOrMany<Creative>"),
    ("DailyCap", "crate::values::daily_cap::DailyCap"),
    ("Day", "crate::values::day::Day"),
    ("Devices", "crate::values::devices::Devices"),
    ("Events", "crate::values::lists::PhpList<OfferEvent>"),
    ("Flag", "crate::values::number::Flag"),
    ("OfferId", "crate::values::number::OfferId"),
    ("OfferRank", "crate::values::number::OfferRank"),
    ("PayoutType", "crate::values::payout_type::PayoutType"),
    (
        "PayoutsPerCountry",
        "crate::values::payouts_per_country::PayoutsPerCountry",
    ),
    ("Text", "crate::values::text::Text"),
    ("UnixTime", "crate::values::time::Time"),
    ("VerificationMethod", "crate::values::text::Text"),
];

/// Whether the generated models also describe themselves as JSON Schema.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonSchema {
    /// The models derive `schemars::JsonSchema`.
    Derived,
    /// They do not.
    Left,
}

/// The source of the generated client, formatted.
pub(crate) fn generate(lowered: &Value, json_schema: JsonSchema) -> Result<String, String> {
    let document = serde_json::from_value::<openapiv3::OpenAPI>(lowered.clone())
        .map_err(|error| format!("the lowered document is not OpenAPI 3.0: {error}"))?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { crate::call::operation::Captured });
    settings.with_derive("PartialEq");
    if json_schema == JsonSchema::Derived {
        settings.with_derive("::schemars::JsonSchema");
    }
    for (component, rust_type) in DOMAIN_TYPES {
        settings.with_replacement(component, rust_type, std::iter::empty());
    }
    let tokens = Generator::new(&settings)
        .generate_tokens(&document)
        .map_err(|error| format!("the generator refuses the lowered document: {error}"))?;
    let file = syn::parse2(tokens)
        .map_err(|error| format!("the generated source does not parse: {error}"))?;
    let source = prettyplease::unparse(&file);
    check_effect(&source)?;
    Ok(source)
}

/// Checks the effect of each mapping, because the generator silently ignores one whose name does
/// not match.
fn check_effect(source: &str) -> Result<(), String> {
    for operation in OPERATIONS {
        demand(source, &format!("pub async fn {}<", operation.id))?;
    }
    demand(source, "fn assert_client_hooks()")?;
    for model in MODELS {
        let body = model_source(source, model)?;
        for (property, component) in model.properties {
            let rust_type = DOMAIN_TYPES
                .iter()
                .find(|(name, _)| name == component)
                .map(|(_, rust_type)| rust_type)
                .ok_or_else(|| format!("no handwritten type is given for {component}"))?;
            let required = model.required.contains(property);
            let field = if required {
                format!("pub {property}: {rust_type},")
            } else {
                format!("pub {property}: ::std::option::Option<{rust_type}>,")
            };
            demand(body, &field)
                .map_err(|error| format!("in the model {}: {error}", model.name))?;
        }
    }
    for forbidden in ["deny_unknown_fields", "pub enum ", "ErrorResponse(", "f64"] {
        // Comments are skipped, because they quote the document.
        let mut code = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("///"));
        if let Some(line) = code.find(|line| line.contains(forbidden)) {
            return Err(format!(
                "the generated source contains `{forbidden}`, which lowering should prevent: {}",
                line.trim()
            ));
        }
    }
    Ok(())
}

/// The declaration of a model, from its name to its last field.
pub(crate) fn model_source<'a>(source: &'a str, model: &Model) -> Result<&'a str, String> {
    let head = format!("pub struct {} {{", model.name);
    let start = source
        .find(&head)
        .ok_or_else(|| format!("the generated source has no `{head}`"))?;
    let rest = &source[start..];
    Ok(rest.find("\n    }").map_or(rest, |end| &rest[..end]))
}

fn demand(source: &str, text: &str) -> Result<(), String> {
    if squeezed(source).contains(&squeezed(text)) {
        Ok(())
    } else {
        Err(format!("the generated source has no `{text}`"))
    }
}

/// Source without line breaks, indentation and the comma before a closing bracket, which depend on
/// the formatter.
pub(crate) fn squeezed(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    text.replace(",>", ">")
}
