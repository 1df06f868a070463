//! Chance that is the same on every machine, in every version: SplitMix64 (Steele, Lea and Flood, 2014), whole numbers wherever they do,
//! and `exp` from `libm`, because `std` asks the system's library for it.

/// What is drawn for: each subject and number has a sequence of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    Agent = 1,
    Arrival,
    Customer,
    Day,
    Duplicate,
    Sickness,
    Ticket,
    Vacation,
    Delivery,
    Fault,
    Secret,
}

/// A sequence of draws.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Chance {
    /// The sequence of one thing: of this ticket, of that day.
    pub(crate) const fn of(seed: u64, subject: Subject, number: u64) -> Self {
        let of_subject = mix(seed.wrapping_add((subject as u64).wrapping_mul(GAMMA)));
        Self(mix(of_subject.wrapping_add(number)))
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// From 0 to below the limit.
    pub(crate) const fn below(&mut self, limit: u64) -> u64 {
        ((self.next() as u128 * limit as u128) >> 64) as u64
    }

    /// From the least to the most, both included.
    pub(crate) const fn between(&mut self, least: i64, most: i64) -> i64 {
        least + self.below((most - least + 1) as u64) as i64
    }

    /// True so many times in a thousand.
    pub(crate) const fn per_mille(&mut self, share: u64) -> bool {
        self.below(1_000) < share
    }

    /// True so many times in a hundred.
    pub(crate) const fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// One of a list that is not empty.
    pub(crate) const fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }

    /// The place of one of several weights, as often as it weighs.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        let place = weights.enumerate().find(|(_, weight)| match left.checked_sub(*weight) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        place.map_or(0, |(place, _)| place)
    }

    /// Log-normal, as waiting and working times are: half of the draws are at most the median, and two of three lie between it
    /// divided by `e^spread` and times that.
    pub(crate) fn around(&mut self, median: i64, spread: f64) -> i64 {
        (median as f64 * libm::exp(spread * self.normal())).round() as i64
    }

    /// Near enough to normal, from additions alone: the sum of twelve even draws.
    fn normal(&mut self) -> f64 {
        let mut sum = 0;
        for _ in 0..3 {
            let draw = self.next();
            sum += (0..4).map(|part| draw >> (16 * part) & 0xffff).sum::<u64>();
        }
        (sum as f64 - 6.0 * 65_535.0) / 65_536.0
    }
}

const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_sequence() {
        let mut chance = Chance(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        assert_eq!(
            first,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn every_subject_and_number_has_its_own_sequence() {
        let first = |seed, subject, number| Chance::of(seed, subject, number).next();
        let ticket = first(1, Subject::Ticket, 1);
        assert_ne!(ticket, first(2, Subject::Ticket, 1));
        assert_ne!(ticket, first(1, Subject::Customer, 1));
        assert_ne!(ticket, first(1, Subject::Ticket, 2));
    }

    #[test]
    fn draws_keep_to_their_bounds_and_reach_them() {
        let mut chance = Chance(3);
        let mut seen = [0; 5];
        for _ in 0..1_000 {
            seen[usize::try_from(chance.between(-2, 2) + 2).unwrap()] += 1;
        }
        assert!(seen.iter().all(|times| (150..250).contains(times)), "{seen:?}");
    }

    #[test]
    fn weights_decide_how_often_and_nothing_weighs_nothing() {
        let mut chance = Chance(4);
        let mut seen = [0; 3];
        for _ in 0..4_000 {
            seen[chance.weighted([1, 0, 3].into_iter())] += 1;
        }
        assert!(seen[1] == 0 && (900..1_100).contains(&seen[0]), "{seen:?}");
    }

    #[test]
    fn durations_lie_around_their_median() {
        let mut chance = Chance(5);
        let mut drawn: Vec<i64> = (0..4_001).map(|_| chance.around(3_600, 1.0)).collect();
        drawn.sort_unstable();
        assert!((3_400..3_800).contains(&drawn[2_000]), "{}", drawn[2_000]);
        // A normal value is below one in 84 of 100 cases.
        assert!((9_000..10_600).contains(&drawn[3_366]), "{}", drawn[3_366]);
    }
}
