//! OpenAPI 3.0 as a table: every kind of object, its fields, and what each field holds.

use Kind::{
    Callback, Components, Contact, Discriminator, Encoding, Example, ExternalDocs, Flow, Flows,
    Header, Info, License, Link, MediaType, Operation, Parameter, PathItem, Paths, RequestBody,
    Requirement, Response, Responses, Schema, SecurityScheme, Server, Tag, Variable, Xml,
};
use Type::{Any, Count, Flag, FlagOr, List, Map, Named, Number, One, Positive, Ref, Several, Text};

/// A kind of object that OpenAPI 3.0 defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Document,
    Info,
    Contact,
    License,
    Server,
    Variable,
    Components,
    Paths,
    PathItem,
    Operation,
    ExternalDocs,
    Parameter,
    RequestBody,
    MediaType,
    Encoding,
    Responses,
    Response,
    Callback,
    Example,
    Link,
    Header,
    Tag,
    Schema,
    Discriminator,
    Xml,
    SecurityScheme,
    Flows,
    Flow,
    Requirement,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Any,
    Text,
    Flag,
    Number,
    /// A number above zero.
    Positive,
    /// A whole number that is not negative.
    Count,
    /// One of these words.
    Word(&'static [&'static str]),
    One(Kind),
    /// An object of this kind, or a reference to one.
    Ref(Kind),
    /// True, false, or an object of this kind or a reference to one.
    FlagOr(Kind),
    List(&'static Type),
    /// A list that is not empty.
    Several(&'static Type),
    Map(&'static Type),
    /// A map of components, whose names have only letters, digits, `.`, `-` and `_`.
    Named(&'static Type),
}

/// A field: its name, what it holds, and whether it has to be there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) holds: Type,
    pub(crate) required: bool,
}

const fn must(name: &'static str, holds: Type) -> Field {
    Field {
        name,
        holds,
        required: true,
    }
}

const fn may(name: &'static str, holds: Type) -> Field {
    Field {
        name,
        holds,
        required: false,
    }
}

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];
const STYLES: &[&str] = &[
    "matrix",
    "label",
    "form",
    "simple",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
];

const DOCUMENT: &[Field] = &[
    must("openapi", Text),
    must("info", One(Info)),
    must("paths", One(Paths)),
    may("servers", List(&One(Server))),
    may("components", One(Components)),
    may("security", List(&One(Requirement))),
    may("tags", List(&One(Tag))),
    may("externalDocs", One(ExternalDocs)),
];
const INFO: &[Field] = &[
    must("title", Text),
    must("version", Text),
    may("description", Text),
    may("termsOfService", Text),
    may("contact", One(Contact)),
    may("license", One(License)),
];
const CONTACT: &[Field] = &[may("name", Text), may("url", Text), may("email", Text)];
const LICENSE: &[Field] = &[must("name", Text), may("url", Text)];
const SERVER: &[Field] = &[
    must("url", Text),
    may("description", Text),
    may("variables", Map(&One(Variable))),
];
const VARIABLE: &[Field] = &[
    must("default", Text),
    may("enum", Several(&Text)),
    may("description", Text),
];
const COMPONENTS: &[Field] = &[
    may("schemas", Named(&Ref(Schema))),
    may("responses", Named(&Ref(Response))),
    may("parameters", Named(&Ref(Parameter))),
    may("examples", Named(&Ref(Example))),
    may("requestBodies", Named(&Ref(RequestBody))),
    may("headers", Named(&Ref(Header))),
    may("securitySchemes", Named(&Ref(SecurityScheme))),
    may("links", Named(&Ref(Link))),
    may("callbacks", Named(&Ref(Callback))),
];
const PATH_ITEM: &[Field] = &[
    may("$ref", Text),
    may("summary", Text),
    may("description", Text),
    may("servers", List(&One(Server))),
    may("parameters", List(&Ref(Parameter))),
    may("get", One(Operation)),
    may("put", One(Operation)),
    may("post", One(Operation)),
    may("delete", One(Operation)),
    may("options", One(Operation)),
    may("head", One(Operation)),
    may("patch", One(Operation)),
    may("trace", One(Operation)),
];
const OPERATION: &[Field] = &[
    must("responses", One(Responses)),
    may("tags", List(&Text)),
    may("summary", Text),
    may("description", Text),
    may("externalDocs", One(ExternalDocs)),
    may("operationId", Text),
    may("parameters", List(&Ref(Parameter))),
    may("requestBody", Ref(RequestBody)),
    may("callbacks", Map(&Ref(Callback))),
    may("deprecated", Flag),
    may("security", List(&One(Requirement))),
    may("servers", List(&One(Server))),
];
const EXTERNAL_DOCS: &[Field] = &[must("url", Text), may("description", Text)];
const PARAMETER: &[Field] = &[
    must("name", Text),
    must("in", Type::Word(&["query", "header", "path", "cookie"])),
    may("description", Text),
    may("required", Flag),
    may("deprecated", Flag),
    may("allowEmptyValue", Flag),
    may("style", Type::Word(STYLES)),
    may("explode", Flag),
    may("allowReserved", Flag),
    may("schema", Ref(Schema)),
    may("content", Map(&One(MediaType))),
    may("example", Any),
    may("examples", Map(&Ref(Example))),
];
const HEADER: &[Field] = &[
    may("description", Text),
    may("required", Flag),
    may("deprecated", Flag),
    may("allowEmptyValue", Flag),
    may("style", Type::Word(&["simple"])),
    may("explode", Flag),
    may("allowReserved", Flag),
    may("schema", Ref(Schema)),
    may("content", Map(&One(MediaType))),
    may("example", Any),
    may("examples", Map(&Ref(Example))),
];
const REQUEST_BODY: &[Field] = &[
    must("content", Map(&One(MediaType))),
    may("description", Text),
    may("required", Flag),
];
const MEDIA_TYPE: &[Field] = &[
    may("schema", Ref(Schema)),
    may("example", Any),
    may("examples", Map(&Ref(Example))),
    may("encoding", Map(&One(Encoding))),
];
const ENCODING: &[Field] = &[
    may("contentType", Text),
    may("headers", Map(&Ref(Header))),
    may("style", Type::Word(STYLES)),
    may("explode", Flag),
    may("allowReserved", Flag),
];
const RESPONSE: &[Field] = &[
    must("description", Text),
    may("headers", Map(&Ref(Header))),
    may("content", Map(&One(MediaType))),
    may("links", Map(&Ref(Link))),
];
const EXAMPLE: &[Field] = &[
    may("summary", Text),
    may("description", Text),
    may("value", Any),
    may("externalValue", Text),
];
const LINK: &[Field] = &[
    may("operationRef", Text),
    may("operationId", Text),
    may("parameters", Map(&Any)),
    may("requestBody", Any),
    may("description", Text),
    may("server", One(Server)),
];
const TAG: &[Field] = &[
    must("name", Text),
    may("description", Text),
    may("externalDocs", One(ExternalDocs)),
];
const SCHEMA: &[Field] = &[
    may("title", Text),
    may("multipleOf", Positive),
    may("maximum", Number),
    may("exclusiveMaximum", Flag),
    may("minimum", Number),
    may("exclusiveMinimum", Flag),
    may("maxLength", Count),
    may("minLength", Count),
    may("pattern", Text),
    may("maxItems", Count),
    may("minItems", Count),
    may("uniqueItems", Flag),
    may("maxProperties", Count),
    may("minProperties", Count),
    may("required", Several(&Text)),
    may("enum", Several(&Any)),
    may("type", Type::Word(TYPES)),
    may("not", Ref(Schema)),
    may("allOf", Several(&Ref(Schema))),
    may("oneOf", Several(&Ref(Schema))),
    may("anyOf", Several(&Ref(Schema))),
    may("items", Ref(Schema)),
    may("properties", Map(&Ref(Schema))),
    may("additionalProperties", FlagOr(Schema)),
    may("description", Text),
    may("format", Text),
    may("default", Any),
    may("nullable", Flag),
    may("discriminator", One(Discriminator)),
    may("readOnly", Flag),
    may("writeOnly", Flag),
    may("example", Any),
    may("externalDocs", One(ExternalDocs)),
    may("deprecated", Flag),
    may("xml", One(Xml)),
];
const DISCRIMINATOR: &[Field] = &[must("propertyName", Text), may("mapping", Map(&Text))];
const XML: &[Field] = &[
    may("name", Text),
    may("namespace", Text),
    may("prefix", Text),
    may("attribute", Flag),
    may("wrapped", Flag),
];
const SECURITY_SCHEME: &[Field] = &[
    must(
        "type",
        Type::Word(&["apiKey", "http", "oauth2", "openIdConnect"]),
    ),
    may("description", Text),
    may("name", Text),
    may("in", Type::Word(&["query", "header", "cookie"])),
    may("scheme", Text),
    may("bearerFormat", Text),
    may("flows", One(Flows)),
    may("openIdConnectUrl", Text),
];
const FLOWS: &[Field] = &[
    may("implicit", One(Flow)),
    may("password", One(Flow)),
    may("clientCredentials", One(Flow)),
    may("authorizationCode", One(Flow)),
];
const FLOW: &[Field] = &[
    must("scopes", Map(&Text)),
    may("authorizationUrl", Text),
    may("tokenUrl", Text),
    may("refreshUrl", Text),
];

/// The fields that objects of a kind may have, besides extensions.
pub(crate) fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Document => DOCUMENT,
        Info => INFO,
        Contact => CONTACT,
        License => LICENSE,
        Server => SERVER,
        Variable => VARIABLE,
        Components => COMPONENTS,
        PathItem => PATH_ITEM,
        Operation => OPERATION,
        ExternalDocs => EXTERNAL_DOCS,
        Parameter => PARAMETER,
        RequestBody => REQUEST_BODY,
        MediaType => MEDIA_TYPE,
        Encoding => ENCODING,
        Response => RESPONSE,
        Example => EXAMPLE,
        Link => LINK,
        Header => HEADER,
        Tag => TAG,
        Schema => SCHEMA,
        Discriminator => DISCRIMINATOR,
        Xml => XML,
        SecurityScheme => SECURITY_SCHEME,
        Flows => FLOWS,
        Flow => FLOW,
        // Their keys are names: see `names`.
        Paths | Responses | Callback | Requirement => &[],
    }
}

/// What the values hold where the keys of a kind are names and not fields.
pub(crate) fn names(kind: Kind) -> Option<Type> {
    match kind {
        Paths | Callback => Some(One(PathItem)),
        Responses => Some(Ref(Response)),
        Requirement => Some(List(&Text)),
        _ => None,
    }
}

/// What the field of a kind holds, or the value under a name. `None` is a field that OpenAPI 3.0
/// does not have.
pub(crate) fn holds(kind: Kind, key: &str) -> Option<Type> {
    names(kind).or_else(|| {
        let field = fields(kind).iter().find(|field| field.name == key)?;
        Some(field.holds)
    })
}

/// Whether objects of this kind may be extended with `x-` fields.
pub(crate) fn is_extensible(kind: Kind) -> bool {
    !matches!(kind, Requirement | Discriminator)
}

/// Whether a component may have this name.
pub(crate) fn is_component_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

/// Whether a response may have this status.
pub(crate) fn is_status(key: &str) -> bool {
    let bytes = key.as_bytes();
    key == "default"
        || (bytes.len() == 3
            && (b'1'..=b'5').contains(&bytes[0])
            && (bytes[1..].iter().all(u8::is_ascii_digit) || &bytes[1..] == b"XX"))
}
