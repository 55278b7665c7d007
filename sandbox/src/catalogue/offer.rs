//! Owns one offer: the values that filters compare, and its fields as they are sent.

use std::borrow::Cow;

use crate::text::{Mills, Style, push_escaped, push_fmt, push_percent_encoded, push_quoted};

/// The payout type of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Cpa,
    Cpi,
    Cpe,
    Cpr,
}

impl Kind {
    /// The name used in requests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Cpa => "cpa",
            Kind::Cpi => "cpi",
            Kind::Cpe => "cpe",
            Kind::Cpr => "cpr",
        }
    }
}

/// The families of devices an offer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Devices {
    pub(crate) ios: bool,
    pub(crate) android: bool,
    pub(crate) desktop: bool,
}

/// One offer: the values that filters compare, and its fields as they are sent.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) id: u64,
    pub(crate) kind: Kind,
    pub(crate) featured: bool,
    pub(crate) rank: usize,
    /// Seconds since 1970. The provider has such a time for `updated_since`, but does not send it.
    pub(crate) updated: i64,
    pub(crate) offerwall: bool,
    pub(crate) devices: Devices,
    /// Empty means worldwide.
    pub(crate) countries: Vec<Cow<'static, str>>,
    pub(crate) amount: Option<Mills>,
    pub(crate) payouts: Vec<(Cow<'static, str>, Mills)>,
    pub(super) style: Style,
    pub(super) link: Link,
    /// The names and the values as JSON. The link depends on the request, so its value is empty
    /// here.
    pub(super) fields: Vec<(Cow<'static, str>, String)>,
}

/// The link of an offer, without the parameters that a request adds.
#[derive(Debug, Clone)]
pub(super) enum Link {
    Made {
        host: &'static str,
        signature: u64,
    },
    /// The whole text of a link that was chosen.
    Whole(String),
}

impl Offer {
    /// Appends the offer as JSON: all its fields, or those in `only`. `link_tail` is appended to
    /// the query of its link.
    pub(crate) fn push_json(
        &self,
        out: &mut String,
        publisher: u64,
        link_tail: &str,
        only: Option<&[&str]>,
    ) {
        let mut between = '{';
        for (name, value) in &self.fields {
            if only.is_some_and(|only| !only.contains(&name.as_ref())) {
                continue;
            }
            out.push(between);
            between = ',';
            push_quoted(out, name, Style::Plain);
            out.push(':');
            if name == "link" {
                let link = self.link(publisher, link_tail);
                out.push('"');
                push_escaped(out, &link, self.style);
                out.push('"');
            } else {
                out.push_str(value);
            }
        }
        if between == '{' {
            out.push('{');
        }
        out.push('}');
    }

    /// The offer with another value, as JSON, for the field `name` if it has that field.
    pub(crate) fn with(&self, name: &str, value: &str) -> Offer {
        let mut offer = self.clone();
        for (field, old) in &mut offer.fields {
            if field == name {
                value.clone_into(old);
            }
        }
        offer
    }

    /// The offer with the payout of each country moved to the next one in its list.
    pub(crate) fn with_payouts_moved(&self) -> Offer {
        if self.payouts.is_empty() {
            return self.clone();
        }
        let amounts = self
            .payouts
            .iter()
            .cycle()
            .skip(1)
            .map(|(_, amount)| amount);
        let entries = self.payouts.iter().zip(amounts);
        let entries: Vec<String> = entries
            .map(|((country, _), amount)| format!("\"{country}\":{}", amount.number()))
            .collect();
        self.with("payouts_per_country", &format!("{{{}}}", entries.join(",")))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// The title, decoded.
    pub(crate) fn title(&self) -> Option<String> {
        let (_, json) = self.fields.iter().find(|(field, _)| field == "title")?;
        serde_json::from_str(json).ok()
    }

    /// The payout of a conversion in `country`, or `None` if the offer has no amount.
    pub(crate) fn payout(&self, country: &str) -> Option<Mills> {
        let named = self.payouts.iter().find(|(name, _)| name == country);
        named.map(|(_, amount)| *amount).or(self.amount)
    }

    fn link(&self, publisher: u64, tail: &str) -> String {
        match &self.link {
            Link::Made { host, signature } => format!(
                "https://{host}/view.php?id={}&pub={publisher}&_src=api&_src_sig={signature:016x}{tail}",
                self.id
            ),
            Link::Whole(link) => format!("{link}{tail}"),
        }
    }
}

/// The tracking parameters that are appended to a link.
pub(crate) fn link_tail(parameters: &[(&str, &str)]) -> String {
    let mut tail = String::new();
    for (name, value) in parameters {
        push_fmt(&mut tail, format_args!("&{name}="));
        push_percent_encoded(&mut tail, value);
    }
    tail
}
