//! Reads the `Retry-After` header, in seconds or as a date; anything else is ignored.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The longest wait that is accepted from a provider.
const LONGEST: Duration = Duration::from_secs(3_600);

/// The three forms of a date in HTTP (RFC 9110, 5.6.7): the current one, and two obsolete ones that
/// readers must accept.
const FORMS: [&str; 3] = [
    "%a, %d %b %Y %H:%M:%S GMT",
    "%A, %d-%b-%y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
];

/// How long a `Retry-After` asks to wait from `now`, at most an hour; `None` if it is neither
/// seconds nor a date.
///
/// A date in the past asks for no wait.
pub(crate) fn retry_after(value: &[u8], now: Timestamp) -> Option<Duration> {
    let value = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
    // The standard has whole seconds; some servers write fractions, which are rounded up.
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits(whole) && digits(fraction) {
        // Digits too large for any number mean a very long wait.
        let seconds = whole.parse().unwrap_or(u64::MAX);
        let begun = u64::from(fraction.bytes().any(|digit| digit != b'0'));
        return Some(Duration::from_secs(seconds.saturating_add(begun)).min(LONGEST));
    }
    let date = FORMS
        .iter()
        .find_map(|form| DateTime::strptime(form, value).ok())?;
    // Both are compared as calendar dates, because the last valid dates are later than the last
    // `Timestamp`.
    let now = TimeZone::UTC.to_datetime(now);
    let wait = Duration::try_from(now.duration_until(date)).unwrap_or_default();
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use proptest::prelude::{ProptestConfig, any, prop, prop_assert, proptest};

    use super::retry_after;

    /// Reads a value at 08:49:07 on the day of the example in the standard, 30 seconds before its
    /// time.
    #[track_caller]
    fn asks(value: &str, seconds: Option<u64>) {
        let now: Timestamp = "1994-11-06T08:49:07Z".parse().unwrap();
        assert_eq!(
            retry_after(value.as_bytes(), now),
            seconds.map(Duration::from_secs),
            "{value}"
        );
    }

    #[test]
    fn seconds_count_up_to_an_hour() {
        asks("0", Some(0));
        asks("61", Some(61));
        asks(" 007\t", Some(7));
        asks("3600", Some(3_600));
        asks("299.997", Some(300));
        asks("61.0", Some(61));
        asks("3599.5", Some(3_600));
        asks("3601", Some(3_600));
        asks("18446744073709551616", Some(3_600));
        asks(&"9".repeat(10_000), Some(3_600));
    }

    #[test]
    fn a_date_is_read_in_each_of_its_three_forms() {
        asks("Sun, 06 Nov 1994 08:49:37 GMT", Some(30));
        asks("Sunday, 06-Nov-94 08:49:37 GMT", Some(30));
        asks("Sun Nov  6 08:49:37 1994", Some(30));
    }

    #[test]
    fn a_past_date_asks_for_no_wait_and_a_distant_one_for_an_hour() {
        asks("Sun, 06 Nov 1994 08:49:07 GMT", Some(0));
        asks("Sat, 05 Nov 1994 08:49:37 GMT", Some(0));
        asks("Thu, 01 Jan 1970 00:00:00 GMT", Some(0));
        asks("Sun, 06 Nov 1994 10:00:00 GMT", Some(3_600));
        asks("Fri, 31 Dec 9999 23:59:59 GMT", Some(3_600));
    }

    #[test]
    fn anything_else_asks_for_nothing() {
        for value in [
            "",
            " ",
            "-1",
            "+1",
            "1.",
            ".5",
            "1.5.2",
            "1.5s",
            "1e3",
            "0x10",
            "60s",
            "60, 61",
            "soon",
            "1\n2",
            "٣",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "1994-11-06T08:49:37Z",
            "Sun, 06 Nov -1994 08:49:37 GMT",
            "Sun, 06 Nov 99999 08:49:37 GMT",
        ] {
            asks(value, None);
        }
        assert_eq!(retry_after(b"\xff60", Timestamp::UNIX_EPOCH), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

        #[test]
        fn no_bytes_make_it_panic_or_exceed_an_hour(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            like in "(Sun|Monday)?,? ?[0-9]{0,3}[ -](Nov|Feb|[a-z]{3})[ -]-?[0-9]{0,6} [0-9]{1,3}:[0-9]{2}:[0-9]{2} ?(GMT|[0-9]{4,20})?",
            digits in "[ \t]?-?[0-9]{0,40}",
            now in any::<i64>(),
        ) {
            let bounds = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
            let now = Timestamp::from_second(now.clamp(*bounds.start(), *bounds.end())).unwrap();
            for now in [now, Timestamp::MIN, Timestamp::MAX] {
                for value in [bytes.as_slice(), like.as_bytes(), digits.as_bytes()] {
                    prop_assert!(retry_after(value, now).is_none_or(|wait| wait <= Duration::from_secs(3_600)));
                }
            }
        }
    }
}
