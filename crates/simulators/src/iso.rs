//! Instants as vendors write them.

use serde::{Serialize, Serializer};

/// An instant in Unix seconds that is written as `2026-01-31T08:05:09Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Iso(pub(crate) i64);

impl Iso {
    /// The text. A page has tens of thousands of these, so it is made without a formatter.
    fn text(self) -> [u8; 20] {
        let (days, seconds) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400) as u32);
        let (year, month, day) = civil(days);
        let mut text = *b"0000-00-00T00:00:00Z";
        put(&mut text[..2], year / 100);
        put(&mut text[2..4], year % 100);
        put(&mut text[5..7], month);
        put(&mut text[8..10], day);
        put(&mut text[11..13], seconds / 3_600);
        put(&mut text[14..16], seconds / 60 % 60);
        put(&mut text[17..19], seconds % 60);
        text
    }
}

impl std::fmt::Display for Iso {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(&String::from_utf8_lossy(&self.text()))
    }
}

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        to.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

const fn put(place: &mut [u8], number: u32) {
    place[0] = b'0' + (number / 10 % 10) as u8;
    place[1] = b'0' + (number % 10) as u8;
}

/// Year, month and day of a number of days since 1970, in the years from 0 to 9999: Howard Hinnant's `civil_from_days`.
const fn civil(days: i64) -> (u32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + (month <= 2) as i64;
    (year as u32, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_a_calendar_says() {
        for at in (0..4_000_000_000).step_by(1_234_567) {
            let said = chrono::DateTime::from_timestamp(at, 0).unwrap();
            let said = said.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            assert_eq!(Iso(at).to_string(), said);
        }
    }
}
