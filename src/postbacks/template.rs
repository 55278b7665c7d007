//! The template of a postback: which parameter holds which macro, and what is worth changing in it.

use std::fmt;

use super::macros::{Macro, name_in_braces};
use crate::error::{Error, Result};
use crate::plain;
use crate::query;

/// The longest template, in bytes.
const MAX_LEN: usize = 8_192;

/// What the parameters of a postback hold.
#[derive(Clone)]
pub(super) struct Template {
    /// The decoded names of the parameters that a macro fills, in order.
    slots: Vec<(Vec<u8>, Macro)>,
    unknown: Vec<String>,
    is_https: bool,
}

/// Something in a template that is allowed and may cost money later.
///
/// ```
/// use cpalead::postbacks::{Postbacks, Remark};
///
/// let postbacks = Postbacks::new("https://shop.example/cpa?lead={lead_id}&p={payout}")?;
/// assert!(postbacks.remarks().contains(&Remark::NoSubid));
/// # Ok::<(), cpalead::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remark {
    /// The template is not `https`.
    NotHttps,
    /// The template has no `{subid}`.
    NoSubid,
    /// The template has no `{payout}`.
    NoPayout,
    /// The template has no `{campaign_id}`.
    NoCampaignId,
    /// The template has no `{event_key}` and no `{event_name}`.
    NoEvent,
    /// The template has no `{event_payout}`.
    NoEventPayout,
    /// The template has no `{password}`, so that only the address proves where a call comes from.
    NoPassword,
    /// The template has a `{password}`, and no password was set here.
    PasswordNotChecked,
    /// The template has a macro that no source names; it may arrive unchanged.
    UnknownMacro(String),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Remark::NotHttps => {
                "the template is not https: the password and the sub-ids are sent in clear"
            }
            Remark::NoSubid => "no `{subid}`: a conversion does not say whom to reward",
            Remark::NoPayout => "no `{payout}`: a conversion does not say what it pays",
            Remark::NoCampaignId => "no `{campaign_id}`: a reversal cannot be matched by its offer",
            Remark::NoEvent => {
                "no `{event_key}`: the events of a CPE offer look like plain conversions"
            }
            Remark::NoEventPayout => {
                "no `{event_payout}`: what an event of a CPE offer pays may be missing"
            }
            Remark::NoPassword => {
                "no `{password}`: only the address proves that a call is from the provider"
            }
            Remark::PasswordNotChecked => {
                "the template has a `{password}`, but no password is set: it is not checked"
            }
            Remark::UnknownMacro(name) => {
                return write!(
                    f,
                    "the macro `{{{name}}}` is not known: the provider may send it unchanged"
                );
            }
        })
    }
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Template> {
        let refused = |why: &str| Error::configuration(format!("the postback template {why}"));
        if text.len() > MAX_LEN {
            return Err(refused(&format!("is longer than {MAX_LEN} bytes")));
        }
        if text
            .chars()
            .any(|c| c.is_whitespace() || plain::is_hidden(c))
        {
            return Err(refused("contains blanks or invisible characters"));
        }
        let is_https = text.starts_with("https://");
        if !is_https && !text.starts_with("http://") {
            return Err(refused("does not begin with `https://`"));
        }
        let text = text.split('#').next().unwrap_or_default();
        let Some((before, query)) = text.split_once('?') else {
            return Err(refused("has no query: its macros belong behind a `?`"));
        };
        if before.contains(['{', '}']) {
            return Err(refused(
                "has a macro in front of the `?`: only the query is read",
            ));
        }
        let mut template = Template {
            slots: Vec::new(),
            unknown: Vec::new(),
            is_https,
        };
        let mut names: Vec<Vec<u8>> = Vec::new();
        for pair in query::pairs(query).filter(|pair| !pair.name.is_empty()) {
            let name = query::decode(pair.name).into_owned();
            let shown = plain::line(&String::from_utf8_lossy(&name));
            let value = query::decode(pair.value.unwrap_or_default());
            let value = String::from_utf8_lossy(&value);
            if names.contains(&name) {
                return Err(refused(&format!("has the parameter `{shown}` twice")));
            }
            if let Some(found) = name_in_braces(&value) {
                match Macro::named(found) {
                    Some(known) => template.slots.push((name.clone(), known)),
                    None => template.unknown.push(found.to_owned()),
                }
            } else if value.contains('{') {
                return Err(refused(&format!(
                    "mixes a macro with text in the parameter `{shown}`: give it one macro and nothing else"
                )));
            }
            names.push(name);
        }
        if !template.has(Macro::LeadId) {
            return Err(refused(
                "has no `{lead_id}`: without it a repeated postback cannot be told from a new one",
            ));
        }
        Ok(template)
    }

    pub(super) fn has(&self, wanted: Macro) -> bool {
        self.slots.iter().any(|(_, slot)| *slot == wanted)
    }

    /// The macro that fills the parameter with this decoded name.
    pub(super) fn slot(&self, name: &[u8]) -> Option<Macro> {
        let found = self.slots.iter().find(|(slot, _)| slot == name);
        found.map(|(_, slot)| *slot)
    }

    /// The decoded names of the parameters that hold macros.
    pub(super) fn slots(&self) -> impl Iterator<Item = (&[u8], Macro)> {
        self.slots.iter().map(|(name, slot)| (&**name, *slot))
    }

    pub(super) fn remarks(&self, is_password_set: bool) -> Vec<Remark> {
        let has = |wanted| self.has(wanted);
        let no_event = !has(Macro::EventKey) && !has(Macro::EventName);
        let remarks = [
            (!self.is_https, Remark::NotHttps),
            (!has(Macro::Subid), Remark::NoSubid),
            (!has(Macro::Payout), Remark::NoPayout),
            (!has(Macro::CampaignId), Remark::NoCampaignId),
            (no_event, Remark::NoEvent),
            (!has(Macro::EventPayout), Remark::NoEventPayout),
            (!has(Macro::Password), Remark::NoPassword),
            (
                has(Macro::Password) && !is_password_set,
                Remark::PasswordNotChecked,
            ),
        ];
        let made = remarks.into_iter().filter(|(is_made, _)| *is_made);
        let unknown = self.unknown.iter().cloned().map(Remark::UnknownMacro);
        made.map(|(_, remark)| remark).chain(unknown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Remark, Template};

    #[track_caller]
    fn refuses(template: &str, why: &str) {
        let error = Template::parse(template).err().unwrap();
        assert_eq!(
            error.to_string(),
            format!("the postback template {why}"),
            "{template}"
        );
    }

    #[test]
    fn a_template_that_would_lose_or_double_conversions_is_refused() {
        let lead =
            "has no `{lead_id}`: without it a repeated postback cannot be told from a new one";
        refuses("https://a.example/?u={subid}", lead);
        refuses("https://a.example/?u={subid}#lead={lead_id}", lead);
        refuses("https://a.example/?lead={LEAD_ID}", lead);
        refuses(
            "ftp://a.example/?lead={lead_id}",
            "does not begin with `https://`",
        );
        refuses(
            "https://a.example/lead={lead_id}",
            "has no query: its macros belong behind a `?`",
        );
        refuses(
            "https://a.example/{subid}?lead={lead_id}",
            "has a macro in front of the `?`: only the query is read",
        );
        refuses(
            "https://a.example/?a={lead_id}&%61={payout}",
            "has the parameter `a` twice",
        );
        refuses(
            "https://a.example/?u=shop-{subid}&lead={lead_id}",
            "mixes a macro with text in the parameter `u`: give it one macro and nothing else",
        );
        refuses(
            "https://a.example/?a={lead_id} ",
            "contains blanks or invisible characters",
        );
        refuses(
            &format!("https://a.example/?{}", "&".repeat(9_000)),
            "is longer than 8192 bytes",
        );
    }

    #[test]
    fn remarks_name_what_is_missing() {
        let template =
            Template::parse("http://a.example/?&&l=%7Blead_id%7D&c={click_id}&x=1").unwrap();
        let remarks: Vec<_> = template
            .remarks(false)
            .iter()
            .map(Remark::to_string)
            .collect();
        assert_eq!(
            remarks,
            [
                "the template is not https: the password and the sub-ids are sent in clear",
                "no `{subid}`: a conversion does not say whom to reward",
                "no `{payout}`: a conversion does not say what it pays",
                "no `{campaign_id}`: a reversal cannot be matched by its offer",
                "no `{event_key}`: the events of a CPE offer look like plain conversions",
                "no `{event_payout}`: what an event of a CPE offer pays may be missing",
                "no `{password}`: only the address proves that a call is from the provider",
                "the macro `{click_id}` is not known: the provider may send it unchanged",
            ]
        );
        let complete = "https://a.example/?a={subid}&b={lead_id}&c={campaign_id}&d={payout}\
                        &e={event_key}&f={event_payout}&g={password}";
        let template = Template::parse(complete).unwrap();
        assert_eq!(template.remarks(true), []);
        assert_eq!(
            template.remarks(false)[0].to_string(),
            "the template has a `{password}`, but no password is set: it is not checked"
        );
    }
}
