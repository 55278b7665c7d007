//! CSV cells: safe to open in a spreadsheet, and without characters that a terminal acts on.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use cpalead::plain;

/// The cell, with an apostrophe in front if a spreadsheet would read it as a formula.
///
/// Numbers stay numbers, including negative ones. Blanks before the sign are skipped, because some
/// programs drop them. Control characters other than line breaks and tabs are removed, because a
/// CSV may be shown on a terminal.
pub(crate) fn safe(cell: &str) -> Cow<'_, str> {
    let hidden = |c: char| !matches!(c, '\t' | '\n' | '\r') && plain::is_hidden(c);
    let cell = if cell.contains(hidden) {
        Cow::Owned(cell.replace(hidden, ""))
    } else {
        Cow::Borrowed(cell)
    };
    if is_formula(&cell) && !is_number(&cell) {
        return Cow::Owned(format!("'{cell}"));
    }
    cell
}

fn is_formula(cell: &str) -> bool {
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(signs)
}

/// Whether the cell is a decimal number as this program writes it: digits, at most one point, and
/// at most one leading minus.
fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Joins values into one cell.
pub(crate) fn joined<T: ToString>(parts: impl IntoIterator<Item = T>, separator: &str) -> String {
    let parts: Vec<_> = parts.into_iter().map(|part| part.to_string()).collect();
    parts.join(separator)
}

/// The value, or an empty cell if there is none.
pub(crate) fn optional(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The values of fields that the library reads but has no getter for, from the row as JSON.
pub(crate) fn fields<const N: usize>(row: &impl Serialize, names: [&str; N]) -> [String; N] {
    let row = serde_json::to_value(row).unwrap_or_default();
    names.map(|name| match row.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    })
}

/// An exact amount for people to read, with at least two decimal places.
pub(crate) fn with_cents(mut amount: Decimal) -> String {
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn formulas_become_text_and_numbers_stay_numbers() {
        for formula in [
            "=1+1",
            "+1",
            "-a",
            "-1.2.3",
            "@x",
            "\tx",
            "\rx",
            " =1",
            "＝1",
            "-",
            "-.5",
            "--1",
            "\u{200b}=1",
        ] {
            assert!(safe(formula).starts_with('\''), "{formula:?}");
        }
        for harmless in ["-1.5", "-1", "0.72", "a=b", "", "5%", "1+1", "'=1"] {
            assert_eq!(safe(harmless), harmless);
        }
    }

    #[test]
    fn characters_that_a_terminal_acts_on_are_removed() {
        assert_eq!(safe("a\u{1b}[31mb\nc\td"), "a[31mb\nc\td");
    }
}
