//! Questions: what they may ask, what they get, and what they cost.

use chrono::{DateTime, NaiveDate, Utc};

use super::histories::{REPLY, event, history, minute, person, status};
use super::world::{World, team};
use crate::kernel::{Caller, ErrorKind, PageArgs, Scope};
use crate::kpis::{
    Exclusion, Grain, GroupBy, KpiAnswer, KpiQuery, KpiRow, KpiTicket, KpiTicketFilter, Metric,
    answer, explain,
};
use crate::tickets::{ActorKind, Channel, Effect, History, HistoryEvent, StatusCategory};

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

fn range(from: &str, to: &str) -> KpiQuery {
    KpiQuery {
        from: day(from),
        to: day(to),
        ..KpiQuery::default()
    }
}

fn april(group_by: &[GroupBy]) -> KpiQuery {
    KpiQuery {
        group_by: group_by.to_vec(),
        ..range("2024-03-30", "2024-04-30")
    }
}

fn solved() -> Effect {
    status(StatusCategory::Solved)
}

/// A ticket that comes in at a minute, and is answered and solved by somebody an hour later.
fn done_by(who: u128, at: i64) -> History {
    let assigned = Effect::Assignee(Some(person(who)));
    history(vec![
        event(at, 0, &[Effect::Created]),
        event(at + 60, who, &[REPLY, assigned, solved()]),
    ])
}

async fn ask(world: &World, caller: &Caller, metric: Metric, query: &KpiQuery) -> KpiAnswer {
    let read = async |scope: &Scope| answer(scope, metric, query).await;
    world.app.read(caller, read).await.unwrap()
}

async fn refused(world: &World, caller: &Caller, metric: Metric, query: &KpiQuery) -> String {
    let read = async |scope: &Scope| answer(scope, metric, query).await;
    let error = world.app.read(caller, read).await.unwrap_err();
    match error.kind() {
        ErrorKind::Invalid => format!("{} {}", error.fields()[0].pointer, error.fields()[0].code),
        _ => error.code().to_owned(),
    }
}

async fn behind(
    world: &World,
    caller: &Caller,
    metric: Metric,
    query: &KpiQuery,
    filter: &KpiTicketFilter,
) -> Vec<KpiTicket> {
    let mut tickets = Vec::new();
    let mut page = PageArgs {
        limit: Some(2),
        after: None,
    };
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

fn people(answer: &KpiAnswer) -> Vec<(&str, Option<i64>)> {
    let rows = answer.rows.iter();
    rows.map(|row| (row.agent.as_ref().map_or("", |agent| &agent.name), row.n))
        .collect()
}

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
        let query = KpiQuery {
            at: Some(at),
            group_by,
            ..KpiQuery::default()
        };
        ask(&world, caller, Metric::Backlog, &query).await.rows
    };
    for (at, n) in [(0, 0), (7, 0), (8, 1), (9, 1), (10, 0), (100_000, 0)] {
        assert_eq!(open(minute(at), &[]).await[0].n, Some(n), "minute {at}");
    }
    assert_eq!(open(minute(8), &[GroupBy::Agent]).await[0].agent, None);
    let held = open(minute(9), &[GroupBy::Agent, GroupBy::Team]).await;
    assert_eq!(
        (held.len(), held[0].agent.as_ref().unwrap().name.as_str()),
        (1, "Ada")
    );
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
    world
        .store(caller, &[done_by(1, 0), done_by(1, 9_000)])
        .await;
    world.drain(caller, 1_000).await;
    let query = KpiQuery {
        grain: Some(Grain::Month),
        ..april(&[GroupBy::Agent])
    };
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
    assert_eq!(
        serde_json::to_value(&counted.rows).unwrap(),
        serde_json::json!([{"n": 2}])
    );
    let nothing = range("2024-06-01", "2024-07-01");
    let empty = ask(&world, caller, Metric::FirstResponseTime, &nothing).await;
    assert_eq!(
        serde_json::to_value(&empty.rows).unwrap(),
        serde_json::json!([{"n": 0}])
    );
}

#[tokio::test]
async fn empty_buckets_are_rows_unless_something_is_grouped() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    world.store(caller, &[done_by(1, 0)]).await;
    world.drain(caller, 1_000).await;
    for metric in Metric::ALL {
        let daily = |group_by| KpiQuery {
            grain: Some(Grain::Day),
            ..april(group_by)
        };
        assert_eq!(
            ask(&world, caller, *metric, &daily(&[])).await.rows.len(),
            31,
            "{metric:?}"
        );
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
    let weekly = KpiQuery {
        grain: Some(Grain::Week),
        ..april(&[])
    };
    let answer = ask(&world, caller, Metric::TicketsCreated, &weekly).await;
    assert_eq!(answer.rows[1].bucket, day("2024-03-31"));
}

#[tokio::test]
async fn questions_without_sense_are_refused_with_the_place() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let at = Some(minute(0));
    for (metric, query, refusal) in [
        (
            Metric::TicketsCreated,
            KpiQuery::default(),
            "/from required",
        ),
        (
            Metric::TicketsCreated,
            KpiQuery {
                from: day("2024-01-01"),
                ..KpiQuery::default()
            },
            "/to required",
        ),
        (
            Metric::TicketsCreated,
            KpiQuery {
                at,
                ..KpiQuery::default()
            },
            "/at not_applicable",
        ),
        (
            Metric::Backlog,
            KpiQuery { at, ..april(&[]) },
            "/at contradictory",
        ),
        (
            Metric::Backlog,
            KpiQuery {
                grain: Some(Grain::Day),
                ..KpiQuery::default()
            },
            "/from required",
        ),
        (
            Metric::Backlog,
            range("2024-01-02", "2024-01-01"),
            "/to empty_range",
        ),
        (
            Metric::Backlog,
            KpiQuery {
                zone: Some("Mars/Base".to_owned()),
                ..april(&[])
            },
            "/zone unknown_zone",
        ),
        (
            Metric::Backlog,
            KpiQuery {
                team_id: Some(team(9)),
                ..april(&[])
            },
            "not_found",
        ),
    ] {
        assert_eq!(
            refused(&world, caller, metric, &query).await,
            refusal,
            "{query:?}"
        );
    }
}

#[tokio::test]
async fn a_team_filter_takes_all_below_and_a_group_each_by_itself() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    // Bob is in Far East, then in West, then nowhere, then in East.
    let days = [0, 7, 11, 20].map(|day| done_by(2, day * 1_440));
    world.store(caller, &days).await;
    world.drain(caller, 1_000).await;
    let teams = ask(
        &world,
        caller,
        Metric::TicketsSolved,
        &april(&[GroupBy::Team]),
    )
    .await;
    let told: Vec<_> = teams
        .rows
        .iter()
        .map(|row| row.team.as_ref().map_or("", |team| &team.name))
        .collect();
    assert_eq!(told, ["East", "Far East", "West", ""]);
    for (number, n) in [(1, 2), (2, 2), (3, 1), (4, 1)] {
        let query = KpiQuery {
            team_id: Some(team(number)),
            ..april(&[])
        };
        let answer = ask(&world, caller, Metric::TicketsSolved, &query).await;
        assert_eq!(answer.rows[0].n, Some(n), "team {number}");
    }
}

#[tokio::test]
async fn a_lead_sees_the_people_of_today_and_the_teams_as_they_were() {
    let world = World::peopled("UTC").await;
    // Ada is not hers; Bob and Cid are now. Dan helps nowhere.
    let told = [
        done_by(1, 0),
        done_by(2, 0),
        done_by(2, 7 * 1_440),
        done_by(3, 20 * 1_440),
        done_by(4, 0),
    ];
    world.store(&world.caller, &told).await;
    world.drain(&world.caller, 1_000).await;
    let lead = &world.user(1);
    let by_agent = ask(
        &world,
        lead,
        Metric::TicketsSolved,
        &april(&[GroupBy::Agent]),
    )
    .await;
    // Bob's is his own number, wherever he was.
    assert_eq!(people(&by_agent), [("Bob", Some(2)), ("Cid", Some(1))]);
    let total = ask(&world, lead, Metric::TicketsSolved, &april(&[])).await;
    assert_eq!(
        total.rows[0].n,
        Some(2),
        "what Bob did in West is not the lead's"
    );
    let other = KpiQuery {
        agent_id: Some(person(1)),
        ..april(&[])
    };
    assert_eq!(
        refused(&world, lead, Metric::TicketsSolved, &other).await,
        "not_found"
    );
    let above = KpiQuery {
        team_id: Some(team(1)),
        ..april(&[])
    };
    assert_eq!(
        refused(&world, lead, Metric::TicketsSolved, &above).await,
        "not_found"
    );
    let tickets = behind(
        &world,
        lead,
        Metric::TicketsSolved,
        &april(&[]),
        &KpiTicketFilter::default(),
    )
    .await;
    assert_eq!(tickets.len(), 3);
}

#[tokio::test]
async fn a_person_sees_her_own_numbers_and_nobody_elses() {
    let world = World::peopled("UTC").await;
    world
        .store(
            &world.caller,
            &[done_by(1, 0), done_by(2, 0), done_by(2, 9)],
        )
        .await;
    world.drain(&world.caller, 1_000).await;
    let bob = &world.user(2);
    let total = ask(&world, bob, Metric::TicketsSolved, &april(&[])).await;
    assert_eq!(total.rows[0].n, Some(2));
    let by_agent = ask(
        &world,
        bob,
        Metric::TicketsSolved,
        &april(&[GroupBy::Agent]),
    )
    .await;
    assert_eq!(people(&by_agent), [("Bob", Some(2))]);
    let created = ask(&world, bob, Metric::TicketsCreated, &april(&[])).await;
    assert_eq!(
        created.rows[0].n,
        Some(0),
        "nobody is credited with a creation"
    );
    let ada = KpiQuery {
        agent_id: Some(person(1)),
        ..april(&[])
    };
    assert_eq!(
        refused(&world, bob, Metric::TicketsSolved, &ada).await,
        "not_found"
    );
    assert_eq!(
        refused(&world, &world.user(4), Metric::TicketsSolved, &april(&[])).await,
        "forbidden"
    );
}

#[tokio::test]
async fn who_sees_totals_only_gets_none_of_a_single_person() {
    let world = World::peopled("UTC").await;
    world
        .store(
            &world.caller,
            &[done_by(1, 0), done_by(2, 0), done_by(1, 9 * 1_440)],
        )
        .await;
    world.drain(&world.caller, 1_000).await;
    let viewer = &world.user(3);
    let solved = Metric::TicketsSolved;
    assert_eq!(
        refused(&world, viewer, solved, &april(&[GroupBy::Agent])).await,
        "forbidden"
    );
    let one = KpiQuery {
        agent_id: Some(person(1)),
        ..april(&[])
    };
    assert_eq!(refused(&world, viewer, solved, &one).await, "forbidden");
    let read = async |scope: &Scope| {
        let filter = KpiTicketFilter::default();
        explain(scope, solved, &april(&[]), &filter, &PageArgs::default()).await
    };
    assert_eq!(
        world.app.read(viewer, read).await.unwrap_err().code(),
        "forbidden"
    );
    let total = ask(&world, viewer, solved, &april(&[])).await;
    assert_eq!((total.rows[0].n, total.rows[0].withheld), (Some(3), false));
    let monthly = KpiQuery {
        grain: Some(Grain::Month),
        ..april(&[])
    };
    for metric in [solved, Metric::FullResolutionTime] {
        let rows = ask(&world, viewer, metric, &monthly).await.rows;
        assert_eq!((rows[0].n, rows[0].withheld), (Some(2), false));
        let withheld = KpiRow {
            bucket: day("2024-04-01"),
            partial: true,
            withheld: true,
            ..KpiRow::default()
        };
        assert_eq!(rows[1], withheld);
    }
    let created = ask(&world, viewer, Metric::TicketsCreated, &monthly).await;
    assert_eq!(created.rows[1].n, Some(1), "a creation tells of nobody");
}

#[tokio::test]
async fn the_tickets_behind_a_number_come_with_their_reasons() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let bot = |at| HistoryEvent {
        actor_kind: ActorKind::Bot,
        ..event(at, 0, &[REPLY])
    };
    let mut spam = done_by(1, 3);
    spam.events.push(event(99, 1, &[Effect::Spam]));
    let unanswered = history(vec![event(1, 0, &[Effect::Created]), bot(2)]);
    let held = Effect::Assignee(Some(person(2)));
    let open = history(vec![
        event(4, 0, &[Effect::Created]),
        event(5, 1, &[REPLY]),
        event(6, 1, &[held]),
    ]);
    world
        .store(caller, &[done_by(1, 0), unanswered, spam, open])
        .await;
    world.drain(caller, 1_000).await;
    let of = async |metric, filter: &KpiTicketFilter| {
        let tickets = behind(&world, caller, metric, &april(&[]), filter).await;
        let told = tickets
            .into_iter()
            .map(|ticket| (ticket.reason, ticket.value, ticket.agent));
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
    let included = KpiTicketFilter {
        included: Some(true),
        ..KpiTicketFilter::default()
    };
    assert_eq!(of(Metric::FirstResponseTime, &included).await.len(), 2);
    let excluded = KpiTicketFilter {
        included: Some(false),
        ..KpiTicketFilter::default()
    };
    assert_eq!(of(Metric::FirstResponseTime, &excluded).await.len(), 2);
    let backlog = of(Metric::Backlog, &included).await;
    assert_eq!(backlog, [(None, Some(1), None), (None, Some(1), bob)]);
    let hers = KpiTicketFilter {
        agent: Some(person(1)),
        ..included
    };
    assert_eq!(of(Metric::TicketsSolved, &hers).await, [(None, None, ada)]);
}

#[tokio::test]
async fn a_bucket_of_a_query_has_its_own_tickets() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    world
        .store(
            caller,
            &[done_by(1, 0), done_by(1, 9_000), done_by(2, 9_000)],
        )
        .await;
    let query = KpiQuery {
        grain: Some(Grain::Month),
        ..april(&[])
    };
    let of = |bucket| KpiTicketFilter {
        bucket: day(bucket),
        ..KpiTicketFilter::default()
    };
    for (bucket, count) in [("2024-03-01", 1), ("2024-04-01", 2)] {
        let tickets = behind(&world, caller, Metric::TicketsSolved, &query, &of(bucket)).await;
        assert_eq!(tickets.len(), count);
    }
    let read = async |scope: &Scope| {
        explain(
            scope,
            Metric::TicketsSolved,
            &query,
            &of("2024-04-02"),
            &PageArgs::default(),
        )
        .await
    };
    let error = world.app.read(caller, read).await.unwrap_err();
    assert_eq!(error.fields()[0].code, "unknown_bucket");
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
                channel: if number % 2 == 0 {
                    Channel::Chat
                } else {
                    Channel::Phone
                },
                ..done_by(who, number * 700)
            });
        }
        world.store(caller, &told).await;
        world.drain(caller, 1_000).await;
        let all = [GroupBy::Agent, GroupBy::Team, GroupBy::Channel];
        let query = KpiQuery {
            grain: Some(Grain::Week),
            team_id: Some(team(1)),
            ..april(&all)
        };
        let at = KpiQuery {
            at: Some(minute(77)),
            team_id: Some(team(1)),
            ..KpiQuery::default()
        };
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
    // The tenant, teams, members, links, marks, rollups (a balance's before and within, and the rest of a quarter hour), names if any.
    assert_eq!(counts, vec![vec![7, 7, 8, 3]; 3]);
}
