//! Names the part of an exchange that a schema describes: the beginning of its rule ids, its place and its subject.

use super::Level;
use super::text;
use super::walk::Verdict;

/// Which part of an exchange a schema describes; it decides the rule's name and who is hurt.
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

/// A part, and whether it belongs to an answer that is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    pub(super) part: Part,
    /// Errors are not part of the generated API, and clients read them only to tell a person what happened.
    pub(super) failure: bool,
}

impl Slot {
    pub(super) fn of(part: Part) -> Self {
        Self {
            part,
            failure: false,
        }
    }

    /// The beginning of rule ids: `response-property`.
    pub(super) fn prefix(self) -> &'static str {
        match self.part {
            Part::Parameter => "request-parameter",
            Part::ParameterProperty => "request-parameter-property",
            Part::RequestBody => "request-body",
            Part::RequestProperty => "request-property",
            Part::ResponseBody => "response-body",
            Part::ResponseProperty => "response-property",
            Part::ResponseHeader => "response-header",
        }
    }

    pub(super) fn is_request(self) -> bool {
        matches!(
            self.part,
            Part::Parameter | Part::ParameterProperty | Part::RequestBody | Part::RequestProperty
        )
    }

    /// The slot of a property of this one.
    pub(super) fn property(self) -> Self {
        let part = match self.part {
            Part::Parameter | Part::ParameterProperty => Part::ParameterProperty,
            Part::RequestBody | Part::RequestProperty => Part::RequestProperty,
            Part::ResponseBody | Part::ResponseProperty => Part::ResponseProperty,
            Part::ResponseHeader => Part::ResponseHeader,
        };
        Self { part, ..self }
    }

    /// The verdict, milder where only an error's body is concerned.
    pub(super) fn temper(self, verdict: Verdict) -> Verdict {
        if self.failure {
            Verdict {
                wire: verdict.wire.min(Level::Review),
                api: Level::Info,
            }
        } else {
            verdict
        }
    }
}

/// Where a schema stands: the exchange it belongs to, and the path inside it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) slot: Slot,
    /// `GET /api/offers 200`
    pub(super) base: String,
    /// `offers[].amount`; empty for a whole body.
    pub(super) path: String,
    /// Whether the value may be absent.
    pub(super) optional: bool,
    /// How many schemas this one is inside of.
    pub(super) depth: usize,
}

impl Spot {
    pub(super) fn new(slot: Slot, base: String, path: String, optional: bool) -> Self {
        Self {
            slot,
            base,
            path,
            optional,
            depth: 0,
        }
    }

    /// The spot one step further down.
    pub(super) fn below(&self, slot: Slot, path: String, optional: bool) -> Self {
        Self {
            slot,
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

    pub(super) fn place(&self) -> String {
        if self.path.is_empty() {
            self.base.clone()
        } else {
            format!("{} {}", self.base, self.path)
        }
    }

    /// `the response property `offers[].amount``
    pub(super) fn subject(&self) -> String {
        let noun = match self.slot.part {
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
