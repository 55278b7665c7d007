//! An amount of money: a decimal in a string or a number, read from its text and never through
//! binary floating point.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::lenient;

/// The significant digits that an amount keeps. `Decimal` holds every number of so many digits.
const MAX_DIGITS: usize = 28;

/// An exact amount, or none where the provider sent an empty string in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) Option<Decimal>);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Only the raw form has the text of a number; any typed way leads through f64.
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
            .or_else(|| in_words(text))
            .ok_or_else(|| refusal(text))
            .map(|decimal| Amount(Some(decimal))),
    }
}

fn from_text(text: &str) -> Option<Decimal> {
    plain(text.as_bytes()).or_else(|| unusual(text))
}

/// Digits with at most one point among them, eighteen at most: nearly every amount, and in one
/// short loop.
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

/// The rest: a sign, an exponent, no digit before the point, or more digits than an amount keeps.
///
/// PHP writes floats with up to 53 digits. Those beyond the 28th are rounded, half to even.
fn unusual(text: &str) -> Option<Decimal> {
    let (negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    let all_digits = digits().all(|byte| byte.is_ascii_digit());
    if !all_digits || fraction.is_empty() == number.contains('.') || digits().next().is_none() {
        return None;
    }
    let leading_zeros = digits().take_while(|byte| *byte == b'0').count();
    let significant = digits().count() - leading_zeros;
    let decimals = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
    if significant == 0 {
        let scale = u32::try_from(decimals.clamp(0, 28)).ok()?;
        return Decimal::try_from_i128_with_scale(0, scale).ok();
    }
    // What does not fit is cut from the end: digits beyond the 28th, and decimals beyond the 28th.
    let too_many = significant.saturating_sub(MAX_DIGITS);
    let too_small = usize::try_from(decimals - 28).unwrap_or(0);
    let cut = too_many.max(too_small);
    if i64::try_from(cut).ok()? > decimals.max(0) {
        return None;
    }
    let kept = significant.checked_sub(cut).filter(|kept| *kept > 0)?;
    let mut mantissa = digits()
        .skip(leading_zeros)
        .take(kept)
        .fold(0_i128, |sum, byte| sum * 10 + i128::from(byte - b'0'));
    let mut rest = digits().skip(leading_zeros + kept);
    let (first, more) = (rest.next().unwrap_or(b'0'), rest.any(|byte| byte != b'0'));
    if first > b'5' || (first == b'5' && (more || mantissa % 2 == 1)) {
        mantissa += 1;
    }
    let mut scale = decimals - i64::try_from(cut).ok()?;
    while scale < 0 {
        mantissa = mantissa.checked_mul(10)?;
        scale += 1;
    }
    let mantissa = if negative { -mantissa } else { mantissa };
    Decimal::try_from_i128_with_scale(mantissa, u32::try_from(scale).ok()?).ok()
}

/// An amount as people write it, where that can mean one thing only: `1,234.50`, `1.234,50`,
/// `$0.40`, `0.40 USD`.
///
/// A currency is taken only while a row is read leniently, because it must be compared with the
/// currency of the offer.
fn in_words(text: &str) -> Option<Decimal> {
    let bare = text
        .strip_prefix("US$")
        .or_else(|| text.strip_prefix('$'))
        .or_else(|| text.strip_prefix("USD"))
        .or_else(|| text.strip_suffix("USD"))
        .or_else(|| text.strip_suffix('$'));
    if let Some(bare) = bare {
        let bare = bare.trim();
        let amount = from_text(bare).or_else(|| grouped(bare))?;
        return lenient::dollars().then_some(amount);
    }
    grouped(text)
}

/// Digits in groups of three. `1,234` is none: it may be a little more than one.
fn grouped(text: &str) -> Option<Decimal> {
    let first = text.find([',', '.'])?;
    let (separator, point) = match text.as_bytes()[first] {
        b',' => (',', '.'),
        _ => ('.', ','),
    };
    let (whole, fraction) = match text.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let groups: Vec<&str> = whole.split(separator).collect();
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let in_threes = groups[1..].iter().all(|group| group.len() == 3);
    let sound = groups.iter().copied().chain(fraction).all(all_digits) && in_threes;
    // `192.168.100` is not a number, and no number begins with a zero in front of others.
    let is_certain = fraction.is_some() || (separator == ',' && groups.len() > 2);
    let begins = !groups[0].starts_with('0') && groups[0].len() <= 3;
    if !sound || !is_certain || groups.len() < 2 || !begins {
        return None;
    }
    from_text(&format!("{}.{}", groups.concat(), fraction.unwrap_or("0")))
}

fn refusal(text: &str) -> String {
    // Quoted whole or not at all: a part of it could be a part of a secret, which nobody would
    // recognise.
    if text.len() > 40 {
        return format!(
            "{} bytes of JSON are not a valid amount: expected a decimal number",
            text.len()
        );
    }
    format!("`{text}` is not a valid amount: expected a decimal number")
}

#[cfg(test)]
mod tests {
    use super::{Amount, from_json};
    use crate::values::lenient::leniently;

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
        check("0e5", "0");
        check("-0.00", "0.00");
        check("1.5E2", "150");
        check("\"\\u0030.5\"", "0.5");
        check("\" 0.5 \"", "0.5");
    }

    #[test]
    fn what_is_empty_is_absent_and_never_zero() {
        check("\"\"", "none");
        check("\"  \"", "none");
        check("null", "none");
    }

    #[test]
    fn digits_beyond_the_28th_are_rounded_half_to_even() {
        check(
            "67.2000000000000028421709430404007434844970703125",
            "67.20000000000000284217094304",
        );
        check(
            "\"0.12345678901234567890123456789012\"",
            "0.1234567890123456789012345679",
        );
        check(
            "0.99999999999999999999999999999",
            "1.0000000000000000000000000000",
        );
        check(
            "1.0000000000000000000000000005",
            "1.000000000000000000000000000",
        );
        check(
            "1.0000000000000000000000000015",
            "1.000000000000000000000000002",
        );
        check("12345678901234567890123456789.5", "refused");
    }

    #[test]
    fn other_ways_to_write_a_number_are_read_where_they_mean_one_thing() {
        check("\".5\"", "0.5");
        check("\"+1.0\"", "1.0");
        check("\"1,234.50\"", "1234.50");
        check("\"1.234,50\"", "1234.50");
        check("\"1,234,567\"", "1234567.0");
        for ambiguous in [
            "192.168.100",
            "000,000,001",
            "0,123.45",
            "1,234",
            "1.23,45",
            "12,34.5",
            "1,50",
            ",5",
            "1234,567.5",
            "1,,234.5",
        ] {
            check(&format!("\"{ambiguous}\""), "refused");
        }
        // `1.234` is a plain decimal.
        check("\"1.234\"", "1.234");
    }

    #[test]
    fn a_currency_is_read_leniently_only_and_reported() {
        for text in ["$0.40", "0.40 USD", "USD 0.40", "US$0.40", "0.40$"] {
            let json = format!("\"{text}\"");
            check(&json, "refused");
            let (read, oddities) = leniently(|| from_json(&json).unwrap());
            assert_eq!(read.0.unwrap().to_string(), "0.40", "{text}");
            assert!(oddities.dollars);
        }
        let (read, _) = leniently(|| from_json("\"0.40 EUR\""));
        assert!(read.is_err());
    }

    #[test]
    fn what_is_not_a_decimal_is_refused() {
        for json in [
            "\"abc\"",
            "\"1.2.3\"",
            "\".5.\"",
            "\".\"",
            "\"5.\"",
            "\"-\"",
            "\"1_000\"",
            "\"0x10\"",
            "\"NaN\"",
            "true",
            "{}",
            "[1]",
            "1e400",
            "1e999999999999",
            "1e-400",
            "\"1e\"",
            "\"--1\"",
            "99999999999999999999999999999999",
        ] {
            check(json, "refused");
        }
    }

    #[test]
    fn the_refusal_names_the_value() {
        assert_eq!(
            from_json("\"ten\"").unwrap_err(),
            "`ten` is not a valid amount: expected a decimal number"
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
