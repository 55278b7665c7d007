//! A point in time in every form that PHP and JavaScript write.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::fmt::rfc2822;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// The last second of the year 9999. A larger number counts milliseconds: as such it lies after
/// January 1978.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The beginning of 1974. Smaller numbers are not seconds: a catalogue of this kind is younger.
const FIRST_SECOND: f64 = 126_230_400.0;

/// A point in time, or none where the provider sent a zero date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    pub(crate) timestamp: Option<Timestamp>,
    /// Whether the provider named no time zone, so that UTC was assumed.
    pub(crate) assumes_utc: bool,
}

impl Time {
    const ABSENT: Self = Self {
        timestamp: None,
        assumes_utc: false,
    };

    fn certain(timestamp: Timestamp) -> Self {
        Self {
            timestamp: Some(timestamp),
            assumes_utc: false,
        }
    }

    /// Reads seconds, or milliseconds by their size. Zero is what PHP makes of a missing time.
    fn of_number(number: f64) -> Option<Self> {
        if number == 0.0 {
            return Some(Self::ABSENT);
        }
        if let Some(time) = of_digits(number) {
            return Some(time);
        }
        let (seconds, digits) = match number {
            number if number > LAST_SECOND => (number / 1000.0, 1e3),
            number => (number, 1e6),
        };
        if !(FIRST_SECOND..=LAST_SECOND).contains(&seconds) {
            return None;
        }
        // A float has no exact fraction: the digits that a sender means are kept.
        let whole = SignedDuration::from_secs(seconds.trunc() as i64);
        let fraction = (seconds.fract() * digits).round() / digits;
        let fraction = SignedDuration::try_from_secs_f64(fraction).ok()?;
        Timestamp::from_duration(whole + fraction)
            .ok()
            .map(Self::certain)
    }

    /// Reads a text: digits, `2026-01-31 23:59:59`, ISO 8601, RFC 2822, or what JavaScript prints.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        // The second is how PHP formats the first.
        if text.is_empty() || text.starts_with("0000-00-00") || text.starts_with("-0001-11-30") {
            return Some(Self::ABSENT);
        }
        let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if is_number {
            return text.parse().ok().and_then(Self::of_number);
        }
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Some(Self::certain(timestamp));
        }
        if let Ok(time) = rfc2822::parse(text) {
            return Some(Self::certain(time.timestamp()));
        }
        if let Some(timestamp) = of_javascript(text) {
            return Some(Self::certain(timestamp));
        }
        // A date and time without a zone. Text behind them may be a zone that is not known here.
        let time = text
            .parse::<DateTime>()
            .or_else(|_| {
                text.parse::<Date>()
                    .map(|date| date.to_datetime(jiff::civil::Time::midnight()))
            })
            .ok()?;
        let is_bare = text
            .bytes()
            .all(|b| b.is_ascii_digit() || b"-:. T".contains(&b));
        let timestamp = TimeZone::UTC.to_timestamp(time).ok()?;
        is_bare.then_some(Self {
            timestamp: Some(timestamp),
            assumes_utc: true,
        })
    }

    /// The day that a text begins with, or the day in UTC of a time; none for a zero date.
    pub(crate) fn date_of(text: &str) -> Option<Option<Date>> {
        let text = text.trim();
        let rest = text.get(10..).unwrap_or_default();
        let day = text.get(..10).and_then(|day| day.parse::<Date>().ok());
        // Behind the day there is nothing, or a time.
        if day.is_some() && (rest.is_empty() || rest.starts_with([' ', 'T', '+', '['])) {
            return Some(day);
        }
        let time = Self::of_text(text)?;
        Some(
            time.timestamp
                .map(|time| TimeZone::UTC.to_datetime(time).date()),
        )
    }
}

/// Reads digits such as `20260131` and `20260131235959`: as seconds they would be long ago, as
/// milliseconds far away.
fn of_digits(number: f64) -> Option<Time> {
    let in_range = |low: f64, high: f64| (low..=high).contains(&number) && number.fract() == 0.0;
    let text = format!("{number}");
    let time = if in_range(19_900_101.0, 21_001_231.0) {
        Date::strptime("%Y%m%d", &text)
            .ok()?
            .to_datetime(jiff::civil::Time::midnight())
    } else if in_range(19_900_101_000_000.0, 21_001_231_235_959.0) {
        DateTime::strptime("%Y%m%d%H%M%S", &text).ok()?
    } else {
        return None;
    };
    Some(Time {
        timestamp: TimeZone::UTC.to_timestamp(time).ok(),
        assumes_utc: true,
    })
}

/// `Thu Jan 01 2026 00:00:00 GMT+0100 (Central European Standard Time)`, as `Date` prints itself.
fn of_javascript(text: &str) -> Option<Timestamp> {
    let text = text.split(" (").next()?;
    let (time, offset) = text.split_once(" GMT")?;
    let time = DateTime::strptime("%a %b %d %Y %H:%M:%S", time).ok()?;
    let offset = match offset {
        "" => Offset::UTC,
        offset => {
            let (sign, digits) = match offset.as_bytes().first()? {
                b'+' => (1, &offset[1..]),
                b'-' => (-1, &offset[1..]),
                _ => return None,
            };
            let is_whole = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
            let number = digits.parse::<i32>().ok().filter(|_| is_whole)?;
            Offset::from_seconds(sign * (number / 100 * 3600 + number % 100 * 60)).ok()?
        }
    };
    offset.to_timestamp(time).ok()
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;

        impl Visitor<'_> for TimeVisitor {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time: unix seconds, or a date and time")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Time, E> {
                Time::of_number(number as f64)
                    .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Time, E> {
                Time::of_number(number)
                    .ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
                Time::of_text(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(TimeVisitor)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.timestamp {
            Some(timestamp) => serializer.collect_str(&timestamp),
            None => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    /// The time that was read, with a question mark where UTC was assumed.
    fn read(json: &str) -> String {
        match serde_json::from_str::<Time>(json) {
            Ok(Time {
                timestamp: None, ..
            }) => "none".to_owned(),
            Ok(Time {
                timestamp: Some(timestamp),
                assumes_utc,
            }) => format!("{timestamp}{}", if assumes_utc { "?" } else { "" }),
            Err(_) => "refused".to_owned(),
        }
    }

    #[track_caller]
    fn check(json: &str, expected: &str) {
        assert_eq!(read(json), expected, "{json}");
    }

    #[test]
    fn seconds_and_milliseconds_are_told_apart_by_their_size() {
        check("1767225600", "2026-01-01T00:00:00Z");
        check("\"1767225600\"", "2026-01-01T00:00:00Z");
        check("1767225600.0", "2026-01-01T00:00:00Z");
        check("1767225600.25", "2026-01-01T00:00:00.25Z");
        check("\"1767225600.5\"", "2026-01-01T00:00:00.5Z");
        check("1767225600123", "2026-01-01T00:00:00.123Z");
        check("253402207200", "9999-12-30T22:00:00Z");
        check("99999999999999999", "refused");
        check("-1", "refused");
        check("12345", "refused");
    }

    #[test]
    fn digits_of_a_date_are_not_seconds() {
        check("20260131", "2026-01-31T00:00:00Z?");
        check("\"20260131\"", "2026-01-31T00:00:00Z?");
        check("\"20260131235959\"", "2026-01-31T23:59:59Z?");
        check("20261331", "refused");
    }

    #[test]
    fn dates_with_a_zone_are_read_in_it() {
        check("\"2026-01-01T00:00:00Z\"", "2026-01-01T00:00:00Z");
        check("\"2026-01-01T02:00:00+02:00\"", "2026-01-01T00:00:00Z");
        check("\"2026-01-01T02:00:00+0200\"", "2026-01-01T00:00:00Z");
        check("\"2026-01-01T00:00:00.123Z\"", "2026-01-01T00:00:00.123Z");
        check("\"Thu, 01 Jan 2026 00:00:00 GMT\"", "2026-01-01T00:00:00Z");
        check(
            "\"Thu, 01 Jan 2026 01:00:00 +0100\"",
            "2026-01-01T00:00:00Z",
        );
        check(
            "\"Thu Jan 01 2026 01:00:00 GMT+0100 (Central European Standard Time)\"",
            "2026-01-01T00:00:00Z",
        );
    }

    #[test]
    fn utc_is_assumed_where_no_zone_is_named() {
        check("\"2026-01-01 00:00:00\"", "2026-01-01T00:00:00Z?");
        check("\"2026-01-01 00:00:00.500000\"", "2026-01-01T00:00:00.5Z?");
        check("\"2026-01-01T12:30:00\"", "2026-01-01T12:30:00Z?");
        check("\"2026-01-01\"", "2026-01-01T00:00:00Z?");
    }

    #[test]
    fn zero_dates_are_absent_and_other_words_are_refused() {
        check("\"0000-00-00 00:00:00\"", "none");
        check("\"0000-00-00\"", "none");
        check("\"\"", "none");
        check("0", "none");
        check("\"-0001-11-30 00:00:00\"", "none");
        for json in [
            "\"yesterday\"",
            "\"2026-13-01 00:00:00\"",
            "\"2026-01-01 00:00:00 Europe/Berlin\"",
            "\"2026-01-01 00:00:00[Europe/Berlin]\"",
            "true",
            "[]",
            "\"1.2.3\"",
        ] {
            check(json, "refused");
        }
    }
}
