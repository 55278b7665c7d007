//! An exchange as cases read it: the body as JSON, its rows, and whether it is a success.

use serde_json::value::RawValue;

use crate::exchange::Exchange;
use crate::json::{self, Json, Object};
use crate::verdict::Outcome;

/// An exchange with its body read once for all cases.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) exchange: &'a Exchange,
    json: Result<Json<'a>, String>,
    rows: Result<Vec<Row<'a>>, String>,
}

/// The most rows that are read. The provider sends 5,000 at most, and nobody sends millions in good
/// faith.
const MOST_ROWS: usize = 20_000;

/// The plain request of each endpoint.
const PLAIN: [&str; 3] = ["offers/default", "conversions/known", "reversals/month"];

/// A row of an answer, with its place.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    place: usize,
    list: &'static str,
    object: Object<'a>,
}

/// What a case says of one row.
pub(crate) enum Seen {
    Fits,
    /// The row has nothing that the requirement is about.
    Lacks,
    /// The field and what it holds.
    Breaks(&'static str, String),
}

impl<'a> Answer<'a> {
    pub(crate) fn of(exchange: &'a Exchange) -> Answer<'a> {
        let text = std::str::from_utf8(&exchange.body);
        let json = text.map_err(|error| error.to_string()).and_then(Json::read);
        let mut answer = Answer {
            exchange,
            json,
            rows: Ok(Vec::new()),
        };
        answer.rows = answer.read_rows();
        answer
    }

    /// The body as text, if it is UTF-8.
    pub(crate) fn text(&self) -> Option<&'a str> {
        std::str::from_utf8(&self.exchange.body).ok()
    }

    pub(crate) fn envelope(&self) -> Option<&Object<'a>> {
        match &self.json {
            Ok(Json::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// The name of the list that the endpoint answers with.
    fn list_name(&self) -> &'static str {
        match self.exchange.path.as_str() {
            "/api/conversions" => "conversions",
            "/api/reversals" => "reversals",
            _ => "offers",
        }
    }

    /// The items of the list, which stands in an object or alone.
    fn items(&self) -> Option<Vec<&'a RawValue>> {
        match &self.json {
            Ok(Json::Object(envelope)) => json::list(envelope.get(self.list_name())?),
            Ok(Json::List(items)) => Some(items.clone()),
            _ => None,
        }
    }

    /// The rows, or what came instead of a successful answer with a list of objects.
    pub(crate) fn rows(&self) -> Result<&[Row<'a>], &str> {
        self.rows.as_deref().map_err(String::as_str)
    }

    /// The rows, or the outcome of a case that needs them.
    ///
    /// Many cases judge the plain request of an endpoint. One of them demands that it is answered,
    /// and the others then have nothing to judge.
    pub(crate) fn needed_rows(&self, expected: &str) -> Result<&[Row<'a>], Outcome> {
        self.rows()
            .map_err(|got| match PLAIN.contains(&self.place()) {
                true => Outcome::nothing(&format!("{} has no rows: {got}", self.place())),
                false => Outcome::violates(expected, got, self.place()),
            })
    }

    /// Whether the body is JSON, or why not.
    pub(crate) fn is_json(&self) -> Result<(), &str> {
        self.json.as_ref().map(|_| ()).map_err(String::as_str)
    }

    fn read_rows(&self) -> Result<Vec<Row<'a>>, String> {
        let status = self.exchange.status;
        if !(200..300).contains(&status) {
            return Err(format!("status {status}{}", self.message()));
        }
        if let Err(error) = &self.json {
            return Err(format!("a body that is not JSON: {error}"));
        }
        let word = self.envelope().and_then(|envelope| envelope.get("status"));
        if let Some(word) =
            word.filter(|word| json::text(word).is_none_or(|word| word != "success"))
        {
            return Err(format!("status {status} with \"status\":{}", word.get()));
        }
        let Some(items) = self.items() else {
            return Err(format!("JSON without a list of {}", self.list_name()));
        };
        let list = self.list_name();
        let rows = items
            .into_iter()
            .take(MOST_ROWS)
            .enumerate()
            .map(|(place, item)| {
                let object = json::object(item);
                let object = object.ok_or_else(|| format!("{list}[{place}] is not an object"))?;
                Ok(Row {
                    place,
                    list,
                    object,
                })
            });
        rows.collect()
    }

    /// The message of a refusal, for people.
    fn message(&self) -> String {
        let message = self
            .envelope()
            .and_then(|envelope| json::text(envelope.get("message")?));
        message
            .map(|message| format!(": {message}"))
            .unwrap_or_default()
    }

    /// Whether the request was answered with rows.
    pub(crate) fn accepted(&self) -> Outcome {
        match self.rows() {
            Ok(_) => Outcome::Conforms,
            Err(got) => Outcome::violates("a successful answer with a list", got, self.place()),
        }
    }

    /// Whether the request was answered without rows.
    pub(crate) fn refused(&self) -> Outcome {
        match self.rows() {
            Err(_) => Outcome::Conforms,
            Ok(rows) => {
                let got = format!("a successful answer with {} rows", rows.len());
                Outcome::violates("a refusal", &got, self.place())
            }
        }
    }

    /// The exchange's name, as the place of a finding on the whole answer.
    pub(crate) fn place(&self) -> &'a str {
        &self.exchange.name
    }

    /// Judges each row. A violation names the first row that breaks the rule, and how many do.
    pub(crate) fn each_row(&self, expected: &str, judge: impl Fn(&Row<'a>) -> Seen) -> Outcome {
        let rows = match self.needed_rows("a successful answer with a list") {
            Ok(rows) => rows,
            Err(outcome) => return outcome,
        };
        let (mut judged, mut broken, mut first) = (0, 0, None);
        for row in rows {
            match judge(row) {
                Seen::Fits => judged += 1,
                Seen::Lacks => {}
                Seen::Breaks(field, got) => {
                    judged += 1;
                    broken += 1;
                    first.get_or_insert_with(|| (row.at(field), got));
                }
            }
        }
        match first {
            Some((at, got)) => {
                let got = format!(
                    "{got}; so in {broken} of {} rows of {}",
                    rows.len(),
                    self.place()
                );
                Outcome::violates(expected, &got, &at)
            }
            None if judged == 0 => Outcome::nothing(&format!(
                "no row of {} has what this is about",
                self.place()
            )),
            None => Outcome::Conforms,
        }
    }
}

impl<'a> Row<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.object.get(name)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        json::text(self.get(name)?)
    }

    pub(crate) fn id(&self) -> Option<u64> {
        json::whole(self.get("id")?)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.object.fields().map(|(name, _)| name)
    }

    fn at(&self, field: &str) -> String {
        format!("{}[{}].{field}", self.list, self.place)
    }
}

/// The parameters of a link, decoded.
pub(crate) fn link_parameters(link: &str) -> Vec<(String, String)> {
    let Ok(url) = reqwest::Url::parse(link) else {
        return Vec::new();
    };
    let pairs = url.query_pairs();
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}
