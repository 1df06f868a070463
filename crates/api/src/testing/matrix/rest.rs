//! The replay matrix of REST.

use std::collections::BTreeMap;

use super::calls::Call;
use super::contract::{Names, Operation, operations};
use super::denials::{Strangers, is_empty, shown};
use super::exemptions::Exemptions;
use super::needs::Needs;
use super::record::{Step, record};
use super::renamed::Renamed;
use super::world::{World, nowhere};

#[actix_web::test]
async fn every_operation_refuses_who_should_not_get_an_answer() {
    let exemptions = Exemptions::of("rest");
    let operations: Vec<_> =
        operations().into_iter().filter(|it| !exemptions.has(&it.id, "everything")).collect();
    let world = World::new().await;
    let (steps, failed) = record(&world, &operations).await;
    assert!(failed.is_empty(), "nobody found out how to call {failed:?}");
    let needs = needs(&world, &operations, &exemptions).await;
    assert_places_filled(&operations, &steps);

    let world = World::new().await;
    let secret = world.known(&world.here.owner, &operations).await;
    let theirs = world.known(&world.there.owner, &operations).await;
    let shown = shown(&world, &operations).await;
    let (cases, wrong) = (0, Vec::new());
    let mut strangers =
        Strangers { world: &world, secret, theirs, shown, exemptions, cases, wrong };
    strangers.secret.forget(&world.seen);
    let mut renamed = Renamed::default();
    for step in &steps {
        let of = &operations[step.operation];
        let call = step.call.with(|place, _| Some(renamed.apply(&step.call.filled[place].1)));
        strangers.try_out(of, &call, &needs[&of.id]).await;
        let answer = call.send(&world, of, Some(&world.here.owner)).await;
        strangers.cases += 1;
        assert_eq!(answer.status, step.answer.status, "{}: {:?}", of.id, answer.body);
        strangers.secret.learn(&answer.body);
        strangers.secret.forget(&world.seen);
        renamed.learn(&step.answer.body, &answer.body);
    }
    assert!(strangers.wrong.is_empty(), "{}", strangers.wrong.join("\n"));
    strangers.exemptions.assert_needed();
    println!("{} cases of {} operations", strangers.cases, operations.len());
}

/// What each operation needs, tried with ids that nothing has: who may not ask is told before anybody looks.
async fn needs(
    world: &World,
    operations: &[Operation],
    exemptions: &Exemptions,
) -> BTreeMap<String, Needs> {
    let mut needs = BTreeMap::new();
    for of in operations {
        let nothing = of.fixed().map(|slot| match &slot.names {
            Names::Id(prefix) => (slot.clone(), nowhere(prefix)),
            Names::Text { .. } => (slot.clone(), "nothing".to_owned()),
        });
        let call = Call::of(nothing.collect());
        let refused =
            async |token: &str| call.send(world, of, Some(token)).await.body["code"] == "forbidden";
        let these = Needs::found(world, refused).await;
        let fine = these.are_some() || exemptions.has(&of.id, "permission");
        assert!(fine, "{} needs {these:?}", of.id);
        needs.insert(of.id.clone(), these);
    }
    needs
}

/// Every place that may name a thing was filled in one of the calls.
fn assert_places_filled(operations: &[Operation], steps: &[Step]) {
    for (place, of) in operations.iter().enumerate() {
        let filled: Vec<_> = steps.iter().filter(|it| it.operation == place).collect();
        for slot in of.slots.iter().filter(|it| matches!(it.names, Names::Id(_))) {
            let found = filled.iter().any(|it| it.call.filled.iter().any(|it| it.0 == *slot));
            assert!(found, "{}: {slot:?} was never filled", of.id);
        }
        // What is found by nothing at all proves nothing for who finds nothing.
        let empty = |it: &&&Step| {
            it.call.filled.iter().any(|it| it.0.is_filter()) && is_empty(&it.answer.body)
        };
        let empty = filled.iter().find(empty).map(|it| &it.call.filled);
        assert!(empty.is_none(), "{}: the owner finds nothing by {empty:?}", of.id);
        let is_paged = filled.iter().any(|it| !it.call.more.is_empty());
        assert_eq!(is_paged, of.has_cursor, "{}: its second page was never read", of.id);
    }
}
