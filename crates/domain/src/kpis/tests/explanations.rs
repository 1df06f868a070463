//! The tickets behind a number.

use super::asking::{april, behind, day, done_by};
use super::histories::{REPLY, event, history, person};
use super::world::World;
use crate::kernel::{PageArgs, Scope};
use crate::kpis::{
    Exclusion, Grain, GroupBy, KpiQuery, KpiTicketFilter, Metric, Whose, answer, explain,
};
use crate::tickets::{ActorKind, Effect, HistoryEvent};

#[tokio::test]
async fn the_tickets_behind_a_number_come_with_their_reasons() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let bot = |at| HistoryEvent { actor_kind: ActorKind::Bot, ..event(at, 0, &[REPLY]) };
    let mut spam = done_by(1, 3);
    spam.events.push(event(99, 1, &[Effect::Spam]));
    let unanswered = history(vec![event(1, 0, &[Effect::Created]), bot(2)]);
    let held = Effect::Assignee(Some(person(2)));
    let open =
        history(vec![event(4, 0, &[Effect::Created]), event(5, 1, &[REPLY]), event(6, 1, &[held])]);
    world.store(caller, &[done_by(1, 0), unanswered, spam, open]).await;
    world.drain(caller, 1_000).await;
    let of = async |metric, filter: &KpiTicketFilter| {
        let tickets = behind(&world, caller, metric, &april(&[]), filter).await;
        let told = tickets.into_iter().map(|ticket| (ticket.reason, ticket.value, ticket.agent));
        told.map(|(reason, value, agent)| (reason, value, agent.map(|agent| agent.name)))
            .collect::<Vec<_>>()
    };
    let (ada, bob) = (Some("Ada".to_owned()), Some("Bob".to_owned()));
    let all = of(Metric::FirstResponseTime, &KpiTicketFilter::default()).await;
    let expected = [
        (None, Some(3_600), ada.clone()),
        (Some(Exclusion::NoResponse), None, None),
        (Some(Exclusion::Spam), None, ada.clone()),
        (None, Some(60), ada.clone()),
    ];
    assert_eq!(all, expected);
    let included = KpiTicketFilter { included: Some(true), ..KpiTicketFilter::default() };
    assert_eq!(of(Metric::FirstResponseTime, &included).await.len(), 2);
    let excluded = KpiTicketFilter { included: Some(false), ..KpiTicketFilter::default() };
    assert_eq!(of(Metric::FirstResponseTime, &excluded).await.len(), 2);
    let backlog = of(Metric::Backlog, &included).await;
    assert_eq!(backlog, [(None, Some(1), None), (None, Some(1), bob)]);
    let hers = KpiTicketFilter { agent: Some(Whose::Of(person(1))), ..included };
    assert_eq!(of(Metric::TicketsSolved, &hers).await, [(None, None, ada)]);
}

#[tokio::test]
async fn a_bucket_of_a_query_has_its_own_tickets() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    world.store(caller, &[done_by(1, 0), done_by(1, 9_000), done_by(2, 9_000)]).await;
    let query = KpiQuery { grain: Some(Grain::Month), ..april(&[]) };
    let of = |bucket| KpiTicketFilter { bucket: day(bucket), ..KpiTicketFilter::default() };
    for (bucket, count) in [("2024-03-01", 1), ("2024-04-01", 2)] {
        let tickets = behind(&world, caller, Metric::TicketsSolved, &query, &of(bucket)).await;
        assert_eq!(tickets.len(), count);
    }
    let read = async |scope: &Scope| {
        explain(scope, Metric::TicketsSolved, &query, &of("2024-04-02"), &PageArgs::default()).await
    };
    let error = world.app.read(caller, read).await.unwrap_err();
    assert_eq!(error.fields()[0].code, "unknown_bucket");
}

#[tokio::test]
async fn every_row_of_an_answer_can_be_asked_for() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let nobody = history(vec![event(1, 0, &[Effect::Created])]);
    let by = |agent, day: i64| done_by(agent, day * 24 * 60);
    let histories = [by(1, 0), by(2, 0), by(2, 5), by(2, 9), by(3, 2), by(4, 1), nobody];
    world.store(caller, &histories).await;
    world.drain(caller, 1_000).await;
    let mut kinds = std::collections::HashSet::new();
    for metric in [Metric::TicketsCreated, Metric::TicketsSolved, Metric::Backlog] {
        for group_by in
            [vec![GroupBy::Agent], vec![GroupBy::Team], vec![GroupBy::Agent, GroupBy::Team]]
        {
            let query = KpiQuery { grain: Some(Grain::Month), ..april(&group_by) };
            let read = async |scope: &Scope| answer(scope, metric, &query).await;
            let rows = world.app.read(caller, read).await.unwrap().rows;
            for row in rows {
                let agent = row.agent.map_or(Whose::Nobody, |agent| Whose::Of(agent.id));
                let team = row.team.map_or(Whose::Nobody, |team| Whose::Of(team.id));
                let filter = KpiTicketFilter {
                    bucket: row.bucket,
                    agent: group_by.contains(&GroupBy::Agent).then_some(agent),
                    team: group_by.contains(&GroupBy::Team).then_some(team),
                    included: Some(true),
                };
                let tickets = behind(&world, caller, metric, &query, &filter).await;
                assert_eq!(Some(tickets.len() as i64), row.n, "{metric:?} {filter:?}");
                kinds.insert((agent == Whose::Nobody, team == Whose::Nobody));
            }
        }
    }
    assert_eq!(kinds.len(), 4, "somebody's and nobody's, in a team and in none");
}
