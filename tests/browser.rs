//! Wrapped JSONP in a real browser: headless Chromium loads it as a script and inside a page, and
//! no JSON breaks out.
//!
//! These tests run on Unix only, where the browser and its children can be ended as one group.
#![cfg(unix)]

#[path = "browser/chromium.rs"]
mod chromium;
#[path = "browser/page.rs"]
mod page;
#[path = "browser/server.rs"]
mod server;

use cpalead::jsonp::{Callback, wrap};

use chromium::Chromium;
use page::{Answer, Page};
use server::Server;

/// JSON that tries to leave its string, the call, the line or the script element, or to have a
/// different meaning in a script.
const PAYLOADS: [&str; 33] = [
    r#"{"offers":[{"id":5546840,"title":"Win a <b>prize</b> &amp; more","amount":"1.50"}]}"#,
    r#"["</script><script>canary('end tag')</script>"]"#,
    r#"["</ScRiPt ><img src=x onerror=canary('image')>"]"#,
    r#"{"</script><script>canary('key')</script>":1}"#,
    r#"["<!--<script>","canary('comment')","-->"]"#,
    r#"["<!-- <script> canary('open comment') //"]"#,
    r#"["--><script>canary('close comment')</script>"]"#,
    r#"["]]><script>canary('cdata')</script>"]"#,
    "[\"\u{2028}canary('line separator')//\"]",
    "[\"\u{2029}canary('paragraph separator')//\"]",
    "{\"\u{2028}\":\"\u{2029}\"}",
    r#"[");alert(1)//"]"#,
    r#"["\");canary('quote')//"]"#,
    r#"["\\\");canary('backslashes')//"]"#,
    r#"["'+canary('apostrophe')+'"]"#,
    r#"["`+canary('template')+`","${canary('template')}"]"#,
    r#"["*/canary('block comment')/*"]"#,
    r#"["\u003c/script\u003e\u003cscript\u003ecanary('escaped')\u003c/script\u003e"]"#,
    r#"["\u0022);canary('escaped quote')//"]"#,
    r#"["\n\r\t\b\f\/\u0000\u007f\u0085"]"#,
    r#"["\ud800","\udc00\ud800","\ud83d\ude00","😀"]"#,
    "[\"\u{feff}\u{a0}\u{202e}\u{200b}\u{fffe}é鍵\"]",
    r#"{"constructor":1,"prototype":2,"toString":3,"hasOwnProperty":4,"a":5,"a":6}"#,
    r#"["__proto__",{"x":"__proto__"}]"#,
    r#"[-0,0,1e400,-1e400,1e-400,9007199254740993,0.1,1E+2]"#,
    r#"{"10":1,"9":2,"":3," ":4}"#,
    "[ 1 ,\r\n\t2 ]",
    r#""a text""#,
    "-17.5",
    "true",
    "null",
    "[]",
    "{}",
];

/// Texts that `wrap` refuses, because no escaping can make them safe.
const REFUSED: [&str; 6] = [
    r#"[1]);canary('call')//"#,
    r#"["\\");canary('backslash')//"]"#,
    r#"{"__proto__":{"polluted":true}}"#,
    "</script>",
    "canary('code')",
    "[1]\n<!--",
];

#[test]
fn nothing_in_wrapped_json_breaks_out_of_the_string_the_call_or_the_script_element() {
    let Some(chromium) = Chromium::find() else {
        return;
    };
    let answers = PAYLOADS.iter().enumerate().map(|(index, json)| {
        let callback = Callback::new(&format!("answers.got{index}")).unwrap();
        Answer {
            index,
            // Halves of surrogate pairs are not characters, and become U+FFFD.
            json: json
                .replace(r"\ud800", r"\ufffd")
                .replace(r"\udc00", r"\ufffd"),
            script: wrap(&callback, json).unwrap_or_else(|error| panic!("{json}: {error}")),
        }
    });
    let page = Page::new(answers.collect());
    let report = chromium.load(&Server::start(page.files()));
    // Every answer arrives twice: as a separate script, and inside the page.
    assert_eq!(
        report,
        format!(
            "same {}, different [], missing [], canaries []",
            PAYLOADS.len() * 2
        )
    );
}

/// The page, the comparison and the canary must be able to fail, or the test above proves nothing.
#[test]
fn the_page_notices_json_that_was_wrapped_carelessly() {
    let Some(chromium) = Chromium::find() else {
        return;
    };
    let careless = [
        r#"["</script><script>canary('end tag')</script>"]"#,
        r#"{"__proto__":{"polluted":true}}"#,
        r#"[1]);canary('call');//"#,
        "[2]",
    ];
    let answers = careless.iter().enumerate().map(|(index, json)| Answer {
        index,
        json: if index == 2 {
            "[1]".to_owned()
        } else {
            (*json).to_owned()
        },
        script: format!("answers.got{index}({json});"),
    });
    let report = chromium.load(&Server::start(Page::new(answers.collect()).files()));
    assert_eq!(
        report,
        "same 5, different [src 1, inline 1], missing [inline 0], canaries [call, call, end tag]",
        "the script element was left, the prototype was set, the call was left twice"
    );
}

#[test]
fn what_no_escape_can_make_safe_is_refused() {
    let callback = Callback::new("answers.got").unwrap();
    for json in REFUSED {
        assert!(wrap(&callback, json).is_err(), "{json}");
    }
}
