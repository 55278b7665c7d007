//! The rules for what the library does not do, each with a planted violation.

use crate::in_library;

#[test]
fn a_library_that_panics_or_prints_is_found() {
    let panics = "src/offers.rs:2: the library does not panic: return an error, or show why this cannot fail";
    in_library("fn a() { Some(1).unwrap(); }", panics);
    in_library("fn a() { Some(1).expect(\"one\"); }", panics);
    in_library("fn a() { panic!(\"no\") }", panics);
    in_library(
        "fn a() { println!() }",
        "src/offers.rs:2: the library does not print",
    );
    in_library(
        "fn a() { eprintln!() }",
        "src/offers.rs:2: the library does not print",
    );
}

#[test]
fn a_second_door_to_generated_code_or_to_reqwest_is_found() {
    in_library(
        "include!(concat!(env!(\"OUT_DIR\")));",
        "src/offers.rs:2: only src/generated.rs names OUT_DIR",
    );
    in_library(
        "use reqwest::Url;",
        "src/offers.rs:2: only call/attempts, call/inner, call/operation, call/wire and client/builder name reqwest",
    );
}
