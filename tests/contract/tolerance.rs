//! Odd answers that are read all the same, and what each costs. The table in the snapshot is the
//! specification.

use cpalead::{Country, Defect, Report};
use serde_json::Value;

use crate::raw_server::{RawServer, answer};
use crate::support::builder;

/// An odd answer: its name, the endpoint's list, and the body.
struct Odd {
    name: &'static str,
    list: &'static str,
    body: String,
}

fn odd(name: &'static str, list: &'static str, rows: &str) -> Odd {
    Odd {
        name,
        list,
        body: format!(r#"{{"status":"success","{list}":[{rows}]}}"#),
    }
}

fn whole(name: &'static str, list: &'static str, body: &str) -> Odd {
    Odd {
        name,
        list,
        body: body.to_owned(),
    }
}

fn all() -> Vec<Odd> {
    let mut all = times();
    all.extend(values());
    all.extend(amounts());
    all.extend(envelopes());
    all
}

fn times() -> Vec<Odd> {
    let time = |name, value: &str| {
        let row = format!(r#"{{"lead_id":"a","timestamp":{value}}}"#);
        odd(name, "conversions", &row)
    };
    let date = |name, value: &str| {
        let row = format!(r#"{{"lead_id":"a","date":{value}}}"#);
        odd(name, "reversals", &row)
    };
    vec![
        time("a date and time of php", r#""2026-01-01 00:00:00""#),
        time("a zero date", r#""0000-00-00 00:00:00""#),
        time("iso 8601", r#""2026-01-01T02:00:00+02:00""#),
        time("milliseconds", "1767225600123"),
        time("a fraction of a second", "1767225600.25"),
        time("false for a time", "false"),
        time("a word for a time", r#""yesterday""#),
        date(
            "a DateTime of php",
            r#"{"date":"2026-09-12 00:00:00.000000","timezone_type":3,"timezone":"UTC"}"#,
        ),
        date("false for a date", "false"),
        date("a word for a date", r#""soon""#),
    ]
}

fn values() -> Vec<Odd> {
    let offer = |name, fields: &str| {
        odd(
            name,
            "offers",
            &format!(r#"{{"id":1,"link":"https://q.example/x","amount":"0.50",{fields}}}"#),
        )
    };
    vec![
        odd(
            "half an emoji in a reason",
            "reversals",
            r#"{"lead_id":"a","reason":"fraud \ud83d"}"#,
        ),
        offer(
            "half an emoji in a title",
            r#""title":"Win \ude00 big \ud83d\ude00""#,
        ),
        odd(
            "a float for a sub-id",
            "conversions",
            r#"{"lead_id":"a","subid":1.2345678901235e+22}"#,
        ),
        odd(
            "a sub-id beyond 64 bits",
            "conversions",
            r#"{"lead_id":"a","subid":123456789012345678901234}"#,
        ),
        offer("epc N/A", r#""epc":"N/A""#),
        offer("daily_cap unlimited", r#""daily_cap":"unlimited""#),
        offer("is_fast_pay yes", r#""is_fast_pay":"yes""#),
        offer("offer_rank N/A", r#""offer_rank":"N/A""#),
        offer(
            "false for texts and lists",
            r#""title":false,"description":false,"countries":false,"device":false,"events":false,"creatives":false"#,
        ),
        offer("true for a text", r#""title":true"#),
        offer("a list for a text", r#""title":["a"]"#),
        offer(
            "an odd event",
            r#""events":[{"event_key":"a","amount":"x"},7,{"event_key":"b","amount":"1"}]"#,
        ),
        offer("a field twice", r#""title":"a","title":"b""#),
        offer("a field twice, the same", r#""title":"a","title":"a""#),
        offer("UK among the countries", r#""countries":["UK","US"]"#),
        odd(
            "an object of another shape",
            "conversions",
            r#"{"x":1},{"lead_id":"a"}"#,
        ),
        odd(
            "rows that are not objects",
            "conversions",
            r#"7,"x",null,[],{"lead_id":"a"}"#,
        ),
    ]
}

fn amounts() -> Vec<Odd> {
    let amount = |name, value: &str| {
        odd(
            name,
            "offers",
            &format!(r#"{{"id":1,"link":"https://q.example/x","amount":{value}}}"#),
        )
    };
    vec![
        amount(
            "a float of php with 50 digits",
            "67.2000000000000028421709430404007434844970703125",
        ),
        amount("$0.40", r#""$0.40""#),
        amount("0.40 USD", r#""0.40 USD""#),
        amount(".5", r#"".5""#),
        amount("+1.0", r#""+1.0""#),
        amount("1,234.50", r#""1,234.50""#),
        amount("1,50", r#""1,50""#),
        amount("0.40 EUR", r#""0.40 EUR""#),
        amount("false for an amount", "false"),
        odd(
            "an odd list of payouts",
            "offers",
            r#"{"id":1,"amount":"0.50","payouts_per_country":7}"#,
        ),
        odd(
            "an odd payout",
            "offers",
            r#"{"id":1,"amount":"0.50","payouts_per_country":{"GB":"x","US":1}}"#,
        ),
        odd(
            "a payout under UK",
            "offers",
            r#"{"id":1,"amount":"0.50","payouts_per_country":{"UK":2}}"#,
        ),
        odd(
            "an odd payout of a conversion",
            "conversions",
            r#"{"lead_id":"a","payout":"x","amount":"1"}"#,
        ),
        odd(
            "an odd amount of a reversal",
            "reversals",
            r#"{"lead_id":"a","amount":"x","payout":"1"}"#,
        ),
    ]
}

fn envelopes() -> Vec<Odd> {
    let good = r#"{"lead_id":"a"}"#;
    let mut all = vec![
        whole(
            "a list with gaps",
            "reversals",
            r#"{"status":"success","reversals":{"10":{"lead_id":"b"},"2":{"lead_id":"a"}}}"#,
        ),
        whole(
            "a warning of php in front",
            "conversions",
            &format!(
                "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/a.php</b> on line <b>3</b><br />\n[{good}]"
            ),
        ),
        whole(
            "a notice of php in front",
            "conversions",
            &format!(
                "PHP Notice:  x in a.php on line 3\n{{\"status\":\"success\",\"conversions\":[{good}]}}"
            ),
        ),
        whole(
            "two byte order marks",
            "conversions",
            &format!("\u{feff}\u{feff}[{good}]"),
        ),
        whole(
            "nothing found, in words",
            "conversions",
            r#"{"status":"success","conversions":"No conversions found"}"#,
        ),
        whole(
            "nothing found, as a message",
            "conversions",
            r#"{"status":"success","message":"No conversions found"}"#,
        ),
    ];
    for (name, status) in [
        ("status ok", r#""ok""#),
        ("status true", "true"),
        ("status 1", "1"),
        ("status 200", "200"),
    ] {
        all.push(whole(
            name,
            "conversions",
            &format!(r#"{{"status":{status},"conversions":[{good}]}}"#),
        ));
    }
    for (name, list) in [
        ("null for the list", "null"),
        ("an empty object for the list", "{}"),
        ("false for the list", "false"),
    ] {
        all.push(whole(
            name,
            "reversals",
            &format!(r#"{{"status":"success","reversals":{list}}}"#),
        ));
    }
    all
}

fn defects(defects: &[Defect]) -> String {
    let lines = defects
        .iter()
        .map(|defect| format!("\n    {}: {defect}", defect.kind().as_str()));
    lines.collect()
}

fn rows<R: serde::Serialize>(
    rows: &[R],
    more: impl Fn(&R) -> Vec<(&'static str, String)>,
) -> String {
    let lines = rows.iter().map(|row| {
        let mut value = serde_json::to_value(row).expect("JSON");
        for (name, text) in more(row) {
            value[name] = Value::String(text);
        }
        format!("\n    {value}")
    });
    lines.collect()
}

fn report<R: serde::Serialize>(report: &Report<R>, assumes_utc: impl Fn(&R) -> bool) -> String {
    let utc = |row: &R| match assumes_utc(row) {
        true => vec![("time zone", "assumed".to_owned())],
        false => Vec::new(),
    };
    rows(report.as_slice(), utc) + &defects(report.defects())
}

#[tokio::test]
async fn each_odd_answer_costs_what_the_table_says() {
    let mut table = Vec::new();
    for Odd { name, list, body } in all() {
        let server = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
        let client = builder(&server.base_url())
            .api_key("0123456789abcdef")
            .build();
        let client = client.expect("a client");
        let shown = match list {
            "offers" => client.offers().await.map(|offers| {
                let payout = |offer: &cpalead::Offer| {
                    let payout = offer.payout(Country::GB);
                    vec![(
                        "payout in GB",
                        payout.map_or("unknown".to_owned(), |payout| payout.amount().to_string()),
                    )]
                };
                rows(offers.as_slice(), payout) + &defects(offers.defects())
            }),
            "conversions" => {
                let answer = client.conversions("user-42").await;
                answer.map(|answer| report(&answer, cpalead::Conversion::assumes_utc))
            }
            _ => {
                let day = jiff::civil::date(2026, 1, 2);
                let windows = client.reversals(day..=day).await;
                windows.map(|windows| {
                    report(windows[0].report(), |reversal| {
                        reversal.date().is_some_and(|_| reversal.assumes_utc())
                    })
                })
            }
        };
        let shown = shown.unwrap_or_else(|error| format!(" {error}"));
        let shown = if shown.is_empty() { " nothing" } else { &shown };
        table.push(format!("{name}:{shown}"));
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("tolerance_table", table.join("\n"));
    });
}
