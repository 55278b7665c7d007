//! Writes a report: to standard output, and into the files that `--report` names.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cpalead_conformance::{Demand, Format, Report};

use crate::args::{Format as Output, ReportFormat, ShowArgs};
use crate::failure::Failure;

/// Where a report goes, and what counts as a success.
pub(super) struct Show {
    format: Format,
    files: Vec<(Format, PathBuf, File)>,
    demand: Demand,
}

impl Show {
    /// Opens the files, so that one that cannot be written is found before anything is sent.
    pub(super) fn prepare(
        args: ShowArgs,
        output: Option<Output>,
        is_written: bool,
    ) -> Result<Show, Failure> {
        let format = match (args.format, output) {
            (Some(format), _) => format,
            (None, Some(Output::Json)) => ReportFormat::Json,
            (None, Some(Output::Ndjson)) => ReportFormat::Ndjson,
            (None, None | Some(Output::Table)) => ReportFormat::Text,
            (None, Some(Output::Csv)) => {
                return Err(Failure::usage(
                    "a report is not written as CSV: use --format text, json, ndjson, junit, tap, markdown or html",
                ));
            }
        };
        let mut files: Vec<(Format, PathBuf, File)> = Vec::new();
        for (format, path) in args.report.into_iter().filter(|_| is_written) {
            if files.iter().any(|(_, other, _)| *other == path) {
                return Err(Failure::usage(format!(
                    "{} is named for two reports",
                    path.display()
                )));
            }
            let opened = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path);
            let file = opened.map_err(|error| {
                Failure::usage(format!("cannot write {}: {error}", path.display()))
            })?;
            files.push((format.into(), path, file));
        }
        let demand = if args.complete {
            Demand::Complete
        } else {
            Demand::Judged
        };
        Ok(Show {
            format: format.into(),
            files,
            demand,
        })
    }

    /// Writes the report everywhere, and ends with the status of its conclusion.
    pub(super) fn write(&mut self, report: &Report) -> Result<(), Failure> {
        for (format, path, file) in &mut self.files {
            // What stood there before is removed. A device or a pipe has no length.
            let _ = file.set_len(0);
            report
                .write(*format, file)
                .map_err(|error| cannot(path, &error))?;
        }
        let mut out = io::stdout();
        match report
            .write(self.format, &mut out)
            .and_then(|()| out.flush())
        {
            // The verdict counts, whoever has stopped reading.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written.map_err(|error| {
                Failure::inconclusive(format!("cannot write to standard output: {error}"))
            })?,
        }
        match report.conclusion() {
            None => Err(Failure::interrupted()),
            Some(conclusion) => match conclusion.exit_code(self.demand) {
                0 => Ok(()),
                exit => Err(Failure::verdict(exit)),
            },
        }
    }
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::inconclusive(format!("cannot write {}: {error}", path.display()))
}
