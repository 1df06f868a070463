//! From values to the figures of a row.

use std::collections::HashMap;

use super::Statistic;
use crate::kernel::PersonId;

/// The figures of one row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Figures {
    pub(super) n: i64,
    pub(super) mean: Option<f64>,
    pub(super) p50: Option<i64>,
    pub(super) p90: Option<i64>,
    pub(super) max: Option<i64>,
}

/// Which row: the place of its bucket, and a number that stands for whatever it is grouped by.
pub(super) type Place = (u32, u32);

/// What has been added up so far, row by row.
#[derive(Debug)]
pub(super) struct Tally {
    statistic: Statistic,
    places: HashMap<Place, usize>,
    rows: Vec<Sums>,
}

#[derive(Clone, Debug, Default)]
struct Sums {
    n: i64,
    total: i64,
    values: Vec<i64>,
    hidden: Hidden,
}

/// How many people are in a row whom the caller may not see one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Hidden {
    #[default]
    Nobody,
    One(PersonId),
    Several,
}

/// A row that is done. Its figures are withheld where they would tell of exactly one hidden person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) place: Place,
    pub(super) figures: Option<Figures>,
}

impl Tally {
    pub(super) fn new(statistic: Statistic) -> Self {
        Self { statistic, places: HashMap::new(), rows: Vec::new() }
    }

    pub(super) fn statistic(&self) -> Statistic {
        self.statistic
    }

    /// The row of a place, made if it is not there.
    pub(super) fn row(&mut self, place: Place) -> usize {
        *self.places.entry(place).or_insert_with(|| {
            self.rows.push(Sums::default());
            self.rows.len() - 1
        })
    }

    /// Adds values whose sums are known.
    pub(super) fn add(&mut self, row: usize, n: i64, total: i64) {
        let row = &mut self.rows[row];
        row.n += n;
        row.total = row.total.wrapping_add(total);
    }

    /// Where the exact values go, next to [`Self::add`], if the statistic is one of [`Statistic::Durations`].
    pub(super) fn values(&mut self, row: usize) -> &mut Vec<i64> {
        &mut self.rows[row].values
    }

    /// Adds one value.
    pub(super) fn add_one(&mut self, row: usize, value: i64) {
        self.add(row, 1, value);
        if self.statistic == Statistic::Durations {
            self.values(row).push(value);
        }
    }

    /// Notes that a row has something of a person whom the caller may not see.
    pub(super) fn hide(&mut self, row: usize, person: PersonId) {
        let hidden = &mut self.rows[row].hidden;
        *hidden = match *hidden {
            Hidden::Nobody => Hidden::One(person),
            Hidden::One(other) if other == person => Hidden::One(other),
            Hidden::One(_) | Hidden::Several => Hidden::Several,
        };
    }

    /// The rows, by bucket.
    pub(super) fn finish(self) -> Vec<Row> {
        let (statistic, mut sums) = (self.statistic, self.rows);
        let rows = self.places.into_iter().map(|(place, row)| {
            let sums = std::mem::take(&mut sums[row]);
            let withheld = matches!(sums.hidden, Hidden::One(_));
            Row { place, figures: (!withheld).then(|| sums.figures(statistic)) }
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_unstable_by_key(|row| row.place);
        rows
    }
}

impl Sums {
    fn figures(mut self, statistic: Statistic) -> Figures {
        match statistic {
            Statistic::Count => Figures { n: self.n, ..Figures::default() },
            Statistic::Balance => Figures { n: self.total, ..Figures::default() },
            Statistic::Durations => {
                let (p50, p90, max) = ranks(&mut self.values);
                let mean = (self.n > 0).then(|| self.total as f64 / self.n as f64);
                Figures { n: self.n, mean, p50, p90, max }
            }
        }
    }
}

/// The ⌈n/2⌉-th and ⌈9n/10⌉-th smallest value, and the largest.
fn ranks(values: &mut [i64]) -> (Option<i64>, Option<i64>, Option<i64>) {
    let count = values.len();
    if count == 0 {
        return (None, None, None);
    }
    let place = |percent: usize| (count * percent).div_ceil(100) - 1;
    // The second selection only has to look above the first, and the maximum above both.
    let (_, p50, above) = values.select_nth_unstable(place(50));
    let p50 = *p50;
    let (p90, above) = match place(90) - place(50) {
        0 => (p50, above),
        further => {
            let (_, p90, above) = above.select_nth_unstable(further - 1);
            (*p90, above)
        }
    };
    let max = above.iter().copied().max().unwrap_or(p90);
    (Some(p50), Some(p90), Some(max))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn durations(values: &[i64]) -> Figures {
        let mut tally = Tally::new(Statistic::Durations);
        let row = tally.row((0, 0));
        values.iter().for_each(|value| tally.add_one(row, *value));
        tally.finish()[0].figures.unwrap()
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let ten: Vec<_> = (1..=10).collect();
        let figures = durations(&ten);
        assert_eq!((figures.p50, figures.p90, figures.max), (Some(5), Some(9), Some(10)));
        assert_eq!(figures.mean, Some(5.5));
        let one = durations(&[7]);
        assert_eq!((one.p50, one.p90, one.max, one.mean), (Some(7), Some(7), Some(7), Some(7.0)));
        let two = durations(&[7, 3]);
        assert_eq!((two.p50, two.p90, two.max), (Some(3), Some(7), Some(7)));
    }

    #[test]
    fn nothing_has_a_count_and_no_other_figure() {
        assert_eq!(durations(&[]), Figures::default());
    }

    #[test]
    fn a_balance_is_the_sum_and_a_count_has_no_values() {
        let mut balance = Tally::new(Statistic::Balance);
        let later = balance.row((1, 2));
        balance.add(later, 3, -1);
        balance.add_one(later, 1);
        let earlier = balance.row((0, 9));
        balance.add_one(earlier, 1);
        let rows = balance.finish().into_iter().map(|row| (row.place, row.figures.unwrap().n));
        assert_eq!(rows.collect::<Vec<_>>(), [((0, 9), 1), ((1, 2), 0)]);
        let mut count = Tally::new(Statistic::Count);
        let row = count.row((0, 0));
        count.add(row, 5, 999);
        let figures = Some(Figures { n: 5, ..Figures::default() });
        assert_eq!(count.finish(), [Row { place: (0, 0), figures }]);
    }

    #[test]
    fn exactly_one_hidden_person_is_withheld() {
        let person = |number| PersonId(uuid::Uuid::from_u128(number));
        let shown = |people: &[u128]| {
            let mut tally = Tally::new(Statistic::Count);
            let row = tally.row((0, 0));
            people.iter().for_each(|number| tally.hide(row, person(*number)));
            tally.finish()[0].figures.is_some()
        };
        assert!(shown(&[]) && shown(&[1, 2]) && shown(&[1, 2, 1]));
        assert!(!shown(&[1]) && !shown(&[1, 1]));
    }

    proptest! {
        #[test]
        fn ranks_are_those_of_a_sort(values in prop::collection::vec(0i64..50, 1..80)) {
            let figures = durations(&values);
            let mut sorted = values;
            sorted.sort_unstable();
            // In whole numbers: ⌈q·n⌉ with a q that is not a float.
            let rank = |tenths: usize| sorted[(sorted.len() * tenths).div_ceil(10) - 1];
            prop_assert_eq!(figures.p50, Some(rank(5)));
            prop_assert_eq!(figures.p90, Some(rank(9)));
            prop_assert_eq!(figures.max, sorted.last().copied());
            let sum: i64 = sorted.iter().sum();
            prop_assert_eq!(figures.mean, Some(sum as f64 / sorted.len() as f64));
        }
    }
}
