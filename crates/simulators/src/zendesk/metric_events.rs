//! What happened to the clocks of tickets, as the vendor tells it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Map, Value, json};

use super::clocks::{Clocks, MetricEvent, MetricKind};
use super::ids;
use super::service::Service;
use crate::iso::Iso;
use crate::model::Ticket;
use crate::simulator::Promise;

/// Promises that will be broken, or were, where nothing else happens: no event of a ticket tells of them.
#[derive(Debug, Default)]
pub(super) struct Broken {
    /// Of tickets to which nothing happened live, in order of time.
    settled: OnceLock<Vec<(i64, u64)>>,
    /// Of the others: how much had happened to each when it was looked at, and when.
    live: Mutex<HashMap<u64, (usize, Vec<i64>)>>,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) limit: usize,
    /// Whether what is otherwise now comes again.
    pub(super) with_changes: bool,
    /// Whether tickets count that are away.
    pub(super) with_deleted: bool,
}

/// One that is told: when, by which number, and of which ticket.
pub(super) struct Told {
    pub(super) at: i64,
    pub(super) id: u64,
    ticket: u64,
    event: MetricEvent,
}

impl Service {
    /// What is not told yet has not happened.
    fn tells_until(&self) -> i64 {
        self.desk.clock().now() - super::exports::TOO_YOUNG
    }

    pub(super) fn promises_of(&self, ticket: &Ticket) -> Vec<Promise> {
        let known = ticket.clone().until(self.tells_until() + 1);
        Clocks::of(&known, &self.hours, self.tells_until()).promises()
    }

    /// Everything of one ticket that happened up to an instant, in order.
    fn metric_events_of(&self, ticket: &Ticket, until: i64, with_changes: bool) -> Vec<Told> {
        let known = ticket.clone().until(until + 1);
        let events = Clocks::of(&known, &self.hours, until).events;
        let told = |(place, event): (usize, MetricEvent)| Told {
            at: if with_changes { event.changed_at } else { event.at },
            id: ids::metric_event(ticket.number, place),
            ticket: ticket.number,
            event,
        };
        events.into_iter().enumerate().map(told).collect()
    }

    /// What a ticket has of them beside it, by what is timed.
    pub(super) fn metric_events_beside(&self, ticket: &Ticket) -> Value {
        let mut by_metric: Map<String, Value> = Map::new();
        for told in self.metric_events_of(ticket, self.desk.clock().now(), false) {
            let metric = told.event.metric.word().to_owned();
            let list = by_metric.entry(metric).or_insert_with(|| json!([]));
            list.as_array_mut().into_iter().for_each(|list| list.push(told.json()));
        }
        Value::Object(by_metric)
    }

    /// What happened from an instant on and not later than another, in order: at least so much if there is as much, and always all of a second.
    pub(super) fn metric_events(&self, asked: &Wanted) -> Vec<Told> {
        let Wanted { from, until, limit, .. } = *asked;
        let mut most = limit;
        loop {
            let moments = self.desk.moments(from, until, most);
            let is_all = moments.len() < most;
            let end = moments.last().filter(|_| !is_all).map_or(until, |last| last.at);
            let mut tickets: BTreeSet<u64> = moments.iter().map(|moment| moment.ticket).collect();
            tickets.extend(self.broken.between(self, from, end));
            let mut told = self.told_of(tickets, asked);
            told.retain(|it| (from..=end).contains(&it.at));
            // Not all that happens to a ticket happens to a clock.
            if !is_all && told.len() < limit {
                most *= 4;
                continue;
            }
            told.sort_unstable_by_key(|it| (it.at, it.id));
            if let Some(last) = told.get(limit.max(1) - 1).map(|it| it.at) {
                told.truncate(told.partition_point(|it| it.at <= last));
            }
            return told;
        }
    }

    fn told_of(&self, tickets: BTreeSet<u64>, asked: &Wanted) -> Vec<Told> {
        let is_wanted = |number: &u64| asked.with_deleted || self.desk.removal(*number).is_none();
        let tickets = tickets.into_iter().filter(is_wanted);
        let tickets = tickets.filter_map(|number| self.desk.ticket(number));
        let of = |ticket| self.metric_events_of(&ticket, asked.until, asked.with_changes);
        tickets.flat_map(of).collect()
    }
}

impl Told {
    pub(super) fn json(&self) -> Value {
        let MetricEvent { metric, instance, at, ref kind, .. } = self.event;
        let mut told = json!({
            "id": self.id,
            "ticket_id": self.ticket,
            "metric": metric.word(),
            "instance_id": instance,
            "type": "measure",
            "time": Iso(at),
        });
        told["type"] = match kind {
            MetricKind::Measure => json!("measure"),
            MetricKind::Activate => json!("activate"),
            MetricKind::Pause => json!("pause"),
            MetricKind::Fulfill => json!("fulfill"),
            MetricKind::ApplySla(policy, minutes) => {
                told["sla"] = json!({
                    "target": minutes,
                    "target_in_seconds": minutes * 60,
                    "business_hours": policy.business_hours,
                    "policy": {
                        "id": policy.id,
                        "title": policy.title,
                        "description": policy.description,
                    },
                });
                json!("apply_sla")
            }
            MetricKind::Breach { deleted } => {
                told["deleted"] = json!(deleted);
                json!("breach")
            }
            MetricKind::UpdateStatus(calendar, business) => {
                told["status"] = json!({ "calendar": calendar, "business": business });
                json!("update_status")
            }
        };
        told
    }
}

impl Broken {
    /// The tickets of which a promise was broken from an instant on and not later than another.
    fn between(&self, service: &Service, from: i64, until: i64) -> Vec<u64> {
        let live = service.desk.changed();
        let settled = self.settled.get_or_init(|| {
            let quiet = service.desk.tickets().filter(|it| !live.contains_key(&it.number));
            let of = |ticket: Ticket| {
                let number = ticket.number;
                broken(service, &ticket).into_iter().map(move |at| (at, number))
            };
            let mut broken: Vec<_> = quiet.flat_map(of).collect();
            broken.sort_unstable();
            broken
        });
        let first = settled.partition_point(|(at, _)| *at < from);
        let found = settled[first..].iter().take_while(|(at, _)| *at <= until);
        let found = found.map(|(_, ticket)| *ticket).filter(|ticket| !live.contains_key(ticket));
        let mut known = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = live.iter().filter(|(number, count)| {
            let seen = known.entry(**number).or_default();
            if seen.0 != **count {
                let ticket = service.desk.ticket(**number);
                *seen = (**count, ticket.map_or_else(Vec::new, |it| broken(service, &it)));
            }
            seen.1.iter().any(|at| (from..=until).contains(at))
        });
        found.chain(moved.map(|(number, _)| *number)).collect()
    }
}

/// When promises of a ticket are broken if nothing more happens to it.
fn broken(service: &Service, ticket: &Ticket) -> Vec<i64> {
    let events = Clocks::of(ticket, &service.hours, i64::MAX).events.into_iter();
    let breaches = events.filter(|it| matches!(it.kind, MetricKind::Breach { .. }));
    breaches.map(|event| event.at).collect()
}
