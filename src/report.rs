//! A report: the conversions or reversals of one answer.

use crate::decode::{Rejected, Row};
use crate::listed::Listed;

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
    pub(crate) fn new(listed: Listed<R>) -> Self {
        Self { listed }
    }

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

    /// Rows that could not be read, and why. The others are not affected.
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
}

// The bound is the library's own: which rows there are is not for others to say.
#[allow(private_bounds)]
impl<R: Row + PartialEq> Report<R> {
    /// The JSON of a row of this report, byte for byte as the provider sent it; nothing for a row of another report.
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
