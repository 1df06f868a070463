//! The numbers fit together.

use chrono::NaiveDate;
use simulators::model::{Channel, Model, Settings, Team};
use simulators::truth::{Metric, Of, Truth};

const METRICS: [Metric; 7] = [
    Metric::TicketsCreated,
    Metric::TicketsSolved,
    Metric::FirstResponseTime,
    Metric::FullResolutionTime,
    Metric::ReopenedTickets,
    Metric::EscalatedTickets,
    Metric::Backlog,
];

/// How many, and how much, together.
fn sum(
    truth: &Truth,
    metric: Metric,
    month: NaiveDate,
    all: impl Iterator<Item = Of>,
) -> (usize, i64) {
    let figures = all.filter_map(|of| truth.figure(metric, month, of));
    figures.fold((0, 0), |(n, sum), figure| (n + figure.n, sum + figure.sum))
}

#[test]
fn the_parts_add_up_to_the_whole() {
    let model = Model::new(Settings { tickets: 4_000, ..Settings::default() }).unwrap();
    let truth = Truth::of(&model, model.ends());
    for month in (1..=12).map(|month| NaiveDate::from_ymd_opt(2025, month, 1).unwrap()) {
        for metric in METRICS {
            let sum = |all: Vec<Of>| sum(&truth, metric, month, all.into_iter());
            let whole = sum(vec![Of::Desk]);
            assert!(whole.0 > 0, "{metric:?} {month}");
            let agents = (0..24).map(|agent| Of::Agent(Some(agent))).chain([Of::Agent(None)]);
            assert_eq!(sum(agents.collect()), whole, "{metric:?} {month}");
            let teams = Team::ALL.map(|team| Of::Team(Some(team)));
            assert_eq!(sum(teams.to_vec()), whole, "{metric:?} {month}");
            assert_eq!(sum(vec![Of::Branch(Team::Care)]), whole, "{metric:?} {month}");
            let channels = Channel::ALL.iter().map(|channel| Of::Channel(*channel));
            assert_eq!(sum(channels.collect()), whole, "{metric:?} {month}");
            assert_eq!(
                sum(vec![Of::Branch(Team::Billing)]),
                sum(vec![Of::Team(Some(Team::Billing))])
            );
        }
    }
}

#[test]
fn a_percentile_is_one_of_the_values() {
    let model = Model::new(Settings { tickets: 300, days: 31, ..Settings::default() }).unwrap();
    let truth = Truth::of(&model, model.ends());
    let january = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let figure = truth.figure(Metric::FirstResponseTime, january, Of::Desk).unwrap();
    assert!(figure.n > 200);
    assert!(0 < figure.p50 && figure.p50 < figure.p90 && figure.p90 < figure.max);
    assert!((figure.p50..figure.p90).contains(&(figure.sum / figure.n as i64)));
}

#[test]
fn what_has_not_happened_yet_is_in_no_number() {
    let model = Model::new(Settings { tickets: 2_000, days: 100, ..Settings::default() }).unwrap();
    let until = model.starts() + 40 * 86_400;
    let truth = Truth::of(&model, until);
    let created: usize = truth
        .figures()
        .filter(|(metric, _, of, _)| (*metric, *of) == (Metric::TicketsCreated, Of::Desk))
        .map(|(_, _, _, figure)| figure.n)
        .sum();
    let arrived = model.arrived_before(until) as usize;
    assert!(created < arrived && created > arrived * 9 / 10, "{created} of {arrived}");
    let last = truth.figures().map(|(_, month, ..)| month).max();
    assert_eq!(last, NaiveDate::from_ymd_opt(2025, 2, 1));
}
