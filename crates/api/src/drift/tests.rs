//! Helpdesks' own figures beside ours, over REST and GraphQL.

use actix_web::http::StatusCode;
use domain::accounts::Role;
use domain::connections::ConnectionId;
use domain::kpis;
use domain::tickets::source::{
    self, Attributes, Figures, References, Rows, SourceActor, SourceEffect, SourceEvent, SourceRow,
    SourceTicket, Unit,
};
use domain::tickets::{ActorKind, StatusCategory};
use serde_json::{Value, json};

use crate::testing::{Tenant, TestApi};

/// 2026-03-02T12:00:00Z.
const NOON: i64 = 1_772_452_800;

fn event(id: &str, minute: i64, kind: ActorKind, effects: &[SourceEffect]) -> SourceEvent {
    SourceEvent {
        id: Some(id.to_owned()),
        kind: id.to_owned(),
        at: (NOON + minute * 60) * 1_000_000,
        actor: SourceActor { kind, who: None },
        effects: effects.to_vec(),
    }
}

/// A ticket that is answered after 10 minutes, solved after 30 and reopened after 40, of which the helpdesk says something.
fn ticket(name: &str, figures: Figures) -> SourceTicket {
    let message = || SourceEffect::Message { public: true };
    let is = SourceEffect::Status;
    let events = vec![
        event("1", 0, ActorKind::Customer, &[SourceEffect::Created, message()]),
        event("2", 10, ActorKind::Human, &[message()]),
        event("3", 30, ActorKind::Human, &[is(StatusCategory::Solved)]),
        event("4", 40, ActorKind::Customer, &[is(StatusCategory::Open)]),
    ];
    let row = SourceRow {
        ticket: name.to_owned(),
        line: 0,
        shape: Rows::Events,
        version: Some(NOON + 86_400),
        attributes: Attributes { figures: Some(figures), ..Attributes::default() },
        events,
    };
    SourceTicket::of_rows(name.to_owned(), vec![row])
}

/// A connection with two tickets: of one the helpdesk says nearly what we do, and drops its solution; of the other it has nothing.
async fn desk(api: &TestApi, tenant: &Tenant) -> String {
    let new = json!({
        "name": "Desk",
        "vendor": "zendesk",
        "base_url": "https://acme.zendesk.com",
        "credentials": { "email": "ann@acme.test", "api_token": "secret" },
    });
    let id = api.made(tenant, "/v1/connections", new).await;
    let connection: ConnectionId = id.parse().unwrap();
    let told = Figures {
        first_response_seconds: Some(600 - 30),
        full_resolution_seconds: None,
        reopens: Some(1),
    };
    let mut unit = Unit::default();
    unit.add(ticket("1", told));
    unit.add(ticket("2", Figures::default()));
    let write = async |scope: &_| {
        source::write(scope, connection, &References::default(), &unit, kpis::follow).await
    };
    api.test.app.write(&tenant.system, write).await.unwrap();
    id
}

fn drift(body: &Value, metric: &str) -> Value {
    let metrics = body["metrics"].as_array().unwrap();
    metrics.iter().find(|it| it["metric"] == metric).unwrap().clone()
}

#[actix_web::test]
async fn drift_is_told_with_its_causes() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let id = desk(&api, &acme).await;
    let path = format!("/v1/connections/{id}/drift?from=2026-03-02&to=2026-03-03");
    let told = api.get(&acme.owner, &path).await;
    assert_eq!(told.status, StatusCode::OK, "{:?}", told.body);
    let first = drift(&told.body, "first_response_time");
    assert_eq!(
        (&first["n"], &first["equal"], &first["only_ours"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!((&first["mean_ours"], &first["mean_source"]), (&json!(600.0), &json!(570.0)));
    assert_eq!((&first["difference_p50"], &first["tolerance"]), (&json!(30), &json!(60)));
    assert!(first["source_definition"].as_str().unwrap().contains("reply_time_in_minutes"));
    let causes: Vec<_> =
        first["causes"].as_array().unwrap().iter().map(|it| &it["cause"]).collect();
    assert_eq!(causes, ["rounding", "history_incomplete"], "{first}");
    let solved = drift(&told.body, "full_resolution_time");
    assert_eq!(solved["causes"][0]["cause"], "reopened_since", "{solved}");
    assert_eq!((&solved["n"], &solved["only_ours"]), (&json!(0), &json!(2)));
    let reopens = drift(&told.body, "reopens");
    assert_eq!((&reopens["n"], &reopens["equal"]), (&json!(1), &json!(1)), "{reopens}");
    // The days say which tickets: solutions are of the day on which they were.
    let before = format!("/v1/connections/{id}/drift?from=2026-03-01&to=2026-03-02");
    let before = api.get(&acme.owner, &before).await.body;
    assert_eq!(
        (&drift(&before, "reopens")["n"], &before["from"]),
        (&json!(0), &json!("2026-03-01"))
    );
    let query = format!(
        "{{ connectionDrift(id: \"{id}\", from: \"2026-03-02\", to: \"2026-03-03\") {{ metrics {{ metric n equal causes {{ cause n ticketIds }} }} }} }}"
    );
    let graph = api.graphql(&acme.owner, &query, json!({})).await;
    let graph = &graph["data"]["connectionDrift"]["metrics"][0];
    assert_eq!((&graph["metric"], &graph["n"]), (&json!("FIRST_RESPONSE_TIME"), &json!(1)));
    assert_eq!(graph["causes"][0]["ticketIds"], first["causes"][0]["ticket_ids"]);
}

#[actix_web::test]
async fn a_ticket_has_the_figures_of_both() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let connection = desk(&api, &acme).await;
    let list = format!("/v1/tickets?connection_id={connection}&external_id=1");
    let id = api.get(&acme.owner, &list).await.body["items"][0]["id"].as_str().unwrap().to_owned();
    let told = api.get(&acme.owner, &format!("/v1/tickets/{id}/metrics")).await.body;
    let expected = json!([
        { "metric": "first_response_time", "value": 600, "exclusion": null, "source_value": 570, "cause": "rounding" },
        { "metric": "full_resolution_time", "value": 1800, "exclusion": null, "source_value": null, "cause": "reopened_since" },
        { "metric": "reopens", "value": 1, "exclusion": null, "source_value": 1, "cause": null },
    ]);
    assert_eq!(told, expected);
    let query =
        format!("{{ ticket(id: \"{id}\") {{ metrics {{ metric value sourceValue cause }} }} }}");
    let graph = api.graphql(&acme.owner, &query, json!({})).await;
    let of_reopens = json!({ "metric": "REOPENS", "value": 1, "sourceValue": 1, "cause": null });
    assert_eq!(graph["data"]["ticket"]["metrics"][2], of_reopens, "{graph}");
}

#[actix_web::test]
async fn days_are_some_and_not_too_many() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let id = desk(&api, &acme).await;
    for days in ["from=2026-03-02&to=2026-03-02", "from=2024-03-02&to=2026-03-02"] {
        let refused = api.get(&acme.owner, &format!("/v1/connections/{id}/drift?{days}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{days}: {:?}", refused.body);
    }
    let told = api.get(&acme.owner, &format!("/v1/connections/{id}/drift")).await.body;
    let days = |name: &str| told[name].as_str().unwrap().parse::<chrono::NaiveDate>().unwrap();
    assert_eq!((days("to") - days("from")).num_days(), 30);
}

#[actix_web::test]
async fn drift_is_for_whoever_sees_all_tickets() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let id = desk(&api, &acme).await;
    let path = format!("/v1/connections/{id}/drift");
    let analyst = api.user(&acme, Role::QualityAnalyst, None).await;
    assert_eq!(api.get(&analyst, &path).await.status, StatusCode::OK);
    let agent = api.user(&acme, Role::Agent, None).await;
    assert_eq!(api.get(&agent, &path).await.status, StatusCode::FORBIDDEN);
    let other = api.tenant("other").await;
    assert_eq!(api.get(&other.owner, &path).await.status, StatusCode::NOT_FOUND);
}
