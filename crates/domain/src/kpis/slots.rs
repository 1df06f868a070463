//! UTC time as rollups keep it: quarter hours, days and months, counted from 1970.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// A quarter hour, counted from 1970.
pub(super) type Slot = i64;
/// A month, counted from January 1970.
pub(super) type Month = i32;

pub(super) const SLOTS_PER_DAY: Slot = 96;
const MICROS: i64 = 900_000_000;

/// The quarter hour an instant lies in, in microseconds since 1970.
pub(super) const fn slot_of(micros: i64) -> Slot {
    micros.div_euclid(micros_of(1))
}

/// The first instant of a quarter hour, in microseconds since 1970.
pub(super) const fn micros_of(slot: Slot) -> i64 {
    slot * MICROS
}

/// Whether an instant, in microseconds since 1970, is the first of its quarter hour.
pub(super) const fn is_edge(micros: i64) -> bool {
    micros.rem_euclid(micros_of(1)) == 0
}

/// The month an instant lies in.
pub(super) fn month_of(at: DateTime<Utc>) -> Month {
    (at.year() - 1970) * 12 + at.month0().cast_signed()
}

/// The first quarter hour of a month.
pub(super) fn first_slot(month: Month) -> Slot {
    let (year, month0) = (1970 + month.div_euclid(12), month.rem_euclid(12));
    let first = NaiveDate::from_ymd_opt(year, month0.unsigned_abs() + 1, 1);
    let days =
        first.map_or(0, |first| first.signed_duration_since(NaiveDate::default()).num_days());
    days * SLOTS_PER_DAY
}

/// The day of its month that an instant lies in, from 0.
pub(super) fn day_of(at: DateTime<Utc>) -> u8 {
    at.day0() as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_instant_lies_in_its_quarter_hour_day_and_month(seconds in -4_000_000_000i64..8_000_000_000) {
            let at = DateTime::from_timestamp(seconds, 999_000).unwrap();
            let micros = at.timestamp_micros();
            let (slot, month) = (slot_of(micros), month_of(at));
            prop_assert!(micros_of(slot) <= micros && micros < micros_of(slot + 1));
            prop_assert!(first_slot(month) <= slot && slot < first_slot(month + 1));
            prop_assert_eq!(Slot::from(day_of(at)), (slot - first_slot(month)) / SLOTS_PER_DAY);
            prop_assert!(!is_edge(micros) || micros == micros_of(slot));
            prop_assert!(is_edge(micros_of(slot)));
        }
    }
}
