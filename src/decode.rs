//! Decoding: the text of an answer into rows, typed in one pass; row by row only when that pass
//! fails.

pub(crate) mod envelope;
pub(crate) mod json;
pub(crate) mod rejected;
pub(crate) mod row;

use std::ops::Range;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::error::Error;
use crate::jsonp::Callback;
use crate::values::lists::Object;
use crate::values::number::OfferId;
use crate::values::text::{SourceScope, Text};
use crate::values::without_place;
use envelope::{Envelope, Raw, Typed, place_of_fault, read};
use json::json_of;
use rejected::{Rejected, bounded};
use row::{Row, Shape};

/// The expected length of a row in bytes, from which the room for the rows is estimated.
///
/// A row of a catalogue in the observed form has about 960 bytes. An estimate that is a little too
/// short reserves some room too much, which `shrink_to_fit` gives back; one that is too long would
/// copy all rows once at the end.
const BYTES_OF_A_ROW: usize = 800;

/// How many rejected rows are reported individually. The rest are only counted, so that a broken
/// answer does not keep thousands of messages in memory.
const MOST_TOLD: usize = 100;

/// A decoded answer, with the text that it was read from.
#[derive(Debug)]
pub(crate) struct Decoded<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) rejected_count: usize,
    pub(crate) country: Option<Text>,
    pub(crate) source: Source,
}

/// The text of an answer, and where its JSON is.
#[derive(Clone)]
pub(crate) struct Source {
    text: Arc<String>,
    json: Range<usize>,
    shape: Shape,
}

impl Source {
    /// The JSON of the whole answer.
    pub(crate) fn json(&self) -> &str {
        self.text.get(self.json.clone()).unwrap_or_default()
    }

    /// The place of each row's JSON within [`json`](Self::json), in the provider's order.
    pub(crate) fn places(&self) -> Vec<Range<usize>> {
        let json = self.json();
        raw_rows(json, self.shape)
            .into_iter()
            .map(|raw| place_in(json, raw))
            .collect()
    }
}

/// Without the text: it is as long as the answer, and the provider may have repeated the query in
/// it, and so the key.
impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl<R> Decoded<R> {
    /// Passes what a message repeats of the answer through a filter.
    pub(crate) fn scrubbed(mut self, filter: impl Fn(&str) -> String) -> Self {
        for rejected in &mut self.rejected {
            rejected.scrub(&filter);
        }
        self
    }
}

/// Decodes the text of an answer. With a `callback` it may be a call of that function.
///
/// # Errors
///
/// When the text is not JSON of the shape, or when it says that the call failed.
pub(crate) fn decode<R: Row>(
    text: &Arc<String>,
    callback: Option<&Callback>,
    shape: Shape,
) -> Result<Decoded<R>, Error> {
    let json = json_of(text, callback)?;
    let _scope = SourceScope::of(text);
    let expected = json.len() / BYTES_OF_A_ROW;
    let typed = read(json, shape, Typed::<R>::expecting(expected));
    let (envelope, rejected, rejected_count) = match typed {
        Ok(envelope) => (envelope, Vec::new(), 0),
        Err(_) => row_by_row(json, shape)?,
    };
    envelope.check_status()?;
    let rows = envelope
        .rows
        .ok_or_else(|| Error::decode("", format!("it has no list `{}`", shape.list)))?;
    Ok(Decoded {
        rows,
        rejected,
        rejected_count,
        country: envelope.country,
        source: Source {
            text: Arc::clone(text),
            json: place_in(text, json),
            shape,
        },
    })
}

/// Where a part of a text is within it.
fn place_in(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

/// The raw JSON of every row, in the provider's order: what the typed rows leave out is in it.
pub(crate) fn raw_rows(text: &str, shape: Shape) -> Vec<&str> {
    let envelope = read(text, shape, Raw);
    let rows = envelope.ok().and_then(|envelope| envelope.rows);
    rows.into_iter().flatten().map(RawValue::get).collect()
}

/// Keeps the good rows and says of each bad one where its fault is.
fn row_by_row<R: Row>(
    text: &str,
    shape: Shape,
) -> Result<(Envelope<R>, Vec<Rejected>, usize), Error> {
    let envelope = read(text, shape, Raw).map_err(|error| unreadable(text, shape, &error))?;
    let mut rejected = Vec::new();
    let mut rejected_count = 0;
    let rows = envelope.rows.map(|raw_rows| {
        let mut rows = Vec::with_capacity(raw_rows.len());
        for (index, raw) in (0..).zip(raw_rows) {
            match typed_row::<R>(raw.get()) {
                Ok(model) => rows.push(R::new(model, index)),
                Err((path, message)) => {
                    rejected_count += 1;
                    if rejected.len() < MOST_TOLD {
                        let path = format!("{}[{index}]{path}", shape.list);
                        rejected.push(Rejected::new(index, id_of(raw.get()), path, message));
                    }
                }
            }
        }
        rows
    });
    let envelope = Envelope {
        rows,
        status: envelope.status,
        message: envelope.message,
        error: envelope.error,
        country: envelope.country,
    };
    Ok((envelope, rejected, rejected_count))
}

fn typed_row<R: Row>(raw: &str) -> Result<R::Model, (String, String)> {
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    let read = serde_path_to_error::deserialize::<_, Object<R::Model>>(&mut deserializer);
    let Object(model) = read.map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => String::new(),
            path if path.starts_with('[') => path,
            path => format!(".{path}"),
        };
        (bounded(&path), bounded(&without_place(error.inner())))
    })?;
    match R::check(&model) {
        Ok(()) => Ok(model),
        Err(message) => Err((String::new(), message.to_owned())),
    }
}

/// The id of a row whose other fields may be unreadable.
fn id_of(raw: &str) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Identified {
        #[serde(alias = "offer_id", alias = "campid")]
        id: OfferId,
    }
    serde_json::from_str::<Identified>(raw)
        .ok()
        .map(|row| row.id.0)
}

/// The error for a text that is not an answer at all, by what it most likely is.
fn unreadable(text: &str, shape: Shape, error: &serde_json::Error) -> Error {
    let start = text.trim_start();
    let message = if start.is_empty() {
        "the body is empty".to_owned()
    } else if start.starts_with('<') {
        "it is an HTML page, not JSON".to_owned()
    } else if error.is_eof() {
        format!("the JSON ends too early, after {} bytes", text.len())
    } else {
        bounded(&error.to_string())
    };
    Error::decode(bounded(&place_of_fault(text, shape)), message)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::row::{Bare, Shape};
    use super::{decode, raw_rows};
    use crate::offers::offer::Offer;

    const SHAPE: Shape = Shape {
        list: "offers",
        bare: Bare::Refused,
        most: 20_000,
    };

    /// The ids that were read, and the rejected rows or the error in words.
    fn outcome(text: &str, shape: Shape) -> String {
        match decode::<Offer>(&Arc::new(text.to_owned()), None, shape) {
            Ok(answer) => {
                let ids: Vec<_> = answer.rows.iter().map(Offer::id).collect();
                let rejected: Vec<_> = answer.rejected.iter().map(ToString::to_string).collect();
                format!("{ids:?} {}", rejected.join("; "))
            }
            Err(error) => error.to_string(),
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(outcome(text, SHAPE), expected, "{text:.200}");
    }

    #[test]
    fn one_bad_offer_never_loses_the_others() {
        check(
            r#"{"status":"success","offers":[{"id":1},{"id":2,"amount":"ten"},{"id":"3"}]}"#,
            "[1, 3] offers[1].amount: `ten` is no amount: expected a decimal number of at most 28 digits",
        );
        check(
            r#"{"offers":[{"title":"no id"},7,null,{"id":4,"payouts_per_country":{"US":{}}}]}"#,
            "[] offers[0]: missing field `id`; \
             offers[1]: invalid type: integer `7`, expected an object; \
             offers[2]: invalid type: null, expected an object; \
             offers[3].payouts_per_country: `{}` is no amount: expected a decimal number of at most 28 digits",
        );
    }

    #[test]
    fn rows_without_end_are_refused_and_rejections_are_counted() {
        let many = format!(r#"{{"offers":[{}{{"id":1}}]}}"#, "0,".repeat(20_000));
        check(
            &many,
            "cannot read the answer at offers: it has more than 20000 rows at line 1 column 40020",
        );
        let odd = format!(r#"{{"offers":[{}{{"id":1}}]}}"#, "0,".repeat(19_999));
        let answer = decode::<Offer>(&Arc::new(odd), None, SHAPE).unwrap();
        assert_eq!((answer.rows.len(), answer.rejected.len()), (1, 100));
        assert_eq!(answer.rejected_count, 19_999);
    }

    #[test]
    fn a_field_that_is_there_twice_rejects_its_offer_only() {
        check(
            r#"{"offers":[{"id":1,"amount":1,"amount":2},{"id":5}]}"#,
            "[5] offers[0]: duplicate field `amount`",
        );
    }

    #[test]
    fn an_error_in_the_body_is_an_error() {
        check(
            r#"{"status":"error","message":"Invalid publisher id"}"#,
            "the provider refused: Invalid publisher id",
        );
        check(
            r#"{"status":"Rate limit: 1 request per minute"}"#,
            "the provider refused: Rate limit: 1 request per minute",
        );
        check(
            r#"{"status":"error","message":"late","offers":[]}"#,
            "the provider refused: late",
        );
        for body in [
            r#"{"status":"error","error":true,"message":"Too many requests"}"#,
            r#"{"error":1,"message":"Too many requests","offers":[]}"#,
            r#"{"message":"Too many requests","offers":[]}"#,
            r#"{"status":"success","error":"Too many requests","offers":[{"id":1}]}"#,
        ] {
            check(body, "the provider refused: Too many requests");
        }
        check(
            r#"{"status":"success","error":null,"message":"ok","offers":[{"id":1}]}"#,
            "[1] ",
        );
        check(r#"{"error":false,"message":"","offers":[]}"#, "[] ");
        check(
            r#"{"error":"no such publisher"}"#,
            "the provider refused: no such publisher",
        );
    }

    #[test]
    fn what_is_no_answer_is_named_for_what_it_is() {
        check("", "cannot read the answer: the body is empty");
        check(
            "<!DOCTYPE html><title>x</title>",
            "cannot read the answer: it is an HTML page, not JSON",
        );
        check(
            r#"{"status":"success","offers":[{"id":1},{"id""#,
            "cannot read the answer at offers[1]: the JSON ends too early, after 44 bytes",
        );
        check(
            r#"{"status":"success"}"#,
            "cannot read the answer: it has no list `offers`",
        );
        check(
            r#"{"offers":{}}"#,
            "cannot read the answer at offers: invalid type: map, expected a list at line 1 column 12",
        );
        check(
            r#"[{"id":1}]"#,
            "cannot read the answer: invalid type: sequence, expected an object with a list `offers` at line 1 column 1",
        );
        check(
            r#"{"offers":[],"offers":[]}"#,
            "cannot read the answer: `offers` is there twice at line 1 column 25",
        );
        check(
            r#"{"offers":[]} trailing"#,
            "cannot read the answer: trailing characters at line 1 column 15",
        );
    }

    #[test]
    fn nesting_without_end_is_passed_over_without_following_it() {
        let open = "[".repeat(200_000);
        let deep = format!(r#"{{"offers":[{{"id":1,"x":{open}"#);
        check(
            &deep,
            "cannot read the answer at offers[0]: the JSON ends too early, after 200023 bytes",
        );
        let close = "]".repeat(200_000);
        let unknown = format!(r#"{{"offers":[{{"id":1,"x":{open}{close}}}]}}"#);
        check(&unknown, "[1] ");
        let known = format!(r#"{{"offers":[{{"id":1,"events":{open}{close}}},{{"id":2}}]}}"#);
        check(
            &known,
            "[2] offers[0].events[0]: invalid type: sequence, expected an object",
        );
    }

    #[test]
    fn a_bare_list_is_read_where_it_is_taken() {
        let bare = Shape {
            bare: Bare::Taken,
            ..SHAPE
        };
        assert_eq!(outcome(r#"[{"id":1}]"#, bare), "[1] ");
    }

    #[test]
    fn raw_rows_are_the_bytes_as_they_came() {
        let text = r#"{"offers":[ {"id":1, "new":[1]} ,7]}"#;
        assert_eq!(raw_rows(text, SHAPE), [r#"{"id":1, "new":[1]}"#, "7"]);
    }
}
