//! The macros that the provider replaces in a postback's template, and their aliases.

use std::fmt;

/// A macro of the postback's template, such as `{subid}`.
///
/// ```
/// use cpalead::postbacks::Macro;
///
/// assert_eq!(Macro::LeadId.to_string(), "{lead_id}");
/// ```
///
/// Sources: the Postback documentation of the provider for all that are marked *documented*. The
/// others and the aliases were observed in the programs of publishers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Macro {
    /// `{subid}`, documented: the value in the tracking link.
    Subid,
    /// `{subid2}`, documented for the link.
    Subid2,
    /// `{subid3}`, documented for the link.
    Subid3,
    /// `{lead_id}`, documented, or `{transaction_id}`: unique for a conversion. Each event of a CPE
    /// offer has a separate one (observed).
    LeadId,
    /// `{campaign_id}`, documented, or `{offer_id}`: the `id` of the offer.
    CampaignId,
    /// `{campaign_name}`, documented, or `{offer_name}`: the title of the offer.
    CampaignName,
    /// `{payout}`, documented, or `{amount}`: what the publisher earns, in US dollars.
    Payout,
    /// `{password}`, documented: the postback password of the dashboard, which is not the api key.
    Password,
    /// `{event_key}`, observed: the event of a CPE offer, blank for other conversions.
    EventKey,
    /// `{event_name}`, documented, or `{event_label}`.
    EventName,
    /// `{event_payout}`, documented, or `{event_amount}`: what the event pays.
    EventPayout,
    /// `{country_iso}`, observed, or `{country_code}`: the country in two letters.
    Country,
    /// `{ip_address}`, observed, or `{ip}`: the address of the user, and not of the caller.
    UserIp,
    /// `{gateway_id}`, observed: probably the wall or locker of the click.
    GatewayId,
    /// `{idfa}`, documented for the link.
    Idfa,
    /// `{gaid}`, documented for the link.
    Gaid,
    /// `{virtual_currency}`, observed in older programs: points.
    VirtualCurrency,
}

/// Each macro with the names under which it is written; the first is the usual one.
const NAMES: [(Macro, &[&str]); 17] = [
    (Macro::Subid, &["subid"]),
    (Macro::Subid2, &["subid2"]),
    (Macro::Subid3, &["subid3"]),
    (Macro::LeadId, &["lead_id", "transaction_id"]),
    (Macro::CampaignId, &["campaign_id", "offer_id"]),
    (Macro::CampaignName, &["campaign_name", "offer_name"]),
    (Macro::Payout, &["payout", "amount"]),
    (Macro::Password, &["password"]),
    (Macro::EventKey, &["event_key"]),
    (Macro::EventName, &["event_name", "event_label"]),
    (Macro::EventPayout, &["event_payout", "event_amount"]),
    (Macro::Country, &["country_iso", "country_code"]),
    (Macro::UserIp, &["ip_address", "ip"]),
    (Macro::GatewayId, &["gateway_id"]),
    (Macro::Idfa, &["idfa"]),
    (Macro::Gaid, &["gaid"]),
    (Macro::VirtualCurrency, &["virtual_currency"]),
];

impl Macro {
    /// The macro of this name, without its braces.
    pub(super) fn named(name: &str) -> Option<Macro> {
        let (found, _) = NAMES.iter().find(|(_, names)| names.contains(&name))?;
        Some(*found)
    }

    /// The usual name, without braces: `lead_id`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        let names = NAMES.iter().find(|(known, _)| known == self);
        names.and_then(|(_, names)| names.first()).unwrap_or(&"")
    }
}

impl fmt::Display for Macro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.as_str())
    }
}

/// The name in `{name}`, if the text is exactly that.
pub(super) fn name_in_braces(text: &str) -> Option<&str> {
    let name = text.strip_prefix('{')?.strip_suffix('}')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Macro, NAMES, name_in_braces};

    #[test]
    fn every_name_leads_to_its_macro_and_no_name_to_two() {
        let all: Vec<_> = NAMES.iter().flat_map(|(_, names)| *names).collect();
        for (known, names) in NAMES {
            assert_eq!(known.as_str(), names[0]);
            for name in names {
                assert_eq!(Macro::named(name), Some(known));
                assert_eq!(all.iter().filter(|other| **other == name).count(), 1);
            }
        }
        assert_eq!(Macro::named("click_id"), None);
    }

    #[test]
    fn only_a_name_in_braces_is_a_macro() {
        assert_eq!(name_in_braces("{lead_id}"), Some("lead_id"));
        for other in ["", "{}", "{a", "a}", "{a b}", "x{a}", "{a}{b}", "{{a}}"] {
            assert_eq!(name_in_braces(other), None, "{other}");
        }
    }
}
