//! Owns the set of faults that act on one request.

use crate::fault::list::Fault;

/// The faults that act on one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Active(Vec<Fault>);

impl Active {
    pub(crate) fn new(faults: Vec<Fault>) -> Active {
        Active(faults)
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Fault> {
        self.0.iter().copied()
    }
}
