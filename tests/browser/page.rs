//! The page that receives each wrapped answer twice, compares it with the original JSON, and
//! reports in its title.

use cpalead::jsonp::{CONTENT_TYPE, NOSNIFF};

use crate::server::File;

/// One answer that is sent to the page.
pub(crate) struct Answer {
    pub(crate) index: usize,
    /// The JSON before it was wrapped.
    pub(crate) json: String,
    /// The script that calls `answers.got<index>` with it.
    pub(crate) script: String,
}

/// A page and the scripts it loads.
pub(crate) struct Page {
    answers: Vec<Answer>,
}

/// Records what arrives. Before each answer, `way` is set to how the answer is loaded.
const RECEIVE: &str = "
var way, answers = {}, received = {}, caught = [];
function canary(name) { caught.push(name); }
var alert = function () { canary('alert'); };
function expect(index) { answers['got' + index] = function (value) { (received[way + ' ' + index] ||= []).push(value); }; }
";

/// Compares what arrived with what a JSON parser makes of the original text, including prototypes.
const COMPARE: &str = "
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  var keys = Object.getOwnPropertyNames(a), others = Object.getOwnPropertyNames(b);
  return keys.length === others.length && keys.every((key, at) => key === others[at] && same(a[key], b[key]));
}
function parsed(base64) {
  return JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(atob(base64), c => c.charCodeAt(0))));
}
function compare(originals) {
  var alike = 0, different = [], missing = [];
  ['src', 'inline'].forEach(way => originals.forEach((base64, index) => {
    var name = way + ' ' + index, got = received[name];
    if (!got || got.length !== 1) missing.push(name);
    else if (same(got[0], parsed(base64))) alike++;
    else different.push(name);
  }));
  var list = names => '[' + names.join(', ') + ']';
  document.title = 'same ' + alike + ', different ' + list(different) + ', missing ' + list(missing) + ', canaries ' + list(caught.sort());
}
";

impl Page {
    pub(crate) fn new(answers: Vec<Answer>) -> Page {
        Page { answers }
    }

    /// Everything a server needs to show the page.
    pub(crate) fn files(&self) -> Vec<File> {
        let script = |path: &str, body: String| File {
            path: path.to_owned(),
            content_type: "text/javascript; charset=utf-8",
            header: None,
            body,
        };
        let mut files = vec![
            File {
                path: "/".to_owned(),
                content_type: "text/html; charset=utf-8",
                header: Some(NOSNIFF),
                body: self.html(),
            },
            script("/receive.js", RECEIVE.to_owned()),
            script(
                "/compare.js",
                format!("{COMPARE}\ncompare([{}]);", self.originals()),
            ),
        ];
        // Answers are served with the headers that the library requires.
        files.extend(self.answers.iter().map(|answer| File {
            path: format!("/answer/{}", answer.index),
            content_type: CONTENT_TYPE,
            header: Some(NOSNIFF),
            body: answer.script.clone(),
        }));
        files
    }

    fn html(&self) -> String {
        let mut html = String::from(
            "<!DOCTYPE html><meta charset=utf-8><title>not run</title><script src=/receive.js></script>\n",
        );
        for Answer { index, script, .. } in &self.answers {
            html.push_str(&format!(
                "<script>expect({index}); way = 'src';</script><script src=/answer/{index}></script><script>way = 'inline';</script>\
                 <script>{script}</script>\n"
            ));
        }
        html.push_str("<script src=/compare.js></script>\n");
        html
    }

    /// The JSON texts in base64, which has no quotes, tags or line ends.
    fn originals(&self) -> String {
        let quoted: Vec<String> = self
            .answers
            .iter()
            .map(|answer| format!("'{}'", base64(answer.json.as_bytes())))
            .collect();
        quoted.join(",")
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group
            .iter()
            .fold(0_u32, |word, b| word << 8 | u32::from(*b))
            << (8 * (3 - group.len()));
        for at in 0..4 {
            text.push(if at <= group.len() {
                char::from(ALPHABET[(word >> (18 - 6 * at) & 63) as usize])
            } else {
                '='
            });
        }
    }
    text
}
