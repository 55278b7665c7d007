//! Recognises JSON that came in place of a document: an error, a document inside another object, a
//! text.

use serde_json::Value;

use super::outcome::Problem;

/// Refuses JSON that is not a document, and says what it is and what to do.
///
/// # Errors
///
/// An error of the server, a document in an envelope, a text or a list.
pub(crate) fn refuse(value: &Value, from: &str) -> Result<(), Problem> {
    if is_document(value) {
        return Ok(());
    }
    let fault = |what: String| Err(Problem::unverified(format!("{from} {what}")));
    if let Some(place) = inside(value) {
        return fault(format!(
            "holds a document at {place}, inside another object: save what is there as a file, review it, and pass it with --from"
        ));
    }
    match value {
        Value::String(text) if serde_json::from_str(text).is_ok_and(|inner| is_document(&inner)) => {
            fault(
                "is a document written as one JSON text: unpack the text, review the result, and pass it with --from"
                    .to_owned(),
            )
        }
        Value::Object(_) => match words(value) {
            Some(words) => fault(format!(
                "is an error and not a document: the server says `{words}`. Try again later, or ask the provider"
            )),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn is_document(value: &Value) -> bool {
    value.get("openapi").is_some() || value.get("swagger").is_some()
}

/// Where an object holds a document, at most two levels down.
fn inside(value: &Value) -> Option<String> {
    let members = |value: &'_ Value| value.as_object().cloned().unwrap_or_default();
    for (key, inner) in members(value) {
        if is_document(&inner) {
            return Some(super::walk::below("", &key));
        }
        for (name, inner) in members(&inner) {
            if is_document(&inner) {
                return Some(super::walk::below(&super::walk::below("", &key), &name));
            }
        }
    }
    None
}

/// What an error object says.
fn words(value: &Value) -> Option<String> {
    if value.get("paths").is_some() || value.get("info").is_some() {
        return None;
    }
    let nested = |key: &str| value.get("error").or_else(|| value.get("data"))?.get(key);
    let found = [
        "message", "error", "errors", "msg", "errorMsg", "detail", "title",
    ]
    .into_iter()
    .find_map(|key| {
        let found = value.get(key).or_else(|| nested(key))?;
        match found {
            Value::String(text) => Some(text.clone()),
            Value::Array(list) => list.first()?.as_str().map(str::to_owned),
            _ => nested("message")?.as_str().map(str::to_owned),
        }
    })?;
    Some(found.chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::refuse;

    #[track_caller]
    fn check(value: &Value, message: &str) {
        let problem = refuse(value, "the source").unwrap_err();
        assert_eq!(problem.message, message);
    }

    #[test]
    fn what_came_instead_of_a_document_is_named() {
        let document = json!({"openapi": "3.0.3", "paths": {}});
        assert!(refuse(&document, "it").is_ok());
        let advice = "inside another object: save what is there as a file, review it, and pass it with --from";
        check(
            &json!({"status": "success", "data": document}),
            &format!("the source holds a document at /data, {advice}"),
        );
        check(
            &json!({"result": {"spec": document}}),
            &format!("the source holds a document at /result/spec, {advice}"),
        );
        check(
            &json!(document.to_string()),
            "the source is a document written as one JSON text: unpack the text, review the result, and pass it with --from",
        );
        for error in [
            json!({"status": "error", "message": "Not available"}),
            json!({"error": {"code": 7, "message": "Not available"}}),
            json!({"errors": ["Not available"]}),
            json!({"error": "Not available"}),
        ] {
            check(
                &error,
                "the source is an error and not a document: the server says `Not available`. Try again later, or ask the provider",
            );
        }
    }
}
