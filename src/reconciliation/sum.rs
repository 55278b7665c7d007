//! A count with an exact sum of money.

use rust_decimal::Decimal;

/// How many rows there are, and what they sum up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    count: usize,
    without_amount: usize,
    amount: Option<Decimal>,
}

impl Sum {
    /// How many rows there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many of the rows have no amount, and are not in the sum.
    #[must_use]
    pub fn without_amount(&self) -> usize {
        self.without_amount
    }

    /// The exact sum, in US dollars. `None` if it has more than 28 digits: it is never rounded.
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        self.amount
    }

    pub(super) fn with(self, amount: Option<Decimal>) -> Sum {
        self.plus(Sum {
            count: 1,
            without_amount: usize::from(amount.is_none()),
            amount: Some(amount.unwrap_or_default()),
        })
    }

    pub(super) fn plus(self, other: Sum) -> Sum {
        Sum {
            count: self.count + other.count,
            without_amount: self.without_amount + other.without_amount,
            amount: self
                .amount
                .and_then(|amount| exact_sum(amount, other.amount?)),
        }
    }
}

impl Default for Sum {
    fn default() -> Sum {
        Sum {
            count: 0,
            without_amount: 0,
            amount: Some(Decimal::ZERO),
        }
    }
}

impl FromIterator<Option<Decimal>> for Sum {
    fn from_iter<I: IntoIterator<Item = Option<Decimal>>>(amounts: I) -> Sum {
        amounts.into_iter().fold(Sum::default(), Sum::with)
    }
}

/// The sum, unless it needs more digits than `Decimal` has; its own addition would round then.
fn exact_sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let scale = a.scale().max(b.scale());
    let at_scale = |amount: Decimal| {
        let factor = 10_i128.checked_pow(scale - amount.scale())?;
        amount.mantissa().checked_mul(factor)
    };
    let mantissa = at_scale(a)?.checked_add(at_scale(b)?)?;
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

#[cfg(test)]
mod tests {
    use super::Sum;

    #[test]
    fn sums_are_exact_or_none() {
        let sum = |amounts: &[&str]| {
            let amounts = amounts.iter().map(|amount| amount.parse().ok());
            amounts.collect::<Sum>()
        };
        let dimes = sum(&["0.1", "0.2", "none"]);
        assert_eq!((dimes.count(), dimes.without_amount()), (3, 1));
        assert_eq!(dimes.amount(), "0.3".parse().ok());
        let large = "7922816251426433759354395033";
        assert_eq!(sum(&[large, "0.01"]).amount(), None);
        assert_eq!(
            sum(&[large, "1.0"]).amount(),
            "7922816251426433759354395034".parse().ok()
        );
    }
}
