//! A report: the conversions or reversals of one answer.

use crate::answer;
use crate::decode::{Rejected, Row, Shape};
use crate::error::Error;
use crate::limits::{Endpoint, Limiter};
use crate::listed::Listed;
use crate::transport::{Body, Shared};

/// The rows of one answer, in the provider's order.
///
/// The exact shape of these answers is not documented: each field is typed where evidence names it, and may be missing. The JSON of every
/// row is kept as it came.
///
/// ```
/// # fn show(report: &cpalead::Report<cpalead::Conversion>) {
/// for conversion in report {
///     println!("{:?} {:?}", conversion.offer_id(), report.raw(conversion));
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Report<R> {
    listed: Listed<R>,
}

impl<R> Report<R> {
    /// The rows.
    ///
    /// ```
    /// # fn show(report: &cpalead::Report<cpalead::Reversal>) {
    /// let first = report.as_slice().first();
    /// # }
    /// ```
    #[must_use]
    pub fn as_slice(&self) -> &[R] {
        &self.listed.rows
    }

    /// The rows, one after the other.
    ///
    /// ```
    /// # fn show(report: &cpalead::Report<cpalead::Reversal>) {
    /// let dated = report.iter().filter(|reversal| reversal.date().is_some()).count();
    /// # }
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, R> {
        self.listed.rows.iter()
    }

    /// How many rows there are.
    ///
    /// ```
    /// # fn show(report: &cpalead::Report<cpalead::Reversal>) {
    /// println!("{} reversals", report.len());
    /// # }
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.listed.rows.len()
    }

    /// Whether there is none: an empty list is an answer, not an error.
    ///
    /// ```
    /// # fn show(report: &cpalead::Report<cpalead::Reversal>) {
    /// if report.is_empty() {
    ///     println!("nothing was taken back");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.rows.is_empty()
    }

    /// Rows that could not be read, and why. The others are not affected; where there are no others, the call is an error.
    ///
    /// ```
    /// # fn show(report: &cpalead::Report<cpalead::Reversal>) {
    /// for rejected in report.rejected() {
    ///     eprintln!("{rejected}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn rejected(&self) -> &[Rejected] {
        &self.listed.rejected
    }

    /// How many rows could not be read. The first hundred of them are in [`rejected`](Self::rejected).
    ///
    /// ```
    /// # fn show(report: &cpalead::Report<cpalead::Reversal>) {
    /// println!("{} left out", report.rejected_count());
    /// # }
    /// ```
    #[must_use]
    pub fn rejected_count(&self) -> usize {
        self.listed.rejected_count
    }
}

// The bound is the library's own: which rows there are is not for others to say.
#[allow(private_bounds)]
impl<R: Row + PartialEq> Report<R> {
    /// Reads an answer, and tells the limiter where it is a refusal.
    ///
    /// # Errors
    ///
    /// When the body is not what was asked for, or says that the call failed; also when it has rows of which none can be read:
    /// the provider has changed their shape then, and an empty report would be a lie.
    pub(crate) async fn read(
        shared: &Shared,
        limiter: &Limiter,
        endpoint: Endpoint,
        body: Body,
        shape: Shape,
    ) -> Result<Self, Error> {
        let read = answer::some_rows::<R>(shared, endpoint, &body, None, shape);
        let answer = answer::noted(limiter, endpoint, read).await?;
        Ok(Self {
            listed: Listed::new(answer, body.text, shape),
        })
    }

    /// The JSON of a row of this report, byte for byte as the provider sent it; nothing for a row that is not equal to the one at
    /// its place.
    ///
    /// ```
    /// # fn show(report: &cpalead::Report<cpalead::Reversal>) {
    /// for reversal in report {
    ///     println!("{}", report.raw(reversal).unwrap_or_default());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self, row: &R) -> Option<&str> {
        self.listed.raw(row)
    }

    /// The JSON of a row of this report that could not be read, byte for byte as the provider sent it.
    ///
    /// It is the provider's text, unredacted: fit for a file that only its owner reads, not for a log.
    ///
    /// ```
    /// # fn show(report: &cpalead::Report<cpalead::Reversal>) {
    /// for rejected in report.rejected() {
    ///     println!("{}", report.raw_rejected(rejected).unwrap_or_default());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn raw_rejected(&self, rejected: &Rejected) -> Option<&str> {
        self.listed.raw_rejected(rejected)
    }
}

impl<'a, R> IntoIterator for &'a Report<R> {
    type Item = &'a R;
    type IntoIter = std::slice::Iter<'a, R>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<R> IntoIterator for Report<R> {
    type Item = R;
    type IntoIter = std::vec::IntoIter<R>;

    fn into_iter(self) -> Self::IntoIter {
        self.listed.rows.into_iter()
    }
}
