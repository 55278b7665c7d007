//! What a target can be asked. A requirement names the features that it needs.

use serde::{Deserialize, Serialize};

/// A property of a target without which some requirements cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Feature {
    /// Answers have the form that the document gives.
    Shapes,
    /// Documented parameters are accepted.
    Parameters,
    /// Answers depend on the parameters: the target filters, limits and ranks.
    Filters,
    /// A request without a required parameter is refused.
    Refusals,
    /// An api key is at hand, so conversions and reversals can be asked.
    Key,
    /// The minute between two calls may be put to the test. Never so at the provider itself.
    Limits,
    /// The OpenAPI document is served.
    Document,
}

impl Feature {
    /// All features, in the order in which they are listed.
    pub const ALL: [Feature; 7] = [
        Feature::Shapes,
        Feature::Parameters,
        Feature::Filters,
        Feature::Refusals,
        Feature::Key,
        Feature::Limits,
        Feature::Document,
    ];

    /// The word that the catalogue and reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Feature::Shapes => "shapes",
            Feature::Parameters => "parameters",
            Feature::Filters => "filters",
            Feature::Refusals => "refusals",
            Feature::Key => "key",
            Feature::Limits => "limits",
            Feature::Document => "document",
        }
    }

    /// The feature of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Feature> {
        Feature::ALL
            .into_iter()
            .find(|feature| feature.name() == name)
    }
}
