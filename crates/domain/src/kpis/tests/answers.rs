//! Questions: what they may ask, what they get, and what they cost.

use chrono::{DateTime, Utc};

use super::asking::{april, ask, day, done_by, range, refused, solved};
use super::histories::{event, history, minute, person, queue};
use super::world::{World, team};
use crate::kernel::Scope;
use crate::kpis::{Grain, GroupBy, KpiQuery, Metric};
use crate::tickets::{Channel, Effect, History};

#[tokio::test]
async fn a_backlog_at_an_instant_counts_what_was_strictly_before() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let assigned = Effect::Assignee(Some(person(1)));
    let told = history(vec![
        event(7, 0, &[Effect::Created]),
        event(8, 0, &[assigned]),
        event(9, 1, &[solved()]),
    ]);
    world.store(caller, &[told]).await;
    world.drain(caller, 1_000).await;
    let open = async |at: DateTime<Utc>, group_by: &[GroupBy]| {
        let group_by = group_by.to_vec();
        let query = KpiQuery { at: Some(at), group_by, ..KpiQuery::default() };
        ask(&world, caller, Metric::Backlog, &query).await.rows
    };
    for (at, n) in [(0, 0), (7, 0), (8, 1), (9, 1), (10, 0), (100_000, 0)] {
        assert_eq!(open(minute(at), &[]).await[0].n, Some(n), "minute {at}");
    }
    assert_eq!(open(minute(8), &[GroupBy::Agent]).await[0].agent, None);
    let held = open(minute(9), &[GroupBy::Agent, GroupBy::Team]).await;
    assert_eq!((held.len(), held[0].agent.as_ref().unwrap().name.as_str()), (1, "Ada"));
    assert_eq!(held[0].team.as_ref().unwrap().name, "North");
    assert_eq!(open(minute(10), &[GroupBy::Agent]).await, []);
    // Nothing given is now, which is later than all of it.
    let now = ask(&world, caller, Metric::Backlog, &KpiQuery::default()).await;
    assert_eq!((now.rows.len(), now.rows[0].n), (1, Some(0)));
}

#[tokio::test]
async fn rows_look_as_the_interface_says() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    world.store(caller, &[done_by(1, 0), done_by(1, 9_000)]).await;
    world.drain(caller, 1_000).await;
    let query = KpiQuery { grain: Some(Grain::Month), ..april(&[GroupBy::Agent]) };
    let answer = ask(&world, caller, Metric::FirstResponseTime, &query).await;
    let ada = person(1).to_string();
    let row = |bucket| {
        serde_json::json!({
            "bucket": bucket, "partial": true, "agent": {"id": ada, "name": "Ada"},
            "n": 1, "mean": 3600.0, "p50": 3600, "p90": 3600, "max": 3600,
        })
    };
    let expected = serde_json::json!({
        "metric": "first_response_time", "definition_version": 1, "unit": "seconds", "pending": false,
        "rows": [row("2024-03-01"), row("2024-04-01")],
    });
    assert_eq!(serde_json::to_value(&answer).unwrap(), expected);
    let counted = ask(&world, caller, Metric::TicketsSolved, &april(&[])).await;
    assert_eq!(serde_json::to_value(&counted.rows).unwrap(), serde_json::json!([{"n": 2}]));
    let nothing = range("2024-06-01", "2024-07-01");
    let empty = ask(&world, caller, Metric::FirstResponseTime, &nothing).await;
    assert_eq!(serde_json::to_value(&empty.rows).unwrap(), serde_json::json!([{"n": 0}]));
}

#[tokio::test]
async fn empty_buckets_are_rows_unless_something_is_grouped() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    world.store(caller, &[done_by(1, 0)]).await;
    world.drain(caller, 1_000).await;
    for metric in Metric::ALL {
        let daily = |group_by| KpiQuery { grain: Some(Grain::Day), ..april(group_by) };
        assert_eq!(ask(&world, caller, *metric, &daily(&[])).await.rows.len(), 31, "{metric:?}");
        let grouped = ask(&world, caller, *metric, &daily(&[GroupBy::Channel])).await;
        assert!(grouped.rows.len() <= 1, "{metric:?}");
    }
}

#[tokio::test]
async fn weeks_begin_when_the_tenant_says() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let sundays = async |scope: &Scope| {
        let sql = "UPDATE tenants SET week_start = 'sunday' WHERE id = $1";
        super::world::run(scope, sql, Vec::new()).await
    };
    world.app.write(caller, sundays).await.unwrap();
    let weekly = KpiQuery { grain: Some(Grain::Week), ..april(&[]) };
    let answer = ask(&world, caller, Metric::TicketsCreated, &weekly).await;
    assert_eq!(answer.rows[1].bucket, day("2024-03-31"));
}

#[tokio::test]
async fn questions_without_sense_are_refused_with_the_place() {
    let world = World::peopled("UTC").await;
    let nothing = KpiQuery::default;
    let created = Metric::TicketsCreated;
    let backlog = Metric::Backlog;
    let (at, grain) = (Some(minute(0)), Some(Grain::Day));
    let endless = KpiQuery { from: day("2024-01-01"), ..nothing() };
    let mars_zone = Some("Mars/Base".to_owned());
    let mars = KpiQuery { zone: mars_zone.clone(), ..april(&[]) };
    let unknown = KpiQuery { team_id: Some(team(9)), ..april(&[]) };
    for (metric, query, refusal) in [
        (created, nothing(), "/from required"),
        (created, endless, "/to required"),
        (created, KpiQuery { at, ..nothing() }, "/at not_applicable"),
        (backlog, KpiQuery { at, ..april(&[]) }, "/at contradictory"),
        (backlog, KpiQuery { grain, ..nothing() }, "/from required"),
        (backlog, range("2024-01-02", "2024-01-01"), "/to empty_range"),
        (backlog, mars, "/zone unknown_zone"),
        (backlog, unknown, "not_found"),
        (backlog, KpiQuery { at, zone: mars_zone, ..nothing() }, "/zone unknown_zone"),
        (created, KpiQuery { agent_id: Some(person(99)), ..april(&[]) }, "not_found"),
        (created, KpiQuery { queue_id: Some(queue(99)), ..april(&[]) }, "not_found"),
    ] {
        assert_eq!(refused(&world, &world.caller, metric, &query).await, refusal, "{query:?}");
    }
}

/// In 1900 the clocks of Kathmandu were 5:41:16 ahead: no quarter hour began a day there, but nothing happened then.
#[tokio::test]
async fn odd_clocks_before_everything_do_not_matter() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let zone = Some("Asia/Kathmandu".to_owned());
    let ever = KpiQuery { zone, ..range("1900-01-01", "2025-01-01") };
    world.store(caller, &[done_by(2, 0)]).await;
    let told = ask(&world, caller, Metric::TicketsSolved, &ever).await;
    assert!(told.pending, "rollups are read, which do not have it yet");
    world.drain(caller, 1_000).await;
    let told = ask(&world, caller, Metric::TicketsSolved, &ever).await;
    assert_eq!((told.pending, told.rows[0].n), (false, Some(1)));
    // Where something did happen, facts say on which side of the edge.
    world.store(caller, &[done_by(2, -66_000_000)]).await;
    let told = ask(&world, caller, Metric::TicketsSolved, &ever).await;
    assert!(!told.pending, "facts are read");
}

#[tokio::test]
async fn a_team_filter_takes_all_below_and_a_group_each_by_itself() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    // Bob is in Far East, then in West, then nowhere, then in East.
    let days = [0, 7, 11, 20].map(|day| done_by(2, day * 1_440));
    world.store(caller, &days).await;
    world.drain(caller, 1_000).await;
    let teams = ask(&world, caller, Metric::TicketsSolved, &april(&[GroupBy::Team])).await;
    let told: Vec<_> =
        teams.rows.iter().map(|row| row.team.as_ref().map_or("", |team| &team.name)).collect();
    assert_eq!(told, ["East", "Far East", "West", ""]);
    for (number, n) in [(1, 2), (2, 2), (3, 1), (4, 1)] {
        let query = KpiQuery { team_id: Some(team(number)), ..april(&[]) };
        let answer = ask(&world, caller, Metric::TicketsSolved, &query).await;
        assert_eq!(answer.rows[0].n, Some(n), "team {number}");
    }
}

#[tokio::test]
async fn an_answer_takes_the_same_statements_however_much_it_covers() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let mut counts = Vec::new();
    for round in 1..4i64 {
        let mut told = Vec::new();
        for number in 0..round * 20 {
            let who = number.unsigned_abs() as u128 % 4 + 1;
            told.push(History {
                channel: if number % 2 == 0 { Channel::Chat } else { Channel::Phone },
                ..done_by(who, number * 700)
            });
        }
        world.store(caller, &told).await;
        world.drain(caller, 1_000).await;
        let all = [GroupBy::Agent, GroupBy::Team, GroupBy::Channel];
        let query = KpiQuery { grain: Some(Grain::Week), team_id: Some(team(1)), ..april(&all) };
        let at = KpiQuery { at: Some(minute(77)), team_id: Some(team(1)), ..KpiQuery::default() };
        let mut count = Vec::new();
        for (metric, query) in [
            (Metric::FirstResponseTime, &query),
            (Metric::Backlog, &query),
            (Metric::Backlog, &at),
            (Metric::TicketsCreated, &april(&[])),
        ] {
            let before = world.app.database().statements();
            ask(&world, caller, metric, query).await;
            count.push(world.app.database().statements() - before);
        }
        counts.push(count);
    }
    // The tenant, teams, members, links, marks of cells and of tickets, rollups (a balance's before and within, and the rest of a quarter hour), names if any.
    assert_eq!(counts, vec![vec![8, 8, 9, 4]; 3]);
}
