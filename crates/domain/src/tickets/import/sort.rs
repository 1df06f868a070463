//! An external merge sort: rows in the order of the file go in, the rows of one ticket after the other come out.
//!
//! A record is `length of the ticket's id (1 byte) · id · row`, so that comparing the first bytes of records gives the order of
//! tickets: by length, then by bytes. `Case 9` comes before `Case 10`, and a source's growing numbers stay in the order of time.
//! Equal tickets keep the order of the file, since runs are sorted stably and an earlier run wins a tie.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::io;
use std::path::PathBuf;

use super::run_file::{Run, RunReader, RunWriter};

/// What a run holds before it is written.
pub(super) const RUN_BYTES: usize = 16 << 20;

/// So many runs of one level become one of the next.
const FAN_IN: usize = 64;

/// The bytes that records are ordered by.
pub(super) fn key(record: &[u8]) -> &[u8] {
    &record[..=usize::from(record[0])]
}

pub(super) struct Sorter {
    dir: PathBuf,
    run_bytes: usize,
    bytes: Vec<u8>,
    records: Vec<(usize, usize)>,
    /// Finished runs; each level's are `FAN_IN` times as long as the one's before, and older.
    levels: Vec<Vec<Run>>,
}

impl Sorter {
    pub(super) const fn new(dir: PathBuf, run_bytes: usize) -> Self {
        Self { dir, run_bytes, bytes: Vec::new(), records: Vec::new(), levels: Vec::new() }
    }

    /// Takes a record, appended to the buffer by `write`.
    pub(super) fn push<E: From<io::Error>>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        write(&mut self.bytes)?;
        self.records.push((start, self.bytes.len()));
        if self.bytes.len() >= self.run_bytes {
            self.flush()?;
        }
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.records.sort_by(|a, b| key(&bytes[a.0..a.1]).cmp(key(&bytes[b.0..b.1])));
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sort();
        let mut run = RunWriter::new(&self.dir)?;
        for &(start, end) in &self.records {
            run.write(&self.bytes[start..end])?;
        }
        self.bytes.clear();
        self.records.clear();
        self.add(0, run.finish()?)
    }

    fn add(&mut self, level: usize, run: Run) -> io::Result<()> {
        if self.levels.len() == level {
            self.levels.push(Vec::new());
        }
        self.levels[level].push(run);
        if self.levels[level].len() < FAN_IN {
            return Ok(());
        }
        let mut merge = Merge::new(std::mem::take(&mut self.levels[level]))?;
        let mut merged = RunWriter::new(&self.dir)?;
        let mut record = Vec::new();
        while merge.next(&mut record)? {
            merged.write(&record)?;
        }
        self.add(level + 1, merged.finish()?)
    }

    /// Everything is in; a file that fits in one run is never written.
    pub(super) fn finish(mut self) -> io::Result<Sorted> {
        if self.levels.is_empty() {
            self.sort();
            return Ok(Sorted::Memory { bytes: self.bytes, records: self.records.into_iter() });
        }
        if !self.records.is_empty() {
            self.flush()?;
        }
        Ok(Sorted::Files(Merge::new(self.levels.into_iter().rev().flatten().collect())?))
    }
}

/// Sorted records, each given once.
pub(super) enum Sorted {
    Memory { bytes: Vec<u8>, records: std::vec::IntoIter<(usize, usize)> },
    Files(Merge),
}

impl Sorted {
    /// Replaces `record` by the next one; false at the end.
    pub(super) fn next(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        match self {
            Self::Files(merge) => merge.next(record),
            Self::Memory { bytes, records } => {
                let Some((start, end)) = records.next() else {
                    return Ok(false);
                };
                record.clear();
                record.extend_from_slice(&bytes[start..end]);
                Ok(true)
            }
        }
    }
}

/// Several runs, oldest first, as one.
pub(super) struct Merge {
    runs: Vec<RunReader>,
    heads: BinaryHeap<Head>,
}

struct Head {
    record: Vec<u8>,
    run: usize,
}

impl Merge {
    fn new(runs: Vec<Run>) -> io::Result<Self> {
        let mut runs: Vec<RunReader> = runs.into_iter().map(Run::read).collect();
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (run, reader) in runs.iter_mut().enumerate() {
            let mut record = Vec::new();
            if reader.next(&mut record)? {
                heads.push(Head { record, run });
            }
        }
        Ok(Self { runs, heads })
    }

    fn next(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        let Some(mut head) = self.heads.pop() else {
            return Ok(false);
        };
        std::mem::swap(record, &mut head.record);
        if self.runs[head.run].next(&mut head.record)? {
            self.heads.push(head);
        }
        Ok(true)
    }
}

impl Ord for Head {
    /// Reversed: the heap gives its greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        key(&other.record).cmp(key(&self.record)).then(other.run.cmp(&self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}
