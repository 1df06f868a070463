//! The packed month: every value of one (measure, agent, queue, channel) in one UTC month, by day and quarter hour.
//!
//! ```text
//! month = version, day*
//! day   = day of the month from 0, n, total, length of what follows, slot*
//! slot  = quarter hour from 0, n, value*
//! ```
//! Numbers are varints (seven bits a byte, lowest first), `total` and values zigzagged first, because changes of the backlog are negative
//! too. Days and slots ascend, values of a slot too, so equal months are equal bytes. A day's header sums make whole days cheap: its slots
//! are skipped by their length.

use super::slots::{SLOTS_PER_DAY, Slot};
use crate::kernel::Error;

const VERSION: u8 = 1;

/// The bytes are not a month as [`replace_days`] writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored month is damaged: {0}")]
pub(super) struct Damaged(&'static str);

impl Damaged {
    /// Whether that is what an error comes from.
    pub(super) fn caused(error: &Error) -> bool {
        std::error::Error::source(error).is_some_and(|source| source.is::<Self>())
    }
}

/// A month with its sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Packed {
    pub(super) n: i64,
    pub(super) total: i64,
    pub(super) cells: Vec<u8>,
}

/// Values of the days that `fresh` marks, put in place of what `stored` has for them; the other days are kept as they are. `points` are
/// (slots since the month's first, value) of marked days only. `stored` is empty where nothing was stored.
pub(super) fn replace_days(
    stored: &[u8],
    fresh: u32,
    points: &mut [(Slot, i64)],
) -> Result<Packed, Damaged> {
    points.sort_unstable();
    let mut packed = Packed { cells: vec![VERSION], ..Packed::default() };
    let mut points: &[(Slot, i64)] = points;
    let mut kept = days(stored)?.filter(|day| !day.as_ref().is_ok_and(|day| marks(fresh, day.day)));
    let mut next_kept = kept.next().transpose()?;
    for day in 0..31 {
        if let Some(old) = next_kept.take_if(|old| old.day == day) {
            packed.add(old.n, old.total);
            packed.cells.extend_from_slice(old.bytes);
            next_kept = kept.next().transpose()?;
        }
        let here =
            points.partition_point(|(slot, _)| *slot < (Slot::from(day) + 1) * SLOTS_PER_DAY);
        let (today, later) = points.split_at(here);
        points = later;
        if !today.is_empty() {
            packed.write_day(day, today);
        }
    }
    Ok(packed)
}

/// Whether a set of days, one bit each, has this one.
pub(super) const fn marks(days: u32, day: u8) -> bool {
    days & (1 << day) != 0
}

impl Packed {
    pub(super) const fn is_empty(&self) -> bool {
        self.n == 0
    }

    fn add(&mut self, n: i64, total: i64) {
        self.n += n;
        self.total = self.total.wrapping_add(total);
    }

    fn write_day(&mut self, day: u8, points: &[(Slot, i64)]) {
        let mut slots = Vec::with_capacity(points.len() * 4);
        for points in points.chunk_by(|(a, _), (b, _)| a == b) {
            write(&mut slots, (points[0].0 % SLOTS_PER_DAY).unsigned_abs());
            write(&mut slots, points.len() as u64);
            points.iter().for_each(|(_, value)| write(&mut slots, zigzag(*value)));
        }
        let n = points.len() as i64;
        let total = points.iter().fold(0i64, |sum, (_, value)| sum.wrapping_add(*value));
        self.add(n, total);
        self.cells.push(day);
        write(&mut self.cells, n.unsigned_abs());
        write(&mut self.cells, zigzag(total));
        write(&mut self.cells, slots.len() as u64);
        self.cells.append(&mut slots);
    }
}

/// One day of a month.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day<'a> {
    pub(super) day: u8,
    pub(super) n: i64,
    pub(super) total: i64,
    bytes: &'a [u8],
    slots: &'a [u8],
}

/// One quarter hour of a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct SlotCell {
    pub(super) slot: Slot,
    pub(super) n: i64,
    pub(super) total: i64,
}

/// The days of a month, in order. Ends at the first damage.
pub(super) fn days(
    month: &[u8],
) -> Result<impl Iterator<Item = Result<Day<'_>, Damaged>>, Damaged> {
    let mut rest = match month.split_first() {
        None => month,
        Some((&VERSION, rest)) => rest,
        Some(_) => return Err(Damaged("its version is not known")),
    };
    let mut previous = None;
    Ok(std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let day = read_day(&mut rest, previous);
        match &day {
            Ok(day) => previous = Some(day.day),
            Err(_) => rest = &[],
        }
        Some(day)
    }))
}

fn read_day<'a>(rest: &mut &'a [u8], previous: Option<u8>) -> Result<Day<'a>, Damaged> {
    let start = *rest;
    let (&day, after) = rest.split_first().ok_or(END)?;
    *rest = after;
    if day > 30 || previous.is_some_and(|previous| previous >= day) {
        return Err(Damaged("its days are out of order"));
    }
    let n = i64::try_from(read(rest)?).or(Err(LARGE))?;
    let total = unzigzag(read(rest)?);
    let length = usize::try_from(read(rest)?).or(Err(LARGE))?;
    let (slots, after) = rest.split_at_checked(length).ok_or(END)?;
    *rest = after;
    let bytes = &start[..start.len() - after.len()];
    Ok(Day { day, n, total, bytes, slots })
}

impl Day<'_> {
    /// Tells each quarter hour in order, with its sums and its exact values.
    pub(super) fn each_slot(&self, mut tell: impl FnMut(SlotCell, &[i64])) -> Result<(), Damaged> {
        let mut rest = self.slots;
        let mut values = Vec::new();
        while !rest.is_empty() {
            let (slot, n) = read_slot(&mut rest)?;
            values.clear();
            for _ in 0..n {
                values.push(unzigzag(read(&mut rest)?));
            }
            let total = values.iter().fold(0i64, |sum, value| sum.wrapping_add(*value));
            tell(SlotCell { slot, n: values.len() as i64, total }, &values);
        }
        Ok(())
    }

    /// Adds the day's exact values to others.
    pub(super) fn values(&self, to: &mut Vec<i64>) -> Result<(), Damaged> {
        let mut rest = self.slots;
        while !rest.is_empty() {
            let (_, n) = read_slot(&mut rest)?;
            for _ in 0..n {
                to.push(unzigzag(read(&mut rest)?));
            }
        }
        Ok(())
    }
}

fn read_slot(rest: &mut &[u8]) -> Result<(Slot, u64), Damaged> {
    let slot = Slot::try_from(read(rest)?).or(Err(LARGE))?;
    let n = read(rest)?;
    // Every value takes a byte, so a count beyond what is left is damage, and never a reservation.
    match (slot < SLOTS_PER_DAY, n <= rest.len() as u64) {
        (true, true) => Ok((slot, n)),
        (false, _) => Err(Damaged("a day has no such quarter hour")),
        (_, false) => Err(END),
    }
}

const END: Damaged = Damaged("it ends too early");
const LARGE: Damaged = Damaged("a number is too large");

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

fn write(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

#[inline]
fn read(rest: &mut &[u8]) -> Result<u64, Damaged> {
    let mut value = 0;
    for (place, &byte) in rest.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            if place == 9 && byte > 1 {
                return Err(LARGE);
            }
            *rest = &rest[place + 1..];
            return Ok(value);
        }
    }
    Err(if rest.len() < 10 { END } else { LARGE })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Points = Vec<(Slot, i64)>;

    fn decode(month: &[u8]) -> Result<Points, Damaged> {
        let mut points = Vec::new();
        for day in days(month)? {
            let day = day?;
            let (mut n, mut total, mut all) = (0, 0i64, Vec::new());
            day.each_slot(|cell, values| {
                n += cell.n;
                total = total.wrapping_add(cell.total);
                let slot = Slot::from(day.day) * SLOTS_PER_DAY + cell.slot;
                points.extend(values.iter().map(|value| (slot, *value)));
            })?;
            day.values(&mut all)?;
            assert_eq!((n, total, all.len() as i64), (day.n, day.total, day.n));
        }
        Ok(points)
    }

    fn points() -> impl Strategy<Value = Points> {
        let value = prop_oneof![Just(-1i64), Just(1), 0i64..5_000_000, any::<i64>()];
        prop::collection::vec((0..31 * SLOTS_PER_DAY, value), 0..60)
    }

    proptest! {
        #[test]
        fn a_month_reads_back(mut given in points()) {
            let packed = replace_days(&[], u32::MAX, &mut given).unwrap();
            prop_assert_eq!(packed.n, given.len() as i64);
            let total = given.iter().fold(0i64, |sum, (_, value)| sum.wrapping_add(*value));
            prop_assert_eq!(packed.total, total);
            prop_assert_eq!(decode(&packed.cells).unwrap(), given);
        }

        #[test]
        fn fresh_days_replace_and_others_stay(mut old in points(), mut new in points(), fresh: u32) {
            let day = |slot: Slot| (slot / SLOTS_PER_DAY) as u8;
            new.retain(|(slot, _)| marks(fresh, day(*slot)));
            let stored = replace_days(&[], u32::MAX, &mut old).unwrap();
            let replaced = replace_days(&stored.cells, fresh, &mut new).unwrap();
            old.retain(|(slot, _)| !marks(fresh, day(*slot)));
            old.append(&mut new);
            prop_assert_eq!(&replaced, &replace_days(&[], u32::MAX, &mut old).unwrap());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, mut given in points(), at: usize, byte: u8) {
            let read_all = |bytes: &[u8]| -> Result<BTreeMap<u8, Vec<i64>>, Damaged> {
                let mut all = BTreeMap::new();
                for day in days(bytes)? {
                    let day = day?;
                    day.values(all.entry(day.day).or_default())?;
                }
                Ok(all)
            };
            _ = read_all(&bytes);
            let mut month = replace_days(&[], u32::MAX, &mut given).unwrap().cells;
            let at = at % month.len();
            month[at] = byte;
            _ = read_all(&month);
            _ = replace_days(&month, 7, &mut []);
            _ = read_all(&month[..at]);
        }
    }

    #[test]
    fn a_number_beyond_64_bits_is_damage() {
        let month = [[VERSION, 0].as_slice(), &[0xff; 9], &[2, 0, 0]].concat();
        assert_eq!(days(&month).unwrap().next().unwrap().unwrap_err(), LARGE);
        assert_eq!(days(&[9]).err(), Some(Damaged("its version is not known")));
    }
}
