//! An edge shows nobody what they could not ask for at the root.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::{Method, StatusCode};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::contract::operations;
use super::exemptions::Exemptions;
use super::fields::ask;
use super::schema::Schema;
use super::world::{Known, World};

/// A field of a type that leads to things.
struct Edge {
    of: String,
    name: String,
    document: String,
}

fn edges(schema: &Schema) -> Vec<Edge> {
    let mut edges = Vec::new();
    for of in schema.possible("Node") {
        let leads = |it: &&super::schema::Field| schema.is_object(&it.leads_to);
        for field in schema.fields(of).filter(leads) {
            let required = field.arguments.iter().any(|it| it.is_required);
            assert!(!required, "{of}.{}: say here how to ask for it", field.name);
            let (name, inside) = (field.name.clone(), schema.selection(&field.leads_to, 0));
            let document = format!(
                "query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {of} {{ it: {name}{inside} }} }} }}"
            );
            edges.push(Edge { of: of.clone(), name, document });
        }
    }
    edges
}

/// The ids of things in an answer.
fn things(answer: &Value, tell: &mut BTreeSet<String>) {
    match answer {
        Value::Array(list) => list.iter().for_each(|it| things(it, tell)),
        Value::Object(map) => {
            if let (Some(_), Some(Value::String(id))) = (map.get("__typename"), map.get("id")) {
                tell.insert(id.clone());
            }
            map.values().for_each(|it| things(it, tell));
        }
        _ => {}
    }
}

/// Those of some ids that somebody finds at the root, with their types.
async fn found(world: &World, token: &str, ids: &[String]) -> BTreeMap<String, String> {
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let mut found = BTreeMap::new();
    // By their kinds: a kind that somebody may not ask for at all is an answer without anything.
    let mut kinds = Known::default();
    kinds.learn(&json!(ids));
    for ids in kinds.0.values().flat_map(|ids| ids.chunks(100)) {
        let answer = ask(world, Some(token), query, &json!({ "ids": ids })).await;
        for thing in answer.body["data"]["nodes"].as_array().into_iter().flatten() {
            let text = |name: &str| thing[name].as_str().unwrap_or_default().to_owned();
            if thing.is_object() {
                found.insert(text("id"), text("__typename"));
            }
        }
    }
    found
}

/// Gives those whose reach ends somewhere something to reach: a team of their own to lead, with one of the others below it.
async fn let_in(world: &World) {
    let teams = world.api.ids(&world.here, "/v1/teams").await;
    for (person, below) in world.seen.iter().zip([&teams[1], &teams[3]]) {
        let new = json!({ "name": format!("Led by {person}") });
        let team = world.api.made(&world.here, "/v1/teams", new).await;
        let days = json!({ "person_id": person, "team_id": team, "valid_from": "2026-01-01" });
        world.api.made(&world.here, "/v1/team_leads", days.clone()).await;
        world.api.made(&world.here, "/v1/memberships", days).await;
        let (path, moved) = (format!("/v1/teams/{below}"), json!({ "parent_id": team }));
        let moved = world.api.call(&world.here.owner, Method::PATCH, &path, Some(moved)).await;
        assert_eq!(moved.status, StatusCode::OK, "{:?}", moved.body);
    }
    // What somebody may do is remembered for two seconds.
    world.api.test.app.clock().advance(TimeDelta::seconds(3));
}

#[actix_web::test]
async fn every_edge_shows_no_more_than_the_root() {
    let exemptions = Exemptions::of("edges");
    let world = World::new().await;
    let_in(&world).await;
    let schema = Schema::of(&world).await;
    let known = world.known(&world.here.owner, &operations()).await;
    let ids: Vec<String> = known.all().cloned().collect();
    let types = found(&world, &world.here.owner, &ids).await;
    let callers = world.clients.iter().map(|it| (it.0.word().to_owned(), &it.1));
    let outsiders = world.outsiders.iter().map(|it| (format!("{:?}", it.0), &it.1));
    let stranger = ("another tenant".to_owned(), &world.there.owner);
    let callers: Vec<_> = callers.chain(outsiders).chain([stranger]).collect();
    let (mut cases, mut shown) = (0, 0);
    for edge in edges(&schema) {
        let name = format!("{}.{}", edge.of, edge.name);
        let from: Vec<_> = types.iter().filter(|it| *it.1 == edge.of).map(|it| it.0).collect();
        let from = json!({ "ids": from });
        let answer = ask(&world, Some(&world.here.owner), &edge.document, &from).await;
        let leads = answer.body["data"]["nodes"].as_array().expect("nodes").iter();
        let leads = leads.filter(|it| it["it"].is_object() || it["it"][0].is_object()).count();
        assert!(leads > 0, "{name} leads nowhere: {:?}", answer.body);
        for (who, token) in &callers {
            cases += 1;
            let answer = ask(&world, Some(token), &edge.document, &from).await;
            let mut things_shown = BTreeSet::new();
            things(&answer.body, &mut things_shown);
            let ids: Vec<_> = things_shown.into_iter().collect();
            shown += ids.len();
            let at_root = found(&world, token, &ids).await;
            let hidden: Vec<_> = ids.iter().filter(|it| !at_root.contains_key(*it)).collect();
            assert!(
                hidden.is_empty() || exemptions.has(&name, "root"),
                "{name} shows {who} {hidden:?}"
            );
        }
    }
    exemptions.assert_needed();
    assert!(shown > 0, "nobody was shown anything");
    println!("{cases} cases of edges");
}
