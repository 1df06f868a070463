//! From values to the figures of a row.

use std::collections::HashMap;

use super::Statistic;

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
    rows: HashMap<Place, Sums>,
}

#[derive(Clone, Debug, Default)]
struct Sums {
    n: i64,
    total: i64,
    values: Vec<i64>,
}

impl Tally {
    pub(super) fn new(statistic: Statistic) -> Self {
        Self {
            statistic,
            rows: HashMap::new(),
        }
    }

    /// Whether the sums of a day are enough, or its exact values are wanted.
    pub(super) fn wants_values(&self) -> bool {
        self.statistic == Statistic::Durations
    }

    /// Adds many values whose sums are known. `values` are read only where [`Self::wants_values`].
    pub(super) fn add(&mut self, place: Place, n: i64, total: i64, values: &[i64]) {
        let row = self.rows.entry(place).or_default();
        row.n += n;
        row.total = row.total.wrapping_add(total);
        if self.statistic == Statistic::Durations {
            row.values.extend_from_slice(values);
        }
    }

    /// Adds one value.
    pub(super) fn add_one(&mut self, place: Place, value: i64) {
        self.add(place, 1, value, &[value]);
    }

    /// Lets a row exist though nothing may be in it.
    pub(super) fn expect(&mut self, place: Place) {
        self.rows.entry(place).or_default();
    }

    /// The rows in order. A balance of nothing is no row, unless it was expected.
    pub(super) fn finish(self) -> Vec<(Place, Figures)> {
        let statistic = self.statistic;
        let mut rows: Vec<_> = self
            .rows
            .into_iter()
            .map(|(place, sums)| (place, sums.figures(statistic)))
            .collect();
        rows.sort_unstable_by_key(|(place, _)| *place);
        rows
    }
}

impl Sums {
    fn figures(mut self, statistic: Statistic) -> Figures {
        match statistic {
            Statistic::Count => Figures {
                n: self.n,
                ..Figures::default()
            },
            Statistic::Balance => Figures {
                n: self.total,
                ..Figures::default()
            },
            Statistic::Durations => {
                let (p50, p90, max) = ranks(&mut self.values);
                let mean = (self.n > 0).then(|| self.total as f64 / self.n as f64);
                Figures {
                    n: self.n,
                    mean,
                    p50,
                    p90,
                    max,
                }
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
        tally.expect((0, 0));
        values
            .iter()
            .for_each(|value| tally.add_one((0, 0), *value));
        tally.finish()[0].1
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let ten: Vec<_> = (1..=10).collect();
        let figures = durations(&ten);
        assert_eq!(
            (figures.p50, figures.p90, figures.max),
            (Some(5), Some(9), Some(10))
        );
        assert_eq!(figures.mean, Some(5.5));
        let one = durations(&[7]);
        assert_eq!(
            (one.p50, one.p90, one.max, one.mean),
            (Some(7), Some(7), Some(7), Some(7.0))
        );
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
        balance.add((1, 2), 3, -1, &[]);
        balance.add_one((1, 2), 1);
        balance.add_one((0, 9), 1);
        let rows: Vec<_> = balance
            .finish()
            .into_iter()
            .map(|(place, figures)| (place, figures.n))
            .collect();
        assert_eq!(rows, [((0, 9), 1), ((1, 2), 0)]);
        let mut count = Tally::new(Statistic::Count);
        assert!(!count.wants_values());
        count.add((0, 0), 5, 999, &[]);
        assert_eq!(
            count.finish(),
            [(
                (0, 0),
                Figures {
                    n: 5,
                    ..Figures::default()
                }
            )]
        );
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
