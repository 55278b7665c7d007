//! A postback that was received: its values, and which of its amounts counts.

use std::fmt;
use std::net::IpAddr;

use rust_decimal::Decimal;

use super::macros::Macro;
use crate::values::country::Country;

/// One conversion, as the provider reported it.
///
/// The values were checked for their form only: whoever knows the password can send any. A sub-id
/// can be changed by the user, and names may contain HTML.
///
/// A conversion that is taken back is not reported by a postback. Only the reversals of the API
/// say so, and whether they name the lead is not known: keep the lead, the sub-id, the offer, the
/// amount and the time of each conversion.
#[derive(Clone, PartialEq, Eq)]
pub struct Postback {
    pub(super) values: Vec<(Macro, String)>,
    pub(super) lead_id: String,
    pub(super) payout: Option<Decimal>,
    pub(super) event_payout: Option<Decimal>,
}

/// Which of the two amounts of a postback counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AmountRule {
    /// The amount of the event, if the postback has an event or a positive amount for one;
    /// otherwise the payout.
    ///
    /// Source: a publisher's program in production, whose notes say that the payout of an event may
    /// be the amount of the whole offer. A program that pays the payout for each event could pay
    /// more than it gets.
    EventFirst,
    /// The payout, always.
    ///
    /// Source: Postback documentation, which recommends to reward from `{payout}`.
    PayoutOnly,
}

/// The macro that an amount comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AmountSource {
    /// `{payout}`.
    Payout,
    /// `{event_payout}`.
    EventPayout,
}

impl Postback {
    /// The name of this conversion, unique for it: reward each only once.
    ///
    /// Source: Postback documentation.
    #[must_use]
    pub fn lead_id(&self) -> &str {
        &self.lead_id
    }

    /// The sub-id of the tracking link.
    #[must_use]
    pub fn subid(&self) -> Option<&str> {
        self.value(Macro::Subid)
    }

    /// The second sub-id of the tracking link.
    #[must_use]
    pub fn subid2(&self) -> Option<&str> {
        self.value(Macro::Subid2)
    }

    /// The third sub-id of the tracking link.
    #[must_use]
    pub fn subid3(&self) -> Option<&str> {
        self.value(Macro::Subid3)
    }

    /// The offer, as [`Offer::id`](crate::Offer::id) names it; `None` if it is missing or not a
    /// number.
    #[must_use]
    pub fn campaign_id(&self) -> Option<u64> {
        self.value(Macro::CampaignId)?.parse().ok()
    }

    /// The event of a CPE offer: its key, or else its name.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        let name = || self.value(Macro::EventName);
        self.value(Macro::EventKey).or_else(name)
    }

    /// The country of the user; `None` if it is missing or not two letters.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        Country::new(self.value(Macro::Country)?)
    }

    /// The address of the user; `None` if it is missing or unreadable.
    #[must_use]
    pub fn user_ip(&self) -> Option<IpAddr> {
        self.value(Macro::UserIp)?.parse().ok()
    }

    /// The payout, in US dollars. It can be zero or negative.
    #[must_use]
    pub fn payout(&self) -> Option<Decimal> {
        self.payout
    }

    /// The payout of the event, in US dollars. It can be zero or negative.
    #[must_use]
    pub fn event_payout(&self) -> Option<Decimal> {
        self.event_payout
    }

    /// The amount that counts by this rule, in US dollars, and where it comes from.
    ///
    /// `None` if it is missing. It is not replaced by the other amount, because either could be too
    /// much. It can be zero or negative: reward positive amounts only, answer 200 to the others and
    /// keep them.
    ///
    /// ```
    /// use cpalead::postbacks::{AmountRule, AmountSource, Caller, Postbacks};
    ///
    /// let template =
    ///     "https://shop.example/cpa?l={lead_id}&p={payout}&e={event_payout}&k={password}";
    /// let postbacks = Postbacks::new(template)?.password("a long secret")?;
    /// let caller = Caller::new("34.69.179.33".parse().unwrap());
    /// let postback = postbacks.receive("l=1&p=9.50&e=0.40&k=a+long+secret", &caller).unwrap();
    ///
    /// let (amount, source) = postback.amount(AmountRule::EventFirst).unwrap();
    /// assert_eq!((amount.to_string().as_str(), source), ("0.40", AmountSource::EventPayout));
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    #[must_use]
    pub fn amount(&self, rule: AmountRule) -> Option<(Decimal, AmountSource)> {
        let has_event = self.value(Macro::EventKey).is_some()
            || self
                .event_payout
                .is_some_and(|amount| amount > Decimal::ZERO);
        if rule == AmountRule::EventFirst && has_event {
            Some((self.event_payout?, AmountSource::EventPayout))
        } else {
            Some((self.payout?, AmountSource::Payout))
        }
    }

    /// What arrived for a macro, decoded. Empty values and macros that were not replaced are
    /// absent, and so is the password.
    #[must_use]
    pub fn value(&self, wanted: Macro) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| *known == wanted);
        found.map(|(_, value)| value.as_str())
    }
}

/// The values are left out: some are about a person.
impl fmt::Debug for Postback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postback")
            .field("lead_id", &self.lead_id)
            .field("payout", &self.payout)
            .field("event_payout", &self.event_payout)
            .finish_non_exhaustive()
    }
}
