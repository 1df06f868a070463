//! Who sees whose numbers.

use super::asking::{april, ask, behind, day, done_by, people, refused};
use super::histories::person;
use super::world::{World, team};
use crate::kernel::{PageArgs, Scope};
use crate::kpis::{Grain, GroupBy, KpiQuery, KpiRow, KpiTicketFilter, Metric, explain};

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
    let by_agent = ask(&world, lead, Metric::TicketsSolved, &april(&[GroupBy::Agent])).await;
    // Bob's is his own number, wherever he was.
    assert_eq!(people(&by_agent), [("Bob", Some(2)), ("Cid", Some(1))]);
    let total = ask(&world, lead, Metric::TicketsSolved, &april(&[])).await;
    assert_eq!(total.rows[0].n, Some(2), "what Bob did in West is not the lead's");
    let other = KpiQuery { agent_id: Some(person(1)), ..april(&[]) };
    assert_eq!(refused(&world, lead, Metric::TicketsSolved, &other).await, "not_found");
    let above = KpiQuery { team_id: Some(team(1)), ..april(&[]) };
    assert_eq!(refused(&world, lead, Metric::TicketsSolved, &above).await, "not_found");
    let tickets =
        behind(&world, lead, Metric::TicketsSolved, &april(&[]), &KpiTicketFilter::default()).await;
    assert_eq!(tickets.len(), 3);
}

#[tokio::test]
async fn a_person_sees_her_own_numbers_and_nobody_elses() {
    let world = World::peopled("UTC").await;
    world.store(&world.caller, &[done_by(1, 0), done_by(2, 0), done_by(2, 9)]).await;
    world.drain(&world.caller, 1_000).await;
    let bob = &world.user(2);
    let total = ask(&world, bob, Metric::TicketsSolved, &april(&[])).await;
    assert_eq!(total.rows[0].n, Some(2));
    let by_agent = ask(&world, bob, Metric::TicketsSolved, &april(&[GroupBy::Agent])).await;
    assert_eq!(people(&by_agent), [("Bob", Some(2))]);
    let created = ask(&world, bob, Metric::TicketsCreated, &april(&[])).await;
    assert_eq!(created.rows[0].n, Some(0), "nobody is credited with a creation");
    let ada = KpiQuery { agent_id: Some(person(1)), ..april(&[]) };
    assert_eq!(refused(&world, bob, Metric::TicketsSolved, &ada).await, "not_found");
    // Of a team that he was in, his own; one that he was never in is not there.
    for (number, expected) in [(1, Some(2)), (3, Some(2)), (4, Some(0)), (9, None)] {
        let of = KpiQuery { team_id: Some(team(number)), ..april(&[]) };
        match expected {
            Some(n) => {
                let own = ask(&world, bob, Metric::TicketsSolved, &of).await;
                assert_eq!(own.rows[0].n, Some(n), "team {number}");
            }
            None => {
                let code = refused(&world, bob, Metric::TicketsSolved, &of).await;
                assert_eq!(code, "not_found", "team {number}");
            }
        }
    }
    assert_eq!(
        refused(&world, &world.user(4), Metric::TicketsSolved, &april(&[])).await,
        "forbidden"
    );
}

#[tokio::test]
async fn who_sees_totals_only_gets_none_of_a_single_person() {
    let world = World::peopled("UTC").await;
    world.store(&world.caller, &[done_by(1, 0), done_by(2, 0), done_by(1, 9 * 1_440)]).await;
    world.drain(&world.caller, 1_000).await;
    let viewer = &world.user(3);
    let solved = Metric::TicketsSolved;
    assert_eq!(refused(&world, viewer, solved, &april(&[GroupBy::Agent])).await, "forbidden");
    let one = KpiQuery { agent_id: Some(person(1)), ..april(&[]) };
    assert_eq!(refused(&world, viewer, solved, &one).await, "forbidden");
    let read = async |scope: &Scope| {
        let filter = KpiTicketFilter::default();
        explain(scope, solved, &april(&[]), &filter, &PageArgs::default()).await
    };
    assert_eq!(world.app.read(viewer, read).await.unwrap_err().code(), "forbidden");
    let total = ask(&world, viewer, solved, &april(&[])).await;
    assert_eq!((total.rows[0].n, total.rows[0].withheld), (Some(3), false));
    let monthly = KpiQuery { grain: Some(Grain::Month), ..april(&[]) };
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
