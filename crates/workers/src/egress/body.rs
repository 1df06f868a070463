//! The body of an answer as it comes in: decompressed, and counted after that.

use std::error::Error;
use std::fmt::{self, Display};
use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// What is asked for. The client's own decompression would leave out whatever follows the first member of a gzip file.
pub(super) const ACCEPTED: &str = "gzip";

pub(super) enum Body {
    Plain(Capped),
    Gzip(Box<MultiGzDecoder<Capped>>),
}

impl Body {
    /// Of an answer with these headers.
    pub(super) fn of(headers: &HeaderMap, at_most: usize) -> io::Result<Self> {
        let capped = Capped { bytes: Vec::new(), at_most };
        let encoding = headers.get(CONTENT_ENCODING).map(|it| it.as_bytes().to_ascii_lowercase());
        match encoding.as_deref() {
            None | Some(b"identity") => Ok(Self::Plain(capped)),
            Some(b"gzip" | b"x-gzip") => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(capped)))),
            Some(_) => Err(io::Error::other("it is compressed in a way that was not asked for")),
        }
    }

    pub(super) fn add(&mut self, part: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(bytes) => bytes.write_all(part),
            Self::Gzip(decoder) => decoder.write_all(part),
        }
    }

    pub(super) fn end(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain(whole) => Ok(whole.bytes),
            Self::Gzip(decoder) => Ok(decoder.finish()?.bytes),
        }
    }
}

/// Takes what there may be, and refuses what is more.
pub(super) struct Capped {
    bytes: Vec<u8>,
    at_most: usize,
}

impl Write for Capped {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if part.len() > self.at_most - self.bytes.len() {
            return Err(io::Error::other(TooMuch));
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct TooMuch;

impl Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is more than may be read")
    }
}

impl Error for TooMuch {}
