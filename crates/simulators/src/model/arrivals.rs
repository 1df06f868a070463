//! When tickets arrive: by the hour of the week, the season and the desk's growth, with better and worse days, and now and then an
//! incident that lets everybody write at once.
//!
//! The settled days are cut into half hours, each with a weight. The cumulated weights are a ruler on which the tickets lie at even
//! distances, each a little off its place: so the instant of any ticket is one binary search away.

use chrono::Datelike;

use super::calendar::Calendar;
use super::chance::{Chance, Subject};
use super::{Pace, Settings};

const HOUR: i64 = 3_600;
const SLOT: i64 = 1_800;
const SLOTS_OF_DAY: usize = 48;
/// How many of the last days come again and again after the settled ones: whole weeks, so that a Sunday follows a Saturday.
const REPEATED: usize = 28;
/// Of a local day.
const HOURS: [u64; 24] =
    [6, 4, 3, 3, 4, 8, 18, 38, 70, 100, 112, 108, 94, 92, 98, 96, 90, 82, 70, 58, 48, 38, 24, 12];
/// Monday first.
const WEEKDAYS: [u64; 7] = [125, 112, 105, 102, 98, 62, 50];
/// At the first of each month, January first: people give presents, and travel in summer.
const MONTHS: [u64; 12] = [106, 92, 94, 96, 97, 100, 96, 90, 99, 103, 118, 126];
/// Percent in a year.
const GROWTH: u64 = 20;
/// The pressure of an ordinary hour.
pub(super) const USUAL: u64 = 100;

#[derive(Debug)]
pub(super) struct Arrivals {
    seed: u64,
    tickets: u64,
    pace: Pace,
    starts: i64,
    slots: Vec<Slot>,
    /// How many of the last slots come again.
    repeated: usize,
}

#[derive(Debug)]
struct Slot {
    /// The weight of all slots up to this one, which is included.
    until: u64,
    /// How many tickets arrive, in percent of the usual number.
    pressure: u64,
}

impl Arrivals {
    pub(super) fn new(settings: &Settings, calendar: &Calendar) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        for day in 0..i64::from(settings.days) {
            let [begins, ends] = [day, day + 1].map(|day| calendar.midnight(calendar.date(day)));
            let mut weather = Weather::of(settings.seed, day);
            let level = season(calendar, day) * WEEKDAYS[calendar.weekday(day)];
            let level = level * (36_500 + GROWTH * day as u64) / 36_500;
            for slot in (begins..ends).step_by(SLOT as usize) {
                let since_morning = slot - calendar.morning(day);
                let hour = (since_morning.div_euclid(HOUR) + 6).clamp(0, 23) as usize;
                let (pressure, weather) = weather.at(since_morning);
                let weight = (HOURS[hour] * level * pressure * weather / 1_000).max(1);
                let before = slots.last().map_or(0, |slot| slot.until);
                slots.push(Slot { until: before + weight, pressure });
            }
        }
        let days = settings.days as usize;
        let repeated = if days < 7 { days } else { REPEATED.min(days - days % 7) };
        let repeated = slots.len().min(repeated * SLOTS_OF_DAY);
        let Settings { seed, tickets, pace, .. } = *settings;
        Self { seed, tickets, pace, starts: calendar.midnight(settings.from), slots, repeated }
    }

    fn ends(&self) -> i64 {
        self.starts + self.slots.len() as i64 * SLOT
    }

    /// The weight of the slots before one.
    fn weight_before(&self, slot: usize) -> u64 {
        slot.checked_sub(1).map_or(0, |before| self.slots[before].until)
    }

    /// When a ticket arrives.
    pub(super) fn at(&self, number: u64) -> i64 {
        let off = Chance::of(self.seed, Subject::Arrival, number).below(1 << 32);
        let place = |before: u64| u128::from(before) << 32 | u128::from(off);
        match self.pace {
            Pace::PerHour(count) if number > self.tickets => {
                let hours = place(number - self.tickets - 1) * HOUR as u128;
                self.ends() + ((hours / u128::from(count)) >> 32) as i64
            }
            Pace::PerHour(_) | Pace::Calendar => {
                let total = self.weight_before(self.slots.len());
                let along = place(number.saturating_sub(1)) * u128::from(total);
                self.instant(((along / u128::from(self.tickets)) >> 32) as u64)
            }
        }
    }

    /// The instant at a place of the ruler; beyond its end lie the last slots again and again.
    fn instant(&self, along: u64) -> i64 {
        let total = self.weight_before(self.slots.len());
        let (rounds, along) = match along.checked_sub(total) {
            None => (0, along),
            Some(beyond) => {
                let first = self.weight_before(self.slots.len() - self.repeated);
                let round = total - first;
                (beyond / round + 1, first + beyond % round)
            }
        };
        let slot = self.slots.partition_point(|slot| slot.until <= along);
        let before = self.weight_before(slot);
        let weight = self.slots[slot].until - before;
        let inside = u128::from(along - before) * SLOT as u128 / u128::from(weight);
        self.starts
            + slot as i64 * SLOT
            + inside as i64
            + rounds as i64 * self.repeated as i64 * SLOT
    }

    /// How many tickets arrive before an instant.
    pub(super) fn before(&self, at: i64) -> u64 {
        let mut most = self.tickets;
        while self.at(most) < at {
            most *= 2;
        }
        // The first that is not before it.
        let mut least = 1;
        while least < most {
            let middle = least + (most - least) / 2;
            if self.at(middle) < at {
                least = middle + 1;
            } else {
                most = middle;
            }
        }
        least - 1
    }

    /// How many tickets arrive around an instant, in percent of the usual number.
    pub(super) fn pressure(&self, at: i64) -> u64 {
        let slot = (at - self.starts).max(0) as usize / SLOT as usize;
        let beyond = slot.checked_sub(self.slots.len());
        if beyond.is_some() && matches!(self.pace, Pace::PerHour(_)) {
            return USUAL;
        }
        let first = self.slots.len() - self.repeated;
        self.slots[beyond.map_or(slot, |beyond| first + beyond % self.repeated)].pressure
    }
}

/// In percent, going from each month to the next without a step.
fn season(calendar: &Calendar, day: i64) -> u64 {
    let date = calendar.date(day);
    let (month, gone) = (date.month0() as usize, u64::from(date.day0()));
    (MONTHS[month] * (31 - gone) + MONTHS[(month + 1) % 12] * gone) / 31
}

/// What makes a day another than the one a week before.
struct Weather {
    chance: Chance,
    level: u64,
    /// From and until, in seconds since the morning, and its strength.
    incident: Option<(i64, i64, u64)>,
}

impl Weather {
    fn of(seed: u64, day: i64) -> Self {
        let mut chance = Chance::of(seed, Subject::Day, day as u64);
        let level = chance.between(85, 115) as u64;
        let incident = chance.percent(4).then(|| {
            let from = chance.between(2 * HOUR, 13 * HOUR);
            let until = from + chance.between(2 * HOUR, 5 * HOUR);
            (from, until, chance.between(250, 600) as u64)
        });
        Self { chance, level, incident }
    }

    /// The pressure of a slot, and its whims: both in percent.
    fn at(&mut self, since_morning: i64) -> (u64, u64) {
        let whim = self.chance.between(60, 140) as u64;
        let pressure = match self.incident {
            Some((from, until, strength)) if (from..until).contains(&since_morning) => strength,
            Some(_) | None => USUAL,
        };
        (pressure, self.level * whim / 100)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arrivals(settings: &Settings) -> Arrivals {
        Arrivals::new(settings, &Calendar::new(settings).unwrap())
    }

    fn small() -> impl Strategy<Value = Settings> {
        let pace = prop_oneof![Just(Pace::Calendar), (1u32..100_000).prop_map(Pace::PerHour)];
        (any::<u64>(), 1u64..3_000, 1u32..80, pace).prop_map(|(seed, tickets, days, pace)| {
            Settings { seed, tickets, days, pace, ..Settings::default() }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn all_settled_tickets_and_no_others_lie_in_the_settled_days(settings in small()) {
            let arrivals = arrivals(&settings);
            prop_assert!(arrivals.at(1) >= arrivals.starts);
            prop_assert!(arrivals.at(settings.tickets) < arrivals.ends());
            prop_assert!(arrivals.at(settings.tickets + 1) >= arrivals.ends());
            prop_assert_eq!(arrivals.before(arrivals.ends()), settings.tickets);
            prop_assert_eq!(arrivals.before(arrivals.starts), 0);
        }

        #[test]
        fn tickets_arrive_in_the_order_of_their_numbers(settings in small()) {
            let arrivals = arrivals(&settings);
            let mut last = i64::MIN;
            for number in 1..settings.tickets * 3 {
                let at = arrivals.at(number);
                prop_assert!(at >= last, "{number}");
                prop_assert!(arrivals.before(at) < number && arrivals.before(at + 1) >= number);
                last = at;
            }
        }
    }

    #[test]
    fn a_pace_is_kept_after_the_settled_days() {
        let settings =
            Settings { tickets: 100, days: 10, pace: Pace::PerHour(60), ..Settings::default() };
        let arrivals = arrivals(&settings);
        assert_eq!(arrivals.before(arrivals.ends() + 24 * HOUR), 100 + 24 * 60);
    }

    #[test]
    fn hours_weekdays_and_months_have_their_shares() {
        let settings = Settings { tickets: 200_000, ..Settings::default() };
        let calendar = Calendar::new(&settings).unwrap();
        let arrivals = arrivals(&settings);
        let (mut weekdays, mut months, mut at_ten, mut at_four) = ([0u32; 7], [0u32; 12], 0, 0);
        for number in 1..=settings.tickets {
            let at = arrivals.at(number);
            let day = calendar.day(at);
            weekdays[calendar.weekday(day)] += 1;
            months[calendar.date(day).month0() as usize] += 1;
            let hour = (at - calendar.morning(day)) / HOUR;
            at_ten += u32::from(hour == 4);
            at_four += u32::from(hour == 22);
        }
        assert!(weekdays[0] > weekdays[2] && weekdays[4] > weekdays[5] * 13 / 10, "{weekdays:?}");
        assert!(months[11] > months[1] * 13 / 10, "{months:?}");
        assert!(at_ten > at_four * 15, "{at_ten} {at_four}");
    }

    #[test]
    fn incidents_press_more_tickets_into_their_hours() {
        let settings = Settings { tickets: 200_000, ..Settings::default() };
        let arrivals = arrivals(&settings);
        let pressed = arrivals.slots.iter().filter(|slot| slot.pressure > USUAL).count();
        let share = pressed as f64 / arrivals.slots.len() as f64;
        assert!((0.002..0.012).contains(&share), "{share}");
        let tickets = (1..=settings.tickets).map(|number| arrivals.at(number));
        let pressed = tickets.filter(|at| arrivals.pressure(*at) > USUAL).count();
        assert!(pressed as f64 / 200_000.0 > share * 3.0, "{pressed}");
    }
}
