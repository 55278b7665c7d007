//! Tests of receiving: origin, odd queries, amounts, templates from the wild, and the leak test.

use crate::postbacks::{
    AmountRule, AmountSource, Caller, Macro, Postback, Postbacks, Refused, Relay, Remark,
};

const TEMPLATE: &str = "https://shop.example/cpa?u={subid}&l={lead_id}&c={campaign_id}&n={campaign_name}\
                        &p={payout}&ek={event_key}&ep={event_payout}&cc={country_iso}&ip={ip_address}\
                        &k={password}&cur=USD";
const SECRET: &str = "s3cret+P&ss%41";
const ENCODED: &str = "s3cret%2BP%26ss%2541";

fn receiver() -> Postbacks {
    let postbacks = Postbacks::new(TEMPLATE).unwrap().password(SECRET).unwrap();
    postbacks.relay(Relay::documented())
}

fn relay() -> Caller {
    Caller::new("34.69.179.33".parse().unwrap())
}

fn stranger() -> Caller {
    Caller::new("203.0.113.5".parse().unwrap())
}

fn receive(rest: &str) -> Result<Postback, Refused> {
    receiver().receive(&format!("{rest}&k={ENCODED}"), &relay())
}

#[test]
fn every_value_is_read() {
    let postback = receive(
        "u=click+7%C3%A9&l=901&c=5546840&n=A+%26+B&p=0.70&ek=lvl5&ep=0.40&cc=de&ip=203.0.113.9&cur=USD",
    )
    .unwrap();
    assert_eq!(postback.subid(), Some("click 7é"));
    assert_eq!((postback.subid2(), postback.subid3()), (None, None));
    assert_eq!(
        (postback.lead_id(), postback.campaign_id()),
        ("901", Some(5_546_840))
    );
    assert_eq!(postback.value(Macro::CampaignName), Some("A & B"));
    assert_eq!(postback.event(), Some("lvl5"));
    assert_eq!(postback.country(), Some(crate::Country::DE));
    assert_eq!(postback.user_ip(), "203.0.113.9".parse().ok());
    assert_eq!(postback.payout().unwrap().to_string(), "0.70");
    assert_eq!(postback.event_payout().unwrap().to_string(), "0.40");
    assert_eq!(postback.value(Macro::Password), None);
}

#[track_caller]
fn refuses(rest: &str, refused: Refused, status: u16) {
    assert_eq!(receive(rest), Err(refused), "{rest}");
    assert_eq!(refused.status(), status);
}

#[test]
fn values_that_decide_about_money_must_be_readable() {
    refuses("u=1", Refused::Missing(Macro::LeadId), 422);
    refuses("l=", Refused::Missing(Macro::LeadId), 422);
    refuses("l", Refused::Missing(Macro::LeadId), 422);
    refuses("l={lead_id}", Refused::Missing(Macro::LeadId), 422);
    refuses("l=%7Blead_id%7D", Refused::Missing(Macro::LeadId), 422);
    refuses("L=1", Refused::Missing(Macro::LeadId), 422);
    refuses("l=1&l=1", Refused::Twice(Macro::LeadId), 422);
    refuses("l=1&p=1&%70=2", Refused::Twice(Macro::Payout), 422);
    refuses("l=1%00", Refused::Unreadable(Macro::LeadId), 422);
    refuses("l=%E9", Refused::Unreadable(Macro::LeadId), 422);
    refuses(
        &format!("l={}", "9".repeat(201)),
        Refused::Unreadable(Macro::LeadId),
        422,
    );
    refuses("l=1&u=%ff", Refused::Unreadable(Macro::Subid), 422);
    for odd in [
        "ten",
        "1,50",
        "1e3",
        "0x1",
        "1_0",
        "-",
        ".",
        "+1",
        "1.2.3",
        "NaN",
        "%EF%BC%91",
    ] {
        refuses(
            &format!("l=1&p={odd}"),
            Refused::Unreadable(Macro::Payout),
            422,
        );
    }
    let digits = "1".repeat(40);
    refuses(
        &format!("l=1&ep={digits}"),
        Refused::Unreadable(Macro::EventPayout),
        422,
    );
    refuses(&"x".repeat(1_000_000), Refused::TooLong, 414);
}

#[test]
fn odd_values_that_decide_nothing_do_not_cost_a_conversion() {
    let postback = receive("&&l=1&&n=%E9%00&cc=XYZ&ip=x&c=none&u={subid}&ek=&zz=%&=").unwrap();
    assert_eq!(postback.value(Macro::CampaignName), Some("\u{fffd}\0"));
    assert_eq!((postback.country(), postback.user_ip()), (None, None));
    assert_eq!((postback.campaign_id(), postback.subid()), (None, None));
    assert_eq!(postback.event(), None);
    assert_eq!(postback.payout(), None);
}

#[track_caller]
fn check_amount(query: &str, event_first: Option<(&str, AmountSource)>, payout: Option<&str>) {
    let postback = receive(&format!("l=1&{query}")).unwrap();
    let amount = |rule| {
        postback
            .amount(rule)
            .map(|(amount, source)| (amount.to_string(), source))
    };
    let event_first = event_first.map(|(amount, source)| (amount.to_owned(), source));
    assert_eq!(amount(AmountRule::EventFirst), event_first, "{query}");
    let payout = payout.map(|amount| (amount.to_owned(), AmountSource::Payout));
    assert_eq!(amount(AmountRule::PayoutOnly), payout, "{query}");
}

#[test]
fn the_rule_decides_which_amount_counts_and_a_missing_one_is_not_replaced() {
    use AmountSource::{EventPayout, Payout};
    check_amount("p=9.50&ek=&ep=", Some(("9.50", Payout)), Some("9.50"));
    check_amount(
        "p=9.50&ek=lvl5&ep=0.40",
        Some(("0.40", EventPayout)),
        Some("9.50"),
    );
    check_amount("p=9.50&ep=0.40", Some(("0.40", EventPayout)), Some("9.50"));
    check_amount("p=9.50&ep=0.00", Some(("9.50", Payout)), Some("9.50"));
    check_amount(
        "p=9.50&ek=lvl5&ep=0",
        Some(("0", EventPayout)),
        Some("9.50"),
    );
    check_amount("p=9.50&ek=lvl5", None, Some("9.50"));
    check_amount("p={payout}", None, None);
    check_amount("p=-1.25", Some(("-1.25", Payout)), Some("-1.25"));
}

#[track_caller]
fn check_origin(postbacks: &Postbacks, query: &str, caller: &Caller, refused: Option<Refused>) {
    assert_eq!(
        postbacks.receive(query, caller).err(),
        refused,
        "{query} {caller:?}"
    );
}

#[test]
fn password_and_address_prove_the_origin() {
    let (both, right) = (receiver(), format!("l=1&k={ENCODED}"));
    check_origin(&both, &right, &relay(), None);
    check_origin(&both, &right, &stranger(), Some(Refused::Moved));
    for wrong in [
        "l=1",
        "l=1&k",
        "l=1&k=",
        "l=1&k={password}",
        "l=1&k=s3cret",
        &format!("{right}&k=x"),
    ] {
        check_origin(&both, wrong, &relay(), Some(Refused::Password));
        check_origin(&both, wrong, &stranger(), Some(Refused::Password));
    }
    // A caller can write the header, but only one's own proxy is believed.
    let forged = stranger().forwarded(["34.69.179.33"]);
    check_origin(&both, &right, &forged, Some(Refused::Moved));
    let behind = both.clone().proxies(["203.0.113.5".parse().unwrap()]);
    check_origin(&behind, &right, &forged, None);
    check_origin(
        &behind,
        &right,
        &stranger().forwarded(["nobody"]),
        Some(Refused::Moved),
    );

    let template = || Postbacks::new("https://a.example/?l={lead_id}&k={password}").unwrap();
    check_origin(&template(), "l=1", &relay(), Some(Refused::NotConfigured));
    let address = template().relay(Relay::documented());
    check_origin(&address, "l=1&k=anything", &relay(), None);
    check_origin(&address, "l=1", &stranger(), Some(Refused::Address));
    let password = template().password("old").unwrap().password("a+b").unwrap();
    check_origin(&password, "l=1&k=old", &stranger(), None);
    // It is not documented whether the provider encodes the password.
    check_origin(&password, "l=1&k=a+b", &stranger(), None);
    check_origin(&password, "l=1&k=a%2Bb", &stranger(), None);
    check_origin(
        &password,
        "l=1&k=a%20b",
        &stranger(),
        Some(Refused::Password),
    );

    let statuses = [
        Refused::NotConfigured,
        Refused::Moved,
        Refused::Password,
        Refused::Address,
    ];
    assert_eq!(
        statuses.map(|refused| refused.status()),
        [503, 503, 403, 403]
    );
    let error = Postbacks::new("https://a.example/?l={lead_id}")
        .unwrap()
        .password("x");
    assert_eq!(
        error.unwrap_err().to_string(),
        "the postback template has no `{password}`: add one to check the password"
    );
}

#[test]
fn refusals_say_what_is_wrong() {
    #[track_caller]
    fn check(refused: Refused, message: &str) {
        assert_eq!(refused.to_string(), message);
    }
    check(
        Refused::NotConfigured,
        "neither a password nor a relay is set: no postback can be accepted",
    );
    check(Refused::TooLong, "the postback is longer than 16384 bytes");
    check(Refused::Password, "the password of the postback is wrong");
    check(
        Refused::Address,
        "the postback is not from an expected address",
    );
    check(
        Refused::Moved,
        "the password is right, but the postback is not from an expected address; has the provider moved?",
    );
    check(
        Refused::Missing(Macro::LeadId),
        "the postback has no `{lead_id}`",
    );
    check(
        Refused::Twice(Macro::Payout),
        "the postback has `{payout}` twice",
    );
    check(
        Refused::Unreadable(Macro::Payout),
        "`{payout}` of the postback cannot be read",
    );
}

/// The template that the provider recommends, and templates as publishers type them.
const WILD: [&str; 11] = [
    "https://a.example/pb?subid={subid}&lead_id={lead_id}&campaign_id={campaign_id}&campaign_name={campaign_name}&payout={payout}&password={password}",
    "https://a.example/pb.php?id={campaign_id}&subid={subid}&payout={payout}&password={password}&lead_id={lead_id}&virtual_currency={virtual_currency}&ip_address={ip_address}",
    "https://a.example/api?userId={subid}&transactionId={lead_id}&reward={payout}&&secret={password}",
    "https://a.example/api?user={subid}&tx={transaction_id}&amount={amount}&offer={offer_id}&name={offer_name}&pass={password}",
    "https://a.example/f?s1={subid}&s2={subid2}&s3={subid3}&lead={lead_id}&event={event_key}&label={event_name}&amount={event_payout}&payout={payout}&country={country_iso}&ip={ip_address}&gw={gateway_id}&pw={password}",
    "https://a.example/f?idfa={idfa}&gaid={gaid}&lead_id={lead_id}&payout={payout}&password={password}&subid={subid}",
    "https://a.example/f?lead_id={lead_id}&status=approved&currency=USD&user_id={subid}&payout={payout}&password={password}",
    "http://a.example:8080/f?click={subid}&lead_id={lead_id}&p={payout}&password={password}",
    "https://a.example/f?network=cpalead&lead={lead_id}&uid={subid}&sum={payout}&key={password}&click_id={click_id}",
    "https://a.example/f?country={country_code}&ip={ip}&lead={lead_id}&event_amount={event_amount}&label={event_label}&s={subid}&p={payout}&k={password}",
    "https://a.example/f?data[lead]={lead_id}&data[user]={subid}&data[sum]={payout}&data[key]={password}",
];

#[test]
fn templates_from_the_wild_are_read_back() {
    for template in WILD {
        let postbacks = Postbacks::new(template).unwrap().password("pw1").unwrap();
        // Replaces the macros as the provider would.
        let (_, mut query) = template
            .split_once('?')
            .map(|(a, b)| (a, b.to_owned()))
            .unwrap();
        for (name, value) in [
            ("password", "pw1"),
            ("subid", "user-1"),
            ("lead_id", "901"),
            ("transaction_id", "901"),
        ] {
            query = query.replace(&format!("{{{name}}}"), value);
        }
        for name in ["{payout}", "{amount}"] {
            query = query.replace(name, "0.40");
        }
        let postback = postbacks.receive(&query, &relay()).unwrap();
        assert_eq!(
            (postback.lead_id(), postback.subid()),
            ("901", Some("user-1")),
            "{template}"
        );
        assert_eq!(postback.payout().unwrap().to_string(), "0.40", "{template}");
        assert_eq!(postback.value(Macro::CampaignName), None, "{template}");
        let unknown = postbacks
            .remarks()
            .contains(&Remark::UnknownMacro("click_id".to_owned()));
        assert_eq!(unknown, template.contains("click_id"), "{template}");
    }
}

/// Every text that can be printed is searched for the password, in the spellings that occur.
#[test]
fn the_password_appears_in_no_text() {
    let mut texts = Vec::new();
    let postbacks = receiver();
    texts.push(format!(
        "{postbacks:?} {postbacks:#?} {:?}",
        postbacks.remarks()
    ));
    for rest in [
        "l=1&p=0.40",
        "l=1&l=2",
        "u=1",
        "l=1&p=x",
        "l=1&k=x",
        "l=%00",
    ] {
        for caller in [relay(), stranger()] {
            let query = format!("{rest}&k={ENCODED}");
            texts.push(postbacks.masked(&query));
            match postbacks.receive(&query, &caller) {
                Ok(postback) => texts.push(format!("{postback:?} {postback:#?}")),
                Err(refused) => texts.push(format!("{refused} {refused:?} {refused:#?}")),
            }
        }
    }
    texts.push(postbacks.masked(&format!("l=1&k={SECRET}")));
    texts.push(postbacks.masked(&format!("l=1&x={SECRET}&{SECRET}")));
    let constant = format!("https://a.example/?l={{lead_id}}&k={ENCODED}");
    let typed = Postbacks::new(&constant).unwrap();
    texts.push(format!(
        "{typed:?} {:?} {}",
        typed.remarks(),
        typed.masked(&format!("l=1&k={ENCODED}"))
    ));
    let no_slot = typed.password(SECRET).unwrap_err();
    texts.push(format!("{no_slot} {no_slot:?}"));
    let third = postbacks
        .password("other")
        .unwrap()
        .password(SECRET)
        .unwrap_err();
    texts.push(format!("{third} {third:?}"));
    let no_lead = Postbacks::new(&format!("https://a.example/?k={ENCODED}")).unwrap_err();
    texts.push(format!("{no_lead} {no_lead:?}"));
    assert_eq!(texts.len(), 31);
    for text in texts {
        for spelling in [SECRET, ENCODED, "s3cret", "ss%41", "ss%2541", "ssA"] {
            assert!(!text.contains(spelling), "{text}");
        }
    }
}

#[test]
fn what_is_kept_has_the_values_of_macros_only() {
    let masked = receiver().masked("u=a%20b&l=1&k=pass&cur=USD&&k&other");
    assert_eq!(masked, "u=a%20b&l=1&k=***&***&&k&***");
}
