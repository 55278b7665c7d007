//! Whether a text is a tracking link: https to a domain, with parameters that all servers read
//! alike.

use std::fmt;

use url::{Host, Url};

use crate::error::{Error, Result};
use crate::plain;
use crate::query::{self, Pair};

/// The longest link, in bytes. The provider documents no limit; servers commonly refuse more.
const MAX_LEN: usize = 8_192;

/// The most parameters of a link. PHP reads only the first thousand, and no link has a tenth of it.
const MAX_PARAMETERS: usize = 100;

/// The parameters that are read or set here. They must not be written in a second way.
const NAMES: [&str; 7] = ["id", "pub", "subid", "subid2", "subid3", "gaid", "idfa"];

pub(super) fn refused(why: impl fmt::Display) -> Error {
    Error::configuration(format!("the tracking link {why}"))
}

/// The part up to the query, the query, and the fragment with its `#`.
pub(super) fn split(link: &str) -> (&str, &str, &str) {
    let (before, fragment) = link.split_at(link.find('#').unwrap_or(link.len()));
    let query = before.find('?').map_or(before.len(), |at| at + 1);
    (&before[..query], &before[query..], fragment)
}

pub(super) fn judge_length(link: &str) -> Result<()> {
    if link.len() > MAX_LEN {
        let length = link.len();
        return Err(refused(format!(
            "has {length} bytes: at most {MAX_LEN} are allowed"
        )));
    }
    Ok(())
}

/// The host, if the text and what a browser makes of it name the same one.
pub(super) fn judge_host(link: &str) -> Result<String> {
    judge_length(link)?;
    let is_odd = |c: char| c == '\\' || c.is_whitespace() || plain::is_hidden(c);
    if let Some(odd) = link.chars().find(|c| is_odd(*c)) {
        return Err(refused(format!(
            "contains the character U+{:04X}, which browsers drop or turn into something different",
            u32::from(odd)
        )));
    }
    let scheme = link.get(..8).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("https://") {
        return Err(refused("does not begin with `https://`"));
    }
    let rest = link.get(8..).unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(refused("has a user name in front of its host"));
    }
    if authority.starts_with('[') {
        return Err(refused("has an IP address where a domain is expected"));
    }
    if authority.contains(':') {
        return Err(refused("has a port"));
    }
    let url = Url::parse(link).map_err(|error| refused(format!("is not valid: {error}")))?;
    match url.host() {
        Some(Host::Domain(domain)) if domain.eq_ignore_ascii_case(authority) => {
            Ok(domain.to_owned())
        }
        Some(Host::Domain(_)) => Err(refused("has a host that browsers write differently")),
        _ => Err(refused("has an IP address where a domain is expected")),
    }
}

/// The parameters, if all servers read those that matter alike.
pub(super) fn judge_parameters(link: &str) -> Result<Vec<Pair<'_>>> {
    let pairs: Vec<_> = query::pairs(split(link).1)
        .take(MAX_PARAMETERS + 1)
        .collect();
    if pairs.len() > MAX_PARAMETERS {
        return Err(refused(format!(
            "has more than {MAX_PARAMETERS} parameters"
        )));
    }
    for pair in &pairs {
        let name = query::decode(pair.name);
        let read = as_php_reads(&name);
        let meant = NAMES.iter().find(|known| known.as_bytes() == read);
        if let Some(known) = meant.filter(|known| known.as_bytes() != &*name) {
            return Err(refused(format!(
                "writes the parameter `{known}` so that servers read it differently"
            )));
        }
    }
    Ok(pairs)
}

/// The name under which PHP keeps a parameter: without leading blanks, and without what follows a
/// zero byte or a bracket. `subid[]=x` replaces `subid`.
fn as_php_reads(name: &[u8]) -> &[u8] {
    let begin = name.iter().take_while(|byte| **byte == b' ').count();
    let name = &name[begin..];
    let end = name.iter().position(|byte| matches!(byte, 0 | b'['));
    &name[..end.unwrap_or(name.len())]
}

pub(super) fn is_named(pair: &Pair<'_>, name: &str) -> bool {
    *query::decode(pair.name) == *name.as_bytes()
}

/// The number in the one parameter of this name.
pub(super) fn number(pairs: &[Pair<'_>], name: &str) -> Result<u64> {
    let mut found = pairs.iter().filter(|pair| is_named(pair, name));
    let Some(pair) = found.next() else {
        return Err(refused(format!("has no `{name}`")));
    };
    if found.next().is_some() {
        return Err(refused(format!("has more than one `{name}`")));
    }
    let value = query::decode(pair.value.unwrap_or_default());
    let digits = value.iter().all(u8::is_ascii_digit).then_some(&*value);
    digits
        .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
        .ok_or_else(|| refused(format!("has an `{name}` that is not a whole number")))
}
