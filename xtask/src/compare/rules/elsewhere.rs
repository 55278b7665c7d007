//! The checks of oasdiff that have no rule of the same id here: which of our rules reports such a
//! change, and why.

/// Checks whose ids contain one of the words.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) words: &'static [&'static str],
    pub(super) reported: &'static str,
    pub(super) why: &'static str,
}

const fn group(words: &'static [&'static str], reported: &'static str, why: &'static str) -> Group {
    Group {
        words,
        reported,
        why,
    }
}

/// All groups. A check belongs to the first one that has a word of it.
pub(super) static GROUPS: &[Group] = &[
    group(
        &["sunset", "stability"],
        "`extension-changed`, and `{part}-deprecated` for a deprecation",
        "`x-sunset` and `x-stability-level` are extensions of oasdiff; a person reads what the provider means by them",
    ),
    group(
        &[
            "webhook",
            "contains",
            "dependent-",
            "pattern-property",
            "prefix-items",
            "property-names",
            "unevaluated",
            "-if-",
            "-then-",
            "-else-",
            "content-encoding",
            "content-media-type",
            "content-schema",
        ],
        "a note of the pipeline",
        "only OpenAPI 3.1 has these; the conversion to 3.0 leaves them out, and the client is generated without them",
    ),
    group(
        &["-const-", "list-of-types", "exclusive-max", "exclusive-min"],
        "the rules of enums, unions, types and bounds",
        "the conversion to 3.0 turns a constant into an enum, a list of types into a union, and the excluded bound of a whole number into a bound",
    ),
    group(
        &["discriminator"],
        "`member-changed`",
        "the client reads unions without a discriminator, so a person has to judge it",
    ),
    group(
        &["read-only", "write-only"],
        "`member-changed`, and the rule of the change itself",
        "no schema of this API is used in both directions, so whether a property is read-only does not change a level",
    ),
    group(
        &["type-compatible", "type-specialized"],
        "`{part}-type-generalized` or `{part}-type-changed`",
        "a type that is compatible on the wire may be another type in Rust",
    ),
    group(
        &["wrapped-in-one-of", "annotation-only"],
        "the rules of unions, or `prose-changed`",
        "a schema with one member is the member itself; with several it is a union",
    ),
    group(
        &["pattern-generalized"],
        "`{part}-pattern-changed`",
        "which of two patterns allows more is not decided, so the graver case counts",
    ),
    group(
        &["media-type-schema", "media-type-name", "mediatype-enum"],
        "`{part}-type-generalized`, `{part}-type-specialized`, or the rules of media types and enums",
        "a missing schema is compared as one that allows everything; media types are compared by their names",
    ),
    group(
        &["with-default", "request-default-parameter"],
        "the rule without a default",
        "released clients do not send the value, and whether the provider's default fits is for a person to say",
    ),
    group(
        &[
            "request-header-property",
            "parameter-removed-with-deprecation",
        ],
        "the rules of request parameters",
        "a header is a parameter, and a parameter that is removed is missed with or without an announcement",
    ),
    group(
        &["-scope-", "oauth"],
        "`api-security-added`, `api-security-removed`, `api-security-component-flows-changed`",
        "a requirement is compared as a whole, with its scopes, and so are the flows of a scheme",
    ),
    group(
        &["version-"],
        "`api-version-changed`",
        "the number promises nothing; other rules report what changed",
    ),
];
