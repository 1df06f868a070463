//! Bytes in chunks of any size become rows, one line at a time.

use std::borrow::Cow;
use std::sync::Arc;

use csv_core::ReadRecordResult;

use super::super::source::{Rows, SourceRow};
use super::columns::{At, Cells, Columns, Place, Record};
use super::json::JsonLines;
use super::mapping::{FileFormat, Mapping, MappingError};
use super::rejects::Refusal;
use super::{IntakeError, Reject};

/// The longest a line may be.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// The most columns a header may have.
const MOST_COLUMNS: usize = 4_096;

pub(super) const TOO_LONG: &str = "is longer than 1 MiB (was a quotation mark left open?)";

/// What takes the rows and the rejects.
pub(super) trait Sink {
    fn row(&mut self, row: SourceRow) -> Result<(), IntakeError>;
    fn reject(&mut self, reject: Reject) -> Result<(), IntakeError>;

    /// Reads a line's cells as the shape has them, and passes the outcome on.
    fn take(&mut self, cells: &Cells<'_>, line: u64) -> Result<(), IntakeError> {
        let row = match cells.columns.shape {
            Rows::Events => cells.event_row(line),
            Rows::Tickets => cells.ticket_row(line),
        };
        match row {
            Ok(row) => self.row(row),
            Err(Refusal(reason)) => self.reject(Reject { line, reason }),
        }
    }
}

/// Finds out the format from the first bytes, then passes everything to its parser.
pub(super) struct RowParser {
    mapping: Arc<Mapping>,
    state: State,
}

enum State {
    /// Not yet a byte that tells; at most a byte-order mark and white space.
    Start(Vec<u8>),
    Csv(Box<CsvLines>),
    Json(JsonLines),
}

impl RowParser {
    pub(super) fn new(mapping: Arc<Mapping>) -> Self {
        Self { mapping, state: State::Start(Vec::new()) }
    }

    /// Takes the next bytes of the file.
    pub(super) fn feed(&mut self, chunk: &[u8], sink: &mut dyn Sink) -> Result<(), IntakeError> {
        match &mut self.state {
            State::Csv(lines) => lines.feed(chunk, &self.mapping, sink),
            State::Json(lines) => lines.feed(chunk, &self.mapping, sink),
            State::Start(held) => {
                held.extend_from_slice(chunk);
                let held = std::mem::take(held);
                self.start(&held, sink)
            }
        }
    }

    fn start(&mut self, held: &[u8], sink: &mut dyn Sink) -> Result<(), IntakeError> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        let bytes = held.strip_prefix(MARK).unwrap_or(held);
        let could_be_mark = held.len() < MARK.len() && MARK.starts_with(held);
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        let (Some(first), false) = (first, could_be_mark) else {
            if held.len() > LONGEST_LINE {
                return Err(MappingError::Header(
                    "is missing: the file starts with a mebibyte of white space",
                )
                .into());
            }
            self.state = State::Start(held.to_owned());
            return Ok(());
        };
        let sniffed = if *first == b'{' { FileFormat::Ndjson } else { FileFormat::Csv };
        self.state = match self.mapping.format.unwrap_or(sniffed) {
            FileFormat::Csv => State::Csv(Box::new(CsvLines::new(self.mapping.delimiter))),
            FileFormat::Ndjson => State::Json(JsonLines::default()),
        };
        self.feed(bytes, sink)
    }

    /// The file has ended: what is held is the last line.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), IntakeError> {
        match &mut self.state {
            State::Start(_) => Ok(()),
            State::Csv(lines) => lines.finish(&self.mapping, sink),
            State::Json(lines) => lines.finish(&self.mapping, sink),
        }
    }
}

/// Comma-separated values, through csv's own state machine.
struct CsvLines {
    core: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    text_len: usize,
    ends_len: usize,
    /// Bytes of the file that the record has taken.
    taken: usize,
    /// The line being read, and the one where the record began.
    line: u64,
    first_line: u64,
    at_start: bool,
    skipping: bool,
    header: Option<(Columns, usize)>,
}

impl CsvLines {
    fn new(delimiter: u8) -> Self {
        Self {
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            text: vec![0; 4_096],
            ends: vec![0; 64],
            text_len: 0,
            ends_len: 0,
            taken: 0,
            line: 1,
            first_line: 1,
            at_start: true,
            skipping: false,
            header: None,
        }
    }

    fn feed(
        &mut self,
        mut chunk: &[u8],
        mapping: &Mapping,
        sink: &mut dyn Sink,
    ) -> Result<(), IntakeError> {
        loop {
            if self.at_start {
                chunk = self.skip_line_ends(chunk);
                self.first_line = self.line;
            }
            if chunk.is_empty() {
                return Ok(());
            }
            self.at_start = false;
            let taken = self.step(chunk, mapping, sink)?;
            chunk = &chunk[taken..];
        }
    }

    /// Between records: the rest of a CRLF, and empty lines.
    fn skip_line_ends<'c>(&mut self, chunk: &'c [u8]) -> &'c [u8] {
        let end =
            chunk.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(chunk.len());
        self.line += newlines(&chunk[..end]);
        &chunk[end..]
    }

    /// One step of the state machine; gives how many bytes it took.
    fn step(
        &mut self,
        input: &[u8],
        mapping: &Mapping,
        sink: &mut dyn Sink,
    ) -> Result<usize, IntakeError> {
        let (result, taken, text, ends) = self.core.read_record(
            input,
            &mut self.text[self.text_len..],
            &mut self.ends[self.ends_len..],
        );
        self.line += newlines(&input[..taken]);
        self.taken += taken;
        self.text_len += text;
        self.ends_len += ends;
        self.skipping |= self.taken > LONGEST_LINE;
        match result {
            ReadRecordResult::Record => self.record(mapping, sink)?,
            ReadRecordResult::OutputFull => self.skipping |= !grow(&mut self.text, LONGEST_LINE),
            ReadRecordResult::OutputEndsFull => {
                self.skipping |= !grow(&mut self.ends, MOST_COLUMNS)
            }
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::End => self.at_start = true,
        }
        if self.skipping {
            self.text_len = 0;
            self.ends_len = 0;
        }
        Ok(taken)
    }

    fn record(&mut self, mapping: &Mapping, sink: &mut dyn Sink) -> Result<(), IntakeError> {
        let line = self.first_line;
        let record =
            CsvRecord { text: &self.text[..self.text_len], ends: &self.ends[..self.ends_len] };
        match &self.header {
            None if self.skipping => return Err(MappingError::Header(TOO_LONG).into()),
            None => {
                self.header = Some((Columns::of_header(mapping, &record.header()?)?, self.ends_len))
            }
            Some(_) if self.skipping => {
                sink.reject(Reject { line, reason: format!("the line {TOO_LONG}") })?
            }
            Some((_, width)) if *width != self.ends_len => {
                let reason = format!("has {} columns where the header has {width}", self.ends_len);
                sink.reject(Reject { line, reason })?;
            }
            Some((columns, _)) => sink.take(&Cells { mapping, columns, record: &record }, line)?,
        }
        self.text_len = 0;
        self.ends_len = 0;
        self.taken = 0;
        self.at_start = true;
        self.skipping = false;
        Ok(())
    }

    fn finish(&mut self, mapping: &Mapping, sink: &mut dyn Sink) -> Result<(), IntakeError> {
        // An empty input means the end; a full output may need one more turn.
        while !self.at_start {
            self.step(&[], mapping, sink)?;
        }
        Ok(())
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// Doubles a buffer up to a limit; false when it is there already.
fn grow<T: Default + Clone>(buffer: &mut Vec<T>, limit: usize) -> bool {
    let longer = (buffer.len() * 2).min(limit);
    let grown = longer > buffer.len();
    buffer.resize(longer, T::default());
    grown
}

struct CsvRecord<'b> {
    text: &'b [u8],
    ends: &'b [usize],
}

impl CsvRecord<'_> {
    fn bytes(&self, column: usize) -> &[u8] {
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start..self.ends[column]]
    }

    fn header(&self) -> Result<Vec<String>, MappingError> {
        let names = (0..self.ends.len()).map(|column| str::from_utf8(self.bytes(column)));
        let names: Result<Vec<_>, _> =
            names.map(|name| name.map(|name| name.trim().to_owned())).collect();
        names.or(Err(MappingError::Header("is not UTF-8; save the file as UTF-8")))
    }
}

impl Record for CsvRecord<'_> {
    fn texts<'a>(
        &'a self,
        place: &Place,
        take: &mut dyn FnMut(Cow<'a, str>),
    ) -> Result<(), Refusal> {
        if let At::Column(column) = place.at {
            match str::from_utf8(self.bytes(column)) {
                Ok(text) => take(Cow::Borrowed(text)),
                Err(error) => {
                    return Err(Refusal(format!("column `{}`: is not UTF-8: {error}", place.name)));
                }
            }
        }
        Ok(())
    }
}
