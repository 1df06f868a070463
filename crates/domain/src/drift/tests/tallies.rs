//! Adding up.

use chrono::DateTime;
use uuid::Uuid;

use crate::connections::Vendor;
use crate::drift::causes::{Pair, Source};
use crate::drift::tally::Tally;
use crate::drift::types::DriftCause::{self, InitiatedByAgent, NoSourceMetric, Rounding, Unknown};
use crate::drift::types::DriftMetric;
use crate::tickets::TicketId;

fn pair(number: u128, ours: Option<i64>, source: Option<i64>) -> Pair {
    Pair {
        metric: DriftMetric::FirstResponseTime,
        ticket: TicketId(Uuid::from_u128(number)),
        created_at: DateTime::UNIX_EPOCH,
        ours,
        exclusion: None,
        source,
        version: None,
        is_uncounted: false,
    }
}

#[test]
fn figures_of_many_tickets_become_one() {
    let mut tally = Tally::default();
    let mut add = |number, ours, source, cause: Option<DriftCause>| {
        tally.add(&pair(number, ours, source), 60, cause);
    };
    // Nineteen that differ by 1 to 19 seconds, and one by an hour, on either side.
    for number in 1..20 {
        let ours = 100 + i64::try_from(number).unwrap();
        let (ours, source) = if number % 2 == 0 { (ours, 100) } else { (100, ours) };
        add(number, Some(ours), Some(source), Some(Rounding));
    }
    add(20, Some(3_700), Some(100), Some(Unknown));
    add(21, Some(7), None, Some(NoSourceMetric));
    add(22, None, Some(7), Some(InitiatedByAgent));
    add(23, None, Some(7), Some(InitiatedByAgent));
    add(24, None, None, None);
    let told = tally.told(DriftMetric::FirstResponseTime, &Source::of(Vendor::Zendesk.word()));
    assert_eq!((told.n, told.equal, told.only_ours, told.only_source), (20, 19, 1, 2));
    assert_eq!((told.difference_p50, told.difference_p95), (Some(10), Some(19)));
    let ours = (10 * 100 + (2..20).step_by(2).map(|it| 100 + it).sum::<i64>() + 3_700) as f64;
    let source = (10 * 100 + (1..20).step_by(2).map(|it| 100 + it).sum::<i64>()) as f64;
    assert_eq!((told.mean_ours, told.mean_source), (Some(ours / 20.0), Some(source / 20.0)));
    let causes: Vec<_> = told.causes.iter().map(|it| (it.cause, it.n)).collect();
    let expected = [(Rounding, 19), (InitiatedByAgent, 2), (NoSourceMetric, 1), (Unknown, 1)];
    assert_eq!(causes, expected);
    let examples: Vec<_> = (1..=5).map(|number| TicketId(Uuid::from_u128(number))).collect();
    assert_eq!(told.causes[0].ticket_ids, examples);
}

#[test]
fn of_no_ticket_there_is_nothing_to_say() {
    let told = Tally::default().told(DriftMetric::Reopens, &Source::of("import"));
    assert_eq!((told.n, told.mean_ours, told.difference_p95), (0, None, None));
    assert_eq!((told.source_definition, told.tolerance, told.causes), (None, 0, Vec::new()));
}
