//! What holds of every ticket of every desk.

use std::collections::BTreeMap;

use proptest::prelude::*;
use simulators::model::{
    Act, Actor, Channel, Event, InitiatedBy, LONGEST_LIFE, Model, Pace, Priority, Queue, Settings,
    Status, Ticket,
};

fn settings() -> impl Strategy<Value = Settings> {
    let zone = prop_oneof![
        Just("Europe/Rome"),
        Just("America/New_York"),
        Just("Asia/Kathmandu"),
        Just("Australia/Lord_Howe"),
        Just("UTC"),
    ];
    let pace = prop_oneof![Just(Pace::Calendar), (1u32..500).prop_map(Pace::PerHour)];
    let agents = prop_oneof![1u16..6, 6u16..60];
    (any::<u64>(), agents, 200u64..900, 1u32..400, zone, pace).prop_map(
        |(seed, agents, tickets, days, zone, pace)| Settings {
            seed,
            agents,
            tickets,
            days,
            zone: zone.to_owned(),
            pace,
            ..Settings::default()
        },
    )
}

/// Some settled tickets and some that come after them.
fn some(model: &Model) -> impl Iterator<Item = Ticket> + '_ {
    let settled = model.settings().tickets;
    (1..=settled / 2).chain(settled - 30..settled + 60).map(|number| model.ticket(number))
}

/// The human who did something.
fn agent(event: &Event) -> Option<u16> {
    if let Actor::Agent(agent) = event.actor { Some(agent) } else { None }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn agents_act_on_shift_and_nowhere_else(settings in settings()) {
        let model = Model::new(settings).unwrap();
        for ticket in some(&model) {
            for event in &ticket.events {
                if let Some(agent) = agent(event) {
                    prop_assert!(model.is_on_shift(agent, event.at), "{ticket:?}: {event:?}");
                    let person = &model.desk().agents[usize::from(agent)].person;
                    prop_assert!(model.midnight(person.started) <= event.at, "{event:?}");
                }
            }
        }
    }

    #[test]
    fn histories_begin_with_the_creation_go_forward_and_end(settings in settings()) {
        let model = Model::new(settings).unwrap();
        let mut arrived = i64::MIN;
        for ticket in some(&model) {
            let (first, last) = (&ticket.events[0], &ticket.events[ticket.events.len() - 1]);
            prop_assert_eq!(first.act, Act::Created);
            prop_assert_eq!(first.at, ticket.created_at);
            prop_assert_eq!(ticket.created_at, model.arrival(ticket.number));
            prop_assert!(arrived <= ticket.created_at);
            arrived = ticket.created_at;
            prop_assert!(ticket.events.iter().skip(1).all(|event| event.act != Act::Created));
            prop_assert!(ticket.events.is_sorted_by_key(|event| event.at), "{ticket:?}");
            prop_assert!(last.at - first.at < LONGEST_LIFE, "{ticket:?}");
            let ends = last.status == Some(Status::Closed)
                || matches!(last.act, Act::Spam | Act::Deleted);
            prop_assert!(ends, "{ticket:?}");
        }
    }

    #[test]
    fn statuses_follow_each_other_as_helpdesks_allow(settings in settings()) {
        let model = Model::new(settings).unwrap();
        for ticket in some(&model) {
            let mut before = None;
            for event in &ticket.events {
                let is_over = before == Some(Status::Closed);
                prop_assert!(!is_over, "{event:?} of a closed ticket: {ticket:?}");
                if let Some(status) = event.status {
                    prop_assert!(may_follow(before, status), "{before:?} {event:?}: {ticket:?}");
                    before = Some(status);
                }
            }
        }
    }

    #[test]
    fn who_has_a_ticket_answers_it(settings in settings()) {
        let model = Model::new(settings).unwrap();
        for ticket in some(&model) {
            let mut has = None;
            for event in &ticket.events {
                has = if event.act == Act::Unassigned { None } else { event.assignee.or(has) };
                if let (Act::Message { .. }, Some(agent)) = (event.act, agent(event)) {
                    prop_assert_eq!(has, Some(agent), "{:?}: {:?}", event, ticket);
                }
                let solved_by_hand = event.status == Some(Status::Solved) && agent(event).is_some();
                prop_assert!(!solved_by_hand || has.is_some(), "{ticket:?}");
            }
        }
    }

    #[test]
    fn duplicates_go_into_an_earlier_ticket_of_the_same_customer(settings in settings()) {
        let model = Model::new(settings).unwrap();
        for ticket in some(&model) {
            for event in &ticket.events {
                if let Act::Merged { into } = event.act {
                    let into = model.ticket(into);
                    prop_assert!(into.number < ticket.number);
                    prop_assert_eq!(into.customer, ticket.customer);
                    prop_assert_eq!(into.topic, ticket.topic);
                    let is_merged =
                        into.events.iter().any(|event| matches!(event.act, Act::Merged { .. }));
                    prop_assert!(!is_merged);
                }
            }
        }
    }

    #[test]
    fn only_solved_tickets_are_rated_and_only_once(settings in settings()) {
        let model = Model::new(settings).unwrap();
        for ticket in some(&model) {
            let mut solved = false;
            let mut rated = 0;
            for event in &ticket.events {
                solved |= event.status == Some(Status::Solved);
                if let Act::Rated { score, .. } = event.act {
                    rated += 1;
                    prop_assert!(solved && (1..=5).contains(&score));
                    prop_assert_eq!(event.actor, Actor::Customer);
                }
            }
            prop_assert!(rated <= 1);
        }
    }

    #[test]
    fn customers_exist_and_have_addresses_nobody_can_have(settings in settings()) {
        let model = Model::new(settings).unwrap();
        for ticket in some(&model) {
            prop_assert!((1..=model.customers()).contains(&ticket.customer));
            let customer = model.customer(ticket.customer);
            prop_assert_eq!(customer.number, ticket.customer);
            let (_, domain) = customer.email.split_once('@').unwrap();
            let reserved = ["example.com", "example.net", "example.org"].contains(&domain)
                || domain.ends_with(".example");
            prop_assert!(reserved && customer.email.is_ascii(), "{customer:?}");
            prop_assert!(!customer.email.contains(' '), "{customer:?}");
            if let Some(organisation) = customer.organisation {
                prop_assert!(organisation.number <= model.organisations());
                prop_assert_eq!(model.organisation(organisation.number), organisation);
            }
        }
    }

    #[test]
    fn the_desk_is_complete(settings in settings()) {
        let model = Model::new(settings).unwrap();
        let desk = model.desk();
        prop_assert_eq!(desk.agents.len(), usize::from(model.settings().agents));
        let mut emails = BTreeMap::new();
        for (number, agent) in (0..).zip(&desk.agents) {
            prop_assert_eq!(agent.number, number);
            prop_assert!(emails.insert(&agent.person.email, number).is_none());
            prop_assert!(agent.person.email.ends_with("@quillmere.example"));
            prop_assert_eq!(agent.memberships[0].from, agent.person.started);
            for pair in agent.memberships.windows(2) {
                prop_assert_eq!(pair[0].until, Some(pair[1].from));
                prop_assert!(pair[0].from < pair[1].from);
            }
            prop_assert_eq!(agent.memberships[agent.memberships.len() - 1].until, None);
        }
        prop_assert!(desk.agents[0].person.started < model.settings().from);
    }
}

/// What may come after what; the same again says nothing new.
fn may_follow(before: Option<Status>, status: Status) -> bool {
    use Status::{Closed, New, OnHold, Open, Pending, Solved};
    match before {
        None => matches!(status, New | Open),
        Some(New) => matches!(status, Open | Solved | Closed),
        Some(Open) => matches!(status, Pending | OnHold | Solved | Closed),
        Some(Pending) => matches!(status, Open | Solved),
        Some(OnHold) => matches!(status, Open),
        Some(Solved) => matches!(status, Open | Solved | Closed),
        Some(Closed) => false,
    }
}

#[test]
fn everything_that_can_happen_does() {
    let model = Model::new(Settings { tickets: 6_000, ..Settings::default() }).unwrap();
    let mut seen = BTreeMap::new();
    for ticket in model.tickets(model.ends()) {
        let mut see = |what: String| *seen.entry(what).or_insert(0) += 1;
        see(format!("{:?}", ticket.channel));
        see(format!("by {:?}", ticket.initiated_by));
        if ticket.is_test {
            see("test".to_owned());
        }
        for event in &ticket.events {
            let act = format!("{:?}", event.act);
            see(act.split([' ', '{']).next().unwrap_or_default().to_owned());
            see(format!("{:?}", event.status));
            see(format!("{:?}", event.priority));
            see(format!("in {:?}", event.queue));
            if event.act == Act::Escalated && agent(event).is_none() {
                see("escalated by a rule".to_owned());
            }
        }
    }
    let acts = "Created Message Updated Unassigned Escalated Merged Spam Deleted Restored Rated";
    let all = acts.split(' ').map(str::to_owned);
    let all = all.chain(Channel::ALL.iter().map(|it| format!("{it:?}")));
    let all = all.chain(InitiatedBy::ALL.iter().map(|it| format!("by {it:?}")));
    let all = all.chain(Status::ALL.iter().map(|it| format!("{:?}", Some(it))));
    let all = all.chain(Priority::ALL.iter().map(|it| format!("{:?}", Some(it))));
    let all = all.chain(Queue::ALL.iter().map(|it| format!("in {:?}", Some(it))));
    let all = all.chain(["test".to_owned(), "escalated by a rule".to_owned()]);
    let missing: Vec<_> = all.filter(|what| !seen.contains_key(what)).collect();
    assert!(missing.is_empty(), "{missing:?} of {seen:?}");
}
