//! The day of a reversal, in every form in which PHP and JavaScript write a date.

use jiff::civil::Date;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use super::text::Text;
use super::time::Time;

/// A day, as the provider wrote it; none for a zero date.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Day {
    text: Text,
    date: Option<Date>,
}

impl Day {
    pub(crate) fn date(&self) -> Option<Date> {
        self.date
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        let Some(date) = Time::date_of(text.as_str()) else {
            let message = match text.as_str() {
                text if text.len() <= 40 => {
                    format!("`{text}` is not a valid date: expected one such as 2026-01-31")
                }
                text => format!("{} bytes are not a valid date", text.len()),
            };
            return Err(D::Error::custom(message));
        };
        Ok(Self { text, date })
    }
}

/// The text as it came, because it may say more than the day; null for a zero date.
impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.date {
            Some(_) => self.text.serialize(serializer),
            None => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[track_caller]
    fn check(json: &str, day: &str, normal: &str) {
        let Ok(read) = serde_json::from_str::<Day>(json) else {
            return assert_eq!(day, "refused", "{json}");
        };
        let shown = read
            .date()
            .map_or("none".to_owned(), |date| date.to_string());
        assert_eq!(shown, day, "{json}");
        assert_eq!(serde_json::to_string(&read).unwrap(), normal, "{json}");
    }

    #[test]
    fn a_day_is_read_in_every_form_and_a_zero_date_is_absent() {
        check("\"2026-09-12\"", "2026-09-12", "\"2026-09-12\"");
        check(
            "\"2026-09-12 23:59:59\"",
            "2026-09-12",
            "\"2026-09-12 23:59:59\"",
        );
        check("\"20260912\"", "2026-09-12", "\"20260912\"");
        check("1789171200", "2026-09-12", "\"1789171200\"");
        check("\"0000-00-00\"", "none", "null");
        check("\"\"", "none", "null");
        for json in ["\"soon\"", "\"2026-09-12xyz\"", "true", "[]"] {
            check(json, "refused", "");
        }
    }
}
