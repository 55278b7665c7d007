//! Decoding: the text of an answer into rows, typed in one pass. Only when that pass fails, row by
//! row and, in a row that fails, field by field.

pub(crate) mod defect;
pub(crate) mod envelope;
pub(crate) mod field_names;
pub(crate) mod json;
pub(crate) mod lenient_row;
pub(crate) mod prune;
pub(crate) mod read_rows;
pub(crate) mod row;
pub(crate) mod words;

use std::ops::Range;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::error::{Error, Kind, says_too_many};
use crate::jsonp::{Callback, without_lone_surrogates};
use crate::values::lists::Object;
use crate::values::text::{SourceScope, Text};
use defect::{Defect, DefectKind, bounded};
use envelope::{Envelope, place_of_fault, read};
use json::json_of;
use read_rows::{Raw, Typed};
use row::{Bare, Row, Shape};

/// The expected length of a row in bytes, from which the room for the rows is estimated.
///
/// A row of a catalogue in the observed form has about 960 bytes. An estimate that is a little too
/// short reserves some room too much, which `shrink_to_fit` gives back; one that is too long would
/// copy all rows once at the end.
const BYTES_OF_A_ROW: usize = 800;

/// How many dropped rows, and how many other defects, are reported individually. Any more are only
/// counted, so that a broken answer does not fill the memory with messages.
const MOST_TOLD: usize = 10_000;

/// A decoded answer, with the text that it was read from.
#[derive(Debug)]
pub(crate) struct Decoded<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) defects: Defects,
    pub(crate) country: Option<Text>,
    pub(crate) source: Source,
    /// Rows of which no field is known.
    pub(crate) blank: usize,
}

/// What is wrong with an answer, while the rest of it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defects {
    // Dropped rows first, then the others; each group in the order of the rows.
    list: Vec<Defect>,
    told_dropped: usize,
    count: usize,
    dropped_count: usize,
}

impl Defects {
    pub(crate) fn as_slice(&self) -> &[Defect] {
        &self.list
    }

    /// The dropped rows among them.
    pub(crate) fn dropped(&self) -> &[Defect] {
        self.list.get(..self.told_dropped).unwrap_or_default()
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn dropped_count(&self) -> usize {
        self.dropped_count
    }
}

/// Defects while they are gathered.
struct Gathering<'a> {
    scrub: &'a dyn Fn(&str) -> String,
    dropped: Vec<Defect>,
    others: Vec<Defect>,
    dropped_count: usize,
    other_count: usize,
}

impl<'a> Gathering<'a> {
    fn new(scrub: &'a dyn Fn(&str) -> String) -> Self {
        Self {
            scrub,
            dropped: Vec::new(),
            others: Vec::new(),
            dropped_count: 0,
            other_count: 0,
        }
    }

    fn add(&mut self, defect: impl FnOnce() -> Defect, kind: DefectKind) {
        let (list, count) = match kind {
            DefectKind::RowDropped => (&mut self.dropped, &mut self.dropped_count),
            DefectKind::FieldUnreadable | DefectKind::Assumed => {
                (&mut self.others, &mut self.other_count)
            }
        };
        *count += 1;
        if list.len() < MOST_TOLD {
            let mut defect = defect();
            defect.scrub(self.scrub);
            list.push(defect);
        }
    }

    fn finish(mut self) -> Defects {
        let told_dropped = self.dropped.len();
        self.dropped.append(&mut self.others);
        Defects {
            list: self.dropped,
            told_dropped,
            count: self.dropped_count + self.other_count,
            dropped_count: self.dropped_count,
        }
    }
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
    /// An answer without rows.
    pub(crate) fn empty(text: String, shape: Shape) -> Self {
        Self {
            rows: Vec::new(),
            defects: Defects::default(),
            country: None,
            source: Source {
                json: 0..text.len(),
                text: Arc::new(text),
                shape,
            },
            blank: 0,
        }
    }

    /// The defect that makes the answer useless: there are rows, and nothing in any of them can be
    /// read.
    pub(crate) fn useless(&self) -> Option<&Defect> {
        let is_useless = self.rows.len() == self.blank && self.defects.count() > 0;
        let in_rows = |defect: &&Defect| defect.index().is_some();
        let mut defects = self.defects.as_slice().iter().filter(in_rows);
        is_useless.then(|| defects.next()).flatten()
    }
}

/// Decodes the text of an answer. With a `callback` it may be a call of that function. What defects
/// repeat of the answer passes through `scrub`.
///
/// # Errors
///
/// When the text is not JSON of the shape, or when it says that the call failed.
pub(crate) fn decode<R: Row>(
    text: &Arc<String>,
    callback: Option<&Callback>,
    shape: Shape,
    scrub: &dyn Fn(&str) -> String,
) -> Result<Decoded<R>, Error> {
    let (json, printed_before) = json_of(text, callback)?;
    let mut defects = Gathering::new(scrub);
    if let Some(defect) = printed_before {
        defects.add(|| defect, DefectKind::Assumed);
    }
    let decoded = |(rows, country), defects: Gathering<'_>, blank| Decoded {
        rows,
        defects: defects.finish(),
        country,
        source: Source {
            text: Arc::clone(text),
            json: place_in(text, json),
            shape,
        },
        blank,
    };
    let scope = SourceScope::of(text);
    if let Ok(envelope) = typed::<R>(json, shape) {
        return Ok(decoded(envelope.into_rows(shape)?, defects, 0));
    }
    drop(scope);
    // Texts without lone surrogates are read from a copy. The raw rows stay as they came.
    let repaired = Arc::new(without_lone_surrogates(json).unwrap_or_default());
    let json = match repaired.as_str() {
        "" => json,
        repaired => repaired,
    };
    let _scope = SourceScope::of(if repaired.is_empty() { text } else { &repaired });
    let mut blank = 0;
    let envelope = match typed::<R>(json, shape) {
        Ok(envelope) if !repaired.is_empty() => envelope,
        _ => row_by_row(json, shape, &mut defects, &mut blank)?,
    };
    Ok(decoded(envelope.into_rows(shape)?, defects, blank))
}

/// Reads the whole answer in one pass.
fn typed<R: Row>(json: &str, shape: Shape) -> Result<Envelope<'_, R>, serde_json::Error> {
    let expected = json.len() / BYTES_OF_A_ROW;
    read(json, shape, Typed::<R>::expecting(expected))
}

/// Where a part of a text is within it.
fn place_in(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

/// The error for a text that is not JSON, or that says that the call failed. `list` is the member
/// that would hold the rows; whatever else is odd is not an error here.
pub(crate) fn failure(json: &str, list: &'static str) -> Option<Error> {
    let shape = Shape {
        list,
        bare: Bare::Taken,
        most: u32::MAX,
    };
    match read(json, shape, Raw) {
        Ok(envelope) => envelope.into_rows(shape).err().filter(Error::is_provider),
        Err(_) if serde_json::from_str::<IgnoredAny>(json).is_ok() => None,
        Err(error) => Some(unreadable(json, shape, &error)),
    }
}

/// The raw JSON of every row, in the provider's order: what the typed rows leave out is in it.
pub(crate) fn raw_rows(text: &str, shape: Shape) -> Vec<&str> {
    let envelope = read(text, shape, Raw);
    let rows = envelope.ok().and_then(|envelope| envelope.rows);
    rows.into_iter().flatten().map(RawValue::get).collect()
}

/// Reads row by row, and says of each odd row where it is odd.
fn row_by_row<'a, R: Row>(
    text: &'a str,
    shape: Shape,
    defects: &mut Gathering<'_>,
    blank: &mut usize,
) -> Result<Envelope<'a, R>, Error> {
    let mut envelope = read(text, shape, Raw).map_err(|error| unreadable(text, shape, &error))?;
    let rows = envelope.rows.take().map(|raw_rows| {
        let mut rows = Vec::with_capacity(raw_rows.len());
        for (index, raw) in (0..).zip(raw_rows) {
            if let Some(row) = sound_row::<R>(raw.get(), index) {
                rows.push(row);
                continue;
            }
            let lenient = lenient_row::read::<R>(raw.get(), index);
            for odd in lenient.odd {
                let place = (shape.list, index);
                let name = || lenient.name.clone();
                let defect =
                    || Defect::in_row(odd.kind, place, &odd.path, bounded(&odd.message), name());
                defects.add(defect, odd.kind);
            }
            *blank += usize::from(lenient.is_blank);
            rows.extend(lenient.row);
        }
        rows
    });
    Ok(envelope.with_rows(rows))
}

/// A row with nothing odd in it.
fn sound_row<R: Row>(raw: &str, index: u32) -> Option<R> {
    let Object(model) = serde_json::from_str::<Object<R::Model>>(raw).ok()?;
    let is_sound = !R::is_blank(&model) && R::check(&model).is_ok();
    is_sound.then(|| R::new(model, index))
}

/// The error for a text that is not an answer at all, by what it most likely is.
fn unreadable(text: &str, shape: Shape, error: &serde_json::Error) -> Error {
    let start = text.trim_start();
    let message = if start.is_empty() {
        "the body is empty".to_owned()
    } else if start.starts_with('<') {
        "it is an HTML page, not JSON".to_owned()
    } else if serde_json::from_str::<IgnoredAny>(text).is_err() && !start.starts_with(['{', '[']) {
        let words = bounded(start.trim_end());
        if says_too_many(&words) {
            return Error::new(Kind::Provider(words));
        }
        format!("it is not JSON: {words}")
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
        match decode::<Offer>(&Arc::new(text.to_owned()), None, shape, &str::to_owned) {
            Ok(answer) => {
                let ids: Vec<_> = answer.rows.iter().map(Offer::id).collect();
                let defects = answer.defects.as_slice().iter();
                let rejected: Vec<_> = defects.map(ToString::to_string).collect();
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
            "[1, 2, 3] offers[1].amount (offer 2): `ten` is not a valid amount: expected a decimal number",
        );
        check(
            r#"{"offers":[{"title":"no id"},7,null,{"id":4,"payouts_per_country":{"US":{}}}]}"#,
            "[4] offers[0]: missing field `id`; \
             offers[1]: invalid type: integer `7`, expected an object; \
             offers[2]: invalid type: null, expected an object; \
             offers[3].payouts_per_country.US (offer 4): `{}` is not a valid amount: expected a decimal number",
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
        let answer = decode::<Offer>(&Arc::new(odd), None, SHAPE, &str::to_owned).unwrap();
        assert_eq!(answer.rows.len(), 1);
        assert_eq!(answer.defects.dropped().len(), 10_000);
        assert_eq!(answer.defects.dropped_count(), 19_999);
    }

    #[test]
    fn a_field_that_is_there_twice_is_lost_unless_both_are_the_same() {
        check(
            r#"{"offers":[{"id":1,"amount":1,"amount":2},{"id":5,"epc":1,"epc":1}]}"#,
            "[1, 5] offers[0].amount (offer 1): it is there twice, with two values",
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
            r#"{"offers":{"id":1}}"#,
            "cannot read the answer at offers: expected a list of objects, found an object at line 1 column 15",
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
            "[1, 2] offers[0].events (offer 1): invalid type: sequence, expected an object",
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
