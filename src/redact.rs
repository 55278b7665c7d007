//! Makes text from outside fit to be printed: secrets hidden, control characters gone, length bounded, URLs cut to an allow-list.

mod spellings;

use spellings::{Edge, hide};

/// The longest excerpt of a body, in characters, the mark of the cut included.
pub(crate) const EXCERPT_CHARS: usize = 200;

/// The longest URL that is shown, in characters, the mark of the cut included.
const URL_CHARS: usize = 300;

/// How much of a body an excerpt is made from, in bytes: enough for the excerpt, whatever the spelling, and never the whole.
const LOOKED_AT: usize = 8 * 1024;

/// The longest value of a query parameter that is shown, in bytes.
const VALUE_BYTES: usize = 64;

/// The query parameters whose values may be shown. Sub-ids and advertising ids belong to persons, the api key to nobody else.
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

/// The beginning of a body in one printable line of at most [`EXCERPT_CHARS`] characters, without the secrets in any spelling.
///
/// Secrets are hidden before the text is cut, so that no cut leaves half of one. Bytes that are no UTF-8 appear as `\xNN`.
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

/// The whole text with the secrets hidden in every spelling, and otherwise as it was.
pub(crate) fn scrub(text: &str, secrets: &[&str]) -> String {
    hide(text, secrets, Edge::End, usize::MAX)
}

/// A URL, whole or relative, as far as it may be shown: scheme, host, port, path, and of the query the parameters that name neither
/// persons nor secrets.
///
/// Left-out parameters appear as one `…`; user names, passwords and fragments do not appear at all. `text` need not be a URL.
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

/// Whether a character moves, hides or steers others instead of showing something itself: controls, bidirectional controls, marks
/// of no width.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Bytes as text, those that are no UTF-8 as `\xNN`: nothing is lost, and a secret in another encoding can still be found.
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

/// One line: runs of blanks and line ends become one space, terminal sequences and other unseen characters go.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if c == '\u{9b}' || (c == '\u{1b}' && chars.next_if_eq(&'[').is_some()) {
            // A colour or cursor sequence: parameters, then one final character.
            while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
            let _ = chars.next_if(|c| matches!(c, '@'..='~'));
        } else if !is_unseen(c) {
            line.push(c);
        }
    }
    if line.ends_with(' ') {
        line.pop();
    }
    line
}

/// The first `limit` characters; where something was left out, the last of them is `…`.
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
        // A path alone, or something like `mailto:` and `javascript:`, of which only the scheme is anyone's business.
        return if scheme.is_empty() {
            rest.to_owned()
        } else {
            format!("{scheme}…")
        };
    };
    // A backslash ends the authority for those who follow the URL standard.
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

/// Whether a text is a host with or without a port. What is not might be a password in the wrong place.
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

/// The parameters that may be shown, in their order, and one `…` where others were.
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

/// Whether a value is short and made of what these parameters are made of, so that nothing can hide in it.
fn is_plain_value(value: &str) -> bool {
    value.len() <= VALUE_BYTES
        && value.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b',' | b':' | b'+' | b'%')
        })
}

#[cfg(test)]
mod tests;
