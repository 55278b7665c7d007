//! The options of `drift`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cpalead::Endpoint;

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is sent. A field that is new, gone or of another type is named with the number of its rows, and \
no value but a new word of an open set is shown.

Example: cpalead drift answer.json recordings/")]
pub(crate) struct DriftArgs {
    /// An answer as it came, a recording of `conformance`, or a folder of these
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What the answers are [default: by the member that holds the rows]
    #[arg(long, value_name = "ENDPOINT", value_enum)]
    pub(crate) endpoint: Option<EndpointName>,
    /// Exit with status 1 if something differs
    #[arg(long)]
    pub(crate) check: bool,
}

/// An endpoint by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EndpointName {
    Offers,
    Conversions,
    Reversals,
}

impl From<EndpointName> for Endpoint {
    fn from(name: EndpointName) -> Endpoint {
        match name {
            EndpointName::Offers => Endpoint::Offers,
            EndpointName::Conversions => Endpoint::Conversions,
            EndpointName::Reversals => Endpoint::Reversals,
        }
    }
}
