//! Owns the template of a postback: where it may lead, and the macros that are replaced in it.

use axum::http::Uri;

use crate::text::push_percent_encoded;

/// The macros that are replaced, with the alias of some.
const MACROS: [(&str, &str); 17] = [
    ("subid", ""),
    ("subid2", ""),
    ("subid3", ""),
    ("lead_id", "transaction_id"),
    ("campaign_id", "offer_id"),
    ("campaign_name", "offer_name"),
    ("payout", "amount"),
    ("password", ""),
    ("event_key", ""),
    ("event_name", "event_label"),
    ("event_payout", "event_amount"),
    ("country_iso", "country_code"),
    ("ip_address", "ip"),
    ("gateway_id", ""),
    ("idfa", ""),
    ("gaid", ""),
    ("virtual_currency", ""),
];

/// Where postbacks may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Targets {
    /// To this machine only.
    #[default]
    Loopback,
    AnyHost,
}

/// A template that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    text: String,
    host: String,
    port: u16,
    pub(crate) targets: Targets,
}

impl Template {
    /// Checks a template.
    ///
    /// # Errors
    ///
    /// When it is not an `http` URL, has a macro in its host, or leads to a host that `targets`
    /// does not allow. The message does not repeat the query, which may hold a secret.
    pub(crate) fn parse(text: &str, targets: Targets) -> Result<Template, String> {
        let Some(rest) = text.strip_prefix("http://") else {
            return Err(
                "the address of postbacks must begin with http://: the sandbox has no TLS"
                    .to_owned(),
            );
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        if rest[..end].contains('{') {
            return Err("the host of postbacks must not contain a macro".to_owned());
        }
        let filled: Uri = replaced(text, |_| Some("x"))
            .parse()
            .map_err(|error| format!("the address of postbacks is not a valid URL: {error}"))?;
        let host = filled.host().unwrap_or_default();
        let authority = filled
            .authority()
            .map_or("", |authority| authority.as_str());
        if filled.port_u16().is_none() && !authority.ends_with(host) {
            return Err("the port of postbacks must be a number from 0 to 65535".to_owned());
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = bare.parse().map_or(
            bare.eq_ignore_ascii_case("localhost"),
            |address: std::net::IpAddr| address.is_loopback(),
        );
        if targets == Targets::Loopback && !is_loopback {
            return Err(format!(
                "postbacks to {bare} would leave this machine: use 127.0.0.1, or allow any host"
            ));
        }
        Ok(Template {
            text: text.to_owned(),
            host: bare.to_owned(),
            port: filled.port_u16().unwrap_or(80),
            targets,
        })
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The URL with these values. A macro without a value becomes empty, and an unknown one stays.
    pub(crate) fn fill(&self, values: &[(&'static str, String)], password: &str) -> String {
        replaced(&self.text, |name| {
            let known = MACROS
                .iter()
                .find(|(usual, alias)| name == *usual || name == *alias);
            let (usual, _) = known?;
            if *usual == "password" {
                return Some(password);
            }
            let value = values.iter().find(|(name, _)| name == usual);
            Some(value.map_or("", |(_, value)| value))
        })
    }
}

/// The text with each `{name}` replaced by its value, percent-encoded, if it has one.
fn replaced<'a>(text: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let name = rest[1..].split_once('}').map(|(name, _)| name);
        match name.and_then(|name| Some((name, value(name)?))) {
            Some((name, value)) => {
                push_percent_encoded(&mut out, value);
                rest = &rest[name.len() + 2..];
            }
            None => {
                out.push_str("%7B");
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use crate::postback::template::{Targets, Template};

    #[track_caller]
    fn filled(template: &str, expected: &str) {
        let values = [
            ("subid", "a b&c".to_owned()),
            ("payout", "0.40".to_owned()),
            ("lead_id", "{payout}".to_owned()),
        ];
        let template = format!("http://localhost/{template}");
        let template = Template::parse(&template, Targets::Loopback).unwrap();
        let url = template.fill(&values, "p?w");
        assert_eq!(url, format!("http://localhost/{expected}"));
    }

    #[test]
    fn macros_are_replaced_and_encoded() {
        filled("?s={subid}&p={payout}", "?s=a%20b%26c&p=0.40");
        filled(
            "{payout}/x?a={amount}&k={password}",
            "0.40/x?a=0.40&k=p%3Fw",
        );
        filled("?l={transaction_id}&&x", "?l=%7Bpayout%7D&&x");
    }

    #[test]
    fn a_macro_without_a_value_is_empty_and_an_unknown_one_stays() {
        filled("?e={event_key}&v={virtual_currency}.", "?e=&v=.");
        filled(
            "?c={click_id}&u={a{subid}",
            "?c=%7Bclick_id}&u=%7Baa%20b%26c",
        );
        filled("?x={", "?x=%7B");
    }

    #[track_caller]
    fn refused(template: &str, message: &str) {
        let refused = Template::parse(template, Targets::Loopback).unwrap_err();
        assert_eq!(refused, message);
    }

    #[test]
    fn only_this_machine_is_called_unless_another_is_allowed() {
        for allowed in [
            "http://127.0.0.1:80/?{subid}",
            "http://127.9.9.9/",
            "http://[::1]:8080/x",
            "http://LOCALHOST",
        ] {
            Template::parse(allowed, Targets::Loopback).unwrap();
        }
        for (host, named) in [
            ("shop.example", "shop.example"),
            ("10.0.0.1:80", "10.0.0.1"),
            ("[::2]", "::2"),
            ("127.0.0.1@shop.example", "shop.example"),
            ("localhost.shop.example", "localhost.shop.example"),
        ] {
            let message = format!(
                "postbacks to {named} would leave this machine: use 127.0.0.1, or allow any host"
            );
            refused(&format!("http://{host}/?k=secret"), &message);
            Template::parse(&format!("http://{host}/"), Targets::AnyHost).unwrap();
        }
    }

    #[test]
    fn what_is_not_an_http_url_is_refused() {
        let begin = "the address of postbacks must begin with http://: the sandbox has no TLS";
        for other in [
            "",
            "https://localhost/",
            "localhost/?{subid}",
            "HTTP://localhost/",
        ] {
            refused(other, begin);
        }
        let host = "the host of postbacks must not contain a macro";
        refused("http://{subid}.localhost/", host);
        let url = "the address of postbacks is not a valid URL: ";
        let port = "the port of postbacks must be a number from 0 to 65535";
        refused("http://localhost:x/", port);
        refused("http://localhost:65536/", port);
        for other in ["http://", "http://localhost/a b"] {
            let refused = Template::parse(other, Targets::Loopback).unwrap_err();
            assert!(refused.starts_with(url), "{other}: {refused}");
        }
    }
}
