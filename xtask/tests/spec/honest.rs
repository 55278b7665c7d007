//! The effective document as other tools read it. Each test is a place where a tool went wrong.

use std::fs;

use serde_json::{Value, json};

use crate::tree::home;

fn text() -> String {
    fs::read_to_string(home().join("openapi.json")).unwrap()
}

fn document() -> Value {
    serde_json::from_str(&text()).unwrap()
}

fn operations(document: &Value) -> Vec<(&String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .map(|(path, item)| (path, &item["get"]))
        .collect()
}

fn parameter<'a>(operation: &'a Value, name: &str) -> &'a Value {
    let mut parameters = operation["parameters"].as_array().unwrap().iter();
    parameters.find(|one| one["name"] == name).unwrap()
}

fn schema<'a>(document: &'a Value, name: &str) -> &'a Value {
    &document["components"]["schemas"][name]
}

#[test]
fn json_is_the_first_media_type_of_every_answer() {
    let text = text();
    let contents: Vec<&str> = text
        .split("\"content\": {")
        .skip(1)
        .map(|rest| rest.trim_start().lines().next().unwrap())
        .collect();
    assert_eq!(contents.len(), 3 + 3 * 4 + 2);
    for first in contents {
        assert_eq!(first, "\"application/json\": {");
    }
}

#[test]
fn an_offer_of_which_only_the_title_was_asked_for_is_an_offer() {
    assert_eq!(schema(&document(), "Offer").get("required"), None);
}

#[test]
fn no_answer_without_its_status_and_its_list_is_a_success() {
    let document = document();
    for (name, list) in [
        ("OffersResponse", "offers"),
        ("WrappedConversions", "conversions"),
        ("WrappedReversals", "reversals"),
    ] {
        let schema = schema(&document, name);
        assert_eq!(schema["required"], json!(["status", list]), "{name}");
        let status = &schema["properties"]["status"];
        assert_eq!(status["enum"], json!(["success"]), "{name}");
    }
    for (name, wrapped) in [
        ("ConversionsResponse", "WrappedConversions"),
        ("ReversalsResponse", "WrappedReversals"),
    ] {
        let choices = schema(&document, name)["oneOf"].as_array().unwrap();
        let reference = format!("#/components/schemas/{wrapped}");
        assert_eq!(choices[0]["type"], "array", "{name}");
        assert_eq!(choices[1..], [json!({"$ref": reference})], "{name}");
    }
}

#[test]
fn no_cap_comes_before_the_number_that_it_would_be_read_as() {
    let document = document();
    let kinds: Vec<&Value> = schema(&document, "DailyCap")["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["type"])
        .collect();
    assert_eq!(kinds, ["boolean", "integer", "string"]);
}

#[test]
fn every_error_body_has_an_example_and_offers_refuse_no_key() {
    let document = document();
    for (path, operation) in operations(&document) {
        let answers = operation["responses"].as_object().unwrap();
        for (status, answer) in answers.iter().filter(|(status, _)| *status != "200") {
            let example = &answer["content"]["application/json"]["example"];
            assert!(example["status"].is_string(), "{path} {status}");
            assert_ne!(example["status"], "success", "{path} {status}");
        }
        assert_eq!(answers.contains_key("401"), path != "/api/offers", "{path}");
    }
}

#[test]
fn parameters_say_what_a_caller_may_send() {
    let document = document();
    let [(_, conversions), (_, offers), (_, reversals)] = operations(&document)[..] else {
        panic!("three operations");
    };
    assert_eq!(parameter(conversions, "offer_id")["schema"]["minimum"], 1);
    assert_eq!(parameter(conversions, "subid")["schema"]["minLength"], 1);
    let devices = json!(["ios", "android", "mobile", "desktop", "user"]);
    let device = &parameter(offers, "device")["schema"];
    assert_eq!(device["items"]["enum"], devices);
    assert_eq!(
        device["description"],
        "`user` means the device of the caller, read from its User-Agent."
    );
    for operation in [conversions, offers, reversals] {
        assert_eq!(
            parameter(operation, "format")["schema"]["description"],
            "Case does not matter. `JSONP` needs a `callback`."
        );
        assert_eq!(
            parameter(operation, "callback")["schema"]["description"],
            "Needed with `format=JSONP`, ignored otherwise."
        );
    }
    for name in ["start_date", "end_date"] {
        assert_eq!(parameter(reversals, name)["required"], false);
    }
}

#[test]
fn fields_are_the_names_of_an_offer() {
    let document = document();
    let fields = parameter(&document["paths"]["/api/offers"]["get"], "fields");
    assert_eq!(fields["explode"], false);
    let mut names: Vec<&str> = fields["schema"]["items"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let example = fields["example"].as_array().unwrap();
    assert!(
        example
            .iter()
            .all(|name| names.contains(&name.as_str().unwrap()))
    );
    names.sort_unstable();
    let properties = schema(&document, "Offer")["properties"]
        .as_object()
        .unwrap();
    assert_eq!(names, properties.keys().collect::<Vec<_>>());
}

#[test]
fn an_offer_links_to_its_conversions() {
    let document = document();
    let links = &document["paths"]["/api/offers"]["get"]["responses"]["200"]["links"];
    let link = &links["conversions_of_the_first_offer"];
    let target = &document["paths"]["/api/conversions"]["get"];
    assert_eq!(link["operationId"], target["operationId"]);
    for (name, source) in [
        ("id", "$request.query.id"),
        ("offer_id", "$response.body#/offers/0/id"),
    ] {
        assert_eq!(link["parameters"][name], source);
        assert!(parameter(target, name).is_object());
    }
}
