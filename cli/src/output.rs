//! The output: rows go to standard output in the requested format, everything else to standard
//! error.

pub(crate) mod cells;
pub(crate) mod shown_payout;
pub(crate) mod table;

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use serde::Serialize;

use crate::args::{Format, Global};
use crate::failure::Failure;
use cpalead::plain;

use self::table::{Cell, Column, Table};

/// Prints a note on standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "note: {}", plain::line(text));
}

/// Prints a warning that concerns the data on standard error.
pub(crate) fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "warning: {}", plain::line(text));
}

/// The requested format, or else a table on a terminal and JSON elsewhere.
pub(crate) fn format(global: &Global) -> Format {
    global.output.unwrap_or_else(|| {
        if io::stdout().is_terminal() {
            Format::Table
        } else {
            Format::Json
        }
    })
}

/// A row in every format. Only the requested format is produced.
pub(crate) trait SheetRow: Serialize {
    /// The values of the CSV record.
    fn record(&self) -> Vec<String>;

    /// The cells of the table's row.
    fn cells(&self) -> Vec<Cell>;
}

/// Writes rows as they arrive. A table is held back until its column widths are known.
pub(crate) struct Sheet {
    out: BufWriter<Stdout>,
    format: Format,
    header: Vec<String>,
    table: Table,
    footnote: Option<String>,
    rows: usize,
}

impl Sheet {
    /// Starts a sheet with the header of the CSV and the columns of the table.
    pub(crate) fn new(format: Format, header: Vec<String>, columns: Vec<Column>) -> Sheet {
        Sheet {
            out: BufWriter::new(io::stdout()),
            format,
            header,
            table: Table::new(columns),
            footnote: None,
            rows: 0,
        }
    }

    /// Sets the line below a table.
    pub(crate) fn footnote(mut self, text: Option<String>) -> Sheet {
        self.footnote = text;
        self
    }

    /// Writes all rows and finishes the sheet.
    pub(crate) fn write<R: SheetRow>(
        mut self,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<(), Failure> {
        for row in rows {
            self.row(&row)?;
        }
        self.finish()
    }

    /// Writes a row.
    pub(crate) fn row<R: SheetRow>(&mut self, row: &R) -> Result<(), Failure> {
        self.try_row(row).map_err(|error| Failure::output(&error))
    }

    /// Writes out the rows so far, including those of a table.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        if self.format == Format::Table {
            let rows = self.table.render(width());
            let written = self.out.write_all(rows.as_bytes());
            written.map_err(|error| Failure::output(&error))?;
        }
        self.out.flush().map_err(|error| Failure::output(&error))
    }

    /// Whether rows can be flushed as they arrive. A table looks best when all its rows are known.
    pub(crate) fn streams(&self) -> bool {
        self.format != Format::Table
    }

    /// The number of rows so far.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Ends the array, or writes the table.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.try_finish().map_err(|error| Failure::output(&error))
    }

    fn try_row<R: SheetRow>(&mut self, row: &R) -> io::Result<()> {
        match self.format {
            Format::Table => self.table.push(row.cells()),
            Format::Ndjson => writeln!(self.out, "{}", json_line(row)?)?,
            Format::Json => {
                self.out
                    .write_all(if self.rows == 0 { b"[\n" } else { b",\n" })?;
                // Line breaks inside strings are escaped, so the ones in the text are layout.
                let text = json_pretty(row)?.replace('\n', "\n  ");
                write!(self.out, "  {text}")?;
            }
            Format::Csv => {
                if self.rows == 0 {
                    write_record(&mut self.out, &self.header)?;
                }
                write_record(&mut self.out, &row.record())?;
            }
        }
        self.rows += 1;
        Ok(())
    }

    fn try_finish(&mut self) -> io::Result<()> {
        match (self.format, self.rows) {
            (Format::Json, 0) => writeln!(self.out, "[]")?,
            (Format::Json, _) => writeln!(self.out, "\n]")?,
            (Format::Csv, 0) => write_record(&mut self.out, &self.header)?,
            (Format::Table, _) => {
                self.out.write_all(self.table.render(width()).as_bytes())?;
                if let Some(text) = &self.footnote {
                    writeln!(self.out, "{text}")?;
                }
            }
            _ => {}
        }
        self.out.flush()
    }
}

/// Writes a single row: as an object in JSON, as a sheet with one row in the other formats.
pub(crate) fn write_one<R: SheetRow>(
    format: Format,
    header: Vec<String>,
    columns: Vec<Column>,
    row: &R,
) -> Result<(), Failure> {
    if format != Format::Json {
        return Sheet::new(format, header, columns).write([row]);
    }
    let write = || {
        let mut out = io::stdout();
        writeln!(out, "{}", json_pretty(row)?)?;
        out.flush()
    };
    write().map_err(|error| Failure::output(&error))
}

impl<R: SheetRow> SheetRow for &R {
    fn record(&self) -> Vec<String> {
        (**self).record()
    }

    fn cells(&self) -> Vec<Cell> {
        (**self).cells()
    }
}

/// The width of the output: that of the terminal, or else the value of `COLUMNS`, or else 80.
fn width() -> usize {
    let terminal = terminal_size::terminal_size_of(io::stdout());
    let variable = || std::env::var("COLUMNS").ok()?.parse().ok();
    let width = terminal
        .map(|(terminal_size::Width(width), _)| usize::from(width))
        .or_else(variable);
    width
        .filter(|width| (20..=2000).contains(width))
        .unwrap_or(80)
}

fn json_line(row: &impl Serialize) -> io::Result<String> {
    Ok(harmless(serde_json::to_string(row)?))
}

fn json_pretty(row: &impl Serialize) -> io::Result<String> {
    Ok(harmless(serde_json::to_string_pretty(row)?))
}

/// Escapes characters that JSON allows but that a terminal acts on. They occur only inside strings,
/// so the value stays the same.
fn harmless(json: String) -> String {
    let hidden = |c: char| c != '\n' && plain::is_hidden(c);
    if !json.contains(hidden) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn write_record(out: &mut impl Write, cells: &[String]) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(cells.iter().map(|cell| cells::safe(cell).into_owned()))?;
    let bytes = writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))?;
    out.write_all(&bytes)
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn escaped_json_is_the_same_value_and_harmless_on_a_terminal() {
        let text = "\u{9b}31m\u{202e}x\u{e0041}é\u{7f}";
        let json = harmless(serde_json::to_string(text).unwrap());
        assert_eq!(json, r#""\u009b31m\u202ex\udb40\udc41é\u007f""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
