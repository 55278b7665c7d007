//! Tests of what is shown of bodies, messages and URLs, and of what is never shown.

use proptest::prelude::{
    ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use super::{EXCERPT_CHARS, LOOKED_AT, URL_CHARS, excerpt, scrub, url};
use crate::plain;

const KEY: &str = "k3y/S+cr=t&<\"'\\ü";

/// Each character as `how` writes it. The test has a separate writer, so that the reader is not
/// tested against itself.
fn spelt(key: &str, how: impl Fn(char) -> String) -> String {
    key.chars().map(how).collect()
}

fn percent(c: char) -> String {
    c.to_string().bytes().map(|b| format!("%{b:02X}")).collect()
}

fn percent_where_needed(c: char) -> String {
    if c.is_ascii_alphanumeric() {
        c.to_string()
    } else {
        percent(c)
    }
}

fn json(c: char) -> String {
    let mut buffer = [0; 2];
    c.encode_utf16(&mut buffer)
        .iter()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect()
}

fn named(c: char) -> String {
    match c {
        '&' => "&amp;".into(),
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        '"' => "&quot;".into(),
        '\'' => "&#39;".into(),
        other => other.into(),
    }
}

/// A quoted text without its quotes.
fn unquoted(quoted: &str) -> String {
    quoted[1..quoted.len() - 1].to_owned()
}

fn base64(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group
            .iter()
            .fold(0_u32, |word, b| word << 8 | u32::from(*b))
            << (8 * (3 - group.len()));
        for at in 0..=group.len() {
            text.push(char::from(alphabet[(word >> (18 - 6 * at) & 63) as usize]));
        }
    }
    text
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The key in every encoding that has a name.
fn spellings(key: &str) -> Vec<String> {
    let mut all = vec![
        key.to_owned(),
        spelt(key, percent),
        spelt(key, percent).to_lowercase(),
        spelt(key, percent_where_needed),
        spelt(key, percent_where_needed).replace('%', "%25"),
        spelt(key, json),
        unquoted(&serde_json::to_string(key).unwrap()),
        unquoted(&serde_json::to_string(key).unwrap()).replace('/', "\\/"),
        spelt(key, named),
        spelt(key, named).replace('&', "&amp;"),
        spelt(key, |c| format!("&#{};", u32::from(c))),
        spelt(key, |c| format!("&#x{:04X};", u32::from(c))),
        spelt(key, |c| c.escape_unicode().to_string()),
        spelt(key, |c| {
            c.to_string()
                .bytes()
                .map(|b| format!("\\x{b:02x}"))
                .collect()
        }),
        unquoted(&format!("{key:?}")),
    ];
    // A mixture: each character in a different spelling.
    let mut turn = 0;
    let mixed = key.chars().map(|c| {
        turn += 1;
        [percent(c), json(c), named(c), c.to_string()][turn % 4].clone()
    });
    all.push(mixed.collect());
    all
}

#[track_caller]
fn url_is(given: &str, shown: &str) {
    assert_eq!(url(given, &[KEY]), shown);
}

#[test]
fn an_excerpt_is_one_printable_line() {
    assert_eq!(
        excerpt(b"<h1>Too many\r\n\t requests</h1>\n", &[]),
        "<h1>Too many requests</h1>"
    );
    assert_eq!(
        excerpt(
            "\u{feff}a\u{202e}b\u{2066}c\u{200b}\0d\u{2028}e".as_bytes(),
            &[]
        ),
        "abcd e"
    );
    assert_eq!(
        excerpt(b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07", &[]),
        "red ]0;title"
    );
    assert_eq!(excerpt("\u{9b}31mred".as_bytes(), &[]), "red");
    assert_eq!(excerpt(b"", &[]), "");
}

#[test]
fn bytes_that_are_not_text_are_shown_as_numbers() {
    assert_eq!(excerpt(b"caf\xe9 \xff\xfe", &[]), "caf\\xe9 \\xff\\xfe");
    assert_eq!(excerpt("Schlüssel 鍵".as_bytes(), &[]), "Schlüssel 鍵");
}

#[test]
fn a_long_body_is_cut_at_characters() {
    assert_eq!(excerpt("ä".repeat(200).as_bytes(), &[]), "ä".repeat(200));
    assert_eq!(
        excerpt("ä".repeat(201).as_bytes(), &[]),
        format!("{}…", "ä".repeat(199))
    );
}

#[test]
fn the_key_is_hidden_in_every_spelling() {
    for spelling in spellings(KEY) {
        assert_eq!(
            excerpt(format!("key={spelling}; bad").as_bytes(), &["", KEY]),
            "key=(redacted); bad",
            "{spelling}"
        );
        assert_eq!(
            scrub(&format!("{spelling}{spelling}\n"), &[KEY]),
            "(redacted)(redacted)\n",
            "{spelling}"
        );
    }
    // In Latin-1, in UTF-16, and with unseen characters in between.
    assert_eq!(excerpt(b"k3y/S+cr=t&<\"'\\\xfc", &[KEY]), "(redacted)");
    assert_eq!(excerpt(b"s\0e\0c\0r\0e\0t\0", &["secret"]), "(redacted)");
    assert_eq!(
        excerpt(b"se\x1b[1mcr\xe2\x80\x8bet", &["secret"]),
        "(redacted)"
    );
}

#[test]
fn the_key_is_hidden_in_base64_wherever_it_stands() {
    for alphabet in [STANDARD, URL_SAFE] {
        for before in ["", "a", "ab", "id=1&api_key="] {
            for after in ["", "&", "&x", "&x=1"] {
                let encoded = base64(format!("{before}{KEY}{after}").as_bytes(), alphabet);
                let shown = excerpt(encoded.as_bytes(), &[KEY]);
                assert!(
                    shown.contains("(redacted)") && shown.len() < encoded.len(),
                    "{encoded} as {shown}"
                );
                let wrapped: String = encoded.chars().flat_map(|c| [c, '\n']).collect();
                assert!(
                    excerpt(wrapped.as_bytes(), &[KEY]).contains("(redacted)"),
                    "{wrapped}"
                );
                let in_a_url = encoded.replace('+', "%2B").replace('/', "%2f");
                assert!(
                    excerpt(in_a_url.as_bytes(), &[KEY]).contains("(redacted)"),
                    "{in_a_url}"
                );
            }
        }
    }
}

#[test]
fn a_cut_never_leaves_half_of_a_key() {
    let key = "0123456789abcdef";
    for at in 0..40 {
        let body = format!("{}{key}{}", "x".repeat(EXCERPT_CHARS - at), "y".repeat(500));
        assert!(!excerpt(body.as_bytes(), &[key]).contains('0'), "{at}");
    }
}

#[test]
fn the_end_of_the_bytes_that_are_read_never_leaves_half_of_a_key() {
    let key = "Q1W2E3R4T5Z6U7I8";
    for spelling in spellings(key).into_iter().chain([
        base64(key.as_bytes(), STANDARD),
        base64(format!("a{key}").as_bytes(), URL_SAFE),
    ]) {
        for at in 1..spelling.len().min(60) {
            // Control characters are dropped, so the excerpt shows even the end of the bytes that
            // are read.
            let mut body = vec![1; LOOKED_AT - at];
            body.extend(spelling.bytes());
            body.extend([b'y'; 99]);
            let shown = excerpt(&body, &[key]);
            assert!(
                shown.replace("(redacted)", "").len() <= 3,
                "{spelling} at {at}: {shown}"
            );
        }
    }
}

#[test]
fn a_message_without_the_key_stays_as_it_is() {
    let message = "100 % of k3y/S, \\u006b&#x33;\n\t\u{1b}";
    assert_eq!(scrub(message, &[KEY]), message);
    assert_eq!(scrub(message, &[""]), message);
}

#[test]
fn a_url_keeps_its_address_and_the_parameters_without_personal_data() {
    url_is(
        "https://www.cpalead.com/api/offers?id=1&country=US&subid=user-42&gaid=1-2-3&device=ios%2Candroid&callback=cb&limit=5",
        "https://www.cpalead.com/api/offers?id=1&country=US&device=ios%2Candroid&limit=5&…",
    );
    url_is(
        &format!("https://www.cpalead.com/api/reversals?id=1&api_key={KEY}#x"),
        "https://www.cpalead.com/api/reversals?id=1&…",
    );
    url_is(
        "http://127.0.0.1:8080/api/offers?subid=a",
        "http://127.0.0.1:8080/api/offers?…",
    );
    url_is("http://[::1]:8080/", "http://[::1]:8080/");
    url_is("https://host", "https://host");
    url_is("https://host/?", "https://host/");
    url_is("https://host/?&&", "https://host/?");
}

#[test]
fn user_names_passwords_and_fragments_are_never_shown() {
    url_is("https://user:pass@host/path#token", "https://host/path");
    url_is("https://user@pass@host:1/", "https://host:1/");
    url_is("//user:pass@host/path", "//host/path");
    url_is("https://user:pass\\@host/", "https://…\\@host/");
    url_is("https://us er:pass/", "https://…/");
}

#[test]
fn little_is_shown_of_anything_that_is_not_a_web_address() {
    url_is("", "");
    url_is("/login?next=/x&id=1", "/login?id=1&…");
    url_is("javascript:alert(1)", "javascript:…");
    url_is("mailto:someone@example.com", "mailto:…");
    url_is("data:text/html,x", "data:…");
    url_is(
        "https://ho\u{202e}st/\r\nSet-Cookie: a",
        "https://host/ Set-Cookie: a",
    );
    url_is("not a url", "not a url");
}

#[test]
fn nothing_hides_in_a_listed_parameter() {
    url_is("https://host/?id=1;api_key=2", "https://host/?id=…");
    url_is("https://host/?country=a/b", "https://host/?country=…");
    url_is("https://host/?ID=1&id", "https://host/?…");
    url_is(
        &format!("https://host/?id={}", "1".repeat(65)),
        "https://host/?id=…",
    );
    url_is(
        &format!("https://host/{}/x?id=1", KEY.replace('&', "%26")),
        "https://host/(redacted)/x?id=1",
    );
    assert_eq!(
        url("https://host/?id=s3cr%65t", &["s3cret"]),
        "https://host/?id=(redacted)"
    );
    assert_eq!(
        url("https://s3cret.example/", &["s3cret"]),
        "https://(redacted).example/"
    );
    let long = url(&format!("https://host/{}", "x".repeat(1000)), &[]);
    assert!(long.chars().count() == URL_CHARS && long.ends_with('…'));
}

/// Keys like those of providers, and some with every character that encodings change.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{16,40}",
        "[A-Za-z0-9+/=_%&<>\"'\\\\.-]{12,40}",
        "[a-zA-Z0-9ü鍵🔑&%]{10,20}"
    ]
}

/// Text that contains the key in some spellings at some places.
fn body() -> impl Strategy<Value = (String, Vec<u8>)> {
    let pieces = (
        any::<prop::sample::Index>(),
        prop::collection::vec(any::<u8>(), 0..80),
        any::<bool>(),
    );
    (key(), prop::collection::vec(pieces, 0..6)).prop_map(|(key, pieces)| {
        let mut forms: Vec<Vec<u8>> = spellings(&key)
            .into_iter()
            .map(String::into_bytes)
            .collect();
        for alphabet in [STANDARD, URL_SAFE] {
            forms.extend((0..3).map(|offset| {
                base64(
                    &[&b"ab"[..offset.min(2)], key.as_bytes()].concat(),
                    alphabet,
                )
                .into_bytes()
            }));
        }
        let mut body = Vec::new();
        for (form, noise, printable) in pieces {
            body.extend(
                noise
                    .into_iter()
                    .map(|b| if printable { b' ' + b % 95 } else { b }),
            );
            let form: &Vec<u8> = form.get(&forms);
            body.extend_from_slice(form);
        }
        (key, body)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn no_body_makes_an_excerpt_show_the_key_or_a_control((key, body) in body()) {
        let shown = excerpt(&body, &[&key]);
        prop_assert!(shown.chars().count() <= EXCERPT_CHARS);
        prop_assert_eq!(shown.chars().find(|&c| plain::is_hidden(c) || plain::is_joiner(c)), None);
        for spelling in spellings(&key) {
            prop_assert!(!shown.contains(&spelling), "{} in {}", spelling, shown);
        }
        for (offset, alphabet) in [(0, STANDARD), (1, STANDARD), (2, STANDARD), (0, URL_SAFE), (1, URL_SAFE), (2, URL_SAFE)] {
            let encoded = base64(&[&b"ab"[..offset], key.as_bytes()].concat(), alphabet);
            // Without the characters that also depend on the text around the key.
            let inner = &encoded[[0, 2, 3][offset]..encoded.len() - 2];
            prop_assert!(!shown.contains(inner), "{} in {}", inner, shown);
        }
    }

    #[test]
    fn no_text_makes_a_url_show_the_key_or_its_secrets(key in key(), before in any::<String>(), after in any::<String>()) {
        let _ = url(&before, &[&key]);
        for (given, hidden) in [
            (format!("{before}{key}{after}"), &key),
            (format!("https://user:{key}@host/{before}"), &key),
            (format!("https://host/?api_key=hunter2{after}"), &"hunter2".to_owned()),
        ] {
            let secrets = [key.as_str()];
            let shown = url(&given, if hidden == &key { &secrets } else { &[] });
            prop_assert!(after.contains(hidden.as_str()) || !shown.contains(hidden.as_str()), "{} shows {}", given, shown);
            prop_assert!(shown.chars().count() <= URL_CHARS);
        }
    }

    #[test]
    fn no_bytes_make_an_excerpt_panic(body in prop::collection::vec(any::<u8>(), 0..600), key in any::<String>()) {
        let _ = excerpt(&body, &[&key]);
        let _ = scrub(&String::from_utf8_lossy(&body), &[&key]);
    }
}
