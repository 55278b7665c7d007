//! An amount of money as the provider sends it: a decimal in a string or a number, read from its text and never through
//! binary floating point.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// An exact amount, or none where the provider sent an empty string in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) Option<Decimal>);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text of a number is only to be had in its raw form; any typed way leads through f64.
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        from_json(raw).map_err(D::Error::custom)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(decimal) => serializer.collect_str(&decimal),
            None => serializer.serialize_none(),
        }
    }
}

/// Reads one JSON value, a string or a number, as an amount.
pub(crate) fn from_json(raw: &str) -> Result<Amount, String> {
    let Some(quoted) = raw.strip_prefix('"') else {
        if raw == "null" {
            return Ok(Amount(None));
        }
        return from_text(raw)
            .ok_or_else(|| refusal(raw))
            .map(|decimal| Amount(Some(decimal)));
    };
    let plain = quoted.strip_suffix('"').unwrap_or(quoted);
    let text = if plain.contains('\\') {
        serde_json::from_str::<Cow<'_, str>>(raw).map_err(|error| error.to_string())?
    } else {
        Cow::Borrowed(plain)
    };
    match text.trim() {
        "" => Ok(Amount(None)),
        text => from_text(text)
            .ok_or_else(|| refusal(text))
            .map(|decimal| Amount(Some(decimal))),
    }
}

fn from_text(text: &str) -> Option<Decimal> {
    plain(text.as_bytes()).or_else(|| unusual(text))
}

/// Digits with at most one point among them, eighteen at the most: nearly every amount, and in one short loop.
#[inline]
pub(crate) fn plain(text: &[u8]) -> Option<Decimal> {
    if text.len() > 18 || !text.first()?.is_ascii_digit() || !text.last()?.is_ascii_digit() {
        return None;
    }
    let (mut mantissa, mut scale, mut point) = (0_i64, 0_u32, 0_u32);
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + i64::from(byte - b'0');
                scale += point;
            }
            b'.' if point == 0 => point = 1,
            _ => return None,
        }
    }
    Decimal::try_new(mantissa, scale).ok()
}

/// The rest: a sign, an exponent, more digits, or no amount at all.
fn unusual(text: &str) -> Option<Decimal> {
    let first = text.as_bytes().first()?;
    if !first.is_ascii_digit() && *first != b'-' {
        return None;
    }
    if text.bytes().any(|byte| matches!(byte, b'e' | b'E')) {
        return from_scientific(text);
    }
    // Decimal reads digits grouped by underscores; no provider means those.
    if text.contains('_') {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

/// `Decimal::from_scientific` rounds what it cannot hold, so that its answer counts only when no digit was lost.
fn from_scientific(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent = exponent.parse::<i32>().ok().filter(|n| n.abs() <= 28)?;
    let mantissa = from_text(mantissa)?;
    let scale = i64::from(mantissa.scale()) - i64::from(exponent);
    if let Ok(scale) = u32::try_from(scale) {
        return Decimal::try_from_i128_with_scale(mantissa.mantissa(), scale).ok();
    }
    let factor = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
    let whole = mantissa.mantissa().checked_mul(factor)?;
    Decimal::try_from_i128_with_scale(whole, 0).ok()
}

fn refusal(text: &str) -> String {
    // Quoted whole, or not at all: a part of it could be a part of a secret, which nobody would recognise.
    if text.len() > 40 {
        return format!(
            "{} bytes of JSON are no amount: expected a decimal number of at most 28 digits",
            text.len()
        );
    }
    format!("`{text}` is no amount: expected a decimal number of at most 28 digits")
}

#[cfg(test)]
mod tests {
    use super::{Amount, from_json};

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let read = serde_json::from_str::<Amount>(json);
        let shown = match read {
            Ok(Amount(Some(decimal))) => decimal.to_string(),
            Ok(Amount(None)) => "none".to_owned(),
            Err(_) => "refused".to_owned(),
        };
        assert_eq!(shown, expected, "{json}");
    }

    #[test]
    fn numbers_and_strings_keep_every_digit() {
        check("0.72", "0.72");
        check("\"0.72\"", "0.72");
        check("\"4.20\"", "4.20");
        check("1", "1");
        check("-1.5", "-1.5");
        check("123456789012345678", "123456789012345678");
        check("0.12345678901234567", "0.12345678901234567");
        check("1234567890.1234567890123", "1234567890.1234567890123");
        check(
            "0.1000000000000000055511151231",
            "0.1000000000000000055511151231",
        );
        check("1e-3", "0.001");
        check("1.5E2", "150");
        check("\"\\u0030.5\"", "0.5");
        check("\" 0.5 \"", "0.5");
    }

    #[test]
    fn what_is_empty_is_no_amount_and_never_zero() {
        check("\"\"", "none");
        check("\"  \"", "none");
        check("null", "none");
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        check("\"abc\"", "refused");
        check("\"1.2.3\"", "refused");
        check("\".5.\"", "refused");
        check("\"$1.50\"", "refused");
        check("\"1,50\"", "refused");
        check("\"1_000\"", "refused");
        check("\"0x10\"", "refused");
        check("\"NaN\"", "refused");
        check("true", "refused");
        check("{}", "refused");
        check("[1]", "refused");
        check("1e400", "refused");
        check("1e999999999999", "refused");
        check("0.12345678901234567890123456789012", "refused");
        check("99999999999999999999999999999999", "refused");
    }

    #[test]
    fn the_refusal_names_the_value() {
        assert_eq!(
            from_json("\"ten\"").unwrap_err(),
            "`ten` is no amount: expected a decimal number of at most 28 digits"
        );
    }

    #[test]
    fn an_amount_is_written_as_a_decimal_string() {
        assert_eq!(
            serde_json::to_string(&from_json("0.70").unwrap()).unwrap(),
            "\"0.70\""
        );
    }
}
