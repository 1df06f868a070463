//! A desk that goes on, against the model that foresees it and against everything counted the plain way.

use std::collections::BTreeMap;

use simulators::live::{Clock, LiveDesk, Moment, Removal};
use simulators::model::{Act, LONGEST_LIFE, Model, Settings, Ticket};
use simulators::truth::Truth;

fn model() -> Model {
    Model::new(Settings { tickets: 2_500, days: 90, ..Settings::default() })
        .expect("settings of a desk")
}

fn moments(desk: &LiveDesk) -> Vec<Moment> {
    let of = |ticket: Ticket| {
        let moment = |(event, at)| Moment { at, ticket: ticket.number, event };
        let events = ticket.events.iter().map(|event| event.at).enumerate();
        events.map(moment).collect::<Vec<_>>()
    };
    let mut all: Vec<Moment> = desk.tickets().flat_map(of).collect();
    all.sort_unstable();
    all
}

#[test]
fn what_happens_is_what_the_model_foresees() {
    let model = model();
    let desk = LiveDesk::standing(self::model());
    assert!(desk.tickets().eq(model.tickets(model.ends())));
    let changes = desk.change(3_000);
    assert_eq!(changes.len(), 3_000);
    let now = desk.clock().now();
    assert_eq!(changes.last().unwrap().at, now);
    assert!(desk.count() > 2_500);
    for ticket in desk.tickets() {
        let told = model.ticket(ticket.number);
        assert!(told.events.starts_with(&ticket.events), "{}", ticket.number);
        assert_eq!(told.created_at, ticket.created_at);
        assert!(ticket.events.len() >= told.until(now).events.len(), "{}", ticket.number);
    }
    // The last second may have more in it than was asked for.
    let until = desk.clock().now();
    let cut = desk.tickets().map(|ticket| ticket.until(until));
    let truth = Truth::of_tickets(&model, until, cut);
    assert!(truth.figures().eq(Truth::of(&model, until).figures()));
}

#[test]
fn the_same_desk_has_the_same_changes() {
    let [one, other] = [(); 2].map(|()| LiveDesk::standing(model()));
    assert_eq!(one.change(500), other.change(500));
    one.change(1);
    one.change(499);
    other.change(500);
    assert!(one.tickets().eq(other.tickets()));
}

#[test]
fn what_happens_later_than_foreseen_is_dated_by_the_clock() {
    let desk = LiveDesk::standing(model());
    let later = desk.clock().now() + 10 * LONGEST_LIFE;
    desk.clock().advance(10 * LONGEST_LIFE);
    assert!(desk.change(400).iter().all(|change| change.at == later));
    let now = LiveDesk::new(model(), Clock::System { skew: 0 });
    let before = now.clock().now();
    let changes = now.change(200);
    assert!(changes.iter().all(|change| (before..=now.clock().now()).contains(&change.at)));
    for ticket in now.tickets() {
        assert!(ticket.events.is_sorted_by_key(|event| event.at));
        assert_eq!(ticket.created_at, ticket.events[0].at);
    }
}

#[test]
fn every_ticket_is_in_one_place_of_the_order_of_touches() {
    let desk = LiveDesk::standing(model());
    let pages = |desk: &LiveDesk, size| {
        let (mut place, mut all) = ((i64::MIN, 0), Vec::new());
        loop {
            let page = desk.touched_after(place, i64::MAX, size);
            let Some(last) = page.last() else { return all };
            place = *last;
            all.extend(page);
        }
    };
    for _ in 0..3 {
        for size in [1, 7, 1_000] {
            let all = pages(&desk, size);
            assert!(all.is_sorted(), "{size}");
            let tickets: BTreeMap<u64, i64> =
                all.iter().map(|(at, ticket)| (*ticket, *at)).collect();
            assert_eq!((tickets.len(), all.len() as u64), (all.len(), desk.count()));
            for ticket in desk.tickets() {
                let touched = tickets[&ticket.number];
                assert!(touched >= ticket.events.last().unwrap().at);
                assert_eq!(desk.touched(ticket.number), Some(touched));
            }
        }
        let end = *pages(&desk, 100).last().unwrap();
        let changed: Vec<u64> = desk.change(300).iter().map(|change| change.ticket).collect();
        let again = desk.touched_after(end, i64::MAX, 10_000);
        assert!(changed.iter().all(|it| again.iter().any(|(_, ticket)| ticket == it)));
    }
}

#[test]
fn moments_are_all_there_in_order_and_whole_seconds() {
    let desk = LiveDesk::standing(model());
    desk.change(1_000);
    let expected = moments(&desk);
    for size in [1, 50, 5_000] {
        let (mut from, mut all) = (0, Vec::new());
        loop {
            let page = desk.moments(from, i64::MAX, size);
            let Some(last) = page.last() else { break };
            assert!(page.len() >= size || last == expected.last().unwrap());
            from = last.at + 1;
            all.extend(page);
        }
        all.sort_unstable();
        assert!(all == expected, "{size}");
    }
    let until = expected[700].at;
    let told = desk.moments(0, until, usize::MAX);
    assert_eq!(told.len(), expected.iter().filter(|moment| moment.at <= until).count());
}

#[test]
fn what_is_away_and_what_is_rated_is_known_without_looking() {
    let desk = LiveDesk::standing(model());
    desk.change(4_000);
    let mut removed = BTreeMap::new();
    let mut ratings = Vec::new();
    for ticket in desk.tickets() {
        let customer = ticket.customer;
        for (event, it) in ticket.events.iter().enumerate() {
            let removal = |is_spam| Removal { at: it.at, customer, is_spam };
            match it.act {
                Act::Spam => _ = removed.insert(ticket.number, removal(true)),
                Act::Deleted => _ = removed.insert(ticket.number, removal(false)),
                Act::Restored => _ = removed.remove(&ticket.number),
                Act::Rated { .. } => {
                    ratings.push(Moment { at: it.at, ticket: ticket.number, event });
                }
                _ => {}
            }
        }
    }
    ratings.sort_unstable();
    assert!(removed.len() > 20 && ratings.len() > 100);
    assert_eq!(desk.removed(), removed);
    let mut told = desk.ratings(i64::MIN);
    assert!(told.is_sorted_by_key(|rating| rating.at));
    told.sort_unstable();
    assert_eq!(told, ratings);
    let spam = removed.values().filter(|removal| removal.is_spam);
    let suspicions = desk.suspicions();
    assert!(spam.into_iter().all(|it| suspicions[&it.customer].at >= it.at));
}
