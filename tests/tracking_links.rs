//! What is set in a tracking link is read back exactly by PHP and by a real browser.
#![cfg(unix)]

#[path = "browser/chromium.rs"]
mod chromium;
#[path = "browser/server.rs"]
mod server;

use std::io::Write as _;
use std::process::{Command, Stdio};

use cpalead::TrackingLink;

use chromium::Chromium;
use server::{File, Server};

/// Links whose parameters are written in ways that a rewritten URL would change.
const LINKS: [&str; 8] = [
    "https://track.example/view.php?id=7&pub=42&_src=api&_src_sig=aB%2f~'c",
    "https://track.example/view.php?id=7&pub=42&subid=old&_src_sig=x",
    "https://track.example/view.php?subid=1&id=7&&subid=2&pub=42&subid=3",
    "https://track.example/view.php?id=7&pub=42&s%75bid=old;subid=x",
    "https://track.example/view.php?id=7&pub=42&subid",
    "https://track.example?id=7&pub=42&",
    "https://track.example/?id=7&pub=42&subid2=%E9&sub.id=1&Subid=2#subid=9",
    "https://track.example/?%=&id=7&pub=%342&=subid&subid%=1&x[subid]=y",
];

/// Values with each character that means something in a URL, in a shell, or in PHP.
fn values() -> Vec<String> {
    let mut values: Vec<String> = (' '..='~').map(|c| format!("a{c}b{c}")).collect();
    values.extend(
        [
            "click-7f3a",
            " ",
            "%41%00%",
            "a=1&subid=2&id=8",
            "x[]=1",
            "a;b,c",
            "\\'\"<script>",
            "é ü 鍵 😀 \u{202e}\u{feff}",
            "0",
        ]
        .map(str::to_owned),
    );
    values.push("ß".repeat(127));
    values
}

/// Each link with each value, and the value.
fn cases() -> Vec<(String, String)> {
    let mut cases = Vec::new();
    for link in LINKS {
        let link = TrackingLink::parse(link).expect(link);
        for value in values() {
            let set = link.subid(&value).expect("a value");
            cases.push((set.to_string(), value));
        }
    }
    cases
}

/// Whether PHP is installed. If it is not, this prints a note, or fails if `CPALEAD_TEST_REQUIRE`
/// names `php`.
fn has_php() -> bool {
    let found = Command::new("php").arg("--version").output().is_ok();
    if !found {
        let required = std::env::var("CPALEAD_TEST_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|name| name.trim() == "php"),
            "php is required by CPALEAD_TEST_REQUIRE, but is not on the search path: install Debian's `php-cli`"
        );
        eprintln!("not tested: php is not installed");
    }
    found
}

/// Reads a query a line, and writes what PHP makes of it: sub-id, offer and publisher.
const READ: &str = r#"
while (($line = fgets(STDIN)) !== false) {
    parse_str(rtrim($line, "\n"), $got);
    echo bin2hex($got["subid"] ?? ""), " ", $got["id"] ?? "", " ", $got["pub"] ?? "", "\n";
}
"#;

#[test]
fn php_reads_every_value_back_exactly() {
    if !has_php() {
        return;
    }
    let mut queries = String::new();
    let mut expected = String::new();
    for (link, value) in cases() {
        let link = link.split('#').next().unwrap_or_default();
        queries.push_str(link.split_once('?').expect("a query").1);
        queries.push('\n');
        for byte in value.bytes() {
            expected.push_str(&format!("{byte:02x}"));
        }
        expected.push_str(" 7 42\n");
    }
    let mut child = Command::new("php")
        .args(["-n", "-r", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("php");
    let mut input = child.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || input.write_all(queries.as_bytes()));
    let output = child.wait_with_output().expect("php");
    writer.join().expect("no panic").expect("php reads");
    let read = String::from_utf8(output.stdout).expect("hexadecimal digits");
    for ((read, expected), (link, _)) in read.lines().zip(expected.lines()).zip(cases()) {
        assert_eq!(read, expected, "{link}");
    }
    assert_eq!(read.lines().count(), cases().len());
}

/// Compares what the browser reads in each link with what was set, and reports in the title.
const COMPARE: &str = "
var alike = 0, different = [];
for (const [link, value] of cases) {
  const read = new URL(link).searchParams;
  const same = read.getAll('subid').length === 1 && read.get('subid') === value
    && read.get('id') === '7' && read.get('pub') === '42';
  if (same) alike++; else different.push(link);
}
document.title = 'same ' + alike + ', different [' + different.join(', ') + ']';
";

#[test]
fn a_browser_reads_every_value_back_exactly() {
    let Some(chromium) = Chromium::find() else {
        return;
    };
    // In base64 nothing can end the script or the string.
    let cases = cases();
    let json = serde_json::to_string(&cases).expect("texts");
    let json = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, json);
    let file = |path: &str, content_type, body| File {
        path: path.to_owned(),
        content_type,
        header: None,
        body,
    };
    let page = "<!DOCTYPE html><meta charset=utf-8><title>not run</title><script src=/compare.js></script>";
    let script = format!(
        "var cases = JSON.parse(new TextDecoder('utf-8', {{ ignoreBOM: true }}).decode(Uint8Array.from(atob('{json}'), c => c.charCodeAt(0))));{COMPARE}"
    );
    let server = Server::start(vec![
        file("/", "text/html; charset=utf-8", page.to_owned()),
        file("/compare.js", "text/javascript; charset=utf-8", script),
    ]);
    assert_eq!(
        chromium.load(&server),
        format!("same {}, different []", cases.len())
    );
}
