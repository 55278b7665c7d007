//! Receives postbacks: from a query and a caller to the conversion, or to a refusal with its
//! status.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;

use super::caller::{Caller, Network, Relay};
use super::macros::{Macro, name_in_braces};
use super::passwords::Passwords;
use super::postback::Postback;
use super::template::{Remark, Template};
use crate::error::{Error, Result};
use crate::query::{self, Pair};

/// The longest query that is read, in bytes. What the provider sends is far shorter.
const MAX_QUERY: usize = 16_384;

/// The longest lead id, in bytes. Its form is not documented.
const MAX_LEAD_ID: usize = 200;

/// Receives postbacks: the calls that the provider makes to a publisher's server, one for each
/// conversion.
///
/// ```
/// use cpalead::postbacks::{AmountRule, Caller, Postbacks, Relay};
///
/// // The same text that is typed into the dashboard.
/// let template = "https://shop.example/cpa?u={subid}&lead={lead_id}&p={payout}&k={password}";
/// let postbacks = Postbacks::new(template)?
///     .password("a long secret")?
///     .relay(Relay::documented())
///     .proxies(["10.0.0.0/8".parse().unwrap()]);
/// for remark in postbacks.remarks() {
///     println!("{remark}");
/// }
///
/// let caller = Caller::new("10.0.0.7".parse().unwrap()).forwarded(["34.69.179.33"]);
/// let postback = postbacks.receive("u=click-7f3a&lead=901&p=0.40&k=a%20long%20secret", &caller);
/// let postback = postback.expect("it is from the provider");
/// assert_eq!((postback.subid(), postback.lead_id()), (Some("click-7f3a"), "901"));
/// # Ok::<(), cpalead::Error>(())
/// ```
///
/// Nothing here reads the network or the disk: give it the query and the caller from any web
/// framework, and answer with the status of the refusal, or with 200 after the reward is stored.
///
/// A postback is not signed. The password and the address of the caller are its only proofs; use
/// both. The password travels in the query, so it lands in access logs: use
/// [`masked`](Self::masked) for what you keep. Choose one of letters and digits, because it is not
/// documented how others are encoded.
#[derive(Clone)]
pub struct Postbacks {
    template: Template,
    passwords: Passwords,
    relay: Option<Relay>,
    proxies: Vec<Network>,
}

/// Why a postback is refused. Its text never contains a value.
///
/// ```
/// use cpalead::postbacks::{Macro, Refused};
///
/// let refused = Refused::Missing(Macro::LeadId);
/// assert_eq!(refused.status(), 422);
/// assert_eq!(refused.to_string(), "the postback has no `{lead_id}`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// Neither a password nor a relay was set, so that nothing can be proven.
    NotConfigured,
    /// The query is longer than 16,384 bytes.
    TooLong,
    /// The password is missing, given twice or wrong.
    Password,
    /// The address of the caller is not one of the relay, and no password proves the call either.
    Address,
    /// The password is right, and the address of the caller is not one of the relay. The provider
    /// may have moved: raise an alarm. The conversion comes again.
    Moved,
    /// A macro that is needed has no value.
    Missing(Macro),
    /// The parameter of a macro is given twice.
    Twice(Macro),
    /// The value of a macro cannot be read.
    Unreadable(Macro),
}

impl Refused {
    /// The HTTP status to answer.
    ///
    /// The provider repeats a postback after 408, 425, 429 and 5xx, and no other status (named as
    /// documented by a publisher's program in production). So what another try may mend is a 503,
    /// and the rest is final.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Refused::NotConfigured | Refused::Moved => 503,
            Refused::TooLong => 414,
            Refused::Password | Refused::Address => 403,
            Refused::Missing(_) | Refused::Twice(_) | Refused::Unreadable(_) => 422,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NotConfigured => f.write_str(
                "neither a password nor a relay is set: no postback can be accepted",
            ),
            Refused::TooLong => write!(f, "the postback is longer than {MAX_QUERY} bytes"),
            Refused::Password => f.write_str("the password of the postback is wrong"),
            Refused::Address => f.write_str("the postback is not from an expected address"),
            Refused::Moved => f.write_str(
                "the password is right, but the postback is not from an expected address; has the provider moved?",
            ),
            Refused::Missing(wanted) => write!(f, "the postback has no `{wanted}`"),
            Refused::Twice(wanted) => write!(f, "the postback has `{wanted}` twice"),
            Refused::Unreadable(wanted) => {
                write!(f, "`{wanted}` of the postback cannot be read")
            }
        }
    }
}

impl std::error::Error for Refused {}

impl Postbacks {
    /// Creates a receiver for this template, the text that is typed into the dashboard.
    ///
    /// The names of the parameters are the publisher's own choice. Reading them from the same text
    /// keeps both sides the same.
    ///
    /// # Errors
    ///
    /// When the template has no query or no `{lead_id}`, has a macro in front of the query, has a
    /// parameter twice, or mixes a macro with text.
    pub fn new(template: &str) -> Result<Postbacks> {
        Ok(Postbacks {
            template: Template::parse(template)?,
            passwords: Passwords::default(),
            relay: None,
            proxies: Vec::new(),
        })
    }

    /// Adds a postback password. Two are accepted at a time, so that one can be changed.
    ///
    /// A `String` that is passed in is wiped; only a hash is kept.
    ///
    /// # Errors
    ///
    /// When the password is empty, when it is the third, or when the template has no `{password}`.
    pub fn password(mut self, password: impl Into<String>) -> Result<Postbacks> {
        self.passwords.add(password.into())?;
        if !self.template.has(Macro::Password) {
            return Err(Error::configuration(
                "the postback template has no `{password}`: add one to check the password",
            ));
        }
        Ok(self)
    }

    /// Accepts calls from these addresses only.
    #[must_use]
    pub fn relay(mut self, relay: Relay) -> Postbacks {
        self.relay = Some(relay);
        self
    }

    /// Names the proxies in front of the server, whose `X-Forwarded-For` counts.
    #[must_use]
    pub fn proxies(mut self, proxies: impl IntoIterator<Item = Network>) -> Postbacks {
        self.proxies.extend(proxies);
        self
    }

    /// What is worth changing in the template and the settings.
    #[must_use]
    pub fn remarks(&self) -> Vec<Remark> {
        self.template.remarks(self.passwords.is_set())
    }

    /// Reads the query of one call, without its `?`.
    ///
    /// Parameters that the template does not fill with a macro are ignored.
    ///
    /// # Errors
    ///
    /// When the call is not proven to be from the provider, when the lead id is missing, or when a
    /// value that counts cannot be read. [`Refused::status`] is the status to answer.
    pub fn receive(&self, query: &str, caller: &Caller) -> std::result::Result<Postback, Refused> {
        if query.len() > MAX_QUERY {
            return Err(Refused::TooLong);
        }
        self.check_origin(query, caller)?;
        let mut values: Vec<(Macro, String)> = Vec::new();
        for (name, slot) in self.template.slots() {
            let mut found = query::pairs(query).filter(|pair| *query::decode(pair.name) == *name);
            let written = found.next().and_then(|pair| pair.value);
            if found.next().is_some() {
                return Err(Refused::Twice(slot));
            }
            if slot == Macro::Password || values.iter().any(|(known, _)| *known == slot) {
                continue;
            }
            let value = read(slot, written.unwrap_or_default())?;
            if !value.is_empty() && name_in_braces(&value).is_none() {
                values.push((slot, value));
            }
        }
        let value = |wanted: Macro| {
            let found = values.iter().find(|(known, _)| *known == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let money = |wanted| match value(wanted) {
            Some(text) => amount_of(text).map(Some).ok_or(Refused::Unreadable(wanted)),
            None => Ok(None),
        };
        let lead_id = value(Macro::LeadId).ok_or(Refused::Missing(Macro::LeadId))?;
        if lead_id.len() > MAX_LEAD_ID {
            return Err(Refused::Unreadable(Macro::LeadId));
        }
        Ok(Postback {
            lead_id: lead_id.to_owned(),
            payout: money(Macro::Payout)?,
            event_payout: money(Macro::EventPayout)?,
            values,
        })
    }

    /// The query without its password, to be kept or logged.
    ///
    /// The password becomes `***`, and so do all parameters that no macro fills: some publishers
    /// type a secret into the template.
    ///
    /// ```
    /// use cpalead::postbacks::Postbacks;
    ///
    /// let template = "https://shop.example/cpa?l={lead_id}&k={password}";
    /// let postbacks = Postbacks::new(template)?.password("a long secret")?;
    /// assert_eq!(postbacks.masked("l=901&k=a%20long%20secret"), "l=901&k=***");
    /// # Ok::<(), cpalead::Error>(())
    /// ```
    #[must_use]
    pub fn masked(&self, query: &str) -> String {
        let shown = query::pairs(query).map(|pair| {
            let slot = self.template.slot(&query::decode(pair.name));
            match (slot, pair.value) {
                (Some(slot), Some(value)) if slot != Macro::Password => {
                    format!("{}={value}", pair.name)
                }
                (None, None) if pair.name.is_empty() => String::new(),
                // A name that is not in the template could be a piece of a secret with `&` in it.
                (None, _) => "***".to_owned(),
                (_, Some(_)) => format!("{}=***", pair.name),
                (_, None) => pair.name.to_owned(),
            }
        });
        shown.collect::<Vec<_>>().join("&")
    }

    /// Whether password and address prove that the call is from the provider.
    fn check_origin(&self, query: &str, caller: &Caller) -> std::result::Result<(), Refused> {
        let (decoded, written) = self.sent_password(query);
        let is_right = self.passwords.accept([&decoded, written.as_bytes()]);
        let is_expected = self.relay.as_ref().map(|relay| {
            let address = caller.address(&self.proxies);
            address.is_some_and(|address| relay.includes(address))
        });
        match (self.passwords.is_set(), is_expected) {
            (false, None) => Err(Refused::NotConfigured),
            (true, _) if !is_right => Err(Refused::Password),
            (true, Some(false)) => Err(Refused::Moved),
            (false, Some(false)) => Err(Refused::Address),
            _ => Ok(()),
        }
    }

    /// The password, decoded and as it is written: it is not documented whether the provider
    /// encodes it. Both are empty where it is missing or given twice.
    fn sent_password<'a>(&self, query: &'a str) -> (Cow<'a, [u8]>, &'a str) {
        let is_password = |pair: &Pair<'_>| {
            self.template.slot(&query::decode(pair.name)) == Some(Macro::Password)
        };
        let mut found = query::pairs(query).filter(is_password);
        let written = match (found.next(), found.next()) {
            (Some(pair), None) => pair.value.unwrap_or_default(),
            _ => "",
        };
        (query::decode(written), written)
    }
}

impl fmt::Debug for Postbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The template is left out, because it may contain a secret as a constant.
        f.debug_struct("Postbacks")
            .field("passwords", &self.passwords)
            .field("relay", &self.relay)
            .field("proxies", &self.proxies)
            .finish_non_exhaustive()
    }
}

/// The decoded value of a macro.
///
/// In values that decide about money, what is not UTF-8 and control characters are refused. In the
/// others, which have no documented encoding, they must not cost a conversion.
fn read(slot: Macro, written: &str) -> std::result::Result<String, Refused> {
    let decoded = query::decode(written);
    let decides = matches!(
        slot,
        Macro::Subid
            | Macro::Subid2
            | Macro::Subid3
            | Macro::LeadId
            | Macro::CampaignId
            | Macro::Payout
            | Macro::EventKey
            | Macro::EventPayout
    );
    if !decides {
        return Ok(String::from_utf8_lossy(&decoded).into_owned());
    }
    let text = std::str::from_utf8(&decoded).map_err(|_| Refused::Unreadable(slot))?;
    if text.chars().any(char::is_control) {
        return Err(Refused::Unreadable(slot));
    }
    Ok(text.to_owned())
}

/// A plain decimal, exactly.
fn amount_of(text: &str) -> Option<Decimal> {
    let is_plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(is_plain);
    plain.then(|| Decimal::from_str_exact(text).ok()).flatten()
}

#[cfg(test)]
mod tests;
