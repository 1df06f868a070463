//! What a command says at its end: a result on stdout, or one error on stderr.

use std::error::Error as StdError;
use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use domain::kernel::{Error, ErrorKind};
use serde::Serialize;
use serde_json::json;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

const FAILED: u8 = 1;
/// What the command line's parser says too.
const USAGE: u8 = 2;

/// Why a command ends without success.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: u8,
    code: &'static str,
    message: String,
}

impl Failure {
    /// `message` says what happened, where, and what to do.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { exit: FAILED, code, message: message.into() }
    }

    /// The command was not given right.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: USAGE, ..Self::new("usage", message) }
    }

    /// Under another code.
    pub(crate) fn coded(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl AsRef<str>) -> Self {
        self.message = format!("{}; {}", self.message, hint.as_ref());
        self
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn report(&self, as_json: bool) -> ExitCode {
        let Self { exit, code, message } = self;
        let text = if as_json {
            json!({ "error": { "code": code, "message": message } }).to_string()
        } else {
            format!("error: {message}")
        };
        // Where nobody reads stderr, the exit code is what is left.
        writeln!(stderr(), "{text}").ok();
        ExitCode::from(*exit)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut message = error.to_string();
        if error.fields().len() > 1 {
            let fields = error.fields().iter();
            let fields: Vec<_> = fields
                .map(|field| {
                    format!("{}: {}", field.pointer.trim_start_matches('/'), field.message)
                })
                .collect();
            message = fields.join("; ");
        }
        // Whoever sits at the command line runs the service, so the cause is theirs to know.
        if matches!(error.kind(), ErrorKind::Internal | ErrorKind::Unavailable)
            && let Some(cause) = error.source()
        {
            message = format!("{message}: {}", causes(cause));
        }
        Self::new(error.code(), message)
    }
}

/// What an error came from, without what it says to users.
pub(crate) fn causes_of(error: &Error) -> String {
    error.source().map_or_else(|| error.to_string(), causes)
}

/// An error and what it came from, without saying anything twice.
pub(crate) fn causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

/// The result: as JSON, or in words.
pub(crate) fn result(as_json: bool, value: &impl Serialize, words: &str) -> Result<()> {
    let text = if as_json {
        serde_json::to_string(value).map_err(Error::from)?
    } else {
        words.trim_end().to_owned()
    };
    writeln!(stdout(), "{text}")
        .map_err(|error| Failure::new("output", format!("the result cannot be written: {error}")))
}
