//! Marks and sums under way: in small steps, interrupted, and by many at once.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::histories::{any_history, event, history, status};
use super::world::{World, facts};

use crate::kernel::jobs::Job;
use crate::kernel::{Caller, Error, Scope, TenantId};
use crate::kpis::commands::drain_unit;
use crate::kpis::entity::rollup;
use crate::kpis::jobs::Drain;
use crate::kpis::{
    KpiQuery, Metric, TicketFacts, answer, answer_from_facts, drain, is_pending, replace_facts,
};
use crate::tickets::{Effect, History, StatusCategory};

fn whole() -> KpiQuery {
    let day = |text: &str| Some(text.parse().unwrap());
    KpiQuery { from: day("2024-03-01"), to: day("2024-06-01"), ..KpiQuery::default() }
}

fn some_histories(count: usize) -> Vec<History> {
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(any_history(40), count);
    strategy.new_tree(&mut runner).unwrap().current()
}

async fn same_both_ways(world: &World, caller: &Caller) {
    for metric in Metric::ALL {
        let read = async |scope: &Scope| {
            let query = whole();
            Ok((
                answer(scope, *metric, &query).await?,
                answer_from_facts(scope, *metric, &query).await?,
            ))
        };
        let (fast, slow) = world.app.read(caller, read).await.unwrap();
        assert_eq!(fast, slow);
    }
}

#[tokio::test]
async fn an_answer_says_that_changes_are_being_worked_in_until_they_are() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let created = [history(vec![event(0, 0, &[Effect::Created])])];
    world.store(caller, &created).await;
    let ask = async |from: &str, to: &str| {
        let query = KpiQuery {
            from: Some(from.parse().unwrap()),
            to: Some(to.parse().unwrap()),
            ..KpiQuery::default()
        };
        let read = async |scope: &Scope| answer(scope, Metric::TicketsCreated, &query).await;
        let answer = world.app.read(caller, read).await.unwrap();
        (answer.pending, answer.rows[0].n)
    };
    assert_eq!(ask("2024-03-30", "2024-03-31").await, (true, Some(0)));
    assert_eq!(ask("2024-03-01", "2024-04-01").await, (true, Some(0)));
    assert_eq!(ask("2024-02-01", "2024-05-01").await, (true, Some(0)));
    // What the mark does not touch is not held up by it.
    assert_eq!(ask("2024-03-29", "2024-03-30").await, (false, Some(0)));
    assert_eq!(ask("2024-03-31", "2024-05-01").await, (false, Some(0)));
    world.drain(caller, 1_000).await;
    assert_eq!(ask("2024-03-30", "2024-03-31").await, (false, Some(1)));
    assert!(!world.app.read(caller, is_pending).await.unwrap());
}

#[tokio::test]
async fn the_same_facts_again_mark_nothing_and_ask_for_no_job() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let told = some_histories(5);
    world.store(caller, &told).await;
    let job = world.app.claim(TenantId::NONE, &[Drain::KIND]).await.unwrap().unwrap();
    assert_eq!(job.kind, "kpis.drain");
    world.drain(caller, 1_000).await;
    world.store(caller, &told).await;
    assert!(!world.app.read(caller, is_pending).await.unwrap());
    assert!(world.app.claim(TenantId::NONE, &[Drain::KIND]).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_gone_leaves_no_rollup() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let solved = status(StatusCategory::Solved);
    let mut events = vec![event(0, 0, &[Effect::Created]), event(5, 1, &[solved])];
    world.store(caller, &[history(events.clone())]).await;
    world.drain(caller, 1_000).await;
    events.push(event(9, 1, &[Effect::Deleted]));
    world.store(caller, &[history(events)]).await;
    world.drain(caller, 1_000).await;
    same_both_ways(&world, caller).await;
    let rows = async |scope: &Scope| {
        use sea_orm::PaginatorTrait;
        let rollups = scope.find::<crate::kpis::entity::rollup::Entity>();
        Ok(rollups.count(scope.tx()).await?)
    };
    assert_eq!(world.app.read(caller, rows).await.unwrap(), 0);
}

#[tokio::test]
async fn a_damaged_rollup_is_answered_from_facts_and_made_anew() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let mut told = some_histories(20);
    world.store(caller, &told).await;
    world.drain(caller, 1_000).await;
    let spoil = async |scope: &Scope| {
        let all = scope.update_many::<rollup::Entity>();
        Ok(all.col_expr(rollup::Column::Cells, vec![9u8].into()).exec(scope.tx()).await?)
    };
    assert!(world.app.write(caller, spoil).await.unwrap().rows_affected > 10);
    same_both_ways(&world, caller).await;
    // The next change of each ticket meets the damage; all of its month comes back.
    told.reverse();
    world.store(caller, &told).await;
    world.drain(caller, 1_000).await;
    let cells = async |scope: &Scope| Ok(scope.find::<rollup::Entity>().all(scope.tx()).await?);
    let months = world.app.read(caller, cells).await.unwrap();
    let marked = |month: &rollup::Model| month.cells == [9];
    assert!(months.iter().any(|month| !marked(month)));
    same_both_ways(&world, caller).await;
}

#[tokio::test]
async fn small_units_come_to_the_same() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    world.store(caller, &some_histories(60)).await;
    let mut units = 0;
    while world.app.write(caller, async |scope| drain_unit(scope, 50, 3).await).await.unwrap() > 0 {
        units += 1;
        assert!(units < 2_000, "every unit brings something further");
    }
    assert!(units > 20, "{units}");
    same_both_ways(&world, caller).await;
    assert!(!world.app.read(caller, is_pending).await.unwrap());
}

#[tokio::test]
async fn an_interrupted_unit_changes_nothing() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    world.store(caller, &some_histories(10)).await;
    for step in 0..10 {
        let cut_off = async |scope: &Scope| {
            drain_unit(scope, 20, 10).await?;
            if step % 2 == 0 { Err(Error::conflict("cut_off", "cut off")) } else { Ok(()) }
        };
        assert_eq!(world.app.write(caller, cut_off).await.is_err(), step % 2 == 0);
    }
    world.drain(caller, 1_000).await;
    same_both_ways(&world, caller).await;
}

#[tokio::test]
async fn writers_and_drainers_at_once_lose_and_double_nothing() {
    let world = World::peopled("UTC").await;
    let caller = &world.caller;
    let told = some_histories(90);
    // Each writer has tickets of its own, as the lock of a ticket's row sees to, but they share cells.
    let writer = async |part: usize| {
        for round in 0..3 {
            let own: Vec<TicketFacts> = facts(&told).into_iter().skip(part * 30).take(30).collect();
            for unit in own.chunks(7) {
                let mut unit = unit.to_vec();
                // The same tickets come again with another one's history.
                let shifted = |ticket: &TicketFacts| {
                    let other = (ticket.ticket.0.as_u128() as usize + round * 11) % told.len();
                    crate::kpis::facts_of(&told[other])
                };
                unit.iter_mut().for_each(|ticket| ticket.facts = shifted(ticket));
                let write = async |scope: &Scope| replace_facts(scope, unit.clone()).await;
                world.app.write_retrying(caller, write).await.unwrap();
            }
        }
    };
    let drainer = async || {
        for _ in 0..40 {
            let unit = async |scope: &Scope| drain(scope, 25).await;
            world.app.write_retrying(caller, unit).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(writer(0), writer(1), writer(2), drainer(), drainer());
    world.drain(caller, 1_000).await;
    same_both_ways(&world, caller).await;
}
