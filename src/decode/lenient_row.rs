//! A row that cannot be read as a whole, read field by field: an odd value costs the field it is
//! in.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::defect::{DefectKind, RowName};
use super::field_names;
use super::prune::{Step, shown, without};
use super::row::{Row, Unreadable};
use crate::values::lenient::leniently;
use crate::values::number::OfferId;
use crate::values::text::Text;
use crate::values::without_place;

/// How many odd parts of one field are left out before the whole field is.
const MOST_PARTS: usize = 4;

/// The longest field, in bytes of JSON, of which parts are left out.
const LONGEST_FIELD: usize = 64 << 10;

/// The longest id, in bytes, by which a row is named. A part of one could be a part of a secret.
const LONGEST_NAME: usize = 200;

/// A part of a row that is odd: its path below the row, and why.
#[derive(Debug)]
pub(super) struct Odd {
    pub(super) kind: DefectKind,
    pub(super) path: String,
    pub(super) message: String,
}

/// A row as far as it can be read.
#[derive(Debug)]
pub(super) struct LenientRow<R> {
    /// None if the row is dropped; the last of `odd` says why.
    pub(super) row: Option<R>,
    pub(super) odd: Vec<Odd>,
    pub(super) name: RowName,
    /// Whether no field of the row is known.
    pub(super) is_blank: bool,
}

/// Reads a row field by field.
pub(super) fn read<R: Row>(raw: &str, index: u32) -> LenientRow<R> {
    let mut odd = Vec::new();
    let known = field_names::of::<R::Model>();
    let (fields, name) = match serde_json::from_str::<Fields<'_>>(raw) {
        Ok(Fields(mut fields)) => {
            // A row may be named by an id that its model does not read.
            let name = name_of(&fields);
            // What the model does not read costs nothing.
            fields.retain(|field| known.contains(&&*field.name));
            (fields, name)
        }
        Err(error) => {
            odd.push(dropped("", without_place(&error)));
            return LenientRow {
                row: None,
                odd,
                name: RowName::default(),
                is_blank: false,
            };
        }
    };
    let mut reader = Reader {
        odd,
        unreadable: Unreadable::default(),
        dollars: false,
    };
    let (row, is_blank) = match reader.row::<R>(fields, index) {
        Ok((row, is_blank)) => (Some(row), is_blank),
        Err(reason) => {
            reader.odd.push(reason);
            (None, false)
        }
    };
    LenientRow {
        row,
        odd: reader.odd,
        name,
        is_blank,
    }
}

fn dropped(path: &str, message: impl Into<String>) -> Odd {
    Odd {
        kind: DefectKind::RowDropped,
        path: path.to_owned(),
        message: message.into(),
    }
}

/// A field of a row: its name, and its value as JSON.
#[derive(Clone)]
struct Field<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

/// What is wrong with a value, and where below the row.
struct Fault {
    steps: Vec<Step>,
    message: String,
}

struct Reader {
    odd: Vec<Odd>,
    unreadable: Unreadable,
    /// An amount named US dollars as its currency.
    dollars: bool,
}

impl Reader {
    /// # Errors
    ///
    /// Why the row is dropped.
    fn row<R: Row>(&mut self, fields: Vec<Field<'_>>, index: u32) -> Result<(R, bool), Odd> {
        let fields = self.unique(fields);
        let mut kept = Vec::with_capacity(fields.len());
        if let Some(key) = R::KEY {
            kept.push(self.key_of::<R>(key, &fields)?);
        }
        let keys = kept.clone();
        for field in fields.iter().filter(|field| Some(&*field.name) != R::KEY) {
            kept.extend(self.field::<R>(field, &keys));
        }
        // What is odd in the fields was reported one by one.
        let (read, _) = leniently(|| model::<R>(&kept));
        // Each field could be read by itself, so an error is not expected here.
        let model = read.map_err(|fault| dropped(&shown(&fault.steps), fault.message))?;
        if let (true, Some(currency)) = (self.dollars, R::currency(&model))
            && !currency.eq_ignore_ascii_case("USD")
        {
            let message = format!("an amount is in US dollars, but the currency is `{currency}`");
            self.lose("payout_currency", ".payout_currency".to_owned(), message);
        }
        let is_blank = R::is_blank(&model);
        if is_blank && self.odd.is_empty() {
            let message = "no field of it is known".to_owned();
            self.report(DefectKind::FieldUnreadable, String::new(), message);
        }
        let mut row = R::new(model, index);
        row.set_unreadable(std::mem::take(&mut self.unreadable));
        Ok((row, is_blank))
    }

    fn key_of<'a, R: Row>(&mut self, key: &str, fields: &[Field<'a>]) -> Result<Field<'a>, Odd> {
        let path = format!(".{key}");
        let Some(field) = fields.iter().find(|field| field.name == key) else {
            return Err(if self.unreadable.has(key) {
                dropped(&path, "it is there twice, with two values")
            } else {
                dropped("", format!("missing field `{key}`"))
            });
        };
        let before = self.odd.len();
        self.field::<R>(field, &[]).ok_or_else(|| {
            let reason = self.odd.drain(before..).next_back();
            let missing = || format!("missing field `{key}`");
            dropped(&path, reason.map_or_else(missing, |odd| odd.message))
        })
    }

    /// The fields without those that are there twice. Which of two amounts was meant?
    fn unique<'a>(&mut self, fields: Vec<Field<'a>>) -> Vec<Field<'a>> {
        // Only fields of the model come here, so these lists are short.
        let mut unique: Vec<Field<'a>> = Vec::new();
        let mut twice: Vec<Cow<'a, str>> = Vec::new();
        for field in fields {
            match unique.iter().find(|known| known.name == field.name) {
                Some(known) if known.value != field.value => {
                    if !twice.contains(&field.name) {
                        twice.push(field.name);
                    }
                }
                Some(_) => {}
                None => unique.push(field),
            }
        }
        unique.retain(|field| !twice.contains(&field.name));
        for name in twice {
            let message = "it is there twice, with two values".to_owned();
            let path = shown(&[Step::Key(name.clone().into_owned())]);
            self.lose(&name, path, message);
        }
        unique
    }

    /// The field as far as it can be read; none if it is absent now.
    fn field<'a, R: Row>(&mut self, field: &Field<'a>, keys: &[Field<'a>]) -> Option<Field<'a>> {
        let mut field = field.clone();
        let mut parts = 0;
        let mut first_fault = None;
        loop {
            let mut trial = keys.to_vec();
            trial.push(field.clone());
            let (read, oddities) = leniently(|| {
                let model = model::<R>(&trial)?;
                R::check(&model).map_err(|(name, message)| Fault {
                    steps: vec![Step::Key(name.to_owned())],
                    message,
                })
            });
            let is_money = R::MONEY.contains(&&*field.name);
            let read = read.and_then(|()| match oddities.dollars && !is_money {
                true => Err(Fault {
                    steps: vec![Step::Key(field.name.clone().into_owned())],
                    message: "it is an amount of money: expected a number".to_owned(),
                }),
                false => Ok(()),
            });
            let Err(fault) = read else {
                self.dollars |= oddities.dollars;
                for oddity in oddities.list {
                    let kind = match oddity.was_read {
                        true => DefectKind::Assumed,
                        false => DefectKind::FieldUnreadable,
                    };
                    self.report(
                        kind,
                        format!(".{}{}", field.name, oddity.path),
                        oddity.message,
                    );
                }
                return Some(field);
            };
            if first_fault.is_none() {
                // PHP writes `false` for a value that it does not have.
                if field.value == "false" {
                    return None;
                }
                let is_time = R::TIMES.contains(&&*field.name);
                if let Some(value) = php_time(&field.value).filter(|_| is_time) {
                    // Its own fault says more than that an object was found.
                    field.value = Cow::Owned(value);
                    continue;
                }
                if field
                    .value
                    .starts_with(|c: char| c.is_ascii_digit() || c == '-')
                {
                    // A number is also the text of its digits.
                    field.value = Cow::Owned(format!("\"{}\"", field.value));
                    first_fault = Some(fault);
                    continue;
                }
            }
            let fault = first_fault.take().unwrap_or(fault);
            let below = fault.steps.get(1..).unwrap_or_default();
            if parts < MOST_PARTS
                && field.value.len() <= LONGEST_FIELD
                && !below.is_empty()
                && let Some(value) = without(&field.value, below)
            {
                parts += 1;
                self.report(
                    DefectKind::FieldUnreadable,
                    shown(&fault.steps),
                    fault.message,
                );
                field.value = Cow::Owned(value);
                continue;
            }
            let path = shown(&[Step::Key(field.name.clone().into_owned())]);
            self.lose(&field.name, path, fault.message);
            return None;
        }
    }

    /// Reports a field that cannot be read.
    fn lose(&mut self, field: &str, path: String, message: String) {
        self.unreadable.add(field);
        self.report(DefectKind::FieldUnreadable, path, message);
    }

    fn report(&mut self, kind: DefectKind, path: String, message: String) {
        self.odd.push(Odd {
            kind,
            path,
            message,
        });
    }
}

/// The model that some fields make.
fn model<R: Row>(fields: &[Field<'_>]) -> Result<R::Model, Fault> {
    let mut entries = Vec::with_capacity(fields.len());
    for field in fields {
        entries
            .extend(serde_json::from_str::<&RawValue>(&field.value).map(|raw| (&*field.name, raw)));
    }
    let map = MapDeserializer::<_, serde_json::Error>::new(entries.into_iter());
    serde_path_to_error::deserialize(map).map_err(|error| Fault {
        steps: Step::all(error.path()),
        message: without_place(error.inner()),
    })
}

/// The text of a `DateTime` that PHP wrote as an object: its date with its zone.
fn php_time(value: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct DateTime {
        date: String,
        timezone: Option<String>,
    }

    // serde would read the struct from a list too.
    if !value.starts_with('{') {
        return None;
    }
    let DateTime { date, timezone } = serde_json::from_str(value).ok()?;
    let zone = match timezone.as_deref() {
        Some("UTC" | "GMT" | "Z" | "+00:00") => "+00:00".to_owned(),
        Some(zone) if zone.starts_with(['+', '-']) => zone.to_owned(),
        // The rules of other zones are not known here: the day can be read, the time cannot.
        Some(zone) => format!("[{zone}]"),
        None => String::new(),
    };
    serde_json::to_string(&format!("{date}{zone}")).ok()
}

/// How people find the row again.
fn name_of(fields: &[Field<'_>]) -> RowName {
    let value = |name: &str| {
        let found = fields.iter().find(|field| field.name == name);
        found.map(|field| &*field.value)
    };
    let id = |name: &str| Some(serde_json::from_str::<OfferId>(value(name)?).ok()?.0);
    let text = |name: &str| {
        let text = serde_json::from_str::<Text>(value(name)?).ok()?;
        let fits = |text: &&str| !text.is_empty() && text.len() <= LONGEST_NAME;
        Some(text.as_str()).filter(fits).map(Box::from)
    };
    RowName {
        offer_id: id("id").or_else(|| id("offer_id")).or_else(|| id("campid")),
        lead_id: text("lead_id"),
        subid: text("subid"),
    }
}

/// The fields of an object, in their order and with repetitions.
struct Fields<'a>(Vec<Field<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Vec<Field<'de>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((name, raw)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
                    fields.push(Field {
                        name,
                        value: Cow::Borrowed(raw.get()),
                    });
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(FieldsVisitor).map(Fields)
    }
}
