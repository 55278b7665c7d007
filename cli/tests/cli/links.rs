//! `link` and `postback`: what they set, show and refuse, and that no password is printed.

use crate::support::cpalead;

const LINK: &str = "https://t.example/view.php?id=7&pub=42&_src_sig=a%2fB";

const TEMPLATE: &str =
    "https://shop.example/cpa?l={lead_id}&u={subid}&p={payout}&e={event_payout}&k={password}";

const SECRET: &str = "S3cret-pass";

#[test]
fn a_link_gets_its_sub_ids_and_keeps_its_other_bytes() {
    let run = cpalead("link --subid click-1 --subid2 a&b --offer 7 --publisher 42");
    let out = run.arg(LINK).ends_with(0).out;
    assert_eq!(out, format!("{LINK}&subid=click-1&subid2=a%26b\n"));
    let json = cpalead("link --output json").arg(LINK).ends_with(0).json();
    assert_eq!(
        (&json["offer_id"], &json["publisher_id"]),
        (&7.into(), &42.into())
    );
    assert_eq!(
        (&json["link"], &json["host"]),
        (&LINK.into(), &"t.example".into())
    );
}

#[test]
fn a_link_to_somebody_else_and_a_hostile_one_are_refused() {
    let refused = |words: &str, link: &str, message: &str| {
        let outcome = cpalead(words).arg(link).ends_with(2);
        assert_eq!(
            (outcome.err, outcome.out),
            (format!("error: {message}\n"), String::new())
        );
    };
    refused(
        "link --offer 8",
        LINK,
        "the tracking link leads to offer 7, and not to offer 8",
    );
    refused(
        "link --publisher 43",
        LINK,
        "the tracking link belongs to publisher 42, and not to publisher 43: its conversions would pay somebody else",
    );
    refused(
        "link",
        "https://t.example@evil.example/?id=7&pub=42",
        "the tracking link has a user name in front of its host",
    );
    refused(
        "link --subid {user}",
        LINK,
        "`subid` contains a placeholder in braces that was not replaced",
    );
}

#[test]
fn remarks_on_a_template_are_lines_and_a_broken_one_is_an_error() {
    let check = |template: &str| cpalead("postback check").arg(template).ends_with(0);
    let remarks = check(TEMPLATE).out;
    assert!(remarks.contains("no `{campaign_id}`"), "{remarks}");
    assert!(!remarks.contains("password"), "{remarks}");
    let full = format!("{TEMPLATE}&c={{campaign_id}}&ek={{event_key}}");
    let outcome = check(&full);
    assert_eq!(outcome.out, "");
    assert!(outcome.err.contains("no remarks"), "{}", outcome.err);
    let broken = cpalead("postback check").arg("https://shop.example/cpa?u={subid}");
    assert!(broken.ends_with(2).err.contains("{lead_id}"));
    let json = cpalead("postback check --output json")
        .arg(TEMPLATE)
        .ends_with(0);
    assert!(
        json.json()
            .as_array()
            .is_some_and(|remarks| !remarks.is_empty())
    );
}

#[test]
fn a_postback_is_shown_without_its_password_in_every_format() {
    let call = format!("https://shop.example/cpa?l=901&u=a%20b&p=9.50&e=0.40&k={SECRET}");
    let query = call.split_once('?').unwrap().1;
    let mut cells = 0;
    for output in ["table", "json", "ndjson", "csv"] {
        for (text, input) in [(call.as_str(), ""), (query, ""), ("-", query)] {
            let run = cpalead("postback parse --output").arg(output).arg(text);
            let run = run.arg("--template").arg(TEMPLATE).input(input);
            let outcome = run.ends_with(0);
            assert!(outcome.out.contains("901") && outcome.out.contains("a b"));
            for text in [&outcome.out, &outcome.err] {
                assert!(!text.contains(SECRET), "{text}");
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 24);
    let run = cpalead("postback parse --output json --template").arg(TEMPLATE);
    let odd = run.arg("l=1&u=http://a?b").ends_with(0).json();
    assert_eq!(odd["subid"], "http://a?b");
    let run = cpalead("postback parse --output json --template").arg(TEMPLATE);
    let json = run.arg(query).ends_with(0).json();
    assert_eq!(
        (&json["amount"], &json["amount_source"]),
        (&"0.40".into(), &"event_payout".into())
    );
    assert_eq!(json["lead_id"], "901");
}

#[test]
fn a_postback_that_cannot_be_read_names_the_macro_and_no_value() {
    for (query, message) in [
        ("u=a&p=1", "the postback has no `{lead_id}`"),
        ("l=1&l=2", "the postback has `{lead_id}` twice"),
        (
            "l=1&p=S3cret-pass",
            "`{payout}` of the postback cannot be read",
        ),
    ] {
        let query = format!("{query}&k={SECRET}");
        let run = cpalead("postback parse --template")
            .arg(TEMPLATE)
            .arg(&query);
        assert_eq!(run.ends_with(1).err, format!("error: {message}\n"));
    }
}
