//! Servers that mean harm, or are away: nothing secret comes out, and nothing grows without end.

use std::io::Write as _;
use std::net::TcpListener;

use cpalead_conformance::{
    Catalogue, Conclusion, Demand, Entry, Event, Format, Publisher, Questions, Report, Target,
    Verdict,
};
use jiff::civil::date;

use crate::support::{answering, others, plan, run, server};

const FORMATS: [Format; 7] = [
    Format::Text,
    Format::Json,
    Format::Ndjson,
    Format::Junit,
    Format::Tap,
    Format::Markdown,
    Format::Html,
];

fn written(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    report.write(format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn why(report: &Report) -> Vec<String> {
    let reasons = report
        .results()
        .iter()
        .filter_map(|entry| entry.verdict().reason());
    reasons.collect()
}

fn json(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

/// The key as it is, in another case, in percent-encoding and in base64.
const KEY: &str = "k/ey+42&x z%99";
const SPELLINGS: [&str; 8] = [
    KEY,
    "K/EY+42&X Z%99",
    "k%2Fey%2B42%26x+z%2599",
    "k\\/ey+42&amp;x z%99",
    "ay9leSs0MiZ4IHolOTk",
    "6b2f65792b34322678207a253939",
    "k%252Fey%252B42%2526x%2Bz%252599",
    "k%25252Fey%25252B42%252526x%252520z%25252599",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_echoes_everything_leaks_nothing() {
    let base64 = SPELLINGS[4];
    let secrets = [
        "anna%40shop",
        "anna@shop",
        "203.0.113.77",
        "sig-4711",
        "7654321",
        "bob@shop",
    ];
    let body = format!(
        "{{\"status\":\"no {KEY} {} {base64} {} {} {}\",\"message\":\"{} 203.0.113.77 anna@shop 7654321\",\"offers\":[{{\"id\":1,\
         \"payout_type\":\"{KEY}\",\"offer_rank\":\"{base64}\",\"subid\":\"bob@shop\",\"countries\":\"203.0.113.77\",\
         \"link\":\"x?pub=7654321&_src_sig=sig-4711&subid=anna%40shop&k={}\"}}]}}",
        SPELLINGS[1],
        "6B2F65792B3432267820 7A253939".replace(' ', ""),
        SPELLINGS[6],
        SPELLINGS[7],
        SPELLINGS[3],
        SPELLINGS[2]
    );
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/{base64}\r\nretry-after: {KEY}\r\nlocation: /{}\r\nconnection: close\r\n\r\n{body}",
        SPELLINGS[2]
    );
    let url = answering(move |_, stream| {
        let _ = stream.write_all(head.as_bytes());
    });
    let folder = tempfile::tempdir().unwrap();
    let publisher = Publisher::new(7_654_321).api_key(KEY);
    let target = Target::server(&url, &publisher)
        .unwrap()
        .record_to(folder.path());
    let target = target.interval(std::time::Duration::ZERO);
    let questions = Questions::new("anna@shop", date(2026, 11, 20));
    let plan = Catalogue::bundled()
        .unwrap()
        .plan(target, questions)
        .await
        .unwrap();
    let shown = format!("{plan}{plan:?}");
    let report = plan.run(|_| {}, std::future::pending()).await.unwrap();
    assert_eq!(report.conclusion().unwrap().exit_code(Demand::Judged), 1);
    let mut texts: Vec<String> = FORMATS
        .iter()
        .map(|format| written(&report, *format))
        .collect();
    texts.extend([shown, format!("{report:?}"), format!("{publisher:?}")]);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        texts.push(std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    let mut cells = 0;
    for text in &texts {
        for secret in SPELLINGS.iter().chain(&secrets) {
            let found = text.to_lowercase().contains(&secret.to_lowercase());
            assert!(!found, "{secret} in {}", &text[..text.len().min(600)]);
            cells += 1;
        }
    }
    assert!(cells > 600, "{cells} cells");
    assert!(texts[0].contains("the api key, hidden here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_away_breaks_every_case() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let report = run(
        server(&format!("http://127.0.0.1:{port}")),
        &["offers/", "reversals/"],
    )
    .await;
    assert!(
        report
            .results()
            .iter()
            .all(|entry| matches!(entry.verdict(), Verdict::Broken { .. }))
    );
    let conclusion = report.conclusion().unwrap();
    assert_eq!(
        (conclusion, conclusion.exit_code(Demand::Judged)),
        (Conclusion::Inconclusive, 3)
    );
    let not_asked = "not asked, because 3 calls in a row had no answer";
    assert!(
        why(&report)
            .iter()
            .filter(|why| why.ends_with(not_asked))
            .count()
            > 10
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_cut_off() {
    let url = answering(|_, stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n{";
        let mut sent = stream.write_all(head.as_bytes());
        let blanks = vec![b' '; 1 << 16];
        while sent.is_ok() {
            sent = stream.write_all(&blanks);
        }
    });
    let report = run(server(&url), &["offers/limit/number"]).await;
    assert_eq!(
        why(&report),
        ["offers/limit-three: the body is larger than 16 MiB"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_rows_are_not_all_read() {
    let rows = vec!["[]"; 1_000_000].join(",");
    let objects = vec!["{}"; 1_000_000].join(",");
    let bodies = [
        json(&format!("{{\"offers\":[{rows}]}}")),
        json(&format!("[{objects}]")),
    ];
    for (body, got) in bodies
        .into_iter()
        .zip(["offers[0] is not an object", "20000 offers"])
    {
        let url = answering(move |_, stream| {
            let _ = stream.write_all(&body);
        });
        let report = run(server(&url), &["offers/limit/number"]).await;
        assert_eq!(report.results()[0].verdict().finding().unwrap().got, got);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_says_is_not_markup_in_any_report() {
    let body =
        r#"{"status":"]]></failure><script>alert(1)</script>\u0000\u001b[31m | @team # \ufffe"}"#;
    let body = json(body);
    let url = answering(move |_, stream| {
        let _ = stream.write_all(&body);
    });
    let report = run(server(&url), &["offers/limit/number", "offers/list"]).await;
    for format in FORMATS {
        let text = written(&report, format);
        assert!(
            text.chars()
                .all(|c| c == '\n' || (!c.is_control() && c != '\u{fffe}')),
            "{text}"
        );
        if !matches!(
            format,
            Format::Text | Format::Json | Format::Ndjson | Format::Tap
        ) {
            assert!(!text.contains("<script"), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_and_gateways_and_limits_are_not_the_target() {
    let status = |line: &str| {
        let line = format!(
            "HTTP/1.1 {line}\r\nlocation: http://127.0.0.1:9/?api_key=x\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        answering(move |_, stream| {
            let _ = stream.write_all(line.as_bytes());
        })
    };
    let report = run(server(&status("302 Found")), &["offers/limit/number"]).await;
    assert_eq!(
        report.results()[0].verdict().finding().unwrap().got,
        "status 302"
    );
    let report = run(server(&status("502 Bad Gateway")), &["offers/limit/number"]).await;
    assert_eq!(
        why(&report),
        ["offers/limit-three: the target is away (502)"]
    );
    let report = run(
        server(&status("429 Too Many Requests")),
        &["offers/limit/number"],
    )
    .await;
    assert_eq!(
        why(&report),
        ["offers/limit-three: the target says that there were too many calls (429)"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_reports_what_it_has_without_a_footer() {
    let body = json("{\"status\":\"success\",\"offers\":[]}");
    let url = answering(move |request, stream| {
        if request.contains("limit=3") {
            std::thread::park();
        } else {
            let _ = stream.write_all(&body);
        }
    });
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let mut stop = Some(stop);
    let plan = plan(server(&url), &["offers/list", "offers/limit/"]).await;
    let asked = |event: &Event<'_>| {
        if let Event::Asking { number: 2, .. } = event {
            let _ = stop.take().map(|stop| stop.send(()));
        }
    };
    let report = plan
        .run(asked, async {
            let _ = stopped.await;
        })
        .await
        .unwrap();
    assert_eq!(report.conclusion(), None);
    assert_eq!(others(&report), [""; 0]);
    let judged: Vec<_> = report.results().iter().map(Entry::id).collect();
    assert_eq!(judged, ["offers/list"]);
    let error = Report::read(&written(&report, Format::Ndjson))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "this report has no footer: its run was stopped, so it is not complete"
    );
}

#[test]
fn addresses_that_would_leak_the_key_are_refused() {
    let publisher = Publisher::new(1).api_key("long-enough");
    let refused = |url: &str| Target::server(url, &publisher).unwrap_err().to_string();
    assert_eq!(
        refused("http://example.com"),
        "the address of the target is not https, and not http to this machine"
    );
    assert_eq!(
        refused("ftp://127.0.0.1"),
        "the address of the target is not https, and not http to this machine"
    );
    assert_eq!(
        refused("https://a:b@example.com"),
        "the address of the target has a user name; remove it"
    );
    assert_eq!(
        refused("nowhere"),
        "the address of the target is not a URL such as http://127.0.0.1:8080"
    );
    let short =
        Target::server("http://127.0.0.1:1", &Publisher::new(1).api_key("short")).unwrap_err();
    assert_eq!(
        short.to_string(),
        "the api key has fewer than 8 characters, too few to be found and hidden"
    );
}
