//! Owns the form of an answer: JSON, JSONP and errors, without any HTTP library.

use crate::query::Query;
use crate::text::{Style, excerpt, quoted};

const JSON: &str = "application/json; charset=utf-8";
const JAVASCRIPT: &str = "application/javascript; charset=utf-8";
pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// The longest callback name, in bytes. The names that jQuery makes have about 40.
const CALLBACK_MAX: usize = 128;

/// An answer, before its body is compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    pub(crate) retry_after: Option<u64>,
    pub(crate) allow: Option<&'static str>,
}

/// A refused request, with a message about what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    /// A parameter is missing or wrong.
    pub(crate) fn parameter(message: impl Into<String>) -> Refusal {
        Refusal {
            status: 400,
            message: message.into(),
            retry_after: None,
        }
    }

    /// A parameter is given more than once.
    pub(crate) fn repeated(name: &str) -> Refusal {
        let name = excerpt(name);
        Refusal::parameter(format!(
            "{name} is given more than once: send it once, with commas between the values of a list"
        ))
    }

    /// The api key is missing or wrong. The message never contains the key.
    pub(crate) fn key(message: &str) -> Refusal {
        Refusal {
            status: 401,
            ..Refusal::parameter(message)
        }
    }

    /// The last call is less than a minute ago.
    pub(crate) fn limit(seconds: u64) -> Refusal {
        Refusal {
            status: 429,
            message: format!("rate limit: 1 request per minute, try again in {seconds} s"),
            retry_after: Some(seconds),
        }
    }
}

impl From<Refusal> for Answer {
    // A refusal is JSON even if JSONP was requested, because a browser must not run an error as a
    // script.
    fn from(refusal: Refusal) -> Answer {
        let message = quoted(&refusal.message, Style::Plain);
        Answer {
            status: refusal.status,
            content_type: JSON,
            body: format!(r#"{{"status":"error","message":{message}}}"#),
            retry_after: refusal.retry_after,
            allow: None,
        }
    }
}

impl Answer {
    /// The answer to any method other than GET. The status is the message, as on the older API.
    pub(crate) fn method_not_allowed() -> Answer {
        Answer {
            status: 405,
            content_type: JSON,
            body: r#"{"status":"method not allowed: only GET is served"}"#.to_owned(),
            retry_after: None,
            allow: Some("GET"),
        }
    }

    /// The answer to any method other than POST where only that adds something.
    pub(crate) fn only_post() -> Answer {
        Answer {
            body: r#"{"status":"error","message":"only POST is served here"}"#.to_owned(),
            allow: Some("POST"),
            ..Answer::method_not_allowed()
        }
    }

    /// The answer 200 with this JSON.
    pub(crate) fn json(json: String) -> Answer {
        Form::Json.answer(json)
    }

    /// The answer to an unknown path: a page, as a web site sends it.
    pub(crate) fn not_found() -> Answer {
        Answer {
            status: 404,
            content_type: HTML,
            body: "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>404 Not Found</title></head>\n\
                   <body>\n<h1>Page not found</h1>\n<p>The page you are looking for does not exist or was moved.</p>\n\
                   <p><a href=\"/\">Back to the home page</a></p>\n</body>\n</html>\n"
                .to_owned(),
            retry_after: None,
            allow: None,
        }
    }
}

/// The form in which the caller requests the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Jsonp { callback: String },
}

impl Form {
    /// Reads `format` and `callback`.
    ///
    /// # Errors
    ///
    /// When the format is unknown, or when JSONP has no callback or one that is not a path of
    /// identifiers.
    pub(crate) fn read(query: &Query) -> Result<Form, Refusal> {
        let format = query.given("format").unwrap_or("JSON");
        if format.eq_ignore_ascii_case("json") {
            return Ok(Form::Json);
        }
        if !format.eq_ignore_ascii_case("jsonp") {
            let format = excerpt(format);
            return Err(Refusal::parameter(format!(
                "format must be JSON or JSONP, not \"{format}\""
            )));
        }
        let Some(callback) = query.text("callback") else {
            return Err(Refusal::parameter("callback is required for format=JSONP"));
        };
        if !is_identifier_path(callback) {
            let callback = excerpt(callback);
            return Err(Refusal::parameter(format!(
                "callback must be the name of a function, such as app.show, not \"{callback}\""
            )));
        }
        Ok(Form::Jsonp {
            callback: callback.to_owned(),
        })
    }

    /// The answer that carries `json`.
    pub(crate) fn answer(&self, json: String) -> Answer {
        let (content_type, body) = match self {
            Form::Json => (JSON, json),
            Form::Jsonp { callback } => (JAVASCRIPT, format!("{callback}({json});")),
        };
        Answer {
            status: 200,
            content_type,
            body,
            retry_after: None,
            allow: None,
        }
    }
}

fn is_identifier_path(name: &str) -> bool {
    let is_start = |b: u8| b.is_ascii_alphabetic() || b == b'_' || b == b'$';
    name.len() <= CALLBACK_MAX
        && name.split('.').all(|part| {
            part.bytes().next().is_some_and(is_start)
                && part.bytes().all(|b| is_start(b) || b.is_ascii_digit())
        })
}

/// The publisher id that every endpoint requires.
///
/// # Errors
///
/// When `id` is missing or is not a positive integer of 64 bits.
pub(crate) fn publisher(query: &Query) -> Result<u64, Refusal> {
    let Some(id) = query.given("id") else {
        return Err(Refusal::parameter("id is required: your publisher id"));
    };
    positive(id).ok_or_else(|| {
        let id = excerpt(id);
        Refusal::parameter(format!("id must be a positive integer, not \"{id}\""))
    })
}

/// A positive integer of 64 bits. `5.0` is one as well: JSON Schema counts it as an integer, and
/// languages that have only floating point write it like that.
pub(crate) fn positive(text: &str) -> Option<u64> {
    let (digits, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole = !fraction.is_empty() && fraction.bytes().all(|b| b == b'0');
    let unsigned = digits.bytes().all(|b| b.is_ascii_digit());
    let number = digits.parse::<i64>().ok().filter(|_| whole && unsigned)?;
    u64::try_from(number).ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use crate::answer::{Answer, Form, Refusal, is_identifier_path, positive};
    use crate::query::Query;

    #[track_caller]
    fn check(query: &str, expected: Result<&str, &str>) {
        let form = Form::read(&Query::parse(query));
        let body = form.map(|form| form.answer("{}".to_owned()).body);
        let expected = expected.map(str::to_owned).map_err(Refusal::parameter);
        assert_eq!(body, expected, "{query}");
    }

    #[test]
    fn the_format_decides_the_wrapping() {
        check("", Ok("{}"));
        check("format=json&callback=f", Ok("{}"));
        check("format=jsonp&callback=a.$b_1", Ok("a.$b_1({});"));
    }

    #[test]
    fn a_wrong_format_or_callback_is_refused() {
        check(
            "format=xml",
            Err("format must be JSON or JSONP, not \"xml\""),
        );
        check("format=", Err("format must be JSON or JSONP, not \"\""));
        check("format=JSONP", Err("callback is required for format=JSONP"));
        check(
            "format=JSONP&callback=alert(1)",
            Err("callback must be the name of a function, such as app.show, not \"alert(1)\""),
        );
    }

    #[test]
    fn only_paths_of_identifiers_are_callbacks() {
        for bad in ["", ".", "a.", ".a", "1a", "a-b", "a b", "ü", "a[0]"] {
            assert!(!is_identifier_path(bad), "{bad}");
        }
        assert!(!is_identifier_path(&"a".repeat(129)));
    }

    #[test]
    fn ids_are_positive_integers_of_64_bits() {
        assert_eq!(positive("3360001"), Some(3_360_001));
        assert_eq!(positive("5.0"), Some(5));
        assert_eq!(positive("12345678901234567"), Some(12_345_678_901_234_567));
        assert_eq!(
            positive("9223372036854775807"),
            Some(9_223_372_036_854_775_807)
        );
        for bad in [
            "",
            "0",
            "-1",
            "+1",
            "1.5",
            "1.",
            ".0",
            "1.0.0",
            "1e3",
            "abc",
            " 1",
            "٣",
            "9223372036854775808",
        ] {
            assert_eq!(positive(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_refusal_is_a_json_error() {
        let answer = Answer::from(Refusal::limit(7));
        assert_eq!(answer.status, 429);
        assert_eq!(answer.retry_after, Some(7));
        assert_eq!(
            answer.body,
            r#"{"status":"error","message":"rate limit: 1 request per minute, try again in 7 s"}"#
        );
        let answer = Answer::method_not_allowed();
        assert_eq!((answer.status, answer.allow), (405, Some("GET")));
        assert_eq!(
            answer.body,
            r#"{"status":"method not allowed: only GET is served"}"#
        );
    }
}
