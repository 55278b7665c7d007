//! Text as the provider sends it. It is not copied: it refers to its place in the answer.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// Untrusted text, byte for byte.
///
/// A catalogue has some forty thousand texts. Copies would need an allocation each, and together as
/// much memory as the answer itself. A text without escapes therefore shares the answer. It is what
/// `bytes::Bytes::slice_ref` does, for text that serde hands out.
#[derive(Clone)]
pub(crate) struct Text {
    source: Arc<String>,
    start: u32,
    end: u32,
}

thread_local! {
    /// The answer that is decoded on this thread now. serde offers no other way to hand something
    /// to a value deep inside a generated model.
    static SOURCE: RefCell<Option<Arc<String>>> = const { RefCell::new(None) };
}

/// While it lives, texts that are decoded on this thread share this answer.
#[derive(Debug)]
pub(crate) struct SourceScope {
    before: Option<Arc<String>>,
}

impl SourceScope {
    pub(crate) fn of(source: &Arc<String>) -> Self {
        let before = SOURCE.with(|current| current.replace(Some(Arc::clone(source))));
        Self { before }
    }
}

impl Drop for SourceScope {
    fn drop(&mut self) {
        SOURCE.with(|current| current.replace(self.before.take()));
    }
}

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        // Both ends were taken from a `&str` within the source.
        self.source
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    fn owned(text: String) -> Self {
        // No cap on bodies allows more than 4 GiB.
        let end = u32::try_from(text.len()).unwrap_or(0);
        Self {
            source: Arc::new(text),
            start: 0,
            end,
        }
    }

    /// The text as a part of the current answer; none if it is not a part of it.
    fn shared(text: &str) -> Option<Self> {
        SOURCE.with_borrow(|source| {
            let source = source.as_ref()?;
            let start = (text.as_ptr() as usize).checked_sub(source.as_ptr() as usize)?;
            let end = start.checked_add(text.len())?;
            (end <= source.len()).then_some(())?;
            Some(Self {
                source: Arc::clone(source),
                start: u32::try_from(start).ok()?,
                end: u32::try_from(end).ok()?,
            })
        })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::owned(text.to_owned())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text, E> {
        Ok(Text::shared(text).unwrap_or_else(|| Text::from(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Text, E> {
        Ok(Text::owned(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Text, E> {
        Ok(Text::owned(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
        Ok(Text::owned(number.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{SourceScope, Text};

    #[track_caller]
    fn check(json: &str, expected: Option<&str>) {
        let read = serde_json::from_str::<Text>(json).ok();
        assert_eq!(read.as_ref().map(Text::as_str), expected, "{json}");
        let source = Arc::new(format!(" {json} "));
        let scope = SourceScope::of(&source);
        let read = serde_json::from_str::<Text>(&source).ok();
        drop(scope);
        assert_eq!(read.as_ref().map(Text::as_str), expected, "{json}, shared");
    }

    #[test]
    fn a_whole_number_is_read_as_its_digits() {
        check("\"a\"", Some("a"));
        check("\"\"", Some(""));
        check("\"\\u00e9\\/\"", Some("é/"));
        check("\"é\"", Some("é"));
        check("42", Some("42"));
        check("-1", Some("-1"));
    }

    #[test]
    fn what_would_lose_something_is_refused() {
        check("1.10", None);
        check("true", None);
        check("[]", None);
        check("{}", None);
    }

    #[test]
    fn a_text_without_escapes_shares_the_answer_and_one_from_elsewhere_does_not() {
        let source = Arc::new(r#"["plain","esc\u0061ped"]"#.to_owned());
        let _scope = SourceScope::of(&source);
        let texts: Vec<Text> = serde_json::from_str(&source).unwrap();
        assert!(Arc::ptr_eq(&texts[0].source, &source));
        assert!(!Arc::ptr_eq(&texts[1].source, &source));
        let other = String::from(r#""plain""#);
        let elsewhere: Text = serde_json::from_str(&other).unwrap();
        assert!(!Arc::ptr_eq(&elsewhere.source, &source));
    }

    #[test]
    fn the_answer_is_shared_until_the_scope_ends() {
        let (outer, inner) = (Arc::new("\"a\"".to_owned()), Arc::new("\"b\"".to_owned()));
        let outer_scope = SourceScope::of(&outer);
        drop(SourceScope::of(&inner));
        let text: Text = serde_json::from_str(&outer).unwrap();
        assert!(Arc::ptr_eq(&text.source, &outer));
        drop(outer_scope);
        let text: Text = serde_json::from_str(&outer).unwrap();
        assert!(!Arc::ptr_eq(&text.source, &outer));
    }
}
