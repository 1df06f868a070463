//! Adding up how two figures of many tickets compare.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::causes::{Pair, Source};
use super::types::{DriftCause, DriftCauseCount, DriftMetric, MetricDrift};
use crate::tickets::TicketId;

/// How many tickets of a cause are named.
const EXAMPLES: usize = 5;

/// What is known of one figure of many tickets.
#[derive(Debug, Default)]
pub(super) struct Tally {
    only_ours: i64,
    only_source: i64,
    equal: i64,
    ours: i128,
    source: i128,
    /// Of every ticket that has both.
    differences: Vec<i64>,
    causes: BTreeMap<DriftCause, (i64, Vec<TicketId>)>,
}

impl Tally {
    pub(super) fn add(&mut self, pair: &Pair, tolerance: i64, cause: Option<DriftCause>) {
        match (pair.ours, pair.source) {
            (None, None) => {}
            (Some(_), None) => self.only_ours += 1,
            (None, Some(_)) => self.only_source += 1,
            (Some(ours), Some(source)) => {
                let difference = (ours - source).abs();
                self.equal += i64::from(difference <= tolerance);
                self.ours += i128::from(ours);
                self.source += i128::from(source);
                self.differences.push(difference);
            }
        }
        if let Some(cause) = cause {
            let (n, tickets) = self.causes.entry(cause).or_default();
            *n += 1;
            if tickets.len() < EXAMPLES {
                tickets.push(pair.ticket);
            }
        }
    }

    pub(super) fn told(self, metric: DriftMetric, source: &Source) -> MetricDrift {
        let Self { only_ours, only_source, equal, ours, source: theirs, mut differences, causes } =
            self;
        differences.sort_unstable();
        let n = differences.len();
        let mean = |sum: i128| (n > 0).then(|| sum as f64 / n as f64);
        let count = |(cause, (n, ticket_ids)): (DriftCause, _)| DriftCauseCount {
            cause,
            description: cause.says(),
            n,
            ticket_ids,
        };
        let mut causes: Vec<_> = causes.into_iter().map(count).collect();
        causes.sort_by_key(|count| Reverse(count.n));
        MetricDrift {
            metric,
            source_definition: source.definition(metric),
            tolerance: source.tolerance(metric),
            n: n as i64,
            equal,
            only_ours,
            only_source,
            mean_ours: mean(ours),
            mean_source: mean(theirs),
            difference_p50: percentile(&differences, 50),
            difference_p95: percentile(&differences, 95),
            causes,
        }
    }
}

/// The ⌈q·n⌉-th smallest value.
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}
