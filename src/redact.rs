//! Makes text from outside safe to print: hides secrets, drops control characters, limits the
//! length, and cuts URLs to an allow-list.

mod spellings;

use crate::plain;
use spellings::{Edge, hide};

/// The longest excerpt of a body in characters, including the `…` at a cut.
pub(crate) const EXCERPT_CHARS: usize = 200;

/// The longest URL that is shown in characters, including the `…` at a cut.
const URL_CHARS: usize = 300;

/// How many bytes of a body are read for an excerpt: enough for any spelling, but not a whole large
/// body.
const LOOKED_AT: usize = 8 * 1024;

/// The longest query parameter whose value is shown, in bytes.
const VALUE_BYTES: usize = 64;

/// The query parameters whose values may be shown. Sub-ids and advertising ids are personal data,
/// and the api key is secret.
const SHOWN_PARAMETERS: [&str; 12] = [
    "id",
    "country",
    "device",
    "limit",
    "type",
    "fields",
    "updated_since",
    "offerwall_offers",
    "offer_id",
    "start_date",
    "end_date",
    "format",
];

/// The beginning of a body as one printable line of at most [`EXCERPT_CHARS`] characters, with the
/// secrets hidden in every spelling.
///
/// Secrets are hidden before the text is cut, so that a cut never leaves half of one. Bytes that
/// are not UTF-8 appear as `\xNN`.
pub(crate) fn excerpt(body: &[u8], secrets: &[&str]) -> String {
    let head = &body[..body.len().min(LOOKED_AT)];
    let edge = if head.len() < body.len() {
        Edge::Cut
    } else {
        Edge::End
    };
    cut(
        &hide(&one_line(&readable(head)), secrets, edge, EXCERPT_CHARS),
        EXCERPT_CHARS,
    )
}

/// The whole text, with the secrets hidden in every spelling and nothing else changed.
pub(crate) fn scrub(text: &str, secrets: &[&str]) -> String {
    hide(text, secrets, Edge::End, usize::MAX)
}

/// The parts of a URL that may be shown: scheme, host, port, path, and the query parameters of the
/// allow-list.
///
/// Other parameters appear as one `…`. User names, passwords and fragments do not appear. The URL
/// may be relative, and `text` need not be a URL.
pub(crate) fn url(text: &str, secrets: &[&str]) -> String {
    let text = one_line(text);
    let text = text.split('#').next().unwrap_or_default();
    let (address, query) = match text.split_once('?') {
        Some((address, query)) => (address, Some(query)),
        None => (text, None),
    };
    let mut shown = shown_address(address);
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        shown.push('?');
        shown.push_str(&shown_query(query));
    }
    cut(&hide(&shown, secrets, Edge::End, URL_CHARS), URL_CHARS)
}

/// Bytes as text, with `\xNN` for bytes that are not UTF-8. Nothing is lost, so a secret in another
/// encoding can still be found.
fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// One line without terminal sequences and hidden characters, joiners included.
fn one_line(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{9b}' || (c == '\u{1b}' && chars.next_if_eq(&'[').is_some()) {
            // A colour or cursor sequence: its parameters, then one final character.
            while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
            let _ = chars.next_if(|c| matches!(c, '@'..='~'));
        } else if !plain::is_joiner(c) {
            kept.push(c);
        }
    }
    plain::line(&kept)
}

/// The first `limit` characters. If something was cut off, the last of them is `…`.
fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit - 1).chain(['…']).collect(),
    }
}

/// Scheme, host, port and path of an address without query and fragment.
fn shown_address(address: &str) -> String {
    let scheme_end = address.find(':').filter(|&at| is_scheme(&address[..at]));
    let (scheme, rest) = address.split_at(scheme_end.map_or(0, |at| at + 1));
    let Some(rest) = rest.strip_prefix("//") else {
        // Either only a path, or an address such as `mailto:` or `javascript:`, of which only the
        // scheme is shown.
        return if scheme.is_empty() {
            rest.to_owned()
        } else {
            format!("{scheme}…")
        };
    };
    // In the URL standard a backslash ends the authority too.
    let (authority, path) = rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}//{}{path}", if is_host(host) { host } else { "…" })
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Whether a text is a host with or without a port. Anything else might be a password in the wrong
/// place.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (text, ""),
    };
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host_is_plain = match bracketed {
        Some(address) => address
            .bytes()
            .all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.')),
        None => host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')),
    };
    !host.is_empty() && host_is_plain && port.bytes().all(|b| b.is_ascii_digit())
}

/// The parameters that may be shown, in their order, and one `…` for all others.
fn shown_query(query: &str) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut left_out = false;
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some((name, value)) if SHOWN_PARAMETERS.contains(&name) => {
                shown.push(format!(
                    "{name}={}",
                    if is_plain_value(value) { value } else { "…" }
                ));
            }
            _ => left_out |= !pair.is_empty(),
        }
    }
    if left_out {
        shown.push("…".to_owned());
    }
    shown.join("&")
}

/// Whether a value is short and has only characters that these parameters use, so that nothing can
/// hide in it.
fn is_plain_value(value: &str) -> bool {
    value.len() <= VALUE_BYTES
        && value.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b',' | b':' | b'+' | b'%')
        })
}

#[cfg(test)]
mod tests;
