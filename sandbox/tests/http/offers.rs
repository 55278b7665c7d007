//! Offers: filters, fields, links, JSONP, and refused parameters.

use cpalead_sandbox::{DEFAULT_PUBLISHER_ID, Sandbox, catalogue_json};
use serde_json::json;

use crate::support::{call, call_as, offers, refused, sandbox, started};

#[test]
fn all_offers_of_all_types_are_the_catalogue() {
    let sandbox = started(Sandbox::builder().seed(3).offers(5_000));
    let query = "type=CPA,cpi,cpe,cpr&offerwall_offers=true&limit=5000";
    let answer = call(&sandbox, &format!("/api/offers?id=3360001&{query}"));
    assert_eq!(answer.content_type, "application/json; charset=utf-8");
    assert_eq!(answer.text, catalogue_json(3, 5_000, DEFAULT_PUBLISHER_ID));
    assert_eq!(answer.list("offers").len(), 5_000);
}

#[test]
fn the_default_limit_is_2500() {
    let sandbox = started(Sandbox::builder().offers(5_000));
    assert_eq!(offers(&sandbox, "").len(), 2_500);
    assert!(offers(&sandbox, "limit=5000").len() > 4_000);
    assert_eq!(offers(&sandbox, "limit=1").len(), 1);
}

#[test]
fn a_country_keeps_its_offers_and_the_worldwide_ones() {
    let sandbox = sandbox();
    let all = offers(&sandbox, "");
    let here = offers(&sandbox, "country=us");
    assert!(here.len() >= 5 && here.len() < all.len(), "{}", here.len());
    for offer in &here {
        let countries = offer["countries"].to_string();
        let worldwide = countries == "[]" || countries == "null";
        assert!(worldwide || countries.contains("US"), "{countries}");
    }
    let answer = call(&sandbox, "/api/offers?id=1&country=us").json();
    assert_eq!(answer["country"], "US");
    assert_eq!(answer["number_offers"], here.len());
    assert_eq!(offers(&sandbox, "country=user"), here);
}

#[test]
fn a_device_keeps_its_offers() {
    let sandbox = sandbox();
    let tokens = |query: &str| {
        let offers = offers(&sandbox, query);
        assert!(!offers.is_empty(), "{query}");
        let tokens = offers.iter().map(|offer| offer["device"].to_string());
        tokens.collect::<Vec<_>>()
    };
    let ios = tokens("device=ios");
    assert!(!ios.contains(&"\"android\"".to_owned()) && !ios.contains(&"\"desktop\"".to_owned()));
    assert!(ios.contains(&"\"all\"".to_owned()) && ios.contains(&"\"mobile\"".to_owned()));
    let mobile = tokens("device=mobile");
    assert!(mobile.contains(&"\"android\"".to_owned()) && mobile.contains(&"\"ios\"".to_owned()));
    assert!(!tokens("device=desktop,ios").contains(&"\"android\"".to_owned()));
    assert!(tokens("").contains(&"\"smart_tv\"".to_owned()));
    let devices = call(&sandbox, "/api/offers?id=1&device=ios,%20Desktop").json()["devices"].take();
    assert_eq!(devices, "ios,desktop");
}

#[test]
fn the_device_of_the_caller_is_read_from_its_user_agent() {
    let sandbox = sandbox();
    for (agent, device) in [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)", "ios"),
        ("Mozilla/5.0 (Linux; Android 16)", "android"),
        ("curl/8", "desktop"),
    ] {
        let answer = call_as(&sandbox, "/api/offers?id=1&device=user&limit=1", agent).json();
        assert_eq!(answer["devices"], device, "{agent}");
    }
}

#[test]
fn cpr_and_offerwall_offers_are_sent_only_on_request() {
    let sandbox = sandbox();
    let types = |query: &str| {
        let mut types: Vec<String> = offers(&sandbox, query)
            .iter()
            .map(|offer| offer["payout_type"].as_str().unwrap().to_ascii_uppercase())
            .collect();
        types.sort();
        types.dedup();
        types
    };
    assert_eq!(types(""), ["CPA", "CPE", "CPI"]);
    assert_eq!(types("type=CPR,cpi"), ["CPI", "CPR"]);
    let without = offers(&sandbox, "offerwall_offers=false").len();
    assert_eq!(offers(&sandbox, "").len(), without);
    assert!(offers(&sandbox, "offerwall_offers=true").len() > without);
}

#[test]
fn updated_since_takes_dates_and_times() {
    let sandbox = sandbox();
    let count = |since: &str| offers(&sandbox, &format!("updated_since={since}")).len();
    let all = offers(&sandbox, "").len();
    let some = count("2026-09-01");
    assert!(some > 10 && some < all, "{some} of {all}");
    assert_eq!(count("2026-09-01T00:00:00Z"), some);
    assert_eq!(count("2026-09-01T02:00:00%2B02:00"), some);
    assert_eq!(count("2026-09-01T00:00:00"), some);
    assert_eq!(count("2026-11-21"), 0);
    assert_eq!(count("2020-01-01"), all);
}

#[test]
fn named_fields_are_kept_in_the_usual_order() {
    let sandbox = sandbox();
    let answer = call(&sandbox, "/api/offers?id=1&limit=3&fields=title,id,%20link");
    assert_eq!(answer.json()["number_offers"], 3);
    for offer in answer.list("offers") {
        let names: Vec<&String> = offer.as_object().unwrap().keys().collect();
        assert_eq!(names, ["id", "link", "title"]);
    }
    assert!(answer.text.contains(r#""offers":[{"id":"#));
}

#[test]
fn links_contain_the_publisher_and_the_tracking_parameters() {
    let sandbox = sandbox();
    let query = "subid=a%20b&subid2=%26pub%3D1&gaid=G&idfa=I&subid3=%C3%BC";
    for offer in offers(&sandbox, query) {
        let id = offer["id"].to_string().replace('"', "");
        let link = offer["link"].as_str().unwrap();
        let (start, tail) = link.split_once("&_src_sig=").unwrap();
        assert!(start.starts_with("https://"), "{start}");
        let expected = format!("/view.php?id={id}&pub=3360001&_src=api");
        assert!(start.ends_with(&expected), "{start}");
        let expected = "&subid=a%20b&subid2=%26pub%3D1&subid3=%C3%BC&gaid=G&idfa=I";
        assert!(tail.ends_with(expected), "{tail}");
    }
}

#[test]
fn jsonp_is_a_call_and_its_errors_are_json() {
    let sandbox = sandbox();
    let answer = call(
        &sandbox,
        "/api/offers?id=1&limit=1&format=jsonp&callback=app.show",
    );
    assert_eq!(answer.content_type, "application/javascript; charset=utf-8");
    let inside = answer.text.strip_prefix("app.show(").unwrap();
    let inside = inside.strip_suffix(");").unwrap();
    let plain = call(&sandbox, "/api/offers?id=1&limit=1").text;
    assert_eq!(inside, plain);
    let query = "/api/offers?id=x&format=JSONP&callback=app.show";
    refused(query, 400, "id must be a positive integer, not \"x\"");
    let query = "/api/offers?id=1&format=JSONP&callback=a%20b";
    refused(
        query,
        400,
        "callback must be the name of a function, such as app.show, not \"a b\"",
    );
}

#[test]
fn wrong_parameters_of_offers_are_refused_with_a_message() {
    refused("/api/offers", 400, "id is required: your publisher id");
    refused(
        "/api/offers?id=-5",
        400,
        "id must be a positive integer, not \"-5\"",
    );
    let country = "country must be a two-letter ISO country code or user, not \"USA\"";
    refused("/api/offers?id=1&country=USA", 400, country);
    for limit in ["0", "5001", "ten", "+5", "99999999999999999999"] {
        let message = format!("limit must be a number from 1 to 5000, not \"{limit}\"");
        let query = format!("/api/offers?id=1&limit={}", limit.replace('+', "%2B"));
        refused(&query, 400, &message);
    }
    let kind = "type must be a list of cpa, cpi, cpe and cpr, not \"cpc\"";
    refused("/api/offers?id=1&type=cpa,cpc", 400, kind);
    let device = "device must be a list of ios, android, mobile and desktop, or user, not \"tv\"";
    refused("/api/offers?id=1&device=ios,tv", 400, device);
    let flag = "offerwall_offers must be true or false, not \"1\"";
    refused("/api/offers?id=1&offerwall_offers=1", 400, flag);
    for since in ["2026-02-30", "yesterday", "2026-4-1", "2026-04-01T25:00"] {
        let message = format!(
            "updated_since must be YYYY-MM-DD or a full ISO date and time such as 2026-04-01T00:00:00Z, not \"{since}\""
        );
        refused(
            &format!("/api/offers?id=1&updated_since={since}"),
            400,
            &message,
        );
    }
    let answer = call(&sandbox(), "/api/offers?id=1&fields=id,payout");
    assert_eq!(answer.status, 400);
    let message = answer.message();
    let start = "fields: unknown field \"payout\", allowed are id, title, description, ";
    assert!(message.starts_with(start), "{message}");
    assert!(message.ends_with("verification_method"), "{message}");
}

#[test]
fn unknown_parameters_are_ignored() {
    let sandbox = sandbox();
    assert_eq!(offers(&sandbox, "limit=2&offset=100&quality=9").len(), 2);
}

#[test]
fn a_repeated_parameter_is_refused() {
    let advice = "send it once, with commas between the values of a list";
    let repeated = |name: &str| format!("{name} is given more than once: {advice}");
    refused("/api/offers?id=1&type=cpi&type=cpe", 400, &repeated("type"));
    refused("/api/offers?id=1&x=1&x=1", 400, &repeated("x"));
    let query = "/api/conversions?id=1&subid=a&subid=b&api_key=sandbox-api-key";
    refused(query, 400, &repeated("subid"));
    let query = "/api/reversals?id=1&api_key=a&api_key=sandbox-api-key";
    refused(query, 400, &repeated("api_key"));
}

#[test]
fn an_empty_text_or_list_counts_as_missing() {
    let sandbox = sandbox();
    let all = offers(&sandbox, "");
    let empty = "type=&fields=&device=&subid=&subid2=&subid3=&gaid=&idfa=&callback=";
    assert_eq!(offers(&sandbox, empty), all);
    assert_eq!(offers(&sandbox, "type=,&device=,,"), all);
}

#[test]
fn an_empty_value_of_any_other_kind_is_refused() {
    for (name, allowed) in [
        ("id", "a positive integer"),
        ("limit", "a number from 1 to 5000"),
        ("country", "a two-letter ISO country code or user"),
        ("offerwall_offers", "true or false"),
        ("format", "JSON or JSONP"),
        (
            "updated_since",
            "YYYY-MM-DD or a full ISO date and time such as 2026-04-01T00:00:00Z",
        ),
    ] {
        let message = format!("{name} must be {allowed}, not \"\"");
        let id = if name == "id" { "" } else { "id=1&" };
        refused(&format!("/api/offers?{id}{name}="), 400, &message);
    }
    let query = "id=1&api_key=sandbox-api-key";
    let message = "offer_id must be a positive integer, not \"\"";
    let path = format!("/api/conversions?{query}&subid=a&offer_id=");
    refused(&path, 400, message);
    let message = "end_date must be a date in the form yyyy-mm-dd, not \"\"";
    refused(&format!("/api/reversals?{query}&end_date="), 400, message);
}

#[test]
fn an_id_has_up_to_64_bits_and_may_be_written_with_a_fraction_of_zero() {
    let sandbox = sandbox();
    for (id, publisher) in [
        ("12345678901234567", "12345678901234567"),
        ("9223372036854775807", "9223372036854775807"),
        ("5.0", "5"),
    ] {
        let answer = call(&sandbox, &format!("/api/offers?id={id}&limit=2.0"));
        let offers = answer.list("offers");
        assert_eq!(offers.len(), 2);
        let link = offers[0]["link"].as_str().unwrap();
        assert!(link.contains(&format!("&pub={publisher}&")), "{link}");
    }
    refused(
        "/api/offers?id=9223372036854775808",
        400,
        "id must be a positive integer, not \"9223372036854775808\"",
    );
}

#[test]
fn the_envelope_leaves_out_what_it_does_not_know() {
    let sandbox = sandbox();
    let envelope = |query: &str| {
        let mut answer = call(&sandbox, &format!("/api/offers?id=1&{query}")).json();
        answer.as_object_mut().unwrap().remove("offers");
        answer
    };
    let plain = json!({"status": "success", "number_offers": 1, "country": null});
    assert_eq!(envelope("limit=1"), plain);
    let filtered =
        json!({"status": "success", "number_offers": 1, "country": "US", "devices": "ios"});
    assert_eq!(envelope("limit=1&country=us&device=ios"), filtered);
    let text = json!({"status": "success", "number_offers": "7", "country": null});
    assert_eq!(envelope("limit=7"), text);
    let empty = json!({"status": "success"});
    assert_eq!(envelope("updated_since=2026-11-21"), empty);
}
