//! What can go wrong, in words. Only the edges (`api/http/error.rs`, `api/graphql/error.rs`, the command line) know numbers.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use sea_orm::DbErr;

use super::dialect;

/// The result of everything in the domain.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What kind of failure it is. Closed: every edge handles all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// It cannot be read at all: not parseable, an unknown field, the wrong prefix of an id.
    Malformed,
    /// There is no such thing, or it is another tenant's, or outside the caller's reach.
    NotFound,
    /// The state forbids it, or a unique value is taken.
    Conflict,
    /// The caller changes what they did not see: somebody else changed it meanwhile.
    Stale,
    /// Understood, but not valid; [`Error::fields`] says where.
    Invalid,
    /// The caller may not do this kind of thing.
    Forbidden,
    /// There is no valid caller.
    Unauthenticated,
    /// Over a limit; [`Error::retry_after`] says when to come back.
    Limited,
    /// Something we depend on is away; trying again may help.
    Unavailable,
    /// A defect of ours.
    Internal,
}

/// One field that is not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// A JSON pointer into the input, like `/name`.
    pub pointer: String,
    /// A stable word.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A failure: a kind, a stable code, and words for whoever asked. The source is for the log alone.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    code: &'static str,
    message: String,
    fields: Vec<FieldError>,
    allowed_actions: Option<Vec<&'static str>>,
    retry_after: Option<Duration>,
    source: Option<Source>,
    location: &'static Location<'static>,
}

impl Error {
    #[track_caller]
    fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            code,
            message: message.into(),
            fields: Vec::new(),
            allowed_actions: None,
            retry_after: None,
            source: None,
            location: Location::caller(),
        }))
    }

    /// The input cannot be read.
    #[track_caller]
    pub fn malformed(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, code, message)
    }

    /// `what` (a noun) with this id does not exist for the caller.
    #[track_caller]
    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        Self::new(ErrorKind::NotFound, "not_found", format!("there is no {what} `{id}`"))
    }

    /// The state forbids it, or a unique value is taken.
    #[track_caller]
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, code, message)
    }

    /// A unique value is taken that the caller did not choose, or could not know of.
    #[track_caller]
    pub(crate) fn taken_meanwhile() -> Self {
        let message = "somebody else made the same thing at the same moment; try again";
        Self::new(ErrorKind::Conflict, "taken_meanwhile", message)
    }

    /// The caller means another version of `what` (a noun) than the one there is.
    #[track_caller]
    pub fn stale(what: &str, version: i64) -> Self {
        let message = format!(
            "this {what} has changed since it was read and is at version {version} now; read it again"
        );
        Self::new(ErrorKind::Stale, "stale_version", message)
    }

    /// One field is not valid.
    #[track_caller]
    pub fn invalid(pointer: &str, code: &'static str, message: impl Into<String>) -> Self {
        let field = FieldError { pointer: pointer.to_owned(), code, message: message.into() };
        Self::invalid_fields(vec![field])
    }

    /// Several fields are not valid.
    #[track_caller]
    pub fn invalid_fields(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [only] if only.pointer.is_empty() => only.message.clone(),
            [only] => format!("{}: {}", only.pointer.trim_start_matches('/'), only.message),
            many => format!("{} fields are not valid", many.len()),
        };
        let mut error = Self::new(ErrorKind::Invalid, "invalid", message);
        error.0.fields = fields;
        error
    }

    /// The caller lacks `permission` (`teams.write`).
    #[track_caller]
    pub fn forbidden(permission: impl fmt::Display) -> Self {
        let message =
            format!("this needs the permission `{permission}`, which the caller does not have");
        Self::new(ErrorKind::Forbidden, "forbidden", message)
    }

    /// The caller may do this kind of thing, but not here; the message says why.
    #[track_caller]
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Forbidden, code, message)
    }

    /// There is no valid caller. `code` is one of OAuth's words or `unauthenticated`.
    #[track_caller]
    pub fn unauthenticated(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unauthenticated, code, message)
    }

    /// Over a limit.
    #[track_caller]
    pub fn limited(retry_after: Duration, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Limited, "limited", message);
        error.0.retry_after = Some(retry_after);
        error
    }

    /// Something we depend on is away.
    #[track_caller]
    pub fn unavailable(source: impl Into<Source>) -> Self {
        let message = "a part of the service is away for a moment; try again";
        let mut error = Self::new(ErrorKind::Unavailable, "unavailable", message).because(source);
        error.0.retry_after = Some(Duration::from_secs(1));
        error
    }

    /// Nothing more can be written where it has to be.
    #[track_caller]
    pub fn storage(source: impl Into<Source>) -> Self {
        let message = "a disk of the service is full or fails, so nothing of this was kept; it can be tried again when there is room";
        Self::new(ErrorKind::Unavailable, "storage_unavailable", message).because(source)
    }

    /// The database went away while it was told to keep a change. Unlike for [`Error::unavailable`], nobody can say that nothing happened.
    #[track_caller]
    pub fn outcome_unknown(source: impl Into<Source>) -> Self {
        let message = "the service lost its database while the change was being kept; look whether it was made before trying again";
        Self::new(ErrorKind::Unavailable, "outcome_unknown", message).because(source)
    }

    /// A defect of ours.
    #[track_caller]
    pub fn internal(source: impl Into<Source>) -> Self {
        Self::new(ErrorKind::Internal, "internal", "something went wrong on our side")
            .because(source)
    }

    /// What is not there, as the fault of the field that named it.
    #[must_use]
    #[track_caller]
    pub(crate) fn dangling_at(self, pointer: &str) -> Self {
        if self.kind() != ErrorKind::NotFound {
            return self;
        }
        Self::invalid(pointer, "dangling_reference", self.message().to_owned()).because(self)
    }

    /// Adds the fields that it is about.
    #[must_use]
    pub fn naming(mut self, fields: Vec<FieldError>) -> Self {
        self.0.fields = fields;
        self
    }

    /// Adds the private cause, which goes to the log only.
    #[must_use]
    pub fn because(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds what could be done instead, for a conflict of state.
    #[must_use]
    pub fn allowing(mut self, actions: Vec<&'static str>) -> Self {
        self.0.allowed_actions = Some(actions);
        self
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable code, like `team_closed`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What whoever asked is told.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The fields that are not valid.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// The legal actions, where a state forbade one.
    #[must_use]
    pub fn allowed_actions(&self) -> Option<&[&'static str]> {
        self.0.allowed_actions.as_deref()
    }

    /// When to come back.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Where in our code it arose.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.0.location
    }

    /// Whether the same unit of work may succeed when it is simply run again: a deadlock, a serialization failure, a key that somebody
    /// else just took, a database that is busy or away for a moment. It must be one that may run twice: after `outcome_unknown` it may
    /// have been kept the first time.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self.0.code,
            "contended" | "taken_meanwhile" | "timed_out" | "unavailable" | "outcome_unknown"
        )
    }
}

/// A failure that only a defect of ours can cause. Unlike `map_err(Error::internal)` it knows the line that it is written on.
pub trait OrInternal<T> {
    /// The value, or an internal error that arose here.
    ///
    /// # Errors
    /// `internal`, because of what failed.
    fn or_internal(self) -> Result<T>;
}

impl<T, E: Into<Source>> OrInternal<T> for std::result::Result<T, E> {
    #[track_caller]
    fn or_internal(self) -> Result<T> {
        match self {
            Ok(value) => Ok(value),
            Err(error) => Err(Error::internal(error)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        write!(f, "{} ({:?}) at {}: {}", inner.code, inner.kind, inner.location, inner.message)?;
        for field in &inner.fields {
            write!(f, "; {} {}", field.pointer, field.message)?;
        }
        match &inner.source {
            Some(source) => write!(f, "; because {source}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<DbErr> for Error {
    #[track_caller]
    fn from(error: DbErr) -> Self {
        match dialect::failure(&error) {
            dialect::Failure::Taken(_) => Self::taken_meanwhile().because(error),
            dialect::Failure::Dangling => Self::invalid(
                "",
                "dangling_reference",
                "it refers to something that does not exist",
            )
            .because(error),
            dialect::Failure::Contended => {
                let mut contended = Self::unavailable(error);
                contended.0.code = "contended";
                contended
            }
            dialect::Failure::Unusable => {
                let message = "a value holds a zero byte, or a time that cannot be stored";
                Self::malformed("value_unusable", message).because(error)
            }
            dialect::Failure::Slow => {
                let message = "it took longer than it may, and nothing was changed; ask for less at once, or try again later";
                let mut slow = Self::unavailable(error);
                slow.0.code = "timed_out";
                slow.0.message = message.to_owned();
                slow
            }
            dialect::Failure::Away => Self::unavailable(error),
            dialect::Failure::Full => Self::storage(error),
            dialect::Failure::Other => Self::internal(error),
        }
    }
}

impl From<sqlx::Error> for Error {
    #[track_caller]
    fn from(error: sqlx::Error) -> Self {
        dialect::sqlx_error(error).into()
    }
}

impl From<serde_json::Error> for Error {
    #[track_caller]
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_error_knows_the_line_that_it_arose_on() {
        let line = line!() + 1;
        let error = "x".parse::<i32>().or_internal().unwrap_err();
        assert_eq!((error.location().file(), error.location().line()), (file!(), line));
    }
}
