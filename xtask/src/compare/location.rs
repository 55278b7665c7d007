//! Where a schema is used: which part of a request or response it describes, and the path inside
//! it.

use super::text;

/// The part of a request or response that a schema describes. It decides the rule ids and the
/// direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Parameter,
    ParameterProperty,
    RequestBody,
    RequestProperty,
    ResponseBody,
    ResponseProperty,
    ResponseHeader,
}

impl Part {
    #[cfg(test)]
    pub(super) const ALL: [Self; 7] = [
        Self::Parameter,
        Self::ParameterProperty,
        Self::RequestBody,
        Self::RequestProperty,
        Self::ResponseBody,
        Self::ResponseProperty,
        Self::ResponseHeader,
    ];

    /// The beginning of rule ids: `response-property`.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Parameter => "request-parameter",
            Self::ParameterProperty => "request-parameter-property",
            Self::RequestBody => "request-body",
            Self::RequestProperty => "request-property",
            Self::ResponseBody => "response-body",
            Self::ResponseProperty => "response-property",
            Self::ResponseHeader => "response-header",
        }
    }

    pub(super) fn is_request(self) -> bool {
        matches!(
            self,
            Self::Parameter | Self::ParameterProperty | Self::RequestBody | Self::RequestProperty
        )
    }
}

/// A part, and whether it belongs to an error response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Carrier {
    pub(super) part: Part,
    pub(super) in_error: bool,
}

impl Carrier {
    /// A part of a request or of a successful response.
    pub(super) fn of(part: Part) -> Self {
        Self {
            part,
            in_error: false,
        }
    }

    pub(super) fn is_request(self) -> bool {
        self.part.is_request()
    }

    /// The carrier of a property of this one.
    pub(super) fn property(self) -> Self {
        let part = match self.part {
            Part::Parameter | Part::ParameterProperty => Part::ParameterProperty,
            Part::RequestBody | Part::RequestProperty => Part::RequestProperty,
            Part::ResponseBody | Part::ResponseProperty => Part::ResponseProperty,
            Part::ResponseHeader => Part::ResponseHeader,
        };
        Self { part, ..self }
    }
}

/// Where a value is: its carrier, and the path inside it.
#[derive(Clone, Debug)]
pub(super) struct Location {
    pub(super) carrier: Carrier,
    /// `GET /api/offers 200`
    base: String,
    /// `offers[].amount`; empty for a whole body.
    pub(super) path: String,
    /// Whether the value may be absent.
    pub(super) optional: bool,
    /// How many schemas contain this one.
    pub(super) depth: usize,
}

impl Location {
    pub(super) fn new(carrier: Carrier, base: String, path: String, optional: bool) -> Self {
        Self {
            carrier,
            base,
            path,
            optional,
            depth: 0,
        }
    }

    /// The location one level further down.
    pub(super) fn below(&self, carrier: Carrier, path: String, optional: bool) -> Self {
        Self {
            carrier,
            base: self.base.clone(),
            path,
            optional,
            depth: self.depth + 1,
        }
    }

    pub(super) fn property_path(&self, property: &str) -> String {
        let property = text::clean(property, 80);
        if self.path.is_empty() {
            property
        } else {
            format!("{}.{property}", self.path)
        }
    }

    /// `GET /api/offers 200 offers[].amount`
    pub(super) fn place(&self) -> String {
        if self.path.is_empty() {
            self.base.clone()
        } else {
            format!("{} {}", self.base, self.path)
        }
    }

    /// `the response property `offers[].amount``
    pub(super) fn subject(&self) -> String {
        let noun = match self.carrier.part {
            Part::Parameter | Part::ParameterProperty => "the request parameter",
            Part::RequestBody | Part::RequestProperty if self.path.is_empty() => "the request body",
            Part::RequestBody | Part::RequestProperty => "the request property",
            Part::ResponseBody | Part::ResponseProperty if self.path.is_empty() => {
                "the response body"
            }
            Part::ResponseBody | Part::ResponseProperty => "the response property",
            Part::ResponseHeader => "the response header",
        };
        if self.path.is_empty() {
            noun.to_owned()
        } else {
            format!("{noun} `{}`", self.path)
        }
    }
}
