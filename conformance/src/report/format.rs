//! The forms in which a report is written.

use std::io::{self, Write};

use super::contents::Report;
use super::{html, json, junit, markdown, tap, text};

/// A form in which a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal, with the summary last.
    Text,
    /// One JSON object.
    Json,
    /// A line of JSON for the header, each entry and the footer.
    Ndjson,
    /// JUnit XML.
    Junit,
    /// TAP 14.
    Tap,
    /// For a pull request.
    Markdown,
    /// One page without scripts that loads nothing.
    Html,
}

impl Report {
    /// Writes the report.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, format: Format, out: &mut impl Write) -> io::Result<()> {
        let text = match format {
            Format::Text => text::write(self),
            Format::Json => json::write(self)?,
            Format::Ndjson => json::write_lines(self)?,
            Format::Junit => junit::write(self)?,
            Format::Tap => tap::write(self),
            Format::Markdown => markdown::write(self),
            Format::Html => html::write(self),
        };
        out.write_all(text.as_bytes())
    }
}
