//! Owns the answer to a postback: from the query to the reward, and to the status.

use cpalead::postbacks::{AmountRule, Caller, Postback};
use cpalead::rust_decimal::Decimal;

use crate::shop::Shop;
use crate::store::{Paid, Reward};

/// The answer to a postback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status. The provider tries again after 408, 425, 429 and 5xx.
    pub status: u16,
    /// What happened, without any value of the postback.
    pub text: String,
}

/// Rewards a postback and says what to answer.
///
/// A log may have the text, and the query only as [`Postbacks::masked`] writes it: it contains the
/// password.
///
/// [`Postbacks::masked`]: cpalead::postbacks::Postbacks::masked
#[must_use]
pub fn answer(shop: &Shop, query: &str, caller: &Caller) -> Answer {
    let postback = match shop.postbacks.receive(query, caller) {
        Ok(postback) => postback,
        Err(refused) => return said(refused.status(), &refused.to_string()),
    };
    match rewarded(shop, &postback, query) {
        Ok(answer) => answer,
        // The postback comes again, and nothing was paid.
        Err(error) => {
            eprintln!("postback: {error}");
            said(503, "the database is away")
        }
    }
}

fn rewarded(shop: &Shop, postback: &Postback, query: &str) -> rusqlite::Result<Answer> {
    let lead = postback.lead_id();
    // No repetition would change these, so the answer is 200, and a person looks at them.
    let set_aside = |status: u16, reason: &str| {
        let query = shop.postbacks.masked(query);
        shop.store.set_aside(lead, reason, &query)?;
        Ok(said(status, reason))
    };
    let dollars = match postback.amount(AmountRule::EventFirst) {
        Some((dollars, _)) if dollars > Decimal::ZERO => dollars,
        _ => return set_aside(200, "there is no amount to reward"),
    };
    if dollars > shop.terms.most {
        return set_aside(422, "the amount is larger than any that is rewarded");
    }
    let Some(click) = shop.store.click(postback.subid().unwrap_or_default())? else {
        return set_aside(200, "the sub-id is not that of a click");
    };
    let Some(points) = shop.terms.points(dollars) else {
        return set_aside(200, "the points cannot be counted");
    };
    let reward = Reward {
        lead: lead.to_owned(),
        click,
        offer: postback.campaign_id(),
        dollars: dollars.to_string(),
        points,
    };
    Ok(match shop.store.pay(&reward)? {
        Paid::Now => said(200, "rewarded"),
        Paid::Before => said(200, "rewarded before"),
    })
}

fn said(status: u16, text: &str) -> Answer {
    let text = text.to_owned();
    Answer { status, text }
}
