//! Rows as they were read, with what was rejected and the text they came in.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::answer;
use crate::decode::{self, Answer, Rejected, Row, Shape};

/// The rows of one answer.
#[derive(Clone)]
pub(crate) struct Listed<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) rejected_count: usize,
    shape: Shape,
    text: Arc<String>,
    // Where each row's JSON lies in the text; found out when it is first asked for.
    places: OnceLock<Vec<(usize, usize)>>,
}

/// Without the text: it is as long as the answer, and the provider may have repeated the query in it, and so the key.
impl<R: fmt::Debug> fmt::Debug for Listed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listed")
            .field("rows", &self.rows)
            .field("rejected", &self.rejected)
            .finish_non_exhaustive()
    }
}

impl<R: Row> Listed<R> {
    pub(crate) fn new(answer: Answer<R>, text: Arc<String>, shape: Shape) -> Self {
        Self {
            rows: answer.rows,
            rejected: answer.rejected,
            rejected_count: answer.rejected_count,
            shape,
            text,
            places: OnceLock::new(),
        }
    }

    /// The JSON of a row of this list, byte for byte; none for a row of another list.
    pub(crate) fn raw(&self, row: &R) -> Option<&str>
    where
        R: PartialEq,
    {
        // Rejected rows are gaps, so that a row stands at its index or before it.
        let found = self
            .rows
            .binary_search_by_key(&row.index(), Row::index)
            .ok()?;
        if self.rows[found] != *row {
            return None;
        }
        self.raw_at(row.index() as usize)
    }

    /// The JSON of a row of this list that could not be read; none for one of another list.
    pub(crate) fn raw_rejected(&self, rejected: &Rejected) -> Option<&str> {
        let ours = self.rejected.contains(rejected);
        ours.then(|| self.raw_at(rejected.index())).flatten()
    }

    fn raw_at(&self, index: usize) -> Option<&str> {
        let places = self.places.get_or_init(|| self.find_places());
        let (start, end) = *places.get(index)?;
        self.text.get(start..end)
    }

    fn find_places(&self) -> Vec<(usize, usize)> {
        let base = self.text.as_ptr() as usize;
        let place = |raw: &str| {
            let start = raw.as_ptr() as usize - base;
            (start, start + raw.len())
        };
        let json = answer::json_inside(&self.text);
        decode::raw_rows(json, self.shape)
            .into_iter()
            .map(place)
            .collect()
    }
}
