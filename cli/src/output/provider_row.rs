//! A row of the provider as it is printed: known fields, then unknown ones, then its defects.

use std::borrow::Cow;

use cpalead::Defect;
use serde::ser::{Serialize, Serializer};

use crate::answer::{Answer, Entry, entries};
use crate::failure::Failure;
use crate::output::json::RawFields;
use crate::output::table::Cell;
use crate::output::{Sheet, SheetRow};

/// The name of the member and of the column that hold the defects.
pub(crate) const DEFECTS: &str = "defects";

/// A row type that knows the provider's names of its fields.
pub(crate) trait KnownFields: SheetRow {
    fn knows(name: &str) -> bool;
}

/// Something that is wrong with a row, as it is printed beside the row.
#[derive(serde::Serialize)]
pub(crate) struct RowDefect<'a> {
    pub(crate) kind: &'static str,
    pub(crate) path: Cow<'a, str>,
    pub(crate) message: Cow<'a, str>,
}

impl<'a> RowDefect<'a> {
    pub(crate) fn new(defect: &'a Defect) -> RowDefect<'a> {
        RowDefect {
            kind: defect.kind().as_str(),
            path: defect.path().into(),
            message: defect.message().into(),
        }
    }

    /// The text of a CSV cell.
    fn cell(&self) -> String {
        format!("{}: {}", self.path, self.message)
    }
}

/// A row with what belongs beside it.
pub(crate) struct ProviderRow<'a, R> {
    pub(crate) row: R,
    pub(crate) raw: Option<&'a str>,
    pub(crate) defects: Vec<RowDefect<'a>>,
}

impl<R: KnownFields> ProviderRow<'_, R> {
    /// The fields of the provider that this version does not know. A name that the command itself
    /// prints is left out: no name is printed twice.
    fn unknown(&self) -> RawFields {
        let is_known = |name: &str| R::knows(name) || name == DEFECTS;
        let unknown = RawFields::of(self.raw.unwrap_or_default()).without(is_known);
        if unknown.is_empty() {
            return unknown;
        }
        let printed = serde_json::to_value(&self.row).unwrap_or_default();
        unknown.without(|name| printed.get(name).is_some())
    }
}

impl<R: KnownFields> Serialize for ProviderRow<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Members<'a, R: Serialize> {
            #[serde(flatten)]
            row: &'a R,
            #[serde(flatten)]
            unknown: RawFields,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            defects: &'a [RowDefect<'a>],
        }

        let members = Members {
            row: &self.row,
            unknown: self.unknown(),
            defects: &self.defects,
        };
        members.serialize(serializer)
    }
}

impl<R: KnownFields> SheetRow for ProviderRow<'_, R> {
    fn record(&self) -> Vec<String> {
        let mut record = self.row.record();
        let defects: Vec<_> = self.defects.iter().map(RowDefect::cell).collect();
        record.push(defects.join("; "));
        record
    }

    fn cells(&self) -> Vec<Cell> {
        self.row.cells()
    }

    fn raw(&self) -> Option<&str> {
        self.raw
    }
}

/// Writes the rows of an answer; with `--raw`, those that were dropped as well.
pub(crate) fn write_answer<'a, A: Answer, R: KnownFields>(
    sheet: &mut Sheet,
    answer: &'a A,
    shown: impl Fn(&'a A::Row) -> R,
) -> Result<(), Failure> {
    for entry in entries(answer) {
        match entry {
            Entry::Row(row, defects) => sheet.row(&ProviderRow {
                row: shown(row),
                raw: answer.raw(row),
                defects: defects.into_iter().map(RowDefect::new).collect(),
            })?,
            Entry::Dropped(dropped) if sheet.is_raw() => {
                let raw = answer.raw_dropped(dropped).unwrap_or_default();
                sheet.dropped_row(raw, &RowDefect::new(dropped).cell())?;
            }
            Entry::Dropped(_) => {}
        }
    }
    Ok(())
}
