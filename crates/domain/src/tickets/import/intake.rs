//! The file's way in: chunks of bytes to sorted tickets, in constant memory.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::source::{SourceRow, SourceTicket};
use super::Reject;
use super::mapping::{Mapping, MappingError};
use super::rejects::Rejects;
use super::rows::{RowParser, Sink};
use super::sort::{RUN_BYTES, Sorted, Sorter, key};

/// How many rows of one ticket are taken; the rest is rejected.
const MOST_ROWS: usize = 10_000;

/// Why an import stops. A line that cannot be read does not stop it.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The mapping does not fit the file.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The temporary files, or the file of rejects, could not be written.
    #[error("a temporary file or the file of rejects could not be written or read: {0}")]
    Io(#[from] io::Error),
    /// A row did not survive its temporary file.
    #[error("a temporary file does not hold what was written: {0}")]
    Record(#[from] postcard::Error),
}

/// What an intake needs besides the mapping.
pub struct IntakeOptions {
    /// Where temporary files go. They have no names, and are gone when the process is.
    pub temp_dir: PathBuf,
    /// Where rejected lines go.
    pub rejects: Rejects,
}

/// Takes a file in chunks of any size.
pub struct Intake {
    parser: RowParser,
    taken: Taken,
}

/// What has been read so far.
struct Taken {
    sorter: Sorter,
    rejects: Rejects,
    rows: u64,
}

impl Sink for Taken {
    fn row(&mut self, row: SourceRow) -> Result<(), IntakeError> {
        self.rows += 1;
        self.sorter.push(|bytes| {
            let length = u8::try_from(row.ticket.len()).map_err(io::Error::other)?;
            bytes.push(length);
            bytes.extend_from_slice(row.ticket.as_bytes());
            postcard::to_io(&row, bytes)?;
            Ok(())
        })
    }

    fn reject(&mut self, reject: Reject) -> Result<(), IntakeError> {
        Ok(self.rejects.push(reject)?)
    }
}

impl Intake {
    /// Begins with an empty file.
    #[must_use]
    pub fn new(mapping: Arc<Mapping>, options: IntakeOptions) -> Self {
        Self::with_runs_of(RUN_BYTES, mapping, options)
    }

    pub(super) fn with_runs_of(
        run_bytes: usize,
        mapping: Arc<Mapping>,
        options: IntakeOptions,
    ) -> Self {
        let IntakeOptions { temp_dir, rejects } = options;
        let taken = Taken { sorter: Sorter::new(temp_dir, run_bytes), rejects, rows: 0 };
        Self { parser: RowParser::new(mapping), taken }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// [`IntakeError`] ends the import before anything is written to the database.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), IntakeError> {
        self.parser.feed(chunk, &mut self.taken)
    }

    /// Takes a whole file.
    ///
    /// # Errors
    /// As [`Intake::feed`], and those of the reader.
    pub fn feed_all(&mut self, mut reader: impl io::Read) -> Result<(), IntakeError> {
        let mut chunk = vec![0; 64 << 10];
        loop {
            match reader.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(read) => self.feed(&chunk[..read])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// How many rows could be read so far.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.taken.rows
    }

    /// The file has ended: gives its tickets.
    ///
    /// # Errors
    /// As [`Intake::feed`].
    pub fn finish(mut self) -> Result<SortedTickets, IntakeError> {
        self.parser.finish(&mut self.taken)?;
        let Taken { sorter, rejects, rows } = self.taken;
        let mut tickets =
            SortedTickets { sorted: sorter.finish()?, next: Vec::new(), rejects, rows };
        tickets.advance()?;
        Ok(tickets)
    }
}

/// The tickets of a file, in the order of their ids: by length, then by bytes.
pub struct SortedTickets {
    sorted: Sorted,
    /// The record that has been read but not given; empty at the end.
    next: Vec<u8>,
    rejects: Rejects,
    rows: u64,
}

impl SortedTickets {
    fn advance(&mut self) -> Result<(), IntakeError> {
        if !self.sorted.next(&mut self.next)? {
            self.next.clear();
        }
        Ok(())
    }

    /// The next ticket with all its rows, wherever they stood in the file.
    ///
    /// # Errors
    /// [`IntakeError`] where temporary files fail.
    pub fn next_ticket(&mut self) -> Result<Option<SourceTicket>, IntakeError> {
        if self.next.is_empty() {
            return Ok(None);
        }
        let ticket = key(&self.next).to_owned();
        let mut rows: Vec<SourceRow> = Vec::new();
        while !self.next.is_empty() && key(&self.next) == ticket {
            let row: SourceRow = postcard::from_bytes(&self.next[ticket.len()..])?;
            if rows.len() < MOST_ROWS {
                rows.push(row);
            } else {
                self.rows -= 1;
                let reason = format!("ticket `{}` has more than {MOST_ROWS} rows", row.ticket);
                self.rejects.push(Reject { line: row.line, reason })?;
            }
            self.advance()?;
        }
        let external_id = rows.first().map(|row| row.ticket.clone()).unwrap_or_default();
        Ok(Some(SourceTicket::of_rows(external_id, rows)))
    }

    /// How many rows are accepted, as far as is known: a ticket with too many of them is found out when its turn comes.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// The lines that were not taken so far.
    #[must_use]
    pub const fn rejects(&self) -> &Rejects {
        &self.rejects
    }

    /// Gives the count of rejects and the first thousand.
    ///
    /// # Errors
    /// Those of the file of rejects.
    pub fn into_rejects(self) -> Result<(u64, Vec<Reject>), IntakeError> {
        Ok(self.rejects.finish()?)
    }
}
