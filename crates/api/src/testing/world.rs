//! A tenant in which every kind of thing is there more than once, and every edge leads somewhere.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use domain::connections::sync::{self, Advance};
use domain::connections::{ConnectionId, RunState, Vendor};
use domain::hooks::{Inbox, Kept};
use domain::kernel::Caller;
use domain::tickets::SlaMetric;
use domain::tickets::source::{References, SourcePromise, SourceRating, SourceTarget, Told, Unit};
use domain::{kpis, tickets};
use serde_json::{Value, json};

use super::{Tenant, TestApi};

/// Five tickets of two agents, two queues and two customers; two are merged away. `%` is the tenant's name in addresses: it stands in
/// every text of a tenant, so that one knows its texts where one meets them.
const FILE: &str = "ticket,time,kind,actor,assignee,queue,customer,merged_into\n\
    1 %,2026-05-02T09:00:00Z,created,,ann %,Sales %,c1 %,\n\
    1 %,2026-05-02T09:10:00Z,message,ann %,ann %,Sales %,c1 %,\n\
    1 %,2026-05-02T10:00:00Z,merged,ann %,ann %,Sales %,c1 %,4 %\n\
    2 %,2026-05-02T09:00:00Z,created,,bob %,Support %,c2 %,\n\
    2 %,2026-05-02T10:00:00Z,merged,bob %,bob %,Support %,c2 %,5 %\n\
    3 %,2026-05-02T09:00:00Z,created,,ann %,Sales %,c1 %,\n\
    4 %,2026-05-01T09:00:00Z,created,,,Sales %,c1 %,\n\
    4 %,2026-05-01T09:10:00Z,message,ann %,ann %,Sales %,c1 %,\n\
    4 %,2026-05-01T10:00:00Z,status:solved,ann %,ann %,Sales %,c1 %,\n\
    5 %,2026-05-01T09:30:00Z,created,,bob %,Support %,c2 %,\n\
    5 %,2026-05-01T09:31:00Z,message,bob %,bob %,Support %,c2 %,\n";

fn target(ticket: &str, n: i32, policy: &str) -> SourceTarget {
    let what = SourcePromise {
        policy: Some(policy.to_owned()),
        target_seconds: Some(3_600),
        clock: None,
        applied_at: 0,
        due_at: None,
    };
    SourceTarget {
        ticket: ticket.to_owned(),
        source_metric: "reply_time".to_owned(),
        instance: n.into(),
        metric: SlaMetric::FirstReplyTime,
        promise: Some(Told { order: 1, what: Some(what) }),
        progress: None,
        breach: None,
    }
}

impl TestApi {
    /// Fills a tenant with two of everything.
    pub(crate) async fn fill(&self, tenant: &Tenant) {
        let slug = &tenant.slug;
        self.connect(tenant).await;
        self.import(tenant).await;
        let people = self.ids(tenant, "/v1/people").await;
        let sources = self.ids(tenant, "/v1/connections").await;
        let queues = self.get(&tenant.owner, "/v1/queues").await.body;
        for (n, person) in people.iter().enumerate() {
            let top = self
                .made(tenant, "/v1/teams", json!({ "name": format!("Region {n} {slug}") }))
                .await;
            let below = json!({ "name": format!("Team {n} {slug}"), "parent_id": top });
            let team = self.made(tenant, "/v1/teams", below).await;
            let days = |mut of: Value| {
                of["person_id"] = json!(person);
                of["team_id"] = json!(team);
                of["valid_from"] = json!("2026-01-01");
                of
            };
            self.made(tenant, "/v1/memberships", days(json!({}))).await;
            self.made(tenant, "/v1/team_leads", days(json!({}))).await;
            let known =
                json!({ "connection_id": sources[0], "external_id": format!("x{n} {slug}") });
            self.made(tenant, &format!("/v1/people/{person}/identities"), known).await;
            let user = json!({ "email": format!("u{n}@{slug}.test"), "person_id": person });
            let user = self.made(tenant, "/v1/users", user).await;
            let role = json!({ "role": "agent" });
            self.made(tenant, &format!("/v1/users/{user}/roles"), role).await;
            let client = json!({ "name": format!("client {n} {slug}"), "scopes": ["teams.read"] });
            self.post(&tenant.owner, "/v1/api_clients", client).await;
            let queue = queues[n]["id"].as_str().unwrap();
            let link = json!({ "team_id": team, "valid_from": "2026-01-01" });
            let path = format!("/v1/queues/{queue}/teams");
            assert_eq!(self.post(&tenant.owner, &path, link).await.status, StatusCode::OK);
        }
        // The first user, the owner, is a person too.
        let person =
            self.made(tenant, "/v1/people", json!({ "name": format!("Olga {slug}") })).await;
        let owner = self.get(&tenant.owner, "/v1/me").await.body["user_id"].clone();
        let owner = format!("/v1/users/{}", owner.as_str().expect("a user"));
        let is = Some(json!({ "person_id": person }));
        let linked = self.call(&tenant.owner, Method::PATCH, &owner, is).await;
        assert_eq!(linked.status, StatusCode::OK, "{:?}", linked.body);
        // The first team too has one above it.
        let teams = self.ids(tenant, "/v1/teams").await;
        let first = format!("/v1/teams/{}", teams[0]);
        let below = Some(json!({ "parent_id": teams[2] }));
        let moved = self.call(&tenant.owner, Method::PATCH, &first, below).await;
        assert_eq!(moved.status, StatusCode::OK, "{:?}", moved.body);
        let mapping = TestRequest::put()
            .uri(&format!("/v1/import_mappings/desk-{slug}"))
            .insert_header(("Authorization", format!("Bearer {}", tenant.owner)))
            .insert_header(("Content-Type", "application/toml"));
        let stored = self.send(mapping.set_payload(format!("source = \"desk {slug}\"\n"))).await;
        assert_eq!(stored.status, StatusCode::OK, "{:?}", stored.body);
    }

    /// Imports the file and adds it up.
    async fn import(&self, tenant: &Tenant) {
        let import = TestRequest::post()
            .uri("/v1/tickets/import")
            .insert_header(("Authorization", format!("Bearer {}", tenant.owner)))
            .insert_header(("Content-Type", "text/csv"));
        let file = FILE.replace('%', &tenant.slug);
        let imported = self.send(import.set_payload(file)).await;
        assert_eq!(imported.body["accepted"], 11, "{:?}", imported.body);
        self.drain(tenant).await;
        self.rate(tenant).await;
    }

    /// Rates every ticket twice, and promises two things of each.
    async fn rate(&self, tenant: &Tenant) {
        let list = self.get(&tenant.owner, "/v1/tickets?limit=200").await.body;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        for ticket in list["items"].as_array().expect("a list") {
            let source: ConnectionId = text(&ticket["connection_id"]).parse().expect("an id");
            let mut unit = Unit::default();
            for n in 1..=2 {
                unit.rating(SourceRating {
                    id: format!("{}-{n}", text(&ticket["external_id"])),
                    ticket: text(&ticket["external_id"]),
                    score: n,
                    best: 2,
                    comment: Some(tenant.slug.clone()),
                    at: i64::from(n),
                });
                unit.target(target(&text(&ticket["external_id"]), n, &tenant.slug));
            }
            let known = References::default();
            let rated = self.test.app.write(&tenant.system, async |scope| {
                tickets::source::write(scope, source, &known, &unit, kpis::follow).await
            });
            assert_eq!(rated.await.expect("ratings and targets").changed, 4);
        }
    }

    /// Connects two helpdesks, of which each stream was read twice.
    async fn connect(&self, tenant: &Tenant) {
        let slug = &tenant.slug;
        for n in 0..2 {
            let new = json!({
                "name": format!("Helpdesk {n} {slug}"),
                "vendor": "zendesk",
                "base_url": format!("https://{slug}{n}.zendesk.test"),
                "credentials": { "email": format!("{slug}@zendesk.test"), "api_token": slug },
            });
            let made = self.made(tenant, "/v1/connections", new).await;
            let id: ConnectionId = made.parse().expect("an id");
            for _ in 0..2 {
                let read = self.test.app.write(&tenant.system, async |scope| {
                    let run = sync::begin_run(scope, id).await?;
                    let (checkpoint, reached_at) = (slug.clone(), scope.now());
                    for stream in Vendor::Zendesk.descriptor().streams {
                        let step = Advance {
                            checkpoint: Some(checkpoint.clone()),
                            reached_at,
                            items: 2,
                            changed: 1,
                        };
                        sync::advance(scope, id, run, stream, &step).await?;
                    }
                    sync::checked(scope, id, slug).await?;
                    sync::end_run(scope, id, run, RunState::Succeeded, None).await
                });
                read.await.expect("a run");
            }
            self.made_hook(tenant, &made).await;
        }
    }

    /// Makes a hook of a connection, which is told something.
    async fn made_hook(&self, tenant: &Tenant, connection: &str) {
        let path = format!("/v1/connections/{connection}/hooks");
        let made = self.post(&tenant.owner, &path, json!({})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        let hook = made.body["hook"]["id"].as_str().expect("an id").parse().expect("an id");
        let body = tenant.slug.clone().into_bytes();
        let told = Kept { tenant: tenant.system.tenant, hook, name: Some([7; 16]), body };
        Inbox::start(&self.test.app).keep(told).await.expect("a delivery");
    }

    /// The ids of a list.
    pub(crate) async fn ids(&self, tenant: &Tenant, path: &str) -> Vec<String> {
        let list = self.get(&tenant.owner, path).await.body;
        let items = list["items"].as_array().or(list.as_array()).expect("a list");
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Makes a thing and returns its id.
    pub(crate) async fn made(&self, tenant: &Tenant, path: &str, new: Value) -> String {
        let made = self.post(&tenant.owner, path, new).await;
        assert_eq!(made.status, StatusCode::CREATED, "{path}: {:?}", made.body);
        made.body["id"].as_str().expect("an id").to_owned()
    }

    /// Works off what the KPIs have to catch up with.
    pub(crate) async fn drain(&self, tenant: &Tenant) {
        let caller = Caller::system(tenant.system.tenant);
        let drained = async || {
            let unit = self
                .test
                .app
                .write(&caller, async |scope| kpis::drain(scope, kpis::DRAIN_UNIT).await);
            unit.await.expect("drained")
        };
        while drained().await > 0 {}
    }
}
