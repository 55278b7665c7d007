//! How much of the provider's page the requirements quote.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The sentences of the provider's page that bind somebody, and how many of them a requirement
/// quotes.
///
/// ```
/// # fn main() -> Result<(), cpalead_conformance::CatalogueError> {
/// let coverage = cpalead_conformance::Catalogue::bundled()?.coverage();
/// assert_eq!(coverage.covered, coverage.rules);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// The sentences with a rule: all but those that `not-rules.toml` names.
    pub rules: usize,
    /// The rules that a requirement quotes.
    pub covered: usize,
}

/// `142 of 142 rules of the page (100 %)`. The percentage is rounded down.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Coverage { rules, covered } = self;
        let percent = (covered * 100).checked_div(*rules).unwrap_or(100);
        write!(f, "{covered} of {rules} rules of the page ({percent} %)")
    }
}

#[cfg(test)]
mod tests {
    use super::Coverage;

    #[test]
    fn a_rule_that_is_left_out_is_never_rounded_away() {
        let shown = |covered, rules| Coverage { rules, covered }.to_string();
        assert_eq!(shown(999, 1_000), "999 of 1000 rules of the page (99 %)");
        assert_eq!(shown(3, 3), "3 of 3 rules of the page (100 %)");
        assert_eq!(shown(0, 0), "0 of 0 rules of the page (100 %)");
    }
}
