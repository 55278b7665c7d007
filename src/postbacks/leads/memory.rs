//! The store of leads in memory, for tests and for one long-running process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{LeadStore, StoreError};
use crate::clock::BoxFuture;
use crate::postbacks::leads::record::{LeadOp, LeadRecord, LeadReply};

/// Keeps leads in memory. They are lost when the process ends, and then a repeated postback looks
/// new.
///
/// ```
/// use cpalead::postbacks::{Leads, MemoryLeads};
///
/// let leads = Leads::new(MemoryLeads::default());
/// # let _ = leads;
/// ```
///
/// Clones share their leads. A lead takes about a hundred bytes and is never forgotten.
#[derive(Debug, Clone, Default)]
pub struct MemoryLeads {
    records: Arc<Mutex<HashMap<Box<str>, LeadRecord>>>,
}

impl LeadStore for MemoryLeads {
    fn apply<'a>(
        &'a self,
        lead: &'a str,
        op: LeadOp,
    ) -> BoxFuture<'a, Result<LeadReply, StoreError>> {
        Box::pin(async move {
            let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
            let (reply, record) = LeadRecord::apply(records.get(lead).copied(), &op);
            if let Some(record) = record {
                records.insert(lead.into(), record);
            }
            Ok(reply)
        })
    }
}
