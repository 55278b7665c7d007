//! Finds a key in a text, or eight consecutive characters of it, in any encoding.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// This many consecutive characters of a key are a leak.
const WINDOW: usize = 8;

/// This many characters of base64 hold a whole window at any alignment.
const BASE64_WINDOW: usize = 10;

/// Looks for one key.
pub(crate) struct Detector {
    plain: Vec<String>,
    hex: Vec<String>,
    base64: BTreeSet<String>,
}

impl Detector {
    pub(crate) fn new(key: &str) -> Detector {
        let chars: Vec<_> = key.chars().collect();
        let plain: Vec<String> = chars
            .windows(WINDOW.min(chars.len()))
            .map(|window| window.iter().collect())
            .collect();
        let hex = plain.iter().map(|window| hex(window)).collect();
        let base64 = (0..3).flat_map(|before| stretches(key, before)).collect();
        Detector { plain, hex, base64 }
    }

    /// The encoding in which the text contains the key.
    pub(crate) fn find(&self, text: &str) -> Option<&'static str> {
        let mut seen = BTreeSet::from([text.to_owned()]);
        let mut layer = vec![text.to_owned()];
        // One encoding may have been applied to the output of another.
        for _ in 0..3 {
            layer = layer
                .iter()
                .flat_map(|text| [percent(text), backslashes(text), entities(text)])
                .filter(|text| seen.insert(text.clone()))
                .collect();
        }
        seen.iter().find_map(|text| self.find_plainly(text))
    }

    fn find_plainly(&self, text: &str) -> Option<&'static str> {
        if self.plain.iter().any(|window| text.contains(window)) {
            return Some("its characters");
        }
        let lower = text.to_ascii_lowercase();
        if self.hex.iter().any(|window| lower.contains(window)) {
            return Some("hex");
        }
        let joined: Vec<char> = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '-' => '+',
                '_' => '/',
                c => c,
            })
            .collect();
        joined
            .windows(BASE64_WINDOW)
            .any(|window| self.base64.contains(&window.iter().collect::<String>()))
            .then_some("base64")
    }
}

pub(crate) fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The parts of the key in base64 that depend neither on the `before` bytes in front of it nor on
/// what follows.
fn stretches(key: &str, before: usize) -> Vec<String> {
    let whole = STANDARD_NO_PAD.encode([&b"\0\0"[..before], key.as_bytes()].concat());
    let first = (8 * before).div_ceil(6);
    let behind_last = 8 * (before + key.len()) / 6;
    let sure: Vec<_> = whole.chars().take(behind_last).skip(first).collect();
    sure.windows(BASE64_WINDOW)
        .map(|window| window.iter().collect())
        .collect()
}

fn percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let code = behind
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Undoes the escapes of JSON and of Rust's debug output.
fn backslashes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (digits, length) = match rest.as_bytes() {
            [b'u', b'{', ..] => {
                let end = rest.find('}').unwrap_or(2);
                (rest.get(2..end), end + 1)
            }
            [b'u', ..] => (rest.get(1..5), 5),
            [b'x', ..] => (rest.get(1..3), 3),
            _ => (None, 0),
        };
        let code = digits.and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
        if let Some(code) = code {
            plain.push(code);
            rest = &rest[length..];
        }
    }
    plain + rest
}

fn entities(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = rest.find(';').and_then(|end| {
            let c = match &rest[1..end] {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                name => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(digits) => u32::from_str_radix(digits, 16),
                        None => number.parse(),
                    };
                    char::from_u32(code.ok()?)?
                }
            };
            Some((c, end + 1))
        });
        let (c, length) = found.unwrap_or(('&', 1));
        plain.push(c);
        rest = &rest[length..];
    }
    plain + rest
}
