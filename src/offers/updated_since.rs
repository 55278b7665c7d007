//! The time since when a request wants updated offers: a day, or a point in time.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

/// The argument of [`OffersRequest::updated_since`](crate::OffersRequest::updated_since): a day, or
/// a point in time.
///
/// ```
/// use cpalead::UpdatedSince;
///
/// let day = UpdatedSince::from(jiff::civil::date(2026, 4, 1));
/// assert_eq!(day.to_string(), "2026-04-01");
/// let point = UpdatedSince::from("2026-04-01T00:00:00Z".parse::<jiff::Timestamp>()?);
/// assert_eq!(point.to_string(), "2026-04-01T00:00:00Z");
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdatedSince {
    /// From the beginning of a day, such as `2026-04-01`. The time zone is not documented.
    Day(Date),
    /// From a point in time, such as `2026-04-01T00:00:00Z`.
    Point(Timestamp),
}

impl From<Date> for UpdatedSince {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl From<Timestamp> for UpdatedSince {
    fn from(point: Timestamp) -> Self {
        Self::Point(point)
    }
}

impl fmt::Display for UpdatedSince {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Point(point) => write!(f, "{point}"),
        }
    }
}
