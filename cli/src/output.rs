//! The output: rows go to standard output in the requested format, everything else to standard
//! error.

pub(crate) mod cells;
mod json;
pub(crate) mod provider_row;
pub(crate) mod shown_payout;
pub(crate) mod table;

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use serde::Serialize;

use crate::args::{Format, Global};
use crate::failure::Failure;
use cpalead::plain;

use self::table::{Cell, Column, Table};

/// The line below a table that has a `?`.
const UNREADABLE: &str = "? the provider sent a value that cannot be read: -v says why";

/// Prints a note on standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "note: {}", plain::line(text));
}

/// Prints a warning that concerns the data on standard error.
pub(crate) fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "warning: {}", plain::line(text));
}

/// Writes a text to standard output.
pub(crate) fn write_text(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}

/// The format, and whether rows are printed as the provider sent them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) format: Format,
    pub(crate) is_raw: bool,
}

impl From<Format> for Style {
    fn from(format: Format) -> Style {
        Style {
            format,
            is_raw: false,
        }
    }
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

/// The same for a command with `--raw`, which has no table: a terminal gets NDJSON.
pub(crate) fn style(global: &Global, is_raw: bool) -> Result<Style, Failure> {
    let format = match (is_raw, global.output) {
        (true, Some(Format::Table)) => {
            return Err(Failure::usage(
                "--raw prints no table: use --output json, ndjson or csv",
            ));
        }
        (true, None) if io::stdout().is_terminal() => Format::Ndjson,
        _ => format(global),
    };
    Ok(Style { format, is_raw })
}

/// A row in every format. Only the requested format is produced.
pub(crate) trait SheetRow: Serialize {
    /// The values of the CSV record.
    fn record(&self) -> Vec<String>;

    /// The cells of the table's row.
    fn cells(&self) -> Vec<Cell>;

    /// The JSON of the row as the provider sent it.
    fn raw(&self) -> Option<&str> {
        None
    }
}

/// Writes rows as they arrive. A table is held back until its column widths are known.
pub(crate) struct Sheet {
    out: BufWriter<Stdout>,
    on_terminal: bool,
    style: Style,
    header: Vec<String>,
    table: Table,
    footnote: Option<String>,
    rows: usize,
}

impl Sheet {
    /// Starts a sheet with the header of the CSV and the columns of the table.
    pub(crate) fn new(style: impl Into<Style>, header: Vec<String>, columns: Vec<Column>) -> Sheet {
        Sheet {
            out: BufWriter::new(io::stdout()),
            on_terminal: io::stdout().is_terminal(),
            style: style.into(),
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

    /// Writes a row that was dropped: its JSON, and in CSV the reason.
    pub(crate) fn dropped_row(&mut self, raw: &str, reason: &str) -> Result<(), Failure> {
        self.try_dropped_row(raw, reason)
            .map_err(|error| Failure::output(&error))
    }

    /// Writes out the rows so far, including those of a table.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        if self.style.format == Format::Table {
            let rows = self.table.render(width());
            let written = self.out.write_all(rows.as_bytes());
            written.map_err(|error| Failure::output(&error))?;
        }
        self.out.flush().map_err(|error| Failure::output(&error))
    }

    /// Whether rows can be flushed as they arrive. A table looks best when all its rows are known.
    pub(crate) fn streams(&self) -> bool {
        self.style.format != Format::Table
    }

    /// Whether rows are printed as the provider sent them.
    pub(crate) fn is_raw(&self) -> bool {
        self.style.is_raw
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
        let raw = row.raw().filter(|_| self.style.is_raw);
        match (self.style.format, raw) {
            (Format::Table, _) => {
                self.table.push(row.cells());
                self.rows += 1;
                Ok(())
            }
            (Format::Csv, raw) => self.write_cells(&row.record(), raw),
            (_, Some(raw)) => self.write_json(&self.as_sent(raw)),
            (Format::Ndjson, None) => self.write_json(&json::line(row)?),
            // Line breaks inside strings are escaped, so the ones in the text are layout.
            (Format::Json, None) => self.write_json(&json::pretty(row)?.replace('\n', "\n  ")),
        }
    }

    fn try_dropped_row(&mut self, raw: &str, reason: &str) -> io::Result<()> {
        if self.style.format != Format::Csv {
            return self.write_json(&self.as_sent(raw));
        }
        let mut record = vec![String::new(); self.header.len()];
        if let Some(last) = record.last_mut() {
            reason.clone_into(last);
        }
        self.write_cells(&record, Some(raw))
    }

    /// The row byte for byte, but on one line in NDJSON, and harmless on a terminal.
    fn as_sent<'a>(&self, raw: &'a str) -> Cow<'a, str> {
        if self.on_terminal {
            return json::harmless(&json::one_line(raw)).into_owned().into();
        }
        match self.style.format {
            Format::Ndjson => json::one_line(raw),
            _ => Cow::Borrowed(raw),
        }
    }

    fn write_json(&mut self, text: &str) -> io::Result<()> {
        match (self.style.format, self.rows) {
            (Format::Json, 0) => write!(self.out, "[\n  {text}")?,
            (Format::Json, _) => write!(self.out, ",\n  {text}")?,
            _ => writeln!(self.out, "{text}")?,
        }
        self.rows += 1;
        Ok(())
    }

    fn write_cells(&mut self, record: &[String], raw: Option<&str>) -> io::Result<()> {
        if self.rows == 0 {
            self.write_header()?;
        }
        let cells = record.iter().map(|cell| cells::safe(cell));
        // JSON never begins like a formula, so the row as it came needs no apostrophe.
        let raw = raw.map(|raw| self.as_sent(raw));
        write_record(&mut self.out, cells.chain(raw))?;
        self.rows += 1;
        Ok(())
    }

    fn write_header(&mut self) -> io::Result<()> {
        let raw = self.style.is_raw.then_some("raw");
        let names = self.header.iter().map(String::as_str);
        write_record(&mut self.out, names.chain(raw).map(Cow::Borrowed))
    }

    fn try_finish(&mut self) -> io::Result<()> {
        match (self.style.format, self.rows) {
            (Format::Json, 0) => writeln!(self.out, "[]")?,
            (Format::Json, _) => writeln!(self.out, "\n]")?,
            (Format::Csv, 0) => self.write_header()?,
            (Format::Table, _) => {
                self.out.write_all(self.table.render(width()).as_bytes())?;
                if let Some(text) = &self.footnote {
                    writeln!(self.out, "{text}")?;
                }
                if self.table.has_unreadable() {
                    writeln!(self.out, "{UNREADABLE}")?;
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
    let text = json::pretty(row).map_err(|error| Failure::output(&error))?;
    write_text(&format!("{text}\n"))
}

impl<R: SheetRow> SheetRow for &R {
    fn record(&self) -> Vec<String> {
        (**self).record()
    }

    fn cells(&self) -> Vec<Cell> {
        (**self).cells()
    }

    fn raw(&self) -> Option<&str> {
        (**self).raw()
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

fn write_record<'a>(
    out: &mut impl Write,
    cells: impl Iterator<Item = Cow<'a, str>>,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(cells.map(Cow::into_owned))?;
    let bytes = writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))?;
    out.write_all(&bytes)
}
