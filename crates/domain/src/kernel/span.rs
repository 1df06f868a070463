//! Stretches of whole days: half-open, open-ended where no end is known.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition};

use super::check::Check;
use super::patch::MaybeUndefined;
use super::{Error, Result};

/// From a first day up to, not including, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The first day after, if there is one yet.
    pub to: Option<NaiveDate>,
}

impl Span {
    /// A span of at least a day.
    ///
    /// # Errors
    /// `invalid` when it ends before it has begun, or lies too far away.
    pub fn new(from: NaiveDate, to: Option<NaiveDate>) -> Result<Self> {
        Check::default().day("/valid_from", from).day("/valid_to", to).done()?;
        if to.is_some_and(|to| to <= from) {
            return Err(Error::invalid(
                "/valid_to",
                "before_start",
                "must be after `valid_from`: it is the first day that is not included",
            ));
        }
        Ok(Self { from, to })
    }

    /// Whether two have a day in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        other.to.is_none_or(|to| self.from < to) && self.to.is_none_or(|to| other.from < to)
    }

    /// The same with a patch's days: what it leaves out stays.
    ///
    /// # Errors
    /// Those of [`Span::new`].
    pub(crate) fn patched(
        self,
        from: Option<NaiveDate>,
        to: &MaybeUndefined<NaiveDate>,
    ) -> Result<Self> {
        let to = match to {
            MaybeUndefined::Undefined => self.to,
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(to) => Some(*to),
        };
        Self::new(from.unwrap_or(self.from), to)
    }

    /// Whether it ends where `next` begins, because neither has an end of its own.
    #[must_use]
    pub fn gives_way_to(self, next: Self) -> bool {
        self.to.is_none() && next.to.is_none() && self.from < next.from
    }

    /// Whether every day of another is in it.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        let lasts = self.to.is_none_or(|end| other.to.is_some_and(|to| to <= end));
        self.from <= other.from && lasts
    }

    /// Whether a day is in it.
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// The rows that hold on a day, by the columns of their spans.
pub(crate) fn holds_on<C: ColumnTrait>(from: C, to: C, day: NaiveDate) -> Condition {
    Condition::all().add(from.lte(day)).add(Condition::any().add(to.is_null()).add(to.gt(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: u32, to: Option<u32>) -> Span {
        let day = |day| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
        Span { from: day(from), to: to.map(day) }
    }

    #[test]
    fn spans_that_touch_do_not_overlap() {
        assert!(!span(1, Some(3)).overlaps(span(3, None)));
        assert!(!span(3, None).overlaps(span(1, Some(3))));
        assert!(span(1, Some(4)).overlaps(span(3, None)));
        assert!(span(1, None).overlaps(span(9, Some(10))));
        assert!(span(1, None).covers(span(2, None)) && span(1, Some(3)).covers(span(1, Some(3))));
        assert!(!span(1, Some(3)).covers(span(1, None)) && !span(2, None).covers(span(1, Some(3))));
        assert!(span(1, Some(3)).contains(span(2, None).from));
        assert!(!span(1, Some(3)).contains(span(3, None).from));
    }
}
