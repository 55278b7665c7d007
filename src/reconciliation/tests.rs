//! Which reversal belongs to which conversion, and what always adds up.

use jiff::civil::{Date, date};
use proptest::prelude::{Just, Strategy, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use rust_decimal::Decimal;

use super::{Earned, Reconciled, Reconciliation, Reversed, gaps};
use crate::report::Report;
use crate::reversals::reversal::Reversal;

/// A conversion such as `lead=a day=3 subid=u cents=72 offer=7`, each of them optional.
fn earned(text: &str) -> Earned {
    let mut earned = Earned::new(cents(value(text, "cents").unwrap_or("72"))).reference(text);
    if let Some(lead) = value(text, "lead") {
        earned = earned.lead_id(lead);
    }
    if let Some(day) = value(text, "day") {
        let day =
            date(2026, 1, 1).saturating_add(jiff::Span::new().days(day.parse::<i64>().unwrap()));
        earned = earned.at(format!("{day}T12:00:00Z").parse().unwrap());
    }
    let earned = earned.subid(value(text, "subid").unwrap_or("u"));
    earned.offer_id(value(text, "offer").unwrap_or("7").parse().unwrap())
}

fn reversed(text: &str) -> Reversed {
    let member =
        |name: &str, value: Option<String>| value.map(|value| format!(r#""{name}":"{value}""#));
    let amount = cents(value(text, "cents").unwrap_or("72"));
    let day = value(text, "day").map(|day| {
        let days = jiff::Span::new().days(day.parse::<i64>().unwrap());
        date(2026, 1, 1).saturating_add(days).to_string()
    });
    let members = [
        member("lead_id", value(text, "lead").map(str::to_owned)),
        member("date", day),
        member(
            "subid",
            Some(value(text, "subid").unwrap_or("u").to_owned()),
        ),
        member(
            "offer_id",
            Some(value(text, "offer").unwrap_or("7").to_owned()),
        ),
        member("amount", Some(amount.to_string())),
        member("reason", Some(text.to_owned())),
    ];
    let members: Vec<_> = members.into_iter().flatten().collect();
    let body = format!("[{{{}}}]", members.join(","));
    Reversed::from(&Report::<Reversal>::from_json(body.into_bytes()).unwrap()[0])
}

fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut words = text.split(' ').filter_map(|word| word.split_once('='));
    words
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

fn cents(text: &str) -> Decimal {
    Decimal::new(text.parse().unwrap(), 2)
}

fn reconcile(ours: &[String], theirs: &[String]) -> Reconciled {
    Reconciliation::new(date(2026, 1, 1)..=date(2026, 12, 31))
        .earned(ours.iter().map(|text| earned(text)))
        .reversed(theirs.iter().map(|text| reversed(text)))
        .finish()
}

/// Checks what becomes of the reversals: `day=3 > day=9` for a match, `? 2 of 1` for two reversals
/// that fit one conversion, `- day=9` for one that fits none.
#[track_caller]
fn check(ours: &str, theirs: &str, expected: &str) {
    let rows = |text: &str| -> Vec<String> {
        let rows = text.split(';').map(str::trim).filter(|row| !row.is_empty());
        rows.map(str::to_owned).collect()
    };
    let done = reconcile(&rows(ours), &rows(theirs));
    let matches = done.matches().iter().map(|found| {
        let (one, other) = (found.earned().reference_value(), found.reversed().reason());
        format!("{} > {}", one.unwrap(), other.unwrap())
    });
    let ambiguous = done
        .ambiguous()
        .iter()
        .map(|open| format!("? {} of {}", open.reversed().len(), open.candidates().len()));
    let unmatched = done.unmatched().iter();
    let unmatched = unmatched.map(|one| format!("- {}", one.reason().unwrap()));
    let all: Vec<_> = matches.chain(ambiguous).chain(unmatched).collect();
    assert_eq!(all.join("; "), expected, "{ours} against {theirs}");
}

#[test]
fn a_lead_that_both_name_decides_and_nothing_else_counts() {
    check(
        "lead=a day=3 cents=10",
        "lead=a day=200 cents=99",
        "lead=a day=3 cents=10 > lead=a day=200 cents=99",
    );
    check("lead=a day=3", "lead=b day=3", "- lead=b day=3");
    check("lead=a; lead=b", "lead=b", "lead=b > lead=b");
}

#[test]
fn a_lead_that_is_there_twice_is_ambiguous() {
    check("lead=a; lead=a", "lead=a", "? 1 of 2");
    check("lead=a", "lead=a day=1; lead=a day=2", "? 2 of 1");
}

#[test]
fn without_a_lead_on_one_side_the_nearest_of_equal_ones_is_meant() {
    check("lead=a day=3", "day=9", "lead=a day=3 > day=9");
    check("day=3", "lead=a day=9", "day=3 > lead=a day=9");
    check("day=3; day=8", "day=9", "day=8 > day=9");
    check(
        "day=3; day=8",
        "day=9; day=5",
        "day=3 > day=5; day=8 > day=9",
    );
    check(
        "day=3",
        "day=9 subid=v; day=9 offer=8; day=9 cents=73",
        "- day=9 cents=73; - day=9 subid=v; - day=9 offer=8",
    );
    check("day=3", "day=9 cents=-72", "day=3 > day=9 cents=-72");
}

#[test]
fn what_is_equally_near_or_has_no_time_is_never_guessed() {
    check("day=3; day=3", "day=9", "? 1 of 2");
    check("day=3", "day=9; day=9", "? 2 of 1");
    check("day=8; day=10", "day=9", "? 1 of 2");
    check("day=3", "cents=72", "? 1 of 1");
    check("cents=72; day=3", "day=4", "? 1 of 2");
    // A conversion that names another lead is not a candidate.
    check(
        "lead=a day=3; day=5",
        "lead=b day=9",
        "day=5 > lead=b day=9",
    );
}

#[test]
fn a_reversal_is_from_a_day_before_to_forty_five_days_after_its_conversion() {
    check("day=10", "day=9", "day=10 > day=9");
    check("day=10", "day=8", "- day=8");
    check("day=10", "day=55", "day=10 > day=55");
    check("day=10", "day=56", "- day=56");
}

#[test]
fn days_without_reversals_are_listed() {
    let ranges = |days: &[(i8, i8)]| -> Vec<_> {
        let day = |day| date(2026, 1, day);
        days.iter()
            .map(|(from, to)| day(*from)..=day(*to))
            .collect()
    };
    let check = |covered: &[(i8, i8)], expected: &[(i8, i8)]| {
        let days = date(2026, 1, 5)..=date(2026, 1, 20);
        assert_eq!(
            gaps(&days, ranges(covered)),
            ranges(expected),
            "{covered:?}"
        );
    };
    check(&[], &[(5, 20)]);
    check(&[(1, 31)], &[]);
    check(&[(1, 4), (21, 31)], &[(5, 20)]);
    check(&[(11, 20), (5, 9)], &[(10, 10)]);
    check(&[(7, 8), (7, 12), (15, 15)], &[(5, 6), (13, 14), (16, 20)]);
    let last = Date::MAX..=Date::MAX;
    assert_eq!(gaps(&last, vec![last.clone()]), []);
}

#[test]
fn rates_count_each_group_and_totals_are_exact() {
    let rows = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let ours = rows(&[
        "offer=1 day=1 cents=10",
        "offer=1 day=2 cents=20",
        "offer=2 day=2 cents=10",
    ]);
    let done = reconcile(&ours, &rows(&["offer=1 day=5 cents=20", "offer=3 day=5"]));
    let shown = |rate: &super::Rate| {
        let amount = |sum: super::Sum| sum.amount().unwrap().to_string();
        (
            rate.reversed.count(),
            rate.earned.count(),
            amount(rate.reversed),
            amount(rate.earned),
        )
    };
    let by_offer: Vec<_> = done
        .by_offer()
        .iter()
        .map(|(offer, rate)| (offer.unwrap(), shown(rate)))
        .collect();
    assert_eq!(
        by_offer,
        [
            (1, (1, 2, "0.2".into(), "0.3".into())),
            (2, (0, 1, "0".into(), "0.1".into()))
        ]
    );
    assert_eq!(done.by_day().len(), 2);
    assert_eq!(done.by_subid()[0].0.as_deref(), Some("u"));
    assert_eq!(done.by_country(), [(None, done.by_subid()[0].1)]);
    let totals = done.totals();
    assert_eq!(totals.reversed.amount(), Some(Decimal::new(92, 2)));
    assert_eq!((totals.matched.count(), totals.unmatched.count()), (1, 1));
}

#[test]
fn a_hundred_thousand_equal_rows_take_no_longer_than_others() {
    let many = |day: &str| vec![format!("day={day}"); 50_000];
    let begun = std::time::Instant::now();
    let done = Reconciliation::new(date(2026, 1, 1)..=date(2026, 1, 1))
        .earned(vec![earned(&many("1")[0]); 50_000])
        .reversed(vec![reversed(&many("2")[0]); 50_000])
        .finish();
    assert_eq!(done.ambiguous()[0].reversed().len(), 50_000);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

fn rows(most_days: i64) -> impl Strategy<Value = Vec<String>> {
    let lead = prop_oneof![3 => Just(String::new()), 1 => "lead=[a-d] "];
    let day = prop_oneof![9 => (0..most_days).prop_map(|day| format!("day={day} ")), 1 => Just(String::new())];
    let row = (lead, day, 7..9_u64, 1..3_i64)
        .prop_map(|(lead, day, offer, cents)| format!("{lead}{day}offer={offer} cents={cents}"));
    prop::collection::vec(row, 0..14)
}

proptest! {
    #[test]
    fn matches_are_one_to_one_totals_add_up_and_order_does_not_matter(
        ours in rows(20),
        theirs in rows(70),
        turn in 0..14_usize,
    ) {
        let done = reconcile(&ours, &theirs);
        let totals = done.totals();
        let parts = [totals.matched, totals.ambiguous, totals.unmatched];
        prop_assert_eq!(totals.reversed.count(), theirs.len());
        prop_assert_eq!(parts.iter().map(super::Sum::count).sum::<usize>(), theirs.len());
        let sum = |rows: &[String]| rows.iter().map(|row| cents(value(row, "cents").unwrap())).sum::<Decimal>();
        prop_assert_eq!(totals.reversed.amount(), Some(sum(&theirs)));
        prop_assert_eq!(totals.earned.amount(), Some(sum(&ours)));

        // Each row is used at most as often as it was given.
        for row in &ours {
            let given = ours.iter().filter(|other| *other == row).count();
            let matched = done.matches().iter();
            let used = matched.filter(|found| found.earned().reference_value() == Some(row)).count();
            let open = done.ambiguous().iter().flat_map(super::Ambiguous::candidates);
            let open = open.filter(|one| one.reference_value() == Some(row)).count();
            prop_assert!(used + open <= given, "{row}: {used} + {open} of {given}");
        }
        for found in done.matches() {
            let (one, other) = (found.earned(), found.reversed());
            let both = one.lead_id_value().is_some() && other.lead_id().is_some();
            prop_assert_eq!(both, found.by() == super::MatchedBy::Lead);
            prop_assert!(!both || one.lead_id_value() == other.lead_id());
        }
        for rates in [done.by_offer().into_iter().map(|(_, rate)| rate).collect::<Vec<_>>(),
            done.by_day().into_iter().map(|(_, rate)| rate).collect()] {
            prop_assert_eq!(rates.iter().map(|rate| rate.earned.count()).sum::<usize>(), ours.len());
            prop_assert_eq!(rates.iter().map(|rate| rate.reversed.count()).sum::<usize>(), done.matches().len());
            prop_assert!(rates.iter().all(|rate| rate.reversed.count() <= rate.earned.count()));
        }

        let turned = |rows: &[String]| {
            let mut rows = rows.to_vec();
            rows.reverse();
            let by = turn.min(rows.len());
            rows.rotate_left(by);
            rows
        };
        prop_assert_eq!(reconcile(&turned(&ours), &turned(&theirs)), done);
    }
}
