//! Lines that were not taken, and why.

use std::io;
use std::io::Write;

use super::Reject;

/// How many rejects are kept for the answer; all of them go to the writer.
const KEPT: usize = 1_000;

/// Counts rejects, keeps the first thousand and writes every one, as NDJSON, where somebody wants them.
#[derive(Default)]
pub struct Rejects {
    count: u64,
    first: Vec<Reject>,
    writer: Option<io::BufWriter<Box<dyn io::Write + Send>>>,
}

impl Rejects {
    /// Rejects that are also written, one JSON object per line. The writer is buffered here.
    #[must_use]
    pub fn written_to(writer: Box<dyn io::Write + Send>) -> Self {
        Self { writer: Some(io::BufWriter::new(writer)), ..Self::default() }
    }

    /// Takes one more.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn push(&mut self, reject: Reject) -> io::Result<()> {
        self.count += 1;
        if let Some(writer) = &mut self.writer {
            serde_json::to_writer(&mut *writer, &reject)?;
            writer.write_all(b"\n")?;
        }
        if self.first.len() < KEPT {
            self.first.push(reject);
        }
        Ok(())
    }

    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The first thousand, in the order in which they were found.
    #[must_use]
    pub fn first(&self) -> &[Reject] {
        &self.first
    }

    /// Flushes the writer and gives the count and the first thousand.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<(u64, Vec<Reject>)> {
        if let Some(writer) = &mut self.writer {
            writer.flush()?;
        }
        Ok((self.count, self.first))
    }
}

/// Why a row is refused. Made where the column and the value are known.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refusal(pub(super) String);

/// A value as a reason may show it: short, on one line.
pub(super) fn shown(value: &str) -> String {
    const LONGEST: usize = 60;
    let mut text: String = value.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if value.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    text
}
