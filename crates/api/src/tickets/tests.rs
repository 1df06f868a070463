//! Tickets and imports over REST and GraphQL.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use domain::accounts::Role;
use domain::kernel::PageArgs;
use domain::people;
use serde_json::{Value, json};

use crate::testing::{Answer, TestApi};

/// Two agents, three tickets; one is solved, one is spam.
const FILE: &str = "ticket,time,kind,actor,assignee,queue\n\
    1,2026-05-01T09:00:00Z,created,,,Sales\n\
    1,2026-05-01T09:10:00Z,message,ann,ann,Sales\n\
    1,2026-05-01T10:00:00Z,status:solved,ann,ann,Sales\n\
    2,2026-05-01T09:30:00Z,created,,bob,Sales\n\
    2,2026-05-01T09:31:00Z,message,bob,bob,Sales\n\
    3,2026-05-02T09:00:00Z,created,,,\n\
    3,2026-05-02T09:05:00Z,spam,,,\n";

async fn send(api: &TestApi, token: &str, path: &str, media_type: &str, body: &str) -> Answer {
    let request =
        TestRequest::post().uri(path).insert_header(("Authorization", format!("Bearer {token}")));
    api.send(request.insert_header(("Content-Type", media_type)).set_payload(body.to_owned())).await
}

#[actix_web::test]
async fn a_file_becomes_tickets_once() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let dry = send(&api, &acme.owner, "/v1/tickets/import?dry_run=true", "text/csv", FILE).await;
    assert_eq!(
        (dry.status, &dry.body["tickets"], &dry.body["accepted"]),
        (StatusCode::OK, &json!(3), &json!(7)),
        "{:?}",
        dry.body
    );
    assert_eq!(api.get(&acme.owner, "/v1/tickets").await.body["items"], json!([]));
    let first = send(&api, &acme.owner, "/v1/tickets/import", "text/csv", FILE).await;
    assert_eq!(
        first.body,
        json!({ "accepted": 7, "changed": 3, "rejected": 0, "tickets": 3, "events": 7, "rejects": [] })
    );
    let second = send(&api, &acme.owner, "/v1/tickets/import", "text/csv", FILE).await;
    assert_eq!((&second.body["changed"], &second.body["accepted"]), (&json!(0), &json!(7)));
    let tickets =
        api.get(&acme.owner, "/v1/tickets").await.body["items"].as_array().unwrap().clone();
    assert_eq!(tickets.len(), 3);
    let id = tickets[0]["id"].as_str().unwrap();
    let events = api.get(&acme.owner, &format!("/v1/tickets/{id}/events")).await.body;
    assert_eq!(events.as_array().unwrap().len(), 3);
    assert_eq!(events[2]["effects"][0], "status:solved");
}

#[actix_web::test]
async fn lines_that_cannot_be_read_are_told_and_cost_nothing_else() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let body = "{\"ticket\":\"1\",\"time\":\"2026-05-01T09:00:00Z\",\"kind\":\"created\"}\n{\"ticket\":\"2\",\"time\":\"yesterday\",\"kind\":\"created\"}\nnonsense\n";
    let answer = send(&api, &acme.owner, "/v1/tickets/import", "application/x-ndjson", body).await;
    assert_eq!(
        (&answer.body["accepted"], &answer.body["rejected"]),
        (&json!(1), &json!(2)),
        "{:?}",
        answer.body
    );
    assert_eq!(answer.body["rejects"][0]["line"], 2);
    assert!(answer.body["rejects"][0]["reason"].as_str().unwrap().contains("yesterday"));
    let refused = send(&api, &acme.owner, "/v1/tickets/import", "application/pdf", "%PDF").await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, Some("content_type"))
    );
    let missing =
        send(&api, &acme.owner, "/v1/tickets/import?mapping=nobody", "text/csv", FILE).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_mapping_is_kept_under_its_name() {
    let api = TestApi::new().await;
    let (acme, globex) = (api.tenant("acme").await, api.tenant("globex").await);
    let text = "source = \"desk\"\nrows = \"events\"\nzone = \"UTC\"\ntime_format = \"%Y/%m/%d %H:%M\"\n[columns]\nticket = \"Case\"\ntime = \"When\"\nkind = \"What\"\n[effects]\n\"Done\" = \"status:solved\"\n";
    let put = TestRequest::put()
        .uri("/v1/import_mappings/desk")
        .insert_header(("Authorization", format!("Bearer {}", acme.owner)));
    let put =
        api.send(put.insert_header(("Content-Type", "application/toml")).set_payload(text)).await;
    assert_eq!(
        (put.status, put.body["name"].as_str()),
        (StatusCode::OK, Some("desk")),
        "{:?}",
        put.body
    );
    let file = "Case,When,What\n7,2026/05/01 09:00,Opened\n7,2026/05/01 10:00,Done\n";
    let report = send(&api, &acme.owner, "/v1/tickets/import?mapping=desk", "text/csv", file).await;
    assert_eq!(report.body["accepted"], 2, "{:?}", report.body);
    assert_eq!(api.get(&acme.owner, "/v1/tickets").await.body["items"][0]["status"], "solved");
    let foreign =
        send(&api, &globex.owner, "/v1/tickets/import?mapping=desk", "text/csv", file).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let broken = TestRequest::put()
        .uri("/v1/import_mappings/desk")
        .insert_header(("Authorization", format!("Bearer {}", acme.owner)));
    let broken = api
        .send(broken.insert_header(("Content-Type", "application/toml")).set_payload("sauce = 1"))
        .await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(broken.body["detail"].as_str().unwrap().contains("sauce"), "{:?}", broken.body);
    let gone = api.call(&acme.owner, Method::DELETE, "/v1/import_mappings/desk", None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}

#[actix_web::test]
async fn rest_and_graphql_tell_the_same_numbers() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    send(&api, &acme.owner, "/v1/tickets/import", "text/csv", FILE).await;
    api.drain(&acme).await;
    let rest = api
        .get(
            &acme.owner,
            "/v1/kpis/first_response_time?from=2026-05-01&to=2026-06-01&zone=UTC&group_by=agent",
        )
        .await;
    assert_eq!(
        (&rest.body["unit"], &rest.body["pending"]),
        (&json!("seconds"), &json!(false)),
        "{:?}",
        rest.body
    );
    let graph = "{ kpi(metric: FIRST_RESPONSE_TIME, from: \"2026-05-01\", to: \"2026-06-01\", zone: \"UTC\", groupBy: AGENT) { rows { agent { id name } n mean p50 p90 max } } }";
    let graph = api.graphql(&acme.owner, graph, json!({})).await;
    assert_eq!(rest.body["rows"], graph["data"]["kpi"]["rows"]);
    let values: Vec<_> = rest.body["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["n"].clone(), row["max"].clone()))
        .collect();
    assert_eq!(values.len(), 2);
    assert!(
        values.contains(&(json!(1), json!(600))) && values.contains(&(json!(1), json!(60))),
        "{values:?}"
    );
    let range = "/v1/kpis/first_response_time?from=2026-05-01&to=2026-06-01&zone=UTC";
    let [commas, repeated] = ["group_by=agent,channel", "group_by=agent&group_by=channel"]
        .map(|groups| format!("{range}&{groups}"));
    let commas = api.get(&acme.owner, &commas).await;
    assert_eq!(commas.body["rows"].as_array().unwrap().len(), 2, "{:?}", commas.body);
    assert_eq!(api.get(&acme.owner, &repeated).await.body, commas.body);
    let twice = api.get(&acme.owner, &format!("{range}&zone=Europe/Rome")).await;
    assert_eq!(twice.body["fields"][0]["code"], "duplicate_field", "{:?}", twice.body);
    let series = api
        .get(
            &acme.owner,
            "/v1/kpis/first_response_time/series?from=2026-05-01&to=2026-05-03&zone=UTC&grain=day&group_by=agent",
        )
        .await;
    assert_eq!(series.body["buckets"], json!(["2026-05-01"]), "{:?}", series.body);
    assert_eq!(series.body["lines"][0]["n"], json!([1]));
    let graph = "{ kpi(metric: FIRST_RESPONSE_TIME, from: \"2026-05-01\", to: \"2026-05-03\", zone: \"UTC\", grain: DAY, groupBy: AGENT) { series { buckets lines { agent { id name } n max } } } }";
    let graph = api.graphql(&acme.owner, graph, json!({})).await;
    let columns = &graph["data"]["kpi"]["series"];
    assert_eq!(columns["buckets"], series.body["buckets"]);
    for (line, rest) in [0, 1].map(|n| (&columns["lines"][n], &series.body["lines"][n])) {
        assert_eq!((&line["agent"], &line["max"]), (&rest["agent"], &rest["max"]));
    }
    let nobody = "{ kpiTickets(metric: FIRST_RESPONSE_TIME, from: \"2026-05-01\", to: \"2026-06-01\", zone: \"UTC\", agent: \"none\", team: \"none\") { edges { node { externalId } } } }";
    let nobody = api.graphql(&acme.owner, nobody, json!({})).await;
    assert_eq!(nobody["data"]["kpiTickets"]["edges"], json!([{ "node": { "externalId": "3" } }]));
    let backlog = api.get(&acme.owner, "/v1/kpis/backlog?at=2026-05-03T00:00:00Z").await;
    assert_eq!(backlog.body["rows"][0]["n"], 1, "one is solved and one is spam");
    let behind = api.get(&acme.owner, "/v1/kpis/tickets_created/tickets?from=2026-05-01&to=2026-06-01&zone=UTC&included=false").await;
    assert_eq!(behind.body["items"][0]["reason"], "spam", "{:?}", behind.body);
}

#[actix_web::test]
async fn an_agent_sees_their_own_and_another_tenant_nothing() {
    let api = TestApi::new().await;
    let (acme, globex) = (api.tenant("acme").await, api.tenant("globex").await);
    send(&api, &acme.owner, "/v1/tickets/import", "text/csv", FILE).await;
    api.drain(&acme).await;
    let everybody = api.test.app.read(&acme.system, async |scope| {
        people::list(scope, &Default::default(), &PageArgs::default()).await
    });
    let ann =
        everybody.await.unwrap().items.into_iter().find(|person| person.name == "ann").unwrap();
    let agent = api.user(&acme, Role::Agent, Some(ann.id)).await;
    let viewer = api.user(&acme, Role::Viewer, None).await;
    let own = api.get(&agent, "/v1/tickets").await.body["items"].as_array().unwrap().clone();
    assert_eq!(own.iter().map(|ticket| &ticket["external_id"]).collect::<Vec<_>>(), [&json!("1")]);
    let query = "/v1/kpis/first_response_time?from=2026-05-01&to=2026-06-01&zone=UTC";
    let mine = api.get(&agent, &format!("{query}&group_by=agent")).await.body["rows"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(
        mine.iter().map(|row| row["agent"]["id"].clone()).collect::<Vec<_>>(),
        [json!(ann.id)]
    );
    assert_eq!(
        api.get(&viewer, &format!("{query}&group_by=agent")).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(api.get(&viewer, query).await.body["rows"][0]["n"], 2);
    assert_eq!(api.get(&viewer, "/v1/tickets").await.status, StatusCode::FORBIDDEN);

    let ids: Vec<Value> = api.get(&acme.owner, "/v1/tickets").await.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| ticket["id"].clone())
        .collect();
    for id in &ids {
        let id = id.as_str().unwrap();
        assert_eq!(
            api.get(&globex.owner, &format!("/v1/tickets/{id}")).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            api.get(&globex.owner, &format!("/v1/tickets/{id}/events")).await.status,
            StatusCode::NOT_FOUND
        );
    }
    let nodes = api
        .graphql(
            &globex.owner,
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": ids }),
        )
        .await;
    assert_eq!(nodes["data"]["nodes"], json!([null, null, null]));
    // The same file is another tenant's own tickets: nothing is shared by its ids.
    let theirs = send(&api, &globex.owner, "/v1/tickets/import", "text/csv", FILE).await;
    assert_eq!(theirs.body["changed"], 3);
    assert_eq!(
        api.get(&globex.owner, query).await.body["rows"][0]["n"],
        0,
        "its own cells are not added up yet, and nobody else's are read"
    );
}
