//! Checks of input that collect every wrong field instead of stopping at the first.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{Error, FieldError, Result};

/// The years that a day of somebody's work may be in.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Check(Vec<FieldError>);

impl Check {
    /// Notes that a field is wrong unless `fine`.
    pub(crate) fn that(
        &mut self,
        fine: bool,
        pointer: &str,
        code: &'static str,
        message: impl Into<String>,
    ) -> &mut Self {
        if !fine {
            self.0.push(FieldError { pointer: pointer.to_owned(), code, message: message.into() });
        }
        self
    }

    /// A text has 1 to `max` characters, not only blanks, and no control characters.
    pub(crate) fn text(&mut self, pointer: &str, text: &str, max: usize) -> &mut Self {
        let fine = !text.trim().is_empty() && text.chars().count() <= max;
        self.that(fine, pointer, "length", format!("must have 1 to {max} characters"));
        self.that(
            !text.chars().any(char::is_control),
            pointer,
            "control_character",
            "must not contain control characters",
        )
    }

    /// The same for a text that may be missing.
    pub(crate) fn text_if<'a>(
        &mut self,
        pointer: &str,
        text: impl Into<Option<&'a String>>,
        max: usize,
    ) -> &mut Self {
        if let Some(text) = text.into() {
            self.text(pointer, text, max);
        }
        self
    }

    /// An e-mail address, as far as its shape tells. ASCII only, so that no two look alike.
    pub(crate) fn email(&mut self, pointer: &str, email: &str) -> &mut Self {
        let email = email.trim();
        let label = |label: &str| {
            let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
            let inside = !label.starts_with('-') && !label.ends_with('-');
            !label.is_empty() && inside && label.chars().all(legal)
        };
        let shape = email.split_once('@').is_some_and(|(name, host)| {
            let named = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_graphic());
            named && host.split('.').all(label)
        });
        let message = format!(
            "`{}` is not an e-mail address in ASCII, like `ada@example.com`",
            email.chars().take(64).collect::<String>()
        );
        self.that(shape && email.len() <= 254, pointer, "not_an_email", message)
    }

    /// A zone of the tz database.
    pub(crate) fn zone(&mut self, pointer: &str, zone: &str) -> &mut Self {
        let message = format!(
            "`{}` is not a zone of the tz database; write one like `Europe/Rome`",
            zone.chars().take(64).collect::<String>()
        );
        self.that(jiff::tz::TimeZone::get(zone).is_ok(), pointer, "unknown_zone", message)
    }

    /// A day that somebody's work may be on.
    pub(crate) fn day(&mut self, pointer: &str, day: impl Into<Option<NaiveDate>>) -> &mut Self {
        let fine = day.into().is_none_or(|day| YEARS.contains(&day.year()));
        let message = format!("must be in the years {} to {}", YEARS.start(), YEARS.end());
        self.that(fine, pointer, "out_of_range", message)
    }

    /// The same for an instant.
    pub(crate) fn time(
        &mut self,
        pointer: &str,
        time: impl Into<Option<DateTime<Utc>>>,
    ) -> &mut Self {
        self.day(pointer, time.into().map(|time| time.date_naive()))
    }

    /// Fails with everything that was wrong.
    pub(crate) fn done(&mut self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid_fields(std::mem::take(&mut self.0)))
        }
    }
}

/// An e-mail address as it is kept: trimmed and in lower case, so that one mailbox is one account.
pub(crate) fn normalise_email(email: &str) -> String {
    email.trim().to_lowercase()
}
