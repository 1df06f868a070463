//! The desk in order of time.

use simulators::model::{Change, LONGEST_LIFE, Model, Pace, Settings};

fn model(pace: Pace) -> Model {
    let settings = Settings { tickets: 2_000, days: 120, pace, ..Settings::default() };
    Model::new(settings).expect("settings of a desk")
}

/// Everything that happens from one instant to before another, told ticket by ticket.
fn changes(model: &Model, from: i64, until: i64) -> Vec<Change> {
    let first = model.arrived_before(from - LONGEST_LIFE) + 1;
    let numbers = first..=model.arrived_before(until);
    let mut changes: Vec<Change> = numbers
        .flat_map(|ticket| {
            let events = model.ticket(ticket).events;
            let change = |(event, it): (usize, simulators::model::Event)| Change {
                at: it.at,
                ticket,
                event,
            };
            events.into_iter().enumerate().map(change).collect::<Vec<_>>()
        })
        .filter(|change| (from..until).contains(&change.at))
        .collect();
    changes.sort_unstable();
    changes
}

#[test]
fn the_timeline_has_every_event_once_and_in_order() {
    for pace in [Pace::Calendar, Pace::PerHour(40)] {
        let model = model(pace);
        for (from, until) in [
            (model.starts(), model.ends()),
            (model.starts() + 100 * 86_400, model.ends() + 3 * 86_400),
            (model.ends() + 7 * 86_400, model.ends() + 9 * 86_400),
        ] {
            let told: Vec<_> =
                model.timeline(from).take_while(|change| change.at < until).collect();
            let expected = changes(&model, from, until);
            assert!(told.len() > 100, "{}", told.len());
            assert!(told == expected, "{pace:?} {from} {until}");
        }
    }
}

#[test]
fn life_goes_on_after_the_settled_days() {
    let model = model(Pace::Calendar);
    let (week, rate) = (7 * 86_400, 2_000 / 17);
    for later in 0..6 {
        let from = model.ends() + later * week;
        let arrived = model.arrived_before(from + week) - model.arrived_before(from);
        assert!((rate / 2..rate * 2).contains(&arrived), "week {later}: {arrived}");
    }
}
