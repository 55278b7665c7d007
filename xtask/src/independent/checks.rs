//! Owns the list of checks: their names, what they need, and the function that runs each of them.

use super::tools::{Tool, Tools};
use super::workshop::Workshop;
use super::{answers, clients, conformance, prism, schemathesis};

/// A check with the tool that it runs.
pub(super) struct Check {
    pub(super) name: &'static str,
    /// What the check does, for the progress.
    pub(super) about: &'static str,
    pub(super) needs: &'static [Tool],
    /// Returns what was checked, with counts, or what is wrong.
    pub(super) run: fn(&Workshop, &Tools) -> Result<String, String>,
}

/// All checks, in the order in which they run.
pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "openapi-python-client",
        about: "a generated Python client reads the sandbox",
        needs: &[Tool::Python],
        run: clients::openapi_python_client,
    },
    Check {
        name: "pydantic",
        about: "models of datamodel-code-generator read the sandbox",
        needs: &[Tool::Python],
        run: clients::pydantic,
    },
    Check {
        name: "openapi-typescript",
        about: "a TypeScript program with generated types is compiled and reads the sandbox",
        needs: &[Tool::Node],
        run: clients::openapi_typescript,
    },
    Check {
        name: "ajv",
        about: "the answers of the sandbox match the schemas of the document",
        needs: &[Tool::Node],
        run: answers::ajv,
    },
    Check {
        name: "prism",
        about: "the library reads random answers that Prism makes from the document",
        needs: &[Tool::Node],
        run: prism::prism,
    },
    Check {
        name: "schemathesis",
        about: "random calls to the sandbox, valid ones and invalid ones",
        needs: &[Tool::Python],
        run: schemathesis::schemathesis,
    },
    Check {
        name: "mock",
        about: "the conformance suite judges Prism, which makes answers from the document",
        needs: &[Tool::Node],
        run: conformance::mock,
    },
    Check {
        name: "clients",
        about: "the conformance suite judges four clients of the API",
        needs: &[Tool::Python, Tool::Node],
        run: conformance::clients,
    },
    Check {
        name: "reports",
        about: "other tools read the reports of the conformance suite",
        needs: &[Tool::Python, Tool::Node],
        run: conformance::reports,
    },
];

/// The names that the command line accepts.
pub(super) fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.name).collect()
}
