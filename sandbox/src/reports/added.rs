//! Owns the rows that are added while the sandbox runs: conversions with the values of their
//! postbacks, and reversals.

use jiff::civil::Date;

use crate::answer::positive;
use crate::catalogue::Offer;
use crate::reports::row::{Conversion, money};
use crate::row_members::{Members, WrongRow};
use crate::text::{Style, country, quoted};

/// The longest lead id that can be chosen, in bytes.
const MAX_LEAD: usize = 200;

/// What only the postback of a conversion has. The rows of the API do not have it.
const ONLY_IN_POSTBACK: [&str; 9] = [
    "subid2",
    "subid3",
    "event_key",
    "event_name",
    "event_payout",
    "ip_address",
    "gateway_id",
    "idfa",
    "gaid",
];

/// A conversion that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Added {
    pub(crate) subid: String,
    pub(crate) offer: u64,
    pub(crate) lead: String,
    /// The row of the wrapped shape.
    wrapped: String,
    /// The row of the bare shape.
    bare: String,
    payout: String,
    /// The macros of its postback with their values. A macro that is not here has no value.
    pub(crate) values: Vec<(&'static str, String)>,
}

/// A reversal that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddedReversal {
    pub(crate) date: Date,
    pub(crate) row: String,
}

impl Added {
    /// A conversion of `members`. What they lack comes from the offer that `find` finds, from
    /// `lead`, and from `midnight`, the first second of today.
    ///
    /// # Errors
    ///
    /// When the sub-id or the offer is missing, or a value cannot be read.
    pub(crate) fn read(
        mut members: Members,
        find: impl FnOnce(u64) -> Option<Offer>,
        lead: &str,
        midnight: i64,
    ) -> Result<Added, WrongRow> {
        let subid = members.text("subid")?;
        let subid = subid.ok_or_else(|| WrongRow::new("subid is required: a text"))?;
        let wrong_offer = || WrongRow::new("offer_id is required: a positive integer");
        let id = members.text("offer_id")?.ok_or_else(wrong_offer)?;
        let id = positive(&id).ok_or_else(wrong_offer)?;
        let code = members.text("country")?.unwrap_or_else(|| "US".to_owned());
        let code = country(&code).ok_or_else(|| {
            WrongRow::member("country", &quoted(&code, Style::Plain), "a two-letter code")
        })?;
        let lead = members.text("lead_id")?.unwrap_or_else(|| lead.to_owned());
        if lead.is_empty() || lead.len() > MAX_LEAD {
            return Err(WrongRow::new(format!(
                "lead_id must be a text of 1 to {MAX_LEAD} bytes"
            )));
        }
        let mut values = Vec::new();
        for name in ONLY_IN_POSTBACK {
            values.extend(members.take_text(name)?.map(|text| (name, text)));
        }
        // A payout that is not a text or a number is in the row, and not in the postback.
        Ok(Added::of(
            members,
            (&subid, id, &code, &lead),
            find(id),
            midnight,
            values,
        ))
    }

    /// A conversion in the US with nothing chosen but its sub-id and its offer.
    pub(crate) fn plain(
        subid: &str,
        id: u64,
        offer: Option<Offer>,
        lead: &str,
        midnight: i64,
    ) -> Added {
        let members = Members::of([
            ("offer_id", id.to_string()),
            ("country", "\"US\"".to_owned()),
            ("subid", quoted(subid, Style::Plain)),
        ]);
        Added::of(
            members,
            (subid, id, "US", lead),
            offer,
            midnight,
            Vec::new(),
        )
    }

    /// Two rows of one offer and time have the same bytes in the bare shape.
    fn of(
        mut members: Members,
        (subid, id, code, lead): (&str, u64, &str, &str),
        offer: Option<Offer>,
        midnight: i64,
        mut values: Vec<(&'static str, String)>,
    ) -> Added {
        members.or_else("country", || quoted(code, Style::Plain));
        members.or_else("payout", || {
            money(offer.as_ref().and_then(|offer| offer.payout(code)), true)
        });
        members.or_else("timestamp", || midnight.to_string());
        members.or_else("lead_id", || quoted(lead, Style::Plain));
        let json = |name| members.json(name).unwrap_or("null").to_owned();
        let bare = Conversion {
            offer_id: json("offer_id"),
            country: code,
            subid,
            payout: String::new(),
            timestamp: json("timestamp"),
            lead: "",
        };
        values.push(("subid", subid.to_owned()));
        values.push(("lead_id", lead.to_owned()));
        values.push(("campaign_id", id.to_string()));
        values.push(("country_iso", code.to_owned()));
        let payout = members.text("payout").ok().flatten();
        values.extend(payout.map(|payout| ("payout", payout)));
        values.extend(offer.and_then(|offer| Some(("campaign_name", offer.title()?))));
        Added {
            subid: subid.to_owned(),
            offer: id,
            lead: lead.to_owned(),
            wrapped: members.to_string(),
            bare: bare.bare(),
            payout: json("payout"),
            values,
        }
    }

    pub(crate) fn wrapped(&self) -> &str {
        &self.wrapped
    }

    pub(crate) fn bare(&self) -> &str {
        &self.bare
    }
}

impl AddedReversal {
    /// A reversal of `members`. What they lack comes from the conversion with their lead id, and
    /// from `today`.
    ///
    /// # Errors
    ///
    /// When the date cannot be read, or there is neither a lead id of an added conversion nor an
    /// offer.
    pub(crate) fn read(
        mut members: Members,
        conversions: &[Added],
        today: Date,
    ) -> Result<AddedReversal, WrongRow> {
        let lead = members.text("lead_id")?;
        let of_lead = |added: &&Added| Some(&added.lead) == lead.as_ref();
        if let Some(added) = conversions.iter().find(of_lead) {
            members.or_else("offer_id", || added.offer.to_string());
            members.or_else("subid", || quoted(&added.subid, Style::Plain));
            members.or_else("amount", || added.payout.clone());
        } else if members.json("offer_id").is_none() {
            return Err(WrongRow::new(
                "lead_id must be that of an added conversion, or offer_id, subid and amount be given",
            ));
        }
        members.or_else("date", || format!("\"{today}\""));
        members.or_else("reason", || "\"advertiser rejected\"".to_owned());
        let date = members.text("date")?.unwrap_or_default();
        let date = date.parse().map_err(|_| {
            let json = quoted(&date, Style::Plain);
            WrongRow::member("date", &json, "a date in the form yyyy-mm-dd")
        })?;
        Ok(AddedReversal {
            date,
            row: members.to_string(),
        })
    }
}
