//! The api key: where it may come from, and that it never appears in any output.

use crate::support::{Server, cpalead};

const KEY: &str = "k3y+/=&%Secret-Value";

/// The key in every spelling in which it could leak.
fn spellings() -> Vec<String> {
    vec![
        KEY.to_owned(),
        "k3y%2B%2F%3D%26%25Secret-Value".to_owned(),
        "k3y%2b%2f%3d%26%25Secret-Value".to_owned(),
        "Secret-Value".to_owned(),
        // Base64 of the key.
        "azN5Ky89JiVTZWNyZXQtVmFsdWU".to_owned(),
    ]
}

#[test]
fn no_failure_shows_the_key_in_any_format() {
    let echo = format!(r#"{{"status":"error","message":"bad key {KEY}"}}"#);
    let servers = [
        Server::json(&echo),
        Server::with("401 Unauthorized", "", &echo),
        Server::with("500 Internal Server Error", "", &format!("<h1>{KEY}</h1>")),
        Server::with(
            "302 Found",
            &format!("location: https://elsewhere.example/?api_key={KEY}\r\n"),
            "",
        ),
        Server::with("429 Too Many Requests", "retry-after: 60\r\n", &echo),
        Server::json(&format!("[{{\"{KEY}\"")),
        Server::raw("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n["),
        Server::raw(""),
    ];
    let outputs = ["table", "json", "ndjson", "csv"];
    // In parallel, because offers are tried again after a pause.
    let cells: usize = std::thread::scope(|scope| {
        let pairs = servers
            .iter()
            .flat_map(|server| outputs.map(|output| (server, output)));
        let searches: Vec<_> = pairs
            .map(|(server, output)| scope.spawn(move || search(server, output)))
            .collect();
        searches
            .into_iter()
            .map(|search| search.join().expect("no key is shown"))
            .sum()
    });
    println!("{cells} cells, no key");
    assert!(cells >= 900);
}

/// Runs every command against the server, and counts the places that were searched for the key.
fn search(server: &Server, output: &str) -> usize {
    let mut cells = 0;
    for command in [
        "conversions user-42",
        "reversals --start 2026-01-01 --end 2026-01-02",
        "offers --limit 1",
    ] {
        let words =
            format!("-v --timeout 2s --wait none {command} --output {output} --api-key-file -");
        let outcome = server.cpalead(&words).input(format!("{KEY}\n")).run();
        assert_ne!(outcome.status, 0);
        for spelling in spellings() {
            cells += 2;
            assert!(!outcome.err.contains(&spelling), "{}", outcome.err);
            assert!(!outcome.out.contains(&spelling), "{}", outcome.out);
        }
    }
    cells
}

#[test]
fn a_key_file_is_one_line_of_a_bounded_length() {
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("key");
    let server = Server::json(r#"{"status":"success","conversions":[]}"#);
    let run = |contents: &[u8]| {
        std::fs::write(&path, contents).unwrap();
        server
            .cpalead("conversions x --api-key-file")
            .arg(&path)
            .run()
    };
    assert_eq!(run(b"a-key\r\n").status, 0);
    let shown = path.display();
    let too_large = run(&[b'k'; 5000]);
    assert_eq!(
        too_large.err,
        format!("error: {shown} is larger than 4096 bytes: expected the api key alone\n")
    );
    let two_words = run(b"two words");
    assert!(
        two_words.err.starts_with(&format!(
            "error: the file {shown}: api key contains a blank"
        )),
        "{}",
        two_words.err
    );
    assert_eq!(
        (
            too_large.status,
            two_words.status,
            run(b"").status,
            run(b"\xff").status
        ),
        (2, 2, 2, 2)
    );
    let missing = cpalead("offers --publisher-id 7 --api-key-file /nowhere/key").ends_with(2);
    assert!(
        missing
            .err
            .starts_with("error: cannot open the api key file /nowhere/key: "),
        "{}",
        missing.err
    );
    assert_eq!(server.requests(), 1);
}

#[test]
fn no_option_takes_the_key() {
    let help = cpalead("--help").ends_with(0).out;
    assert!(!help.contains("--api-key "), "{help}");
    let outcome = cpalead("conversions x --api-key").arg(KEY).ends_with(2);
    assert!(!outcome.err.contains(KEY), "{}", outcome.err);
}
