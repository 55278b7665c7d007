//! How much of what was earned was taken back.

use super::sum::Sum;

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// How much of what was earned was taken back, with both counts: one of two is not news.
///
/// ```
/// # fn show(rate: &cpalead::reconciliation::Rate) {
/// if let Some((low, high)) = rate.interval() {
///     println!("{} of {}: {low:.2} to {high:.2}", rate.reversed.count(), rate.earned.count());
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rate {
    /// The conversions.
    pub earned: Sum,
    /// The reversals that were matched to them.
    pub reversed: Sum,
}

impl Rate {
    /// The share that was reversed, between 0 and 1; `None` without conversions.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let (k, n) = self.counts()?;
        Some(k / n)
    }

    /// The range that the true share lies in with a confidence of 95 %, by Wilson's score: wide
    /// where there are few conversions. `None` without conversions.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let (k, n) = self.counts()?;
        let share = k / n;
        let z2 = Z * Z;
        let middle = share + z2 / (2.0 * n);
        let spread = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
        let whole = 1.0 + z2 / n;
        let low = if k == 0.0 {
            0.0
        } else {
            (middle - spread) / whole
        };
        let high = if k >= n {
            1.0
        } else {
            (middle + spread) / whole
        };
        Some((low.clamp(0.0, 1.0), high.clamp(0.0, 1.0)))
    }

    /// Counts far below 2⁵³ are exact as floats.
    fn counts(&self) -> Option<(f64, f64)> {
        let n = self.earned.count();
        (n > 0).then(|| (self.reversed.count() as f64, n as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::{Rate, Sum};

    #[track_caller]
    fn check(reversed: usize, earned: usize, expected: &str) {
        let sum = |count| std::iter::repeat_n(None, count).collect::<Sum>();
        let rate = Rate {
            earned: sum(earned),
            reversed: sum(reversed),
        };
        let shown = rate.interval().map_or("none".to_owned(), |(low, high)| {
            format!("{low:.4} {high:.4}")
        });
        assert_eq!(shown, expected, "{reversed} of {earned}");
    }

    #[test]
    fn few_conversions_have_a_wide_interval() {
        // The values are those of other implementations of Wilson's score.
        check(0, 0, "none");
        check(1, 2, "0.0945 0.9055");
        check(0, 10, "0.0000 0.2775");
        check(10, 10, "0.7225 1.0000");
        check(81, 263, "0.2553 0.3662");
    }
}
