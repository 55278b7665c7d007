//! `conformance` with wrong options, and with a server that repeats the key.

use tempfile::TempDir;

use crate::support::{Outcome, Server, copy_of_recordings, cpalead, last_line};

#[track_caller]
fn refused(words: &str, message: &str) {
    let server = Server::json("{}");
    let outcome = cpalead(&words.replace("URL", &server.url)).ends_with(2);
    assert_eq!(last_line(&outcome.err), format!("error: {message}"));
    assert_eq!((outcome.out.as_str(), server.requests()), ("", 0));
}

#[test]
fn wrong_options_are_refused_with_what_to_give_instead() {
    for (option, advice) in [
        ("--base-url URL", "give the address as --target URL"),
        ("--sandbox", "give --target sandbox"),
        (
            "--wait 5s",
            "remove it, because a run waits for each slot; --dry-run shows how long",
        ),
        (
            "--timeout 5s",
            "remove it, because each call has 60 s; an answer that does not come is in the report",
        ),
    ] {
        let name = option.split(' ').next().unwrap();
        let server = Server::json("{}");
        let words = format!("conformance --target sandbox {option}").replace("URL", &server.url);
        let outcome = cpalead(&words).ends_with(2);
        assert_eq!(
            outcome.err,
            format!("error: {name} cannot be combined with a target: {advice}\n")
        );
    }
    refused(
        "conformance --target live --dry-run",
        "no publisher id: give --publisher-id N or set CPALEAD_PUBLISHER_ID; --target sandbox needs none",
    );
    refused(
        "conformance --target sandbox offers/limits",
        "no requirement has an id that begins with `offers/limits`: conformance --list prints the ids",
    );
    refused(
        "conformance --target live --speed 9",
        "--speed is only for a sandbox: give --target sandbox, or an address such as http://127.0.0.1:8080",
    );
    refused(
        "conformance --target sandbox --output csv",
        "a report is not written as CSV: use --format text, json, ndjson, junit, tap, markdown or html",
    );
    refused(
        "conformance --target sandbox --report tap=/nowhere/x",
        "cannot write /nowhere/x: No such file or directory (os error 2)",
    );
    refused(
        "conformance --target http://example.com --publisher-id 7",
        "the address of the target is not https, and not http to this machine",
    );
    let outcome =
        cpalead("conformance --target live --dry-run").env("CPALEAD_BASE_URL", "http://x");
    assert_eq!(
        outcome.ends_with(2).err,
        "error: CPALEAD_BASE_URL is set, and --target live calls https://www.cpalead.com: unset it, or give --target URL\n"
    );
}

#[test]
fn a_target_is_always_named() {
    let outcome = cpalead("conformance offers/ --output json").ends_with(2);
    let message = outcome.error()["message"].to_string();
    assert!(message.contains("--target <TARGET>"), "{message}");
    let outcome = cpalead("conformance --target https://www.cpalead.com").ends_with(2);
    assert!(
        outcome.err.contains("this is the provider: use live"),
        "{}",
        outcome.err
    );
}

#[test]
fn a_folder_that_holds_something_is_not_recorded_into() {
    let server = Server::json("{}");
    let folder = copy_of_recordings(|_, text| text);
    let run = server
        .cpalead("conformance record")
        .arg(folder.path())
        .arg("--target")
        .arg(&server.url);
    let outcome = run.ends_with(2);
    assert!(
        outcome
            .err
            .ends_with("is not empty: record into a new folder\n"),
        "{}",
        outcome.err
    );
    assert_eq!(server.requests(), 0);
}

const KEY: &str = "k3y+/=&%Secret-Value";

/// Each way in which a server may repeat the key.
fn spellings() -> Vec<String> {
    let percent: String = KEY.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let hex: String = KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let entities: String = KEY
        .chars()
        .map(|c| format!("&#{};", u32::from(c)))
        .collect();
    let once = "k3y%2B%2F%3D%26%25Secret-Value";
    vec![
        KEY.to_owned(),
        KEY.to_lowercase(),
        once.to_owned(),
        once.replace('%', "%25"),
        once.replace('%', "%2525"),
        percent.replace('%', "%25"),
        percent,
        "k3y+\\\\/=&%Secret-Value".to_owned(),
        "k3y+/=&amp;%Secret-Value".to_owned(),
        entities,
        hex,
        "azN5Ky89JiVTZWNyZXQtVmFsdWU".to_owned(),
    ]
}

#[test]
fn no_report_and_no_recording_holds_a_key_that_the_server_repeats() {
    let echo = spellings().join(" ");
    let body = format!(
        r#"{{"status":"{echo}","message":"{echo}","offers":[{{"id":1,"title":"{echo}","payout_type":"{echo}","link":"x?k={echo}"}}],"{KEY}":1}}"#
    );
    let headers = format!("content-type: text/{KEY}\r\nretry-after: {KEY}\r\nlocation: /{KEY}\r\n");
    let server = Server::with("200 OK", &headers, &body);
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut run = server
        .cpalead("conformance --speed 60000 -v --record")
        .arg(path("run"))
        .arg("--target")
        .arg(&server.url)
        .env("CPALEAD_API_KEY", KEY);
    let formats = ["text", "json", "ndjson", "junit", "tap", "markdown", "html"];
    for format in formats {
        run = run
            .arg("--report")
            .arg(format!("{format}={}", path(format).display()));
    }
    let Outcome { out, err, .. } = run.ends_with(1);
    let mut texts = vec![out, err];
    texts.extend(formats.map(|format| std::fs::read_to_string(path(format)).unwrap()));
    for file in std::fs::read_dir(path("run")).unwrap() {
        texts.push(std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    assert!(texts.iter().any(|text| text.contains("[key]")));
    let mut cells = 0;
    for text in texts.iter().map(|text| text.to_lowercase()) {
        for spelling in spellings().iter().map(|spelling| spelling.to_lowercase()) {
            assert!(!text.contains(&spelling), "{spelling} in {text}");
            cells += 1;
        }
        assert!(!text.contains("secret-value"), "{text}");
    }
    println!("{cells} cells, no key");
    assert!(cells >= 500, "{cells}");
}
