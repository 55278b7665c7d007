//! A report: the rows of one answer, the rejected ones, and the JSON of each.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use crate::decode::defect::Defect;
use crate::decode::json::not_utf8;
use crate::decode::row::{Row, Shape};
use crate::decode::{self, Decoded, Defects, Source};
use crate::error::Error;
use crate::redact;

/// The rows of one answer, in its order.
///
/// It can be used like a slice of rows. The exact shape of these answers is not documented. A row
/// has the fields that there is evidence for, and any of them may be missing. The JSON of every row
/// is kept byte for byte.
///
/// ```
/// # fn show(report: &cpalead::Report<cpalead::Conversion>) {
/// println!("{} conversions, {} rows left out", report.len(), report.rejected_count());
/// for conversion in report {
///     println!("{:?} {:?}", conversion.offer_id(), report.raw(conversion));
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Report<R> {
    rows: Vec<R>,
    defects: Defects,
    source: Source,
    // The place of each row's JSON in the source; found on first use.
    places: OnceLock<Vec<Range<usize>>>,
}

impl<R> Report<R> {
    pub(crate) fn new(decoded: Decoded<R>) -> Self {
        Self {
            rows: decoded.rows,
            defects: decoded.defects,
            source: decoded.source,
            places: OnceLock::new(),
        }
    }

    /// The rows.
    #[must_use]
    pub fn as_slice(&self) -> &[R] {
        &self.rows
    }

    /// What is wrong with the answer, while the rest of it was read.
    ///
    /// Dropped rows come first, then fields that could not be read or were read on an assumption.
    /// At most 10,000 of each of the two groups are listed; [`defect_count`](Self::defect_count)
    /// counts all.
    #[must_use]
    pub fn defects(&self) -> &[Defect] {
        self.defects.as_slice()
    }

    /// How many defects there are.
    #[must_use]
    pub fn defect_count(&self) -> usize {
        self.defects.count()
    }

    /// The rows that were dropped, because they are not objects or, for offers, have no id.
    ///
    /// At most the first 10,000 are listed. Where all rows are dropped, a call is an error.
    #[must_use]
    pub fn rejected(&self) -> &[Defect] {
        self.defects.dropped()
    }

    /// How many rows were dropped.
    #[must_use]
    pub fn rejected_count(&self) -> usize {
        self.defects.dropped_count()
    }

    /// The JSON of the whole answer, without what may stand around it.
    pub(crate) fn json(&self) -> &str {
        self.source.json()
    }

    fn raw_at(&self, index: usize) -> Option<&str> {
        let places = self.places.get_or_init(|| self.source.places());
        self.source.json().get(places.get(index)?.clone())
    }
}

// The trait is private because only the library decides which types are rows.
#[allow(private_bounds)]
impl<R: Row + PartialEq> Report<R> {
    /// Every row with its JSON, in the order of the answer.
    pub(crate) fn raws(&self) -> impl Iterator<Item = (&R, &str)> {
        let raw = |row: &R| self.raw_at(row.index() as usize).unwrap_or_default();
        self.rows.iter().map(move |row| (row, raw(row)))
    }

    /// Reads a saved answer. There is no key that its texts could repeat.
    pub(crate) fn read(body: Vec<u8>, shape: Shape) -> Result<Self, Error> {
        let shown = |text: &str| redact::excerpt(text.as_bytes(), &[]);
        let text = String::from_utf8(body).map_err(|error| not_utf8(error.utf8_error()))?;
        let decoded = decode::decode(&Arc::new(text), None, shape, &shown);
        Ok(Self::new(decoded.map_err(|error| error.scrubbed(shown))?))
    }

    /// The JSON of a row of this report, byte for byte as the provider sent it.
    ///
    /// It is `None` for a row that differs from the one at its index. The first call reads through
    /// the whole answer once.
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
        // Rejected rows leave gaps, so the position of a row can be smaller than its index.
        let found = self
            .rows
            .binary_search_by_key(&row.index(), Row::index)
            .ok()?;
        if self.rows[found] != *row {
            return None;
        }
        self.raw_at(row.index() as usize)
    }

    /// The JSON of the row that a defect of this report is in, byte for byte as the provider sent
    /// it.
    ///
    /// The text is not redacted: it belongs in a file that only its owner reads, not in a log.
    ///
    /// ```
    /// # fn show(report: &cpalead::Report<cpalead::Reversal>) {
    /// for dropped in report.rejected() {
    ///     println!("{}", report.raw_rejected(dropped).unwrap_or_default());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn raw_rejected(&self, defect: &Defect) -> Option<&str> {
        let is_ours = self.defects().contains(defect);
        is_ours.then(|| self.raw_at(defect.index()?)).flatten()
    }
}

impl<R> Deref for Report<R> {
    type Target = [R];

    fn deref(&self) -> &[R] {
        &self.rows
    }
}

impl<R: fmt::Debug> fmt::Debug for Report<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("rows", &self.rows)
            .field("defects", &self.defects.as_slice())
            .finish_non_exhaustive()
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
        self.rows.into_iter()
    }
}
