//! Asking, in few words.

use chrono::NaiveDate;

use super::histories::{REPLY, event, history, person, status};
use super::world::World;
use crate::kernel::{Caller, PageArgs, Scope};
use crate::kpis::{
    GroupBy, KpiAnswer, KpiQuery, KpiTicket, KpiTicketFilter, Metric, answer, explain,
};
use crate::tickets::{Effect, History, StatusCategory};

pub(super) fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

pub(super) fn range(from: &str, to: &str) -> KpiQuery {
    KpiQuery { from: day(from), to: day(to), ..KpiQuery::default() }
}

pub(super) fn april(group_by: &[GroupBy]) -> KpiQuery {
    KpiQuery { group_by: group_by.to_vec(), ..range("2024-03-30", "2024-04-30") }
}

pub(super) fn solved() -> Effect {
    status(StatusCategory::Solved)
}

/// A ticket that comes in at a minute, and is answered and solved by somebody an hour later.
pub(super) fn done_by(who: u128, at: i64) -> History {
    let assigned = Effect::Assignee(Some(person(who)));
    history(vec![
        event(at, 0, &[Effect::Created]),
        event(at + 60, who, &[REPLY, assigned, solved()]),
    ])
}

pub(super) async fn ask(
    world: &World,
    caller: &Caller,
    metric: Metric,
    query: &KpiQuery,
) -> KpiAnswer {
    let read = async |scope: &Scope| answer(scope, metric, query).await;
    world.app.read(caller, read).await.unwrap()
}

pub(super) async fn refused(
    world: &World,
    caller: &Caller,
    metric: Metric,
    query: &KpiQuery,
) -> String {
    let read = async |scope: &Scope| answer(scope, metric, query).await;
    let error = world.app.read(caller, read).await.unwrap_err();
    match error.fields() {
        [field, ..] => format!("{} {}", field.pointer, field.code),
        [] => error.code().to_owned(),
    }
}

pub(super) async fn behind(
    world: &World,
    caller: &Caller,
    metric: Metric,
    query: &KpiQuery,
    filter: &KpiTicketFilter,
) -> Vec<KpiTicket> {
    let mut tickets = Vec::new();
    let mut page = PageArgs { limit: Some(2), after: None };
    loop {
        let read = async |scope: &Scope| explain(scope, metric, query, filter, &page).await;
        let mut part = world.app.read(caller, read).await.unwrap();
        assert!(part.items.len() <= 2);
        tickets.append(&mut part.items);
        page.after = part.next;
        if page.after.is_none() {
            return tickets;
        }
    }
}

pub(super) fn people(answer: &KpiAnswer) -> Vec<(&str, Option<i64>)> {
    let rows = answer.rows.iter();
    rows.map(|row| (row.agent.as_ref().map_or("", |agent| &agent.name), row.n)).collect()
}
