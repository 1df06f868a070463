//! A sorted run of records in a temporary file without a name: it is gone when it is dropped, and when the process is killed.

use std::fs::File;
use std::io;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

const BUFFER: usize = 64 << 10;

pub(super) struct RunWriter(BufWriter<File>);

impl RunWriter {
    pub(super) fn new(dir: &Path) -> io::Result<Self> {
        Ok(Self(BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(dir)?)))
    }

    pub(super) fn write(&mut self, record: &[u8]) -> io::Result<()> {
        let length = u32::try_from(record.len()).map_err(io::Error::other)?;
        self.0.write_all(&length.to_le_bytes())?;
        self.0.write_all(record)
    }

    pub(super) fn finish(self) -> io::Result<Run> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Run(file))
    }
}

/// A run that is not being read yet, and so holds no buffer.
pub(super) struct Run(File);

impl Run {
    pub(super) fn read(self) -> RunReader {
        RunReader(BufReader::with_capacity(BUFFER, self.0))
    }
}

pub(super) struct RunReader(BufReader<File>);

impl RunReader {
    /// Replaces `record` by the next one; false at the end.
    pub(super) fn next(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        let mut length = [0; 4];
        match self.0.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
        record.resize(u32::from_le_bytes(length) as usize, 0);
        self.0.read_exact(record)?;
        Ok(true)
    }
}
