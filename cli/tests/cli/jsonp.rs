//! `jsonp`: a filter in both directions.

use crate::support::cpalead;

#[test]
fn wrapping_and_unwrapping_keeps_the_json() {
    let json = r#"{"title":"</script>\u2028","list":[1,2.50]}"#;
    let wrapped = cpalead("jsonp wrap --callback shop.show")
        .input(json)
        .ends_with(0)
        .out;
    assert!(wrapped.starts_with("/**/shop.show({") && wrapped.ends_with("});\n"));
    assert!(!wrapped.contains('<'));
    let run = cpalead("jsonp unwrap --callback shop.show").input(wrapped);
    let back = run.ends_with(0).json();
    assert_eq!(
        back,
        serde_json::from_str::<serde_json::Value>(json).unwrap()
    );
}

#[test]
fn plain_json_passes() {
    assert_eq!(
        cpalead("jsonp unwrap").input(" [1] \n").ends_with(0).out,
        "[1]\n"
    );
}

#[track_caller]
fn refused(words: &str, input: &str, status: i32, message: &str) {
    let outcome = cpalead(words).input(input).ends_with(status);
    assert_eq!(
        (outcome.err.as_str(), outcome.out.as_str()),
        (format!("error: {message}\n").as_str(), "")
    );
}

#[test]
fn anything_but_the_requested_call_is_refused() {
    refused(
        "jsonp unwrap --callback cb",
        "other([1]);",
        1,
        "the text calls `other`, but `cb` was asked for",
    );
    refused(
        "jsonp unwrap",
        "cb({});alert(1);cb({});",
        1,
        "the text inside is not exactly one JSON value: look at line 1, column 3 of it",
    );
    refused(
        "jsonp wrap --callback cb",
        "[1,]",
        1,
        "the text is not exactly one JSON value: look at line 1, column 4",
    );
    let outcome = cpalead("jsonp wrap --callback alert(1)")
        .input("[1]")
        .ends_with(2);
    assert!(
        outcome
            .err
            .starts_with("error: invalid value 'alert(1)' for '--callback <NAME>': "),
        "{}",
        outcome.err
    );
    let outcome = cpalead("jsonp wrap --callback cb")
        .input(b"\xff\xfe".to_vec())
        .ends_with(1);
    assert_eq!(
        outcome.err,
        "error: standard input is not UTF-8 from byte 0 on\n"
    );
}
