//! What a set of JSON values has in common: a lattice that values are added to, one by one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// More names than this in one place are the keys of a map.
const MOST_NAMES: usize = 500;

/// More words than this are not an enumeration.
const MOST_WORDS: usize = 16;

/// Fewer values than this do not show that a set of words is complete.
const LEAST_VALUES: usize = 200;

/// The longest word of an enumeration, in bytes.
const LONGEST_WORD: usize = 64;

/// Deeper values are not followed.
const DEEPEST: usize = 64;

/// The values of one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape {
    /// How many values there were.
    pub(super) values: usize,
    pub(super) kinds: BTreeMap<Kind, usize>,
    pub(super) items: Option<Box<Shape>>,
    pub(super) object: Option<Object>,
    words: Words,
    trues: usize,
}

/// The kinds of values that a schema tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    /// A text that is a decimal number.
    Decimal,
    Text,
    List,
    Object,
}

/// The objects of one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    pub(super) fields: BTreeMap<String, Shape>,
    /// All entries, where there were too many names for fields.
    any: Option<Box<Shape>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Words {
    Few(BTreeSet<String>),
    Many,
}

impl Default for Words {
    fn default() -> Self {
        Self::Few(BTreeSet::new())
    }
}

impl Shape {
    /// Adds a value.
    pub(super) fn add(&mut self, value: &Value) {
        self.add_at(value, 0);
    }

    fn add_at(&mut self, value: &Value, depth: usize) {
        self.values += 1;
        *self.kinds.entry(Kind::of(value)).or_default() += 1;
        if depth == DEEPEST {
            return;
        }
        match value {
            Value::Bool(true) => self.trues += 1,
            Value::String(text) => self.words.add(text),
            Value::Array(list) => {
                let items = self.items.get_or_insert_default();
                list.iter().for_each(|value| items.add_at(value, depth + 1));
            }
            Value::Object(members) => {
                let object = self.object.get_or_insert_default();
                for (name, value) in members {
                    object.entry(name).add_at(value, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// Whether no boolean was true: PHP writes `false` for a value that it does not have.
    pub(super) fn only_false(&self) -> bool {
        self.trues == 0
    }

    /// The words, where they look like an enumeration: few of them in many values.
    pub(super) fn enumeration(&self) -> Option<&BTreeSet<String>> {
        let is_text = self
            .kinds
            .keys()
            .all(|kind| matches!(kind, Kind::Null | Kind::Text));
        self.few_words()
            .filter(|words| is_text && words.len() <= MOST_WORDS && self.values >= LEAST_VALUES)
    }

    /// The words, where there are not too many to be an enumeration.
    pub(super) fn few_words(&self) -> Option<&BTreeSet<String>> {
        match &self.words {
            Words::Few(words) if !words.is_empty() => Some(words),
            _ => None,
        }
    }

    fn merge(&mut self, other: Shape) {
        self.values += other.values;
        self.trues += other.trues;
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        if let Some(items) = other.items {
            self.items.get_or_insert_default().merge(*items);
        }
        if let Some(object) = other.object {
            let mine = self.object.get_or_insert_default();
            for (name, shape) in object.fields {
                mine.entry(&name).merge(shape);
            }
            if let Some(any) = object.any {
                let fields = std::mem::take(&mut mine.fields);
                let all = mine.any.get_or_insert_default();
                fields.into_values().for_each(|shape| all.merge(shape));
                all.merge(*any);
            }
        }
        match other.words {
            Words::Many => self.words = Words::Many,
            Words::Few(words) => words.iter().for_each(|word| self.words.add(word)),
        }
    }
}

impl Kind {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() => Self::Number,
            Value::Number(_) => Self::Integer,
            Value::String(text) if is_decimal(text) => Self::Decimal,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Object,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Decimal => "decimal text",
            Self::Text => "text",
            Self::List => "list",
            Self::Object => "object",
        }
    }
}

impl Object {
    /// The shape under a name.
    fn entry(&mut self, name: &str) -> &mut Shape {
        if self.fields.len() >= MOST_NAMES && !self.fields.contains_key(name) {
            let fields = std::mem::take(&mut self.fields);
            self.any = Some(Box::new(merged(fields.into_values())));
        }
        match &mut self.any {
            Some(any) => any,
            None => self.fields.entry(name.to_owned()).or_default(),
        }
    }

    /// The entries of a map: of one with too many names, with countries as keys, or of a list with
    /// gaps, which PHP writes with numbers as keys.
    pub(super) fn entries(&self) -> Option<Shape> {
        if let Some(any) = &self.any {
            return Some((**any).clone());
        }
        let is_country =
            |name: &String| name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_number =
            |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        let names = || self.fields.keys();
        let is_map = names().all(is_country) || names().all(is_number);
        (is_map && !self.fields.is_empty()).then(|| merged(self.fields.values().cloned()))
    }
}

fn merged(shapes: impl IntoIterator<Item = Shape>) -> Shape {
    let mut all = Shape::default();
    shapes.into_iter().for_each(|shape| all.merge(shape));
    all
}

impl Words {
    fn add(&mut self, word: &str) {
        let is_word = word.len() <= LONGEST_WORD && !word.chars().any(char::is_control);
        match self {
            Self::Few(words) if is_word => {
                if !words.contains(word) {
                    words.insert(word.to_owned());
                }
                if words.len() > MOST_WORDS {
                    *self = Self::Many;
                }
            }
            _ => *self = Self::Many,
        }
    }
}

/// `12`, `-0.5`: digits with one point at most.
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(text),
    }
}
