//! The name of a JSONP callback, checked before it reaches a URL or a script.

use std::fmt;
use std::str::FromStr;

/// The name of the function that a JSONP answer calls: JavaScript identifiers with dots between
/// them, and with indexes such as `[197]` behind them.
///
/// ```
/// use cpalead::jsonp::Callback;
///
/// let callback: Callback = "shop.showOffers".parse().unwrap();
/// assert_eq!(callback.as_str(), "shop.showOffers");
/// assert!("alert(1)//".parse::<Callback>().is_err());
/// ```
///
/// A name has at most [`Callback::MAX_LEN`] bytes. It consists of ASCII letters, digits, `_`, `$`,
/// dots and indexes, and no part is a reserved word of JavaScript. Such a name needs no escaping in
/// a script, an address or a header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Callback(Box<str>);

impl Callback {
    /// The longest name that is accepted, in bytes.
    pub const MAX_LEN: usize = 64;

    /// Checks a name.
    ///
    /// ```
    /// use cpalead::jsonp::Callback;
    ///
    /// assert!(Callback::new("jQuery3210_1700000000").is_ok());
    /// assert!(Callback::new("window.delete").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// When the name is empty or too long, contains anything except ASCII letters, digits, `_`,
    /// `$`, single dots and indexes, or has a part that begins with a digit or is a reserved word.
    pub fn new(name: &str) -> Result<Callback, CallbackError> {
        check(name)?;
        Ok(Callback(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Callback {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for Callback {
    type Err = CallbackError;

    fn from_str(name: &str) -> Result<Callback, CallbackError> {
        Callback::new(name)
    }
}

impl TryFrom<&str> for Callback {
    type Error = CallbackError;

    fn try_from(name: &str) -> Result<Callback, CallbackError> {
        Callback::new(name)
    }
}

impl TryFrom<String> for Callback {
    type Error = CallbackError;

    fn try_from(name: String) -> Result<Callback, CallbackError> {
        Callback::new(&name)
    }
}

/// Why a text is not a valid callback name.
///
/// ```
/// let error = cpalead::jsonp::Callback::new("new").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "callback name has the reserved word `new` as a part; choose another name",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackError(Fault);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Empty,
    TooLong(usize),
    Character(char, usize),
    EmptyPart,
    Digit(char),
    Index,
    Reserved(&'static str),
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Fault::Empty => f.write_str(
                "callback name is empty; give the name of a function, such as `showOffers`",
            ),
            Fault::TooLong(len) => {
                write!(
                    f,
                    "callback name is {len} bytes long; give one of at most {} bytes",
                    Callback::MAX_LEN
                )
            }
            Fault::Character(c, at) => {
                write!(
                    f,
                    "callback name has {c:?} at byte {at}; use ASCII letters, digits, `_`, `$`, dots and indexes only"
                )
            }
            Fault::EmptyPart => f.write_str(
                "callback name has an empty part; put a name on both sides of every dot",
            ),
            Fault::Digit(c) => {
                write!(
                    f,
                    "callback name has a part that begins with {c}; begin each with a letter, `_` or `$`"
                )
            }
            Fault::Index => f.write_str(
                "callback name has brackets that are not an index; write an index as digits in brackets behind a name, such as `[0]`",
            ),
            Fault::Reserved(word) => {
                write!(
                    f,
                    "callback name has the reserved word `{word}` as a part; choose another name"
                )
            }
        }
    }
}

impl std::error::Error for CallbackError {}

/// The words that JavaScript reserves in any mode, and the names that strict mode does not allow
/// for variables.
///
/// After a dot JavaScript allows them. They are refused there too, because some servers and older
/// browsers do not allow them, and no callback needs one.
const RESERVED: [&str; 49] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Whether a byte is allowed in a name, including dots and the brackets of an index.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'[' | b']')
}

/// Whether a text is one index or several, such as `[0][1]`.
fn is_indexes(text: &str) -> bool {
    let inside = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    inside.is_some_and(|inside| {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        inside.split("][").all(digits)
    })
}

/// The check of [`Callback::new`], for names that need not be kept.
///
/// # Errors
///
/// The same as for [`Callback::new`].
pub(crate) fn check(name: &str) -> Result<(), CallbackError> {
    let fault = |fault| Err(CallbackError(fault));
    if name.is_empty() {
        return fault(Fault::Empty);
    }
    if name.len() > Callback::MAX_LEN {
        return fault(Fault::TooLong(name.len()));
    }
    let foreign = |c: char| !u8::try_from(c).is_ok_and(is_name_byte);
    if let Some((at, c)) = name.char_indices().find(|&(_, c)| foreign(c)) {
        return fault(Fault::Character(c, at));
    }
    for part in name.split('.') {
        let (part, indexes) = part.split_at(part.find(['[', ']']).unwrap_or(part.len()));
        if !indexes.is_empty() && (part.is_empty() || !is_indexes(indexes)) {
            return fault(Fault::Index);
        }
        match part.chars().next() {
            None => return fault(Fault::EmptyPart),
            Some(c) if c.is_ascii_digit() => return fault(Fault::Digit(c)),
            Some(_) => {}
        }
        if let Some(word) = RESERVED.iter().find(|word| **word == part) {
            return fault(Fault::Reserved(word));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Callback, RESERVED};

    #[track_caller]
    fn refused(name: &str, message: &str) {
        assert_eq!(Callback::new(name).unwrap_err().to_string(), message);
    }

    #[test]
    fn names_that_pages_use_pass() {
        for name in [
            "cb",
            "_",
            "$",
            "$cb1",
            "a.b.c",
            "jQuery321021_1700000000",
            "angular.callbacks._0",
            "newOffers",
            "shop.in_",
        ] {
            assert_eq!(Callback::new(name).unwrap().to_string(), name);
        }
        assert!(Callback::new(&"a".repeat(64)).is_ok());
    }

    #[test]
    fn a_name_that_is_not_valid_is_refused_with_the_reason() {
        refused(
            "",
            "callback name is empty; give the name of a function, such as `showOffers`",
        );
        refused(
            &"a".repeat(65),
            "callback name is 65 bytes long; give one of at most 64 bytes",
        );
        refused(
            "cb(1)",
            "callback name has '(' at byte 2; use ASCII letters, digits, `_`, `$`, dots and indexes only",
        );
        refused(
            "a b",
            "callback name has ' ' at byte 1; use ASCII letters, digits, `_`, `$`, dots and indexes only",
        );
        refused(
            "c\u{202e}b",
            "callback name has '\\u{202e}' at byte 1; use ASCII letters, digits, `_`, `$`, dots and indexes only",
        );
        refused(
            "rückruf",
            "callback name has 'ü' at byte 1; use ASCII letters, digits, `_`, `$`, dots and indexes only",
        );
        refused(
            "a..b",
            "callback name has an empty part; put a name on both sides of every dot",
        );
        refused(
            ".a",
            "callback name has an empty part; put a name on both sides of every dot",
        );
        refused(
            "a.",
            "callback name has an empty part; put a name on both sides of every dot",
        );
        refused(
            "a.1b",
            "callback name has a part that begins with 1; begin each with a letter, `_` or `$`",
        );
        refused(
            "window.delete",
            "callback name has the reserved word `delete` as a part; choose another name",
        );
    }

    #[test]
    fn no_reserved_word_passes_in_any_part() {
        for word in RESERVED {
            for name in [
                word.to_owned(),
                format!("{word}.cb"),
                format!("a.{word}"),
                format!("a.{word}.b"),
            ] {
                assert!(Callback::new(&name).is_err(), "{name}");
            }
        }
    }

    #[test]
    fn every_way_in_checks_the_name() {
        assert!("a b".parse::<Callback>().is_err());
        assert!(Callback::try_from("a b").is_err());
        assert!(Callback::try_from(String::from("a b")).is_err());
        assert_eq!("cb".parse::<Callback>().unwrap().as_ref(), "cb");
    }
}
