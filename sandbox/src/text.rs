//! Owns the writing of values: JSON strings in two styles, amounts, and percent-encoding.

use std::fmt::Write;

/// How a JSON string is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Escapes only what JSON requires.
    Plain,
    /// Escapes as PHP's `json_encode` does by default: `\/`, and `\u` with four digits for all
    /// characters that are not ASCII.
    Php,
}

/// `text` as a JSON string.
pub(crate) fn quoted(text: &str, style: Style) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text, style);
    out
}

/// Appends `text` as a JSON string.
pub(crate) fn push_quoted(out: &mut String, text: &str, style: Style) {
    out.push('"');
    push_escaped(out, text, style);
    out.push('"');
}

/// Appends the inside of a JSON string.
pub(crate) fn push_escaped(out: &mut String, text: &str, style: Style) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if style == Style::Php => out.push_str("\\/"),
            c if u32::from(c) < 0x20 || (style == Style::Php && !c.is_ascii()) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    push_fmt(out, format_args!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
}

/// Appends formatted text. Writing to a `String` cannot fail, so the result is dropped.
pub(crate) fn push_fmt(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

/// An amount in thousandths of a dollar. It is a whole number, so no amount is rounded by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mills(pub(crate) u32);

impl Mills {
    /// A typical price: in steps of a mill below a dollar, of a cent below five dollars, and of
    /// five cents above.
    pub(crate) fn rounded(self) -> Mills {
        let step = match self.0 {
            0..1_000 => 1,
            1_000..5_000 => 10,
            _ => 50,
        };
        Mills(self.0 / step * step)
    }

    /// Reads an amount with at most three decimals, such as `0.72`. It is `None` for anything else.
    pub(crate) fn read(text: &str) -> Option<Mills> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 3 {
            return None;
        }
        let thousandths: u32 = format!("{decimals:0<3}").parse().ok()?;
        let whole: u32 = whole.parse().ok()?;
        whole.checked_mul(1000)?.checked_add(thousandths).map(Mills)
    }

    /// The amount with cents, such as `1.50`, or with mills if needed, such as `0.031`.
    pub(crate) fn fixed(self) -> String {
        let (dollars, rest) = (self.0 / 1000, self.0 % 1000);
        if rest % 10 == 0 {
            format!("{dollars}.{:02}", rest / 10)
        } else {
            format!("{dollars}.{rest:03}")
        }
    }

    /// The amount as a JSON number, such as `1.5`, `2` or `0.031`.
    pub(crate) fn number(self) -> String {
        let text = format!("{}.{:03}", self.0 / 1000, self.0 % 1000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// Appends `text` percent-encoded: only unreserved characters of RFC 3986 stay as they are.
pub(crate) fn push_percent_encoded(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            push_fmt(out, format_args!("%{byte:02X}"));
        }
    }
}

/// The two letters of a country in upper case, if `text` is two ASCII letters.
pub(crate) fn country(text: &str) -> Option<String> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic()))
        .then(|| text.to_ascii_uppercase())
}

/// At most 40 characters of a caller's text, for quoting in a message.
pub(crate) fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use crate::text::{Mills, Style, excerpt, push_percent_encoded, quoted};

    #[test]
    fn both_styles_stand_for_the_same_text() {
        let text = "a/b \"ü\" \\ \u{1} 🎮\n";
        assert_eq!(quoted(text, Style::Plain), r#""a/b \"ü\" \\ \u0001 🎮\n""#);
        assert_eq!(
            quoted(text, Style::Php),
            r#""a\/b \"\u00fc\" \\ \u0001 \ud83c\udfae\n""#
        );
        let read: String = serde_json::from_str(&quoted(text, Style::Php)).unwrap();
        assert_eq!(read, text);
    }

    #[test]
    fn amounts_are_written_in_both_forms() {
        let written = |mills| (Mills(mills).fixed(), Mills(mills).number());
        assert_eq!(written(720), ("0.72".into(), "0.72".into()));
        assert_eq!(written(1500), ("1.50".into(), "1.5".into()));
        assert_eq!(written(31), ("0.031".into(), "0.031".into()));
        assert_eq!(written(20_000), ("20.00".into(), "20".into()));
        assert_eq!(written(0), ("0.00".into(), "0".into()));
    }

    #[test]
    fn amounts_are_read_exactly_or_not_at_all() {
        for (text, mills) in [("0.72", 720), ("1.5", 1500), ("0.031", 31), ("20", 20_000)] {
            assert_eq!(Mills::read(text), Some(Mills(mills)), "{text}");
        }
        for other in [
            "", ".5", "1.", "-1", "1e2", "0.0001", "4294968", "1,5", "$1", "+1",
        ] {
            assert_eq!(Mills::read(other), None, "{other}");
        }
    }

    #[test]
    fn a_sub_id_is_percent_encoded() {
        let mut out = String::new();
        push_percent_encoded(&mut out, "a b&c=ü");
        assert_eq!(out, "a%20b%26c%3D%C3%BC");
    }

    #[test]
    fn a_long_value_is_quoted_in_part() {
        assert_eq!(excerpt("short"), "short");
        assert_eq!(excerpt(&"ü".repeat(50)), format!("{}…", "ü".repeat(40)));
    }
}
