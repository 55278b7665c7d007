//! The values of options: parsed from text, with errors that say what is allowed.

use std::path::PathBuf;
use std::time::Duration;

use cpalead::{Country, Device, MAX_LIMIT, MAX_PUBLISHER_ID, UpdatedSince, Wait};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// The country of `--country`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountryChoice {
    Named(Country),
    OfCaller,
}

/// A device of `--device`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceChoice {
    Named(Device),
    OfCaller,
}

pub(crate) fn publisher_id(text: &str) -> Result<u64, String> {
    whole(text, "publisher id")
}

pub(crate) fn offer_id(text: &str) -> Result<u64, String> {
    whole(text, "offer id")
}

/// An id: a whole number from 1. Offer ids have the same limit as publisher ids.
fn whole(text: &str, what: &str) -> Result<u64, String> {
    let number = text
        .parse::<u64>()
        .ok()
        .filter(|id| (1..=MAX_PUBLISHER_ID).contains(id))
        .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    number.ok_or_else(|| {
        let digits = MAX_PUBLISHER_ID.ilog10() + 1;
        format!(
            "`{}` is not a valid {what}: expected a whole number from 1, at most {digits} digits",
            short(text)
        )
    })
}

/// A sub-id or an IP address. `user` is refused, because the API would read it as the calling
/// address.
pub(crate) fn subject(text: &str) -> Result<String, String> {
    if text.eq_ignore_ascii_case("user") {
        return Err("`user` means the calling IP address: use --caller instead".to_owned());
    }
    not_blank(text)
}

pub(crate) fn limit(text: &str) -> Result<u32, String> {
    let number = text.parse().ok();
    number
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| {
            format!(
                "`{}` is not a valid limit: expected 1 to {MAX_LIMIT}",
                short(text)
            )
        })
}

pub(crate) fn country(text: &str) -> Result<CountryChoice, String> {
    if text.eq_ignore_ascii_case("user") {
        return Ok(CountryChoice::OfCaller);
    }
    let country = text.parse::<Country>();
    country
        .map(CountryChoice::Named)
        .map_err(|error| match error.to_string() {
            question if question.ends_with('?') => question,
            error => format!("{error}, or user for the country you call from"),
        })
}

pub(crate) fn device(text: &str) -> Result<DeviceChoice, String> {
    if text.eq_ignore_ascii_case("user") {
        return Ok(DeviceChoice::OfCaller);
    }
    let device = text.parse::<Device>();
    device
        .map(DeviceChoice::Named)
        .map_err(|error| format!("{error}, or user for the calling device"))
}

pub(crate) fn date(text: &str) -> Result<Date, String> {
    let shaped = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let date = text.parse().ok().filter(|_| shaped);
    date.ok_or_else(|| {
        format!(
            "`{}` is not a valid date: expected YYYY-MM-DD, a day that exists",
            short(text)
        )
    })
}

pub(crate) fn updated_since(text: &str) -> Result<UpdatedSince, String> {
    if let Ok(day) = date(text) {
        return Ok(day.into());
    }
    let point = text.parse::<Timestamp>();
    point.map(Into::into).map_err(|_| {
        format!(
            "`{}` is not a valid date: expected YYYY-MM-DD, a day that exists, or a point in time with its zone such as 2026-04-01T00:00:00Z",
            short(text)
        )
    })
}

pub(crate) fn wait(text: &str) -> Result<Wait, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Wait::FailFast);
    }
    let longest = duration(text).map_err(|error| format!("{error}, or none"))?;
    Ok(Wait::AtMost(longest))
}

pub(crate) fn timeout(text: &str) -> Result<Duration, String> {
    let longest = duration(text)?;
    if longest.is_zero() {
        return Err(format!(
            "`{}` is not a valid timeout: expected more than zero",
            short(text)
        ));
    }
    Ok(longest)
}

/// The time between two pulls of the catalogue.
pub(crate) fn interval(text: &str) -> Result<Duration, String> {
    let every = duration(text)?;
    if every < Duration::from_secs(60) {
        return Err(format!(
            "`{}` is not a valid interval: expected at least 60s",
            short(text)
        ));
    }
    Ok(every)
}

/// A duration with its units, at most a year.
fn duration(text: &str) -> Result<Duration, String> {
    let longest = SignedDuration::from_hours(366 * 24);
    let read = text.trim().parse::<SignedDuration>().ok();
    read.filter(|duration| *duration <= longest)
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| {
            format!(
                "`{}` is not a valid duration: expected at most a year, as a number with its unit such as 90s, 2m or 1h",
                short(text)
            )
        })
}

pub(crate) fn not_blank(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("the value is blank: give a text, or omit the option".to_owned());
    }
    Ok(text.to_owned())
}

pub(crate) fn directory(text: &str) -> Result<PathBuf, String> {
    not_blank(text).map(PathBuf::from)
}

/// The part of a value that an error quotes.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(24).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cpalead::Wait;

    use super::{date, duration, limit, publisher_id, updated_since, wait};

    #[test]
    fn ids_are_whole_numbers_from_one() {
        assert_eq!(publisher_id("3360001"), Ok(3_360_001));
        assert_eq!(
            publisher_id("-1").unwrap_err(),
            "`-1` is not a valid publisher id: expected a whole number from 1, at most 16 digits"
        );
        for text in ["", "0", "+1", "1.5", "12345678901234567", "١", "1 "] {
            assert!(publisher_id(text).is_err(), "{text}");
        }
    }

    #[test]
    fn limits_end_where_the_documentation_says() {
        assert_eq!((limit("1"), limit("5000")), (Ok(1), Ok(5000)));
        assert_eq!(
            limit("5001").unwrap_err(),
            "`5001` is not a valid limit: expected 1 to 5000"
        );
        assert!(limit("0").is_err() && limit("-1").is_err());
    }

    #[test]
    fn a_day_must_exist_and_a_point_in_time_must_have_a_zone() {
        assert!(date("2024-02-29").is_ok());
        for text in [
            "2026-02-29",
            "2026-2-1",
            "20260401",
            "01.04.2026",
            "",
            "äöüäö",
        ] {
            assert!(date(text).is_err(), "{text}");
        }
        assert!(updated_since("2026-04-01T00:00:00+02:00").is_ok());
        assert!(updated_since("2026-04-01T00:00:00").is_err());
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5400)));
        for text in ["90", "-5s", "", "soon", "9999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(wait("none"), Ok(Wait::FailFast));
    }
}
