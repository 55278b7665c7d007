//! Owns the chosen data: the offers, conversions and reversals that are added to the seeded ones.

use crate::catalogue::{MAX_OFFERS, Offer};
use crate::reports::{Added, AddedReversal};
use crate::row_members::WrongRow;

/// The most conversions, and the most reversals, that can be added.
pub(crate) const MAX_ADDED: usize = 10_000;

/// The data that was added, each list in the order in which it was added.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    offers: Vec<Offer>,
    conversions: Vec<Added>,
    reversals: Vec<AddedReversal>,
}

impl Chosen {
    /// Adds an offer, in place of a chosen one with the same id.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub(crate) fn add_offer(&mut self, offer: Offer) -> Result<(), WrongRow> {
        self.offers.retain(|chosen| chosen.id != offer.id);
        room(self.offers.len(), MAX_OFFERS, "offers")?;
        self.offers.push(offer);
        Ok(())
    }

    /// Adds a conversion, however many there are.
    pub(crate) fn push_conversion(&mut self, added: Added) {
        self.conversions.push(added);
    }

    /// Adds a conversion whose lead id was chosen.
    ///
    /// # Errors
    ///
    /// When there are too many, or one has the same lead id.
    pub(crate) fn add_conversion(&mut self, added: Added) -> Result<(), WrongRow> {
        room(self.conversions.len(), MAX_ADDED, "conversions")?;
        if self
            .conversions
            .iter()
            .any(|other| other.lead == added.lead)
        {
            return Err(WrongRow::new(
                "lead_id is that of another added conversion: each has a separate one",
            ));
        }
        self.conversions.push(added);
        Ok(())
    }

    /// Adds a reversal.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub(crate) fn add_reversal(&mut self, added: AddedReversal) -> Result<(), WrongRow> {
        room(self.reversals.len(), MAX_ADDED, "reversals")?;
        self.reversals.push(added);
        Ok(())
    }

    pub(crate) fn conversions(&self) -> &[Added] {
        &self.conversions
    }

    pub(crate) fn reversals(&self) -> &[AddedReversal] {
        &self.reversals
    }

    /// The offer `id`: the chosen one, or that of the `seeded` catalogue.
    pub(crate) fn offer<'a>(&'a self, id: u64, seeded: &'a [Offer]) -> Option<&'a Offer> {
        self.offers
            .iter()
            .chain(seeded)
            .find(|offer| offer.id == id)
    }

    /// The `seeded` catalogue with the chosen offers in it, in the provider's order.
    pub(crate) fn with_seeded<'a>(&'a self, seeded: &'a [Offer]) -> Vec<&'a Offer> {
        let is_replaced = |id| self.offers.iter().any(|offer| offer.id == id);
        let kept = seeded.iter().filter(|offer| !is_replaced(offer.id));
        let mut all: Vec<&Offer> = self.offers.iter().chain(kept).collect();
        all.sort_by_key(|offer| (!offer.featured, offer.rank));
        all
    }
}

fn room(there: usize, most: usize, what: &str) -> Result<(), WrongRow> {
    if there < most {
        return Ok(());
    }
    Err(WrongRow::new(format!("at most {most} {what} can be added")))
}
