//! Cases on the format of answers: JSON, and JSONP around it.

use super::case::{Case, accepted, each};
use crate::answer::Answer;
use crate::asks::CALLBACK;
use crate::json::Json;
use crate::verdict::Outcome;

pub(super) const CASES: &[(&str, Case)] = &[
    ("jsonp/format/json-by-default", json),
    ("jsonp/format/named-json", accepted),
    ("jsonp/format/any-case", called),
    ("jsonp/callback/offers", called),
    ("jsonp/callback/conversions", called),
    ("jsonp/callback/reversals", called),
    ("jsonp/callback/only-for-jsonp", accepted),
    ("jsonp/content-type", script_type),
];

/// The argument of `name(…);`, if the text is such a call and nothing more.
fn argument<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let text = text.strip_prefix("/**/").unwrap_or(text).trim_start();
    let rest = text.strip_prefix(name)?.trim_start().strip_prefix('(')?;
    let rest = rest.trim_end();
    rest.strip_suffix(';')
        .unwrap_or(rest)
        .trim_end()
        .strip_suffix(')')
}

fn json(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| match answer.is_json() {
        Ok(()) => Outcome::Conforms,
        Err(error) => Outcome::violates(
            "JSON",
            &format!("a body that is not JSON: {error}"),
            answer.place(),
        ),
    })
}

fn called(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let expected = format!("the call {CALLBACK}(…) with JSON in it");
        let violates = |got: &str| Outcome::violates(&expected, got, answer.place());
        let status = answer.exchange.status;
        if !(200..300).contains(&status) {
            return violates(&format!("status {status}"));
        }
        let Some(text) = answer.text() else {
            return violates("a body that is not UTF-8");
        };
        match argument(text, CALLBACK).map(Json::read) {
            Some(Ok(Json::Object(_) | Json::List(_))) => Outcome::Conforms,
            Some(Ok(Json::Other)) => violates("a call with neither an object nor a list"),
            Some(Err(error)) => {
                violates(&format!("a call with something that is not JSON: {error}"))
            }
            None => violates(&text.chars().take(60).collect::<String>()),
        }
    })
}

fn script_type(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let kind = answer.exchange.header("content-type").unwrap_or("absent");
        if kind.to_ascii_lowercase().contains("javascript") {
            return Outcome::Conforms;
        }
        Outcome::violates(
            "JSONP as a script, so that browsers run it",
            kind,
            answer.place(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::argument;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(argument(text, "f"), expected, "{text}");
    }

    #[test]
    fn a_call_is_unwrapped_with_blanks_comment_and_semicolon() {
        check("f({})", Some("{}"));
        check("/**/ f ( {} ) ;\n", Some(" {} "));
        check("g({})", None);
        check("f({}), g", None);
        check("{}", None);
    }
}
