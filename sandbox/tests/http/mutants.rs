//! Faults that break one rule of the provider's documentation: the difference that a client sees.

use cpalead_sandbox::{Fault, Sandbox};
use jiff::Timestamp;
use serde_json::Value;

use crate::differences::{
    all_in_us, ascents, calls_callback, count, earliest, fields, is_json_only, is_served, latest,
    lost, more, same_rows, subids, types,
};
use crate::faults::{self, CONVERSIONS, OFFERS, REVERSALS, impatient};
use crate::support::{Answer, call, offers, started};

/// Whether the answers, the right one first, differ as the fault says.
type Differ = fn(&Answer, &Answer) -> bool;

/// Each fault with a request that shows it.
const CASES: &[(Fault, &str, Differ)] = &[
    (Fault::OffersIdOptional, "/api/offers", is_served),
    (Fault::CountryIgnored, OFFERS, |good, bad| {
        more(good, bad) && !all_in_us(bad)
    }),
    (
        Fault::CountryUserIgnored,
        "/api/offers?id=1&country=user",
        |good, bad| all_in_us(good) && !all_in_us(bad),
    ),
    (
        Fault::LimitIgnored,
        "/api/offers?id=1&limit=3",
        |good, bad| (count(good), count(bad) > 100) == (3, true),
    ),
    (Fault::LimitDefault, "/api/offers?id=1", |good, bad| {
        count(good) > 100 && count(bad) == 100
    }),
    (
        Fault::TypeIgnored,
        "/api/offers?id=1&type=cpi",
        |good, bad| (types(good), types(bad)) == ("CPI".into(), "CPA,CPE,CPI".into()),
    ),
    (
        Fault::TypeList,
        "/api/offers?id=1&type=cpe,cpa",
        |good, bad| (types(good), types(bad)) == ("CPA,CPE".into(), "CPE".into()),
    ),
    (
        Fault::TypeDefaultWithCpr,
        "/api/offers?id=1",
        |good, bad| (types(good), types(bad)) == ("CPA,CPE,CPI".into(), "CPA,CPE,CPI,CPR".into()),
    ),
    (
        Fault::TypeDefaultWithoutCpe,
        "/api/offers?id=1",
        |good, bad| (types(good), types(bad)) == ("CPA,CPE,CPI".into(), "CPA,CPI".into()),
    ),
    (
        Fault::CprIgnored,
        "/api/offers?id=1&type=cpi,cpr",
        |good, bad| (types(good), types(bad)) == ("CPI,CPR".into(), "CPI".into()),
    ),
    (Fault::CpcOffers, "/api/offers?id=1", |good, bad| {
        count(good) == count(bad) && types(bad) == "CPA,CPC,CPE,CPI"
    }),
    (
        Fault::UpdatedSinceIgnored,
        "/api/offers?id=1&updated_since=2027-01-01",
        |good, bad| count(good) == 0 && count(bad) > 100,
    ),
    (
        Fault::FieldsIgnored,
        "/api/offers?id=1&fields=id,title",
        |good, bad| fields(good) == "id,title" && fields(bad).contains(",link,"),
    ),
    (
        Fault::FieldsList,
        "/api/offers?id=1&fields=id,title",
        |_, bad| fields(bad) == "id",
    ),
    (
        Fault::OfferwallIgnored,
        "/api/offers?id=1&offerwall_offers=true",
        |good, bad| more(bad, good),
    ),
    (Fault::OfferwallDefault, "/api/offers?id=1", more),
    (Fault::DeviceIgnored, "/api/offers?id=1&device=ios", more),
    (
        Fault::DeviceList,
        "/api/offers?id=1&device=ios,desktop",
        |good, bad| more(bad, good),
    ),
    (
        Fault::RankOrder,
        "/api/offers?id=1&limit=50",
        |good, bad| same_rows(good, bad) && ascents(bad) < 10 && ascents(good) > 30,
    ),
    (Fault::BoostFirst, "/api/offers?id=1", |good, bad| {
        let boosted = |answer: &Answer| answer.list("offers")[0].get("boost").is_some();
        same_rows(good, bad) && !boosted(good) && boosted(bad)
    }),
    (
        Fault::OtherPayouts,
        "/api/offers?id=1&fields=id,payouts_per_country",
        |good, bad| {
            let maps = |answer: &Answer| -> Vec<_> {
                let mut rows = answer.list("offers");
                rows.retain(|row| row["payouts_per_country"].is_object());
                rows.iter()
                    .map(|row| row["payouts_per_country"].clone())
                    .collect()
            };
            let keys = |map: &Value| map.as_object().unwrap().len();
            let (good, bad) = (maps(good), maps(bad));
            good.iter().all(|map| keys(map) > 0) && bad.len() >= good.len() && good != bad
        },
    ),
    (
        Fault::SubidNotInLink,
        "/api/offers?id=1&subid=s1",
        |good, bad| lost(good, bad, "&subid=s1"),
    ),
    (
        Fault::Subid2NotInLink,
        "/api/offers?id=1&subid2=s2",
        |good, bad| lost(good, bad, "&subid2=s2"),
    ),
    (
        Fault::Subid3NotInLink,
        "/api/offers?id=1&subid3=s3",
        |good, bad| lost(good, bad, "&subid3=s3"),
    ),
    (
        Fault::GaidNotInLink,
        "/api/offers?id=1&gaid=g",
        |good, bad| lost(good, bad, "&gaid=g"),
    ),
    (
        Fault::IdfaNotInLink,
        "/api/offers?id=1&idfa=i",
        |good, bad| lost(good, bad, "&idfa=i"),
    ),
    (
        Fault::OffersJsonpIgnored,
        "/api/offers?id=1&format=JSONP&callback=f",
        is_json_only,
    ),
    (
        Fault::OffersCallbackIgnored,
        "/api/offers?id=1&format=JSONP&callback=f",
        calls_callback,
    ),
    (
        Fault::ConversionsIdOptional,
        "/api/conversions?api_key=sandbox-api-key&subid=user-42",
        is_served,
    ),
    (
        Fault::ConversionsKeyOptional,
        "/api/conversions?id=1&subid=user-42",
        is_served,
    ),
    (
        Fault::SubidOptional,
        "/api/conversions?id=1&api_key=sandbox-api-key",
        is_served,
    ),
    (
        Fault::SubidIgnored,
        "/api/conversions?id=1&api_key=sandbox-api-key&subid=nobody",
        |good, bad| good.text != bad.text && subids(bad) == "user-42",
    ),
    (
        Fault::UserAsText,
        "/api/conversions?id=1&api_key=sandbox-api-key&subid=user",
        |good, bad| (subids(good), subids(bad)) == ("127.0.0.1".into(), "user".into()),
    ),
    (
        Fault::OfferIdIgnored,
        "/api/conversions?id=1&api_key=sandbox-api-key&subid=user-42&offer_id=1",
        |good, bad| good.list("conversions").is_empty() && !bad.list("conversions").is_empty(),
    ),
    (
        Fault::ConversionsJsonpIgnored,
        "/api/conversions?id=1&api_key=sandbox-api-key&subid=user-42&format=JSONP&callback=f",
        is_json_only,
    ),
    (
        Fault::ConversionsCallbackIgnored,
        "/api/conversions?id=1&api_key=sandbox-api-key&subid=user-42&format=JSONP&callback=f",
        calls_callback,
    ),
    (
        Fault::ReversalsIdOptional,
        "/api/reversals?api_key=sandbox-api-key&start_date=2026-10-01&end_date=2026-10-31",
        is_served,
    ),
    (
        Fault::ReversalsKeyOptional,
        "/api/reversals?id=1&start_date=2026-10-01&end_date=2026-10-31",
        is_served,
    ),
    (
        Fault::StartDateIgnored,
        "/api/reversals?id=1&api_key=sandbox-api-key&start_date=2026-10-20&end_date=2026-10-31",
        |good, bad| {
            earliest(good).as_str() >= "2026-10-20" && earliest(bad).as_str() < "2026-10-20"
        },
    ),
    (
        Fault::EndDateIgnored,
        "/api/reversals?id=1&api_key=sandbox-api-key&start_date=2026-10-01&end_date=2026-10-09",
        |good, bad| latest(good).as_str() <= "2026-10-09" && latest(bad).as_str() > "2026-10-09",
    ),
    (
        Fault::MonthIgnored,
        "/api/reversals?id=1&api_key=sandbox-api-key&start_date=2026-09-01&end_date=2026-10-31",
        |good, bad| good.status == 400 && latest(bad).as_str() > "2026-10-15",
    ),
    (
        Fault::ReversalsJsonpIgnored,
        "/api/reversals?id=1&api_key=sandbox-api-key&format=JSONP&callback=f",
        is_json_only,
    ),
    (
        Fault::ReversalsCallbackIgnored,
        "/api/reversals?id=1&api_key=sandbox-api-key&format=JSONP&callback=f",
        calls_callback,
    ),
];

/// The faults that a pair of answers to one request does not show. They have separate tests.
const SHOWN_BELOW: &[Fault] = &[
    Fault::LimitMaximum,
    Fault::UpdatedSinceExclusive,
    Fault::UpdatedSinceTime,
    Fault::ConversionsMinute,
    Fault::ReversalsMinute,
];

#[test]
fn each_fault_changes_the_answer_as_it_says() {
    let sandbox = impatient();
    for (fault, path_and_query, differ) in CASES {
        let good = call(&sandbox, path_and_query);
        sandbox.fail_next(*fault);
        let bad = call(&sandbox, path_and_query);
        assert!(
            differ(&good, &bad),
            "{fault}: {}\n\n{}",
            good.text,
            bad.text
        );
    }
}

#[test]
fn every_fault_is_shown_by_a_test() {
    let in_table = CASES.iter().map(|(fault, ..)| fault);
    let mut shown: Vec<_> = in_table.chain(SHOWN_BELOW).chain(faults::SHOWN).collect();
    for fault in Fault::ALL {
        let at = shown.iter().position(|shown| *shown == fault);
        shown.remove(at.unwrap_or_else(|| panic!("no test shows {fault}")));
    }
    assert!(shown.is_empty(), "shown twice: {shown:?}");
}

#[test]
fn a_fault_changes_no_request_that_the_broken_rule_does_not_concern() {
    let sandbox = impatient();
    let plain = [OFFERS, CONVERSIONS, REVERSALS];
    let good = plain.map(|path| call(&sandbox, path).text);
    let others = [
        Fault::MonthIgnored,
        Fault::UserAsText,
        Fault::FieldsList,
        Fault::CprIgnored,
    ];
    for fault in others {
        for (path, good) in plain.iter().zip(&good) {
            sandbox.fail_next(fault);
            assert_eq!(call(&sandbox, path).text, *good, "{fault}");
        }
    }
}

#[test]
fn a_limit_above_the_maximum_is_served() {
    let sandbox = impatient();
    let path = "/api/offers?id=1&limit=5001";
    assert_eq!(call(&sandbox, path).status, 400);
    sandbox.fail_next(Fault::LimitMaximum);
    assert_eq!(call(&sandbox, path).status, 200);
}

/// The last time from which on an offer was updated.
fn newest(sandbox: &Sandbox) -> i64 {
    let (mut some, mut none) = (1_767_225_600, 1_798_761_600);
    while none - some > 1 {
        let middle = (some + none) / 2;
        if since(sandbox, middle) > 0 {
            some = middle;
        } else {
            none = middle;
        }
    }
    some
}

fn since(sandbox: &Sandbox, second: i64) -> usize {
    let time = Timestamp::from_second(second).unwrap();
    offers(sandbox, &format!("updated_since={time}")).len()
}

#[test]
fn updated_since_loses_its_first_second_or_its_time_of_day() {
    let sandbox = impatient();
    let newest = newest(&sandbox);
    assert_eq!(
        (since(&sandbox, newest), since(&sandbox, newest + 1)),
        (1, 0)
    );
    sandbox.fail_next(Fault::UpdatedSinceExclusive);
    assert_eq!(since(&sandbox, newest), 0);
    sandbox.fail_next(Fault::UpdatedSinceTime);
    assert_ne!(since(&sandbox, newest + 1), 0);
}

#[test]
fn calls_without_a_pause_are_served() {
    for (fault, path) in [
        (Fault::ConversionsMinute, CONVERSIONS),
        (Fault::ReversalsMinute, REVERSALS),
    ] {
        let sandbox = started(Sandbox::builder());
        assert_eq!(call(&sandbox, path).status, 200);
        assert_eq!(call(&sandbox, path).status, 429);
        sandbox.fail_next(fault);
        assert_eq!(call(&sandbox, path).status, 200, "{fault}");
    }
}
