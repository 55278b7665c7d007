//! Owns the one rule that makes points of money, for the list of offers and for the rewards.

use cpalead::rust_decimal::{Decimal, RoundingStrategy};

/// What a user gets of a payout.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The share of the user: 0.70 for 70 %.
    pub share: Decimal,
    /// The points for one dollar.
    pub points_per_dollar: Decimal,
    /// The largest amount that is rewarded without a person who looks at it, in dollars.
    pub most: Decimal,
}

impl Terms {
    /// The points for an amount in dollars, rounded down. `None` for what cannot be counted.
    #[must_use]
    pub fn points(&self, dollars: Decimal) -> Option<u32> {
        let share = dollars.checked_mul(self.share)?;
        let points = share.checked_mul(self.points_per_dollar)?;
        let whole = points.round_dp_with_strategy(0, RoundingStrategy::ToZero);
        u32::try_from(whole).ok()
    }
}

impl Default for Terms {
    fn default() -> Terms {
        Terms {
            share: Decimal::new(70, 2),
            points_per_dollar: Decimal::from(100),
            most: Decimal::from(500),
        }
    }
}

#[cfg(test)]
mod tests {
    use cpalead::rust_decimal::Decimal;

    use crate::points::Terms;

    #[track_caller]
    fn check(dollars: &str, points: Option<u32>) {
        let dollars: Decimal = dollars.parse().unwrap();
        assert_eq!(Terms::default().points(dollars), points);
    }

    #[test]
    fn seventy_points_for_a_dollar_rounded_down() {
        check("1", Some(70));
        check("0.725", Some(50));
        check("0.01", Some(0));
        check("-1", None);
        check("100000000", None);
    }
}
