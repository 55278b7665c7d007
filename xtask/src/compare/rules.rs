//! The table of rules: every verdict of the comparison is one of these rows.
//!
//! Rules can be defined only here. Where a level depends on the context, two rules share an id.

mod elsewhere;
mod markdown;
mod rule;

use super::change::Level::{Additive, Breaking, Info, Review};
pub(crate) use rule::Rule;

/// Where oasdiff has a check with one of the ids, its level is equal to ours on the wire.
const SAME: &str = "same";
/// oasdiff has no check with one of the ids.
const NOT_CHECKED: &str = "not checked";

/// The table as Markdown, as `spec/RULES.md` holds it.
#[must_use]
pub fn markdown() -> String {
    markdown::page(ALL)
}

/// Defines each rule as a constant, and the list of all of them.
macro_rules! rules {
    ($($name:ident = $direction:ident($($cells:tt)*);)*) => {
        $(pub(crate) static $name: Rule = Rule::$direction($($cells)*);)*
        /// All rules, in the order of the table.
        static ALL: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    // The whole document.
    SERVERS_CHANGED = both((super::change::SERVERS_CHANGED, (Breaking, Breaking), NOT_CHECKED,
        "a client that carries an api key must not send it to a new host unless a person agrees"));
    OPENAPI_VERSION_CHANGED = both(("openapi-version-changed", (Info, Info), NOT_CHECKED,
        "the pipeline converts every version to 3.0; other rules report what changed with it"));
    API_VERSION_CHANGED = both(("api-version-changed", (Info, Info),
        "`api-version-not-bumped` and two similar checks ask whether the number fits: info",
        "the number promises nothing; other rules report what changed"));
    TAGS_CHANGED = both(("tags-changed", (Info, Info), NOT_CHECKED,
        "descriptions of tags are documentation"));
    SCHEMA_REMOVED = both(("api-schema-removed", (Info, Breaking), SAME,
        "the handwritten layer is written against the names of schemas"));
    SCHEMA_ADDED = both(("api-schema-added", (Info, Additive), NOT_CHECKED,
        "a new schema becomes a new generated type"));
    SCHEMA_CHANGED = both(("api-schema-changed", (Info, Review), NOT_CHECKED,
        "no operation refers to the schema, but a type is generated from it"));
    COMPARISON_STOPPED = both(("comparison-stopped", (Breaking, Breaking), NOT_CHECKED,
        "the document nests too deep to be compared, and changes may be missing from the report"));

    // Security. A missing key is refused, and a key must not be sent to somebody who did not ask
    // for it.
    GLOBAL_SECURITY_ADDED = both(("api-global-security-added", (Breaking, Breaking), "info",
        "released clients do not send the key that is now required"));
    GLOBAL_SECURITY_REMOVED = both(("api-global-security-removed", (Breaking, Breaking), "info",
        "released clients would go on sending a key that is no longer asked for"));
    SECURITY_ADDED = both(("api-security-added", (Breaking, Breaking), "info",
        "released clients do not send the key that is now required"));
    SECURITY_REMOVED = both(("api-security-removed", (Breaking, Breaking), "info",
        "released clients would go on sending a key that is no longer asked for"));
    SECURITY_ALTERNATIVE_ADDED = both(("api-security-added", (Additive, Info), "info",
        "a call without it, or with the old key, is still accepted"));
    SECURITY_BECAME_OPTIONAL = both(("api-security-became-optional", (Additive, Info), NOT_CHECKED,
        "a call with the key is still accepted"));
    SECURITY_SCHEME_ADDED = both(("api-security-component-added", (Review, Review), "info",
        "no operation needs it yet, but a person should know that a new kind of key is coming"));
    SECURITY_SCHEME_REMOVED = both(("api-security-component-removed", (Breaking, Breaking), "info",
        "the key is no longer accepted in the way that released clients send it"));
    SECURITY_TYPE_CHANGED = both(("api-security-component-type-changed", (Breaking, Breaking), "info",
        "released clients send the key in the old way"));
    SECURITY_NAME_CHANGED = both(("api-security-component-name-changed", (Breaking, Breaking),
        NOT_CHECKED, "released clients send the key under the old name"));
    SECURITY_IN_CHANGED = both(("api-security-component-in-changed", (Breaking, Breaking), NOT_CHECKED,
        "released clients send the key in the old place"));
    SECURITY_SCHEME_CHANGED = both(("api-security-component-scheme-changed", (Breaking, Breaking),
        NOT_CHECKED, "released clients use the old scheme of HTTP authentication"));
    SECURITY_FLOWS_CHANGED = both(("api-security-component-flows-changed", (Breaking, Breaking),
        "`api-security-component-oauth-…-changed`: info",
        "released clients ask the old address for their token, or for the old scopes"));
    SECURITY_OPENID_URL_CHANGED = both(("api-security-component-openidconnecturl-changed",
        (Breaking, Breaking), NOT_CHECKED,
        "released clients ask the old address for their token"));
    SECURITY_BEARER_FORMAT_CHANGED = both(("api-security-component-bearerformat-changed",
        (Breaking, Breaking), NOT_CHECKED, "released clients send tokens of the old format"));

    // Operations.
    PATH_REMOVED = both(("api-path-removed-without-deprecation", (Breaking, Breaking), SAME,
        "released clients still call it"));
    DEPRECATED_PATH_REMOVED = both(("api-path-removed-with-deprecation", (Breaking, Breaking), "info",
        "announced or not, released clients still call it"));
    OPERATION_REMOVED = both(("api-removed-without-deprecation", (Breaking, Breaking), SAME,
        "released clients still call it"));
    DEPRECATED_OPERATION_REMOVED = both(("api-removed-with-deprecation", (Breaking, Breaking), "info",
        "announced or not, released clients still call it"));
    ENDPOINT_ADDED = both(("endpoint-added", (Additive, Additive), SAME,
        "nobody has to call it"));
    ENDPOINT_DEPRECATED = both(("endpoint-deprecated", (Review, Review), "info",
        "a person has to plan what replaces it before it is removed"));
    ENDPOINT_REACTIVATED = both(("endpoint-reactivated", (Info, Info), SAME,
        "nothing to do"));
    OPERATION_ID_REMOVED = both(("api-operation-id-removed", (Info, Breaking), SAME,
        "the id names the generated function that our code calls"));
    OPERATION_ID_ADDED = both(("api-operation-id-added", (Info, Breaking), SAME,
        "the id names the generated function that our code calls"));
    TAG_ADDED = both(("api-tag-added", (Info, Info), SAME, "tags are documentation"));
    TAG_REMOVED = both(("api-tag-removed", (Info, Info), SAME, "tags are documentation"));

    // Parameters and request bodies.
    PATH_PARAMETER_ADDED = request(("new-request-path-parameter", (Breaking, Breaking), SAME,
        "released clients call a path without it"));
    REQUIRED_PARAMETER_ADDED = request(("new-required-request-parameter", (Breaking, Breaking), SAME,
        "released clients do not send it"));
    OPTIONAL_PARAMETER_ADDED = request(("new-optional-request-parameter", (Additive, Additive), SAME,
        "nobody has to send it"));
    PARAMETER_REMOVED = request(("request-parameter-removed", (Breaking, Breaking), "warn",
        "a filter that is silently ignored is worse than an error: other offers come back"));
    STYLE_CHANGED = request(("request-parameter-style-changed", (Breaking, Review), NOT_CHECKED,
        "released clients write the value in the old style"));
    EXPLODE_CHANGED = request(("request-parameter-explode-changed", (Breaking, Review), NOT_CHECKED,
        "released clients separate the values in the old way"));
    LIST_TYPE_CHANGED = request(("request-parameter-list-type-changed", (Info, Breaking), NOT_CHECKED,
        "a text with commas and a list joined by commas are the same on the wire; the Rust type changes"));
    REQUIRED_BODY_ADDED = request(("request-body-added-required", (Breaking, Breaking), SAME,
        "released clients send no body"));
    OPTIONAL_BODY_ADDED = request(("request-body-added-optional", (Additive, Additive), SAME,
        "nobody has to send it"));
    BODY_REMOVED = request(("request-body-removed", (Review, Breaking), "error",
        "the provider may ignore or refuse a body; the generated function loses its argument"));

    // Responses.
    ERROR_STATUS_ADDED = response(("response-non-success-status-added", (Additive, Info), SAME,
        "clients handle every status"));
    ERROR_STATUS_REMOVED = response(("response-non-success-status-removed", (Review, Info), "info",
        "the provider may report this error in another way, such as a success with a message"));
    SUCCESS_STATUS_ADDED = response(("response-success-status-added", (Review, Review), "info",
        "a released client may treat the new status as an error"));
    SUCCESS_STATUS_REMOVED = response(("response-success-status-removed", (Breaking, Breaking), SAME,
        "the generated client expects this status"));
    MEDIA_TYPE_ADDED = each(
        ("request-body-media-type-added", (Additive, Info), SAME, "nobody has to send it"),
        ("response-media-type-added", (Additive, Info), SAME, "clients ask for the type they read"));
    MEDIA_TYPE_REMOVED = each(
        ("request-body-media-type-removed", (Breaking, Breaking), SAME,
            "released clients send this type"),
        ("response-media-type-removed", (Breaking, Breaking), SAME, "released clients read this type"));
    HEADER_ADDED = response(("response-header-added", (Additive, Info), SAME,
        "nobody has to read it"));
    REQUIRED_HEADER_REMOVED = response(("required-response-header-removed", (Breaking, Info), SAME,
        "released clients may depend on it; no header is part of the generated API"));
    OPTIONAL_HEADER_REMOVED = response(("optional-response-header-removed", (Review, Info), SAME,
        "clients work without it, but may behave worse, as without `Retry-After`"));
    HEADER_BECAME_OPTIONAL = response(("response-header-became-optional", (Review, Info), "error",
        "our clients treat every header as optional"));
    HEADER_BECAME_REQUIRED = response(("response-header-became-required", (Info, Info), NOT_CHECKED,
        "our clients treat every header as optional"));

    // Schemas: names, null, presence, types.
    SCHEMA_NAME_CHANGED = both(("schema-name-changed", (Info, Breaking), NOT_CHECKED,
        "the name of the schema is the name of the generated type"));
    SCHEMA_TITLE_CHANGED = both(("schema-title-changed", (Info, Review), NOT_CHECKED,
        "the generator names a nameless schema after its title"));
    REFERENCE_UNRESOLVED = both(("{part}-reference-unresolved", (Breaking, Breaking), NOT_CHECKED,
        "the schema cannot be read, so anything may have changed in it"));
    DEPRECATED = both(("{part}-deprecated", (Review, Review), "info",
        "a person has to plan what replaces it before it is removed"));
    REACTIVATED = both(("{part}-reactivated", (Info, Info), SAME, "nothing to do"));
    BECAME_NULLABLE = each(
        ("{part}-became-nullable", (Additive, Additive), SAME, "nobody has to send null"),
        ("{part}-became-nullable", (Breaking, Breaking), SAME,
            "released clients expect a value; the Rust type becomes an `Option`"));
    OPTIONAL_BECAME_NULLABLE = response(("{part}-became-nullable", (Review, Info), "error",
        "where the value may be absent, null and absent are both `None`; a list is the exception"));
    BECAME_NOT_NULLABLE = each(
        ("{part}-became-not-nullable", (Breaking, Review), SAME, "released clients may send null"),
        ("{part}-became-not-nullable", (Info, Breaking), SAME,
            "released clients accept more than they get; the Rust type is no longer an `Option`"));
    OPTIONAL_BECAME_NOT_NULLABLE = response(("{part}-became-not-nullable", (Info, Info), SAME,
        "where the value may be absent, it remains an `Option`"));
    BECAME_REQUIRED = each(
        ("{part}-became-required", (Breaking, Breaking), SAME, "released clients may not send it"),
        ("{part}-became-required", (Info, Review), SAME,
            "the field may stay an `Option`; a person decides whether it should"));
    BECAME_OPTIONAL = each(
        ("{part}-became-optional", (Additive, Additive), SAME, "sending it is still allowed"),
        ("{part}-became-optional", (Breaking, Breaking), SAME, "released clients expect it"));
    REQUEST_PROPERTY_REMOVED = request((
        "{request-property,request-parameter-property}-removed", (Review, Breaking), SAME,
        "the provider may ignore or refuse it; the generated type loses a field"));
    REQUIRED_PROPERTY_REMOVED = response(("response-required-property-removed", (Breaking, Breaking),
        SAME, "released clients expect it"));
    OPTIONAL_PROPERTY_REMOVED = response(("response-optional-property-removed", (Breaking, Breaking),
        "warn", "released clients go on without the value and cannot tell that it was removed"));
    REQUIRED_PROPERTY_ADDED = each(
        ("new-required-{request-property,request-parameter-property}", (Breaking, Breaking),
            SAME, "released clients do not send it"),
        ("response-required-property-added", (Additive, Additive), SAME,
            "the library keeps fields that it does not know"));
    OPTIONAL_PROPERTY_ADDED = each(
        ("new-optional-{request-property,request-parameter-property}", (Additive, Additive),
            SAME, "nobody has to send it"),
        ("response-optional-property-added", (Additive, Additive), SAME,
            "the library keeps fields that it does not know"));
    TYPE_GENERALIZED = each(
        ("{part}-type-generalized", (Additive, Breaking), SAME,
            "what released clients send is still allowed; the Rust type changes"),
        ("{part}-type-generalized", (Breaking, Breaking), SAME,
            "released clients cannot read the values that are new"));
    TYPE_SPECIALIZED = response(("{part}-type-specialized", (Info, Breaking), SAME,
        "released clients can read what is left; the Rust type changes"));
    TYPE_CHANGED = both(("{part}-type-changed", (Breaking, Breaking),
        "warn for properties of parameters, else same", "released clients send or expect the old type"));
    OBJECT_CLOSED = each(
        ("{part}-additional-properties-closed", (Breaking, Review), NOT_CHECKED,
            "released clients may send further properties"),
        ("{part}-additional-properties-closed", (Info, Info), NOT_CHECKED,
            "objects stay open in our clients"));
    OBJECT_OPENED = both(("{part}-additional-properties-opened", (Additive, Info), NOT_CHECKED,
        "objects are open in our clients"));
    UNNAMED_PROPERTIES_CHANGED = both(("{part}-additional-properties-changed", (Review, Breaking),
        NOT_CHECKED, "the object becomes a map or stops being one, so the Rust type changes"));

    // Schemas: bounds, patterns, defaults, lists of values.
    BOUND_SET = each(
        ("{part}-{max,max-length,max-items,max-properties,min,min-length,min-items,min-properties,\
          exclusive-max,exclusive-min}-set", (Breaking, Review),
            "warn",
            "released clients may send a value outside the bound"),
        ("{part}-{max,max-length,max-items,max-properties,min,min-length,min-items,min-properties,\
          exclusive-max,exclusive-min}-set", (Info, Info), NOT_CHECKED,
            "responses only become more regular"));
    BOUND_UNSET = each(
        ("{part}-{max,max-length,max-items,max-properties,min,min-length,min-items,min-properties,\
          exclusive-max,exclusive-min}-unset", (Additive, Additive), NOT_CHECKED,
            "what released clients send is still allowed"),
        ("{part}-{max,max-length,max-items,max-properties,min,min-length,min-items,min-properties,\
          exclusive-max,exclusive-min}-unset", (Review, Info),
            "error",
            "our clients check no bound of a response, but user code may depend on it"));
    UPPER_BOUND_INCREASED = each(
        ("{part}-{max,max-length,max-items,max-properties}-increased", (Additive, Additive),
            SAME,
            "what released clients send is still allowed"),
        ("{part}-{max,max-length,max-items,max-properties}-increased", (Review, Info),
            "error",
            "our clients check no bound of a response, but user code may depend on it"));
    UPPER_BOUND_DECREASED = each(
        ("{part}-{max,max-length,max-items,max-properties}-decreased", (Breaking, Review),
            SAME,
            "released clients may send a value that is no longer allowed"),
        ("{part}-{max,max-length,max-items,max-properties}-decreased", (Info, Info), NOT_CHECKED,
            "responses only become more regular"));
    LOWER_BOUND_INCREASED = each(
        ("{part}-{min,min-length,min-items,min-properties}-increased", (Breaking, Review),
            SAME,
            "released clients may send a value that is no longer allowed"),
        ("{part}-{min,min-length,min-items,min-properties}-increased", (Info, Info), NOT_CHECKED,
            "responses only become more regular"));
    LOWER_BOUND_DECREASED = each(
        ("{part}-{min,min-length,min-items,min-properties}-decreased", (Additive, Additive),
            SAME,
            "what released clients send is still allowed"),
        ("{part}-{min,min-length,min-items,min-properties}-decreased", (Review, Info),
            "error",
            "our clients check no bound of a response, but user code may depend on it"));
    BOUND_CHANGED = both(("{part}-{max,max-length,max-items,max-properties,min,min-length,min-items,\
          min-properties}-changed", (Review, Review), NOT_CHECKED,
        "one of the bounds is not a number, so a person has to say whether it narrows"));
    PATTERN_ADDED = each(
        ("{part}-pattern-added", (Breaking, Review), SAME,
            "released clients may send a text that does not match"),
        ("{part}-pattern-added", (Info, Info), SAME, "responses only become more regular"));
    PATTERN_REMOVED = each(
        ("{part}-pattern-removed", (Additive, Additive), SAME,
            "what released clients send is still allowed"),
        ("{part}-pattern-removed", (Review, Info), "info",
            "our clients check no pattern, but user code may depend on it"));
    PATTERN_CHANGED = each(
        ("{part}-pattern-changed", (Breaking, Review), "warn",
            "which of two patterns allows more is not decided, so the graver case counts"),
        ("{part}-pattern-changed", (Review, Info), "info",
            "which of two patterns allows more is not decided, so the graver case counts"));
    DEFAULT_ADDED = each(
        ("{part}-default-value-added", (Review, Review), "error for parameters, else info",
            "a call without the value may now mean something else"),
        ("{part}-default-value-added", (Review, Info), "info",
            "an absent value may now mean something else"));
    DEFAULT_REMOVED = each(
        ("{part}-default-value-removed", (Review, Review), "error for parameters, else info",
            "a call without the value may now mean something else"),
        ("{part}-default-value-removed", (Review, Info), "info",
            "an absent value may now mean something else"));
    DEFAULT_CHANGED = each(
        ("{part}-default-value-changed", (Review, Review), "error for parameters, else info",
            "a call without the value now means something else"),
        ("{part}-default-value-changed", (Review, Info), "info",
            "an absent value now means something else"));
    BECAME_ENUM = each(
        ("{part}-became-enum", (Breaking, Breaking), SAME,
            "released clients may send another value; a text becomes an enum in Rust"),
        ("{part}-became-enum", (Info, Review), NOT_CHECKED,
            "released clients can read the values; a person decides whether a type is worth it"));
    BECAME_NOT_ENUM = both(("{part}-became-not-enum", (Additive, Review), NOT_CHECKED,
        "our enums are open; a person decides whether the type stays"));
    ENUM_VALUE_ADDED = each(
        ("{part}-{enum,x-extensible-enum}-value-added", (Additive, Additive),
            SAME, "nobody has to send it"),
        ("{part}-{enum,x-extensible-enum}-value-added", (Additive, Additive),
            "warn",
            "our enums are open: a released client passes an unknown value on"));
    ENUM_VALUE_REMOVED = each(
        ("{part}-{enum,x-extensible-enum}-value-removed", (Breaking, Breaking), SAME,
            "released clients may send the value"),
        ("{part}-{enum,x-extensible-enum}-value-removed", (Info, Review),
            SAME,
            "the value is no longer sent; a person decides whether our enum keeps it"));

    // Schemas: unions.
    UNION_MEMBER_ADDED = each(
        ("{part}-{one-of,any-of}-added", (Additive, Additive), SAME, "nobody has to send it"),
        ("{part}-{one-of,any-of}-added", (Breaking, Breaking), "info for `any-of`, else same",
            "released clients cannot read the new shape"));
    UNION_MEMBER_REMOVED = each(
        ("{part}-{one-of,any-of}-removed", (Breaking, Breaking), SAME,
            "released clients may send this shape"),
        ("{part}-{one-of,any-of}-removed", (Info, Review), SAME,
            "the shape is no longer sent; a person decides whether the type keeps it"));
    UNION_FORMED = request(("{part}-{one-of,any-of}-added", (Additive, Breaking),
        "same; `request-body-wrapped-in-one-of` is an error",
        "a plain value became a union or the reverse: a Rust enum is added or removed"));
    UNION_DISSOLVED = response(("{part}-{one-of,any-of}-removed", (Info, Breaking), SAME,
        "a plain value became a union or the reverse: a Rust enum is added or removed"));
    ALL_OF_ADDED = each(
        ("{part}-all-of-added", (Breaking, Breaking), SAME,
            "a further part asks more of a request"),
        ("{part}-all-of-added", (Additive, Breaking), SAME,
            "a further part promises more of a response; the Rust type changes"));
    ALL_OF_REMOVED = each(
        ("{part}-all-of-removed", (Additive, Breaking), "warn",
            "a request has to satisfy less; the Rust type changes"),
        ("{part}-all-of-removed", (Breaking, Breaking), "info",
            "a response promises less than released clients expect"));

    // Prose, extensions, and all other members.
    PROSE_TERMS_CHANGED = both(("prose-terms-changed", (Review, Info), NOT_CHECKED,
        "a sentence about a limit, a period, a key or a deprecation may be a rule for clients"));
    PROSE_CHANGED = both(("prose-changed", (Info, Info), NOT_CHECKED,
        "the sentence states no term of use"));
    EXAMPLE_CHANGED = both(("example-changed", (Info, Info), NOT_CHECKED,
        "examples are documentation"));
    RATE_LIMIT_TIGHTENED = both(("rate-limit-tightened", (Breaking, Review), NOT_CHECKED,
        "released clients call as often as was allowed before"));
    RATE_LIMIT_CHANGED = both(("rate-limit-changed", (Review, Info), NOT_CHECKED,
        "a person has to say whether our limiter follows"));
    EXTENSION_TERMS_CHANGED = both(("extension-changed", (Review, Info), NOT_CHECKED,
        "the name of the extension states a term of use, such as `x-sunset`"));
    EXTENSION_CHANGED = both(("extension-changed", (Info, Info), NOT_CHECKED,
        "the name of the extension states no term of use"));
    MEMBER_CHANGED = both(("member-changed", (Review, Review), NOT_CHECKED,
        "no other rule covers the member, so a person has to judge it"));

    // The provider's document against our overlay; reported by the pipeline.
    OVERLAY_DOES_NOT_COVER = response(("overlay-does-not-cover", (Breaking, Info), NOT_CHECKED,
        "released clients can read nothing of what a schema now describes"));
    OVERLAY_COVERS_IN_PART = both(("overlay-does-not-cover", (Review, Info), NOT_CHECKED,
        "released clients can read some of it; in a query every value is text"));
}

#[cfg(test)]
mod tests;
