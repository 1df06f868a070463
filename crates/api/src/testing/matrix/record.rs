//! What the owner does, so that everything succeeds once.

use actix_web::http::Method;

use super::calls::{Call, Variant, candidates};
use super::contract::{Names, Operation, Place, Slot};
use super::denials::is_empty;
use super::world::{Known, World};
use crate::testing::Answer;

/// How many ways to fill an operation are tried before another is.
const TRIES: usize = 200;
/// How often all are gone through: one may need what another makes.
const ROUNDS: usize = 4;

/// A call that succeeded.
pub(super) struct Step {
    pub(super) operation: usize,
    pub(super) call: Call,
    pub(super) answer: Answer,
}

/// Everything an owner may do, each once and then once more for each optional place, in an order in which it succeeds. What cannot be
/// made to succeed is named.
pub(super) async fn record(world: &World, operations: &[Operation]) -> (Vec<Step>, Vec<String>) {
    let mut known = world.known(&world.here.owner, operations).await;
    known.forget(&world.kept);
    let mut steps = Vec::new();
    let mut open: Vec<usize> = (0..operations.len()).collect();
    open.sort_by_key(|it| match operations[*it].method {
        Method::GET => 0,
        Method::DELETE => 2,
        _ => 1,
    });
    for _ in 0..ROUNDS {
        let mut left = Vec::new();
        for operation in open {
            match succeed(world, &known, operation, &operations[operation]).await {
                Some(step) => {
                    known.learn(&step.answer.body);
                    known.forget(&world.kept);
                    steps.push(step);
                    steps.extend(narrowed(world, &known, operation, &operations[operation]).await);
                }
                None => left.push(operation),
            }
        }
        // What is done at the same address is what the other undoes: one that was late finds nothing left to undo.
        let is_near =
            |it: &usize| left.iter().any(|other| operations[*other].path == operations[*it].path);
        open = match left.is_empty() {
            true => left,
            false => (0..operations.len()).filter(is_near).collect(),
        };
        open.sort_by_key(|it| operations[*it].method == Method::DELETE);
    }
    (steps, open.into_iter().map(|it| operations[it].id.clone()).collect())
}

impl World {
    /// Every id that a caller finds, from list to list.
    pub(super) async fn known(&self, token: &str, operations: &[Operation]) -> Known {
        let mut known = Known::default();
        // What is only found below another thing is found in the second round.
        for _ in 0..2 {
            for of in operations.iter().filter(|it| it.method == Method::GET) {
                let mut calls = vec![Call::bare()];
                for slot in of.fixed() {
                    let values = match &slot.names {
                        Names::Id(prefix) => known.of(prefix).to_vec(),
                        Names::Text { .. } => Vec::new(),
                    };
                    calls = values
                        .iter()
                        .map(|it| Call::of(vec![(slot.clone(), it.clone())]))
                        .collect();
                }
                for call in calls {
                    let answer = call.send(self, of, Some(token)).await;
                    known.learn(&answer.body);
                }
            }
        }
        known
    }
}

impl Call {
    pub(super) fn of(filled: Vec<(Slot, String)>) -> Self {
        Self { filled, more: Vec::new(), body: Variant { is_full: true, number: 0 } }
    }

    fn bare() -> Self {
        Self::of(Vec::new())
    }
}

async fn succeed(world: &World, known: &Known, operation: usize, of: &Operation) -> Option<Step> {
    let slots: Vec<Slot> = of.fixed().cloned().collect();
    for (is_full, number) in [(true, 0), (true, 1), (false, 2)] {
        let variant = Variant { is_full, number };
        let mut fillings = fillings(world, known, &slots).await;
        // Each begins with another thing, so that not all is done to the first one.
        let first = operation % fillings.len().max(1);
        fillings.rotate_left(first);
        for filled in fillings {
            let call = Call { body: variant, ..Call::of(filled) };
            let answer = call.send(world, of, Some(&world.here.owner)).await;
            if answer.status.is_success() {
                return Some(Step { operation, call, answer });
            }
        }
        if of.body.is_none() {
            break;
        }
    }
    None
}

/// The same with each place that need not be filled.
async fn narrowed(world: &World, known: &Known, operation: usize, of: &Operation) -> Vec<Step> {
    let mut steps = Vec::new();
    for slot in of.optional() {
        let mut slots: Vec<Slot> = of.fixed().cloned().collect();
        slots.push(slot.clone());
        // Rather one by which something is found.
        let mut best: Option<Step> = None;
        for filled in fillings(world, known, &slots).await {
            let call = Call::of(filled);
            let answer = call.send(world, of, Some(&world.here.owner)).await;
            let finds = !is_empty(&answer.body);
            if answer.status.is_success() && (finds || best.is_none()) {
                best = Some(Step { operation, call, answer });
                if finds {
                    break;
                }
            }
        }
        steps.extend(best);
    }
    if of.has_cursor {
        steps.extend(following(world, known, operation, of).await);
    }
    steps
}

/// The second page of a list, by its cursor.
async fn following(world: &World, known: &Known, operation: usize, of: &Operation) -> Option<Step> {
    let slots: Vec<Slot> = of.fixed().cloned().collect();
    for filled in fillings(world, known, &slots).await {
        let mut call = Call::of(filled);
        call.more.push(("limit".to_owned(), "1".to_owned()));
        let first = call.send(world, of, Some(&world.here.owner)).await;
        let Some(next) = first.body["next"].as_str() else { continue };
        call.more.push(("after".to_owned(), next.to_owned()));
        let answer = call.send(world, of, Some(&world.here.owner)).await;
        if answer.status.is_success() {
            return Some(Step { operation, call, answer });
        }
    }
    None
}

/// Ways to fill some places with what is known.
async fn fillings(world: &World, known: &Known, slots: &[Slot]) -> Vec<Vec<(Slot, String)>> {
    let mut ways = vec![Vec::new()];
    for slot in slots {
        let values = candidates(world, known, slot).await;
        let longer = values.iter().flat_map(|value| {
            ways.iter().map(|way| {
                let mut way = way.clone();
                way.push((slot.clone(), value.clone()));
                way
            })
        });
        ways = longer.take(TRIES).collect();
    }
    ways
}

impl Place {
    pub(super) fn is_path(&self) -> bool {
        matches!(self, Self::Path(_))
    }
}
