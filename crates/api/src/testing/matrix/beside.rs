//! The code's own wall alone: row-level security is off, and beside the tenant are others with the same ids or the same texts. Whatever is
//! asked and done, the tenant notices nothing of them, nor they of it. A statement that forgets to say whose rows it means fails here.

use actix_web::http::Method;
use serde_json::Value;

use super::contract::{Operation, operations};
use super::exemptions::Exemptions;
use super::fields;
use super::record::{Step, record};
use super::renamed::Renamed;
use super::schema::Schema;
use super::world::World;

/// An answer without what is drawn by chance.
pub(super) fn open(mut body: Value) -> Value {
    if let Value::Object(map) = &mut body {
        map.retain(|name, _| !matches!(name.as_str(), "client_secret" | "clientSecret" | "secret"));
        for value in map.values_mut() {
            *value = open(value.take());
        }
    }
    body
}

async fn replay(world: &World, operations: &[Operation], steps: &[Step]) -> Vec<String> {
    let (mut renamed, mut told) = (Renamed::default(), Vec::new());
    for step in steps {
        let of = &operations[step.operation];
        let call = step.call.with(|place, _| Some(renamed.apply(&step.call.filled[place].1)));
        let answer = call.send(world, of, Some(&world.here.owner)).await;
        renamed.learn(&step.answer.body, &answer.body);
        told.push(format!("{}: {} {}", of.id, answer.status, open(answer.body)));
    }
    told
}

/// Whatever the owner does and reads, then what is worked off later, then the reading again.
async fn day(
    world: &World,
    operations: &[Operation],
    steps: &[Step],
    of_graph: &[fields::Step<'_>],
) -> Vec<String> {
    let mut told = fields::replay(world, of_graph).await;
    told.extend(replay(world, operations, steps).await);
    world.api.drain(&world.here).await;
    for step in steps.iter().filter(|it| operations[it.operation].method == Method::GET) {
        let of = &operations[step.operation];
        let answer = step.call.send(world, of, Some(&world.here.owner)).await;
        told.push(format!("{} again: {} {}", of.id, answer.status, answer.body));
    }
    told
}

#[actix_web::test]
async fn a_tenant_notices_nothing_of_others_with_the_same_ids_nor_they_of_it() {
    let exemptions = Exemptions::of("rest");
    let operations: Vec<_> =
        operations().into_iter().filter(|it| !exemptions.has(&it.id, "everything")).collect();
    let world = World::of_owners().await;
    let schema = Schema::of(&world).await;
    let roots = fields::roots(&world, &schema).await;
    let (steps, _) = record(&world, &operations).await;
    let world = World::of_owners().await;
    let (of_graph, _) = fields::record(&world, &roots).await;

    let alone = World::of_owners().await;
    let expected = day(&alone, &operations, &steps, &of_graph).await;

    let beside = World::of_owners().await;
    let shadows = beside.api.test.shadow(beside.here.system.tenant).await;
    let mut before = Vec::new();
    for shadow in &shadows {
        before.push(beside.api.test.rows(*shadow).await);
    }
    let told = day(&beside, &operations, &steps, &of_graph).await;
    for (expected, told) in expected.iter().zip(&told) {
        assert_eq!(told, expected, "somebody else's rows came in between");
    }
    for (shadow, before) in shadows.iter().zip(before) {
        let after = beside.api.test.rows(*shadow).await;
        let changed: Vec<_> = before.iter().filter(|it| !after.contains(it)).collect();
        assert_eq!((changed.as_slice(), after.len()), ([].as_slice(), before.len()), "{shadow}");
    }
}
