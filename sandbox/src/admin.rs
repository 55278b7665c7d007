//! Owns the admin paths: they add chosen data to a running sandbox, and are open only where its
//! user opens them.

use axum::http::Method;

use crate::answer::{Answer, Refusal};
use crate::provider::Provider;
use crate::row_members::{MAX_ROW, WrongRow};
use crate::text::{Style, quoted};

/// Every path below this one is an admin path.
pub(crate) const ADMIN: &str = "/admin/";

/// A call of an admin path. The body is `None` if it is too long or is not UTF-8.
pub(crate) struct AdminCall<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) body: Option<&'a str>,
}

/// Answers a call of an admin path.
pub(crate) fn answer(provider: &Provider, call: &AdminCall<'_>) -> Answer {
    done(provider, call).unwrap_or_else(Answer::from)
}

fn done(provider: &Provider, call: &AdminCall<'_>) -> Result<Answer, Refusal> {
    type Add = fn(&Provider, &str) -> Result<String, WrongRow>;
    let add: Add = match call.path {
        "/admin/offers" => |provider, json| {
            let id = provider.add_offer(json)?;
            Ok(format!(r#"{{"status":"success","id":{id}}}"#))
        },
        "/admin/conversions" => |provider, json| {
            let lead = quoted(&provider.add_chosen_conversion(json)?, Style::Plain);
            Ok(format!(r#"{{"status":"success","lead_id":{lead}}}"#))
        },
        "/admin/reversals" => |provider, json| {
            provider.add_reversal(json)?;
            Ok(r#"{"status":"success"}"#.to_owned())
        },
        "/admin/postbacks" if call.method == Method::GET => {
            return Ok(Answer::json(attempts(provider)));
        }
        _ => return Ok(Answer::not_found()),
    };
    if call.method != Method::POST {
        return Ok(Answer::only_post());
    }
    // A page in a browser can post other types to any address without asking first.
    let kind = call.content_type.split(';').next().unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/json") {
        return Err(refusal(415, "the content type must be application/json"));
    }
    let Some(json) = call.body else {
        let message = format!("the body must be UTF-8 of at most {MAX_ROW} bytes");
        return Err(refusal(413, &message));
    };
    let added = add(provider, json).map_err(|error| Refusal::parameter(error.to_string()))?;
    Ok(Answer::json(added))
}

/// The attempts to send postbacks as JSON.
fn attempts(provider: &Provider) -> String {
    let rows = provider.attempts().into_iter().map(|attempt| {
        let lead = quoted(&attempt.lead_id, Style::Plain);
        let url = quoted(&attempt.url, Style::Plain);
        let status = attempt
            .status
            .map_or("null".to_owned(), |status| status.to_string());
        let number = attempt.number;
        format!(r#"{{"lead_id":{lead},"url":{url},"attempt":{number},"status":{status}}}"#)
    });
    let rows: Vec<String> = rows.collect();
    format!(r#"{{"status":"success","postbacks":[{}]}}"#, rows.join(","))
}

fn refusal(status: u16, message: &str) -> Refusal {
    Refusal {
        status,
        ..Refusal::parameter(message)
    }
}
