//! Cases on all answers: errors, types of content, and the OpenAPI document.

use super::case::{Case, each};
use crate::answer::Answer;
use crate::json;
use crate::verdict::Outcome;

pub(super) const CASES: &[(&str, Case)] = &[
    ("general/document", document),
    ("general/error/status", error_status),
    ("general/error/message", error_message),
    ("general/content-type", content_type),
    ("general/key/not-echoed", key_not_echoed),
];

fn document(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let version = answer
            .envelope()
            .and_then(|document| json::text(document.get("openapi")?));
        match version {
            Some(version) if answer.exchange.status == 200 && version.starts_with("3.") => {
                Outcome::Conforms
            }
            _ => {
                let got = format!(
                    "status {} without a version in `openapi`",
                    answer.exchange.status
                );
                Outcome::violates("an OpenAPI 3 document", &got, answer.place())
            }
        }
    })
}

fn error_status(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let status = answer.exchange.status;
        if (400..500).contains(&status) {
            return Outcome::Conforms;
        }
        Outcome::violates(
            "a status from 400 to 499",
            &status.to_string(),
            answer.place(),
        )
    })
}

fn error_message(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let text = |name| {
            answer
                .envelope()
                .and_then(|envelope| json::text(envelope.get(name)?))
        };
        let message = text("message").or_else(|| text("error"));
        if message.is_some_and(|message| !message.is_empty())
            && text("status").as_deref() != Some("success")
        {
            return Outcome::Conforms;
        }
        Outcome::violates(
            "a JSON object with a message",
            "another body",
            answer.place(),
        )
    })
}

fn content_type(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        let kind = answer.exchange.header("content-type").unwrap_or("absent");
        if kind.to_ascii_lowercase().contains("json") {
            return Outcome::Conforms;
        }
        Outcome::violates(
            "JSON with a content type that says so",
            kind,
            answer.place(),
        )
    })
}

fn key_not_echoed(answers: &[&Answer<'_>]) -> Outcome {
    each(answers, |answer| {
        if !answer.exchange.key_echoed {
            return Outcome::Conforms;
        }
        Outcome::violates(
            "answers without the api key",
            "the api key, hidden here",
            answer.place(),
        )
    })
}
