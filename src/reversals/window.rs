//! The windows of a range of days, one call each and at most a calendar month long, without gap or
//! overlap; and the reversals of one window.

use std::fmt;

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::reversal::Reversal;
use crate::report::Report;

/// A range of days that one call fetches; the first and the last day are included.
///
/// ```
/// # fn show(window: cpalead::Window) {
/// println!("{} to {}", window.start(), window.end());
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    start: Date,
    end: Date,
}

impl Window {
    /// The first day.
    #[must_use]
    pub fn start(&self) -> Date {
        self.start
    }

    /// The last day.
    #[must_use]
    pub fn end(&self) -> Date {
        self.end
    }
}

/// `2026-01-15..=2026-02-14`
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..={}", self.start, self.end)
    }
}

/// The windows of a range, oldest first; none when the start is after the end.
///
/// "A maximum of one month can be pulled at a time" does not say whether the same day of the next
/// month still belongs to the month. A window therefore ends the day before it. Where the next
/// month has no such day, the window ends the day before its last one: a window from 31 January
/// ends on 27 February, or on 28 February in a leap year. The length is counted from the start of
/// each window.
///
/// Source: Publisher API documentation, Reversals, `end_date`.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    next: Option<Date>,
    end: Date,
}

impl Windows {
    pub(crate) fn new(start: Date, end: Date) -> Self {
        Self {
            next: (start <= end).then_some(start),
            end,
        }
    }
}

impl Iterator for Windows {
    type Item = Window;

    fn next(&mut self) -> Option<Window> {
        let start = self.next?;
        // There is no month after the last one of the calendar: the window then ends with it.
        let month_later = start.checked_add(1.month()).unwrap_or(Date::MAX);
        let last = month_later
            .checked_sub(one_day())
            .unwrap_or(start)
            .max(start);
        let end = last.min(self.end);
        self.next = end
            .checked_add(one_day())
            .ok()
            .filter(|next| *next <= self.end);
        Some(Window { start, end })
    }
}

fn one_day() -> Span {
    1.day()
}

/// The reversals of one window.
///
/// ```
/// # fn show(window: &cpalead::ReversalWindow) {
/// println!("{}: {}", window.window(), window.report().len());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ReversalWindow {
    window: Window,
    report: Report<Reversal>,
}

impl ReversalWindow {
    pub(super) fn new(window: Window, report: Report<Reversal>) -> Self {
        Self { window, report }
    }

    /// The days that the call fetched.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The reversals of these days.
    #[must_use]
    pub fn report(&self) -> &Report<Reversal> {
        &self.report
    }

    /// The same as [`report`](Self::report), as an owned value.
    #[must_use]
    pub fn into_report(self) -> Report<Reversal> {
        self.report
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};

    use super::{Windows, one_day};

    fn shown(start: Date, end: Date) -> String {
        let windows: Vec<_> = Windows::new(start, end)
            .map(|window| window.to_string())
            .collect();
        windows.join("\n")
    }

    #[test]
    fn a_range_across_a_leap_february_has_no_gap_and_no_overlap() {
        insta::assert_snapshot!(shown(date(2023, 12, 31), date(2024, 3, 31)), @r"
        2023-12-31..=2024-01-30
        2024-01-31..=2024-02-28
        2024-02-29..=2024-03-28
        2024-03-29..=2024-03-31
        ");
    }

    #[test]
    fn a_single_day_is_one_window() {
        insta::assert_snapshot!(shown(date(2026, 9, 12), date(2026, 9, 12)), @"2026-09-12..=2026-09-12");
    }

    #[test]
    fn a_range_of_three_and_a_half_months_is_four_windows() {
        insta::assert_snapshot!(shown(date(2026, 1, 15), date(2026, 5, 3)), @r"
        2026-01-15..=2026-02-14
        2026-02-15..=2026-03-14
        2026-03-15..=2026-04-14
        2026-04-15..=2026-05-03
        ");
    }

    #[test]
    fn whole_months_are_whole_windows() {
        insta::assert_snapshot!(shown(date(2025, 1, 1), date(2025, 3, 31)), @r"
        2025-01-01..=2025-01-31
        2025-02-01..=2025-02-28
        2025-03-01..=2025-03-31
        ");
    }

    #[test]
    fn a_start_after_the_end_has_no_window_and_the_end_of_the_calendar_ends_it() {
        assert_eq!(shown(date(2026, 1, 2), date(2026, 1, 1)), "");
        assert_eq!(
            shown(date(9999, 12, 31), Date::MAX),
            "9999-12-31..=9999-12-31"
        );
        assert_eq!(
            shown(date(9999, 12, 1), Date::MAX),
            "9999-12-01..=9999-12-30\n9999-12-31..=9999-12-31"
        );
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (1990_i16..2060, 0_i32..366)
            .prop_map(|(year, day)| date(year, 1, 1).saturating_add(jiff::Span::new().days(day)))
    }

    proptest! {
        #[test]
        fn windows_cover_every_day_once_and_none_is_longer_than_a_month(start in any_date(), days in 0_i32..1500) {
            let end = start.saturating_add(jiff::Span::new().days(days));
            let mut expected = start;
            for window in Windows::new(start, end) {
                prop_assert_eq!(window.start(), expected);
                prop_assert!(window.end() >= window.start());
                let month = window.start().checked_add(jiff::Span::new().months(1)).unwrap();
                prop_assert!(window.end() < month);
                expected = window.end().checked_add(one_day()).unwrap();
            }
            prop_assert_eq!(expected, end.checked_add(one_day()).unwrap());
        }
    }
}
