//! Every operation that changes something leaves as many entries in the event log as it changes things, in the same transaction; one that
//! is refused leaves none. What is not tried here fails the test: the contracts say what there is.

use std::collections::{BTreeSet, HashMap};

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use domain::accounts::Role;
use domain::kernel::verify_events;
use serde_json::{Value, json};

use super::{Tenant, TestApi};

/// An operation of REST, its method and path, its body, under which name the answer's id is kept, and how many entries it leaves.
type Call = (&'static str, &'static str, &'static str, &'static str, &'static str, i64);

/// In an order in which each finds what it needs. A name in braces is an id that was kept.
const REST: &[Call] = &[
    ("tenant.update", "PATCH", "/v1/tenant", r#"{"name":"Other"}"#, "", 1),
    ("people.create", "POST", "/v1/people", r#"{"name":"P","invited":true}"#, "person", 1),
    ("people.update", "PATCH", "/v1/people/{person}", r#"{"name":"Q"}"#, "", 1),
    ("people.activate", "POST", "/v1/people/{person}/activation", "", "", 1),
    ("people.start_leave", "POST", "/v1/people/{person}/leave", "", "", 1),
    ("people.end_leave", "DELETE", "/v1/people/{person}/leave", "", "", 1),
    ("people.offboard", "POST", "/v1/people/{person}/offboarding", "", "", 1),
    ("people.rehire", "DELETE", "/v1/people/{person}/offboarding", "", "", 1),
    (
        "identities.add",
        "POST",
        "/v1/people/{person}/identities",
        r#"{"connection_id":"{connection}","external_id":"new"}"#,
        "identity",
        1,
    ),
    ("identities.remove", "DELETE", "/v1/identities/{identity}", "", "", 1),
    ("teams.create", "POST", "/v1/teams", r#"{"name":"T"}"#, "team", 1),
    ("teams.update", "PATCH", "/v1/teams/{team}", r#"{"name":"U"}"#, "", 1),
    ("teams.close", "POST", "/v1/teams/{team}/closure", "", "", 1),
    ("teams.reopen", "DELETE", "/v1/teams/{team}/closure", "", "", 1),
    (
        "memberships.create",
        "POST",
        "/v1/memberships",
        r#"{"person_id":"{person}","team_id":"{team}","valid_from":"2026-01-01"}"#,
        "membership",
        1,
    ),
    (
        "memberships.update",
        "PATCH",
        "/v1/memberships/{membership}",
        r#"{"valid_from":"2026-02-01"}"#,
        "",
        1,
    ),
    ("memberships.remove", "DELETE", "/v1/memberships/{membership}", "", "", 1),
    (
        "team_leads.create",
        "POST",
        "/v1/team_leads",
        r#"{"person_id":"{person}","team_id":"{team}","valid_from":"2026-01-01"}"#,
        "lead",
        1,
    ),
    (
        "team_leads.update",
        "PATCH",
        "/v1/team_leads/{lead}",
        r#"{"valid_from":"2026-02-01"}"#,
        "",
        1,
    ),
    ("team_leads.remove", "DELETE", "/v1/team_leads/{lead}", "", "", 1),
    ("users.create", "POST", "/v1/users", r#"{"email":"n@acme.test"}"#, "user", 1),
    ("users.update", "PATCH", "/v1/users/{user}", r#"{"email":"m@acme.test"}"#, "", 1),
    (
        "users.set_password",
        "PUT",
        "/v1/users/{user}/password",
        r#"{"password":"correct horse battery"}"#,
        "",
        1,
    ),
    ("users.grant_role", "POST", "/v1/users/{user}/roles", r#"{"role":"viewer"}"#, "grant", 1),
    ("users.revoke_role", "DELETE", "/v1/role_grants/{grant}", "", "", 1),
    ("users.suspend", "POST", "/v1/users/{user}/suspension", "", "", 1),
    ("users.reactivate", "DELETE", "/v1/users/{user}/suspension", "", "", 1),
    ("users.end", "POST", "/v1/users/{user}/ending", "", "", 1),
    (
        "api_clients.create",
        "POST",
        "/v1/api_clients",
        r#"{"name":"c","scopes":["teams.read"]}"#,
        "client",
        1,
    ),
    ("api_clients.update", "PATCH", "/v1/api_clients/{client}", r#"{"name":"d"}"#, "", 1),
    ("api_clients.rotate_secret", "POST", "/v1/api_clients/{client}/secret", "", "", 1),
    ("api_clients.revoke", "POST", "/v1/api_clients/{client}/revocation", "", "", 1),
    (
        "queues.link",
        "POST",
        "/v1/queues/{queue}/teams",
        r#"{"team_id":"{team}","valid_from":"2026-03-01"}"#,
        "",
        1,
    ),
    ("mappings.put", "PUT", "/v1/import_mappings/new", "source = \"new\"\n", "", 1),
    ("mappings.delete", "DELETE", "/v1/import_mappings/new", "", "", 1),
    (
        "connections.create",
        "POST",
        "/v1/connections",
        r#"{"name":"h","vendor":"zendesk","base_url":"https://h.test","credentials":{"email":"a@h.test","api_token":"t"}}"#,
        "helpdesk",
        1,
    ),
    ("connections.update", "PATCH", "/v1/connections/{helpdesk}", r#"{"name":"i"}"#, "", 1),
    ("connections.check", "POST", "/v1/connections/{helpdesk}/check", "", "", 1),
    ("connections.pause", "POST", "/v1/connections/{helpdesk}/pause", "", "", 1),
    ("connections.resume", "DELETE", "/v1/connections/{helpdesk}/pause", "", "", 1),
    (
        "connections.resync",
        "POST",
        "/v1/connections/{helpdesk}/resync",
        r#"{"from":"2026-01-01T00:00:00Z"}"#,
        "",
        1,
    ),
    ("connections.revoke", "POST", "/v1/connections/{helpdesk}/revocation", "", "", 1),
    // A source, and its hook.
    ("hooks.create", "POST", "/v1/hooks", r#"{"source":"chat"}"#, "hook", 2),
    ("connections.create_hook", "POST", "/v1/connections/{desk}/hooks", "{}", "hook", 1),
    ("hooks.update", "PATCH", "/v1/hooks/{hook}", r#"{"secret":"a-secret-of-mine-1"}"#, "", 1),
    ("hooks.delete", "DELETE", "/v1/hooks/{hook}", "", "", 1),
    // A new source, and one for its unit of tickets.
    (
        "tickets.import",
        "POST",
        "/v1/tickets/import",
        "ticket,time,kind\n77,2026-05-01T09:00:00Z,created\n",
        "",
        1,
    ),
];

/// What has no token to be refused, and is tried by itself.
const BY_THEMSELVES: &[&str] = &["hooks.receive", "tokens.create", "tokens.revoke"];

/// The same through GraphQL: the field, what it is given, what is asked of it, under which name that is kept.
const GRAPHQL: &[(&str, &str, &str, &str)] = &[
    ("updateTenant", r#"input: {name: "Third"}"#, "{ id }", ""),
    ("createPerson", r#"input: {name: "P", invited: true}"#, "{ id }", "person"),
    ("updatePerson", r#"id: "{person}", input: {name: "Q"}"#, "{ id }", ""),
    ("activatePerson", r#"id: "{person}""#, "{ id }", ""),
    ("startPersonLeave", r#"id: "{person}""#, "{ id }", ""),
    ("endPersonLeave", r#"id: "{person}""#, "{ id }", ""),
    ("offboardPerson", r#"id: "{person}""#, "{ id }", ""),
    ("rehirePerson", r#"id: "{person}""#, "{ id }", ""),
    (
        "addIdentity",
        r#"personId: "{person}", input: {connectionId: "{connection}", externalId: "g"}"#,
        "{ id }",
        "identity",
    ),
    ("removeIdentity", r#"id: "{identity}""#, "", ""),
    ("createTeam", r#"input: {name: "G"}"#, "{ id }", "team"),
    ("updateTeam", r#"id: "{team}", input: {name: "H"}"#, "{ id }", ""),
    ("closeTeam", r#"id: "{team}""#, "{ id }", ""),
    ("reopenTeam", r#"id: "{team}""#, "{ id }", ""),
    (
        "createMembership",
        r#"input: {personId: "{person}", teamId: "{team}", validFrom: "2026-01-01"}"#,
        "{ id }",
        "membership",
    ),
    ("updateMembership", r#"id: "{membership}", input: {validFrom: "2026-02-01"}"#, "{ id }", ""),
    ("removeMembership", r#"id: "{membership}""#, "", ""),
    (
        "createTeamLead",
        r#"input: {personId: "{person}", teamId: "{team}", validFrom: "2026-01-01"}"#,
        "{ id }",
        "lead",
    ),
    ("updateTeamLead", r#"id: "{lead}", input: {validFrom: "2026-02-01"}"#, "{ id }", ""),
    ("removeTeamLead", r#"id: "{lead}""#, "", ""),
    ("createUser", r#"input: {email: "g@acme.test"}"#, "{ id }", "user"),
    ("updateUser", r#"id: "{user}", input: {email: "h@acme.test"}"#, "{ id }", ""),
    ("setUserPassword", r#"id: "{user}", password: "correct horse battery""#, "{ id }", ""),
    ("grantRole", r#"userId: "{user}", input: {role: VIEWER}"#, "{ id }", "grant"),
    ("revokeRole", r#"id: "{grant}""#, "{ id }", ""),
    ("suspendUser", r#"id: "{user}""#, "{ id }", ""),
    ("reactivateUser", r#"id: "{user}""#, "{ id }", ""),
    ("endUser", r#"id: "{user}""#, "{ id }", ""),
    (
        "createApiClient",
        r#"input: {name: "e", scopes: ["teams.read"]}"#,
        "{ client { id } }",
        "client",
    ),
    ("updateApiClient", r#"id: "{client}", input: {name: "f"}"#, "{ id }", ""),
    ("rotateApiClientSecret", r#"id: "{client}""#, "{ client { id } }", ""),
    ("revokeApiClient", r#"id: "{client}""#, "{ id }", ""),
    (
        "linkQueue",
        r#"queueId: "{queue}", input: {teamId: "{team}", validFrom: "2026-04-01"}"#,
        "{ id }",
        "",
    ),
    (
        "createConnection",
        r#"input: {name: "j", vendor: ZENDESK, baseUrl: "https://j.test", credentials: {email: "a@j.test", api_token: "t"}}"#,
        "{ id }",
        "helpdesk",
    ),
    ("updateConnection", r#"id: "{helpdesk}", input: {name: "k"}"#, "{ id }", ""),
    ("checkConnection", r#"id: "{helpdesk}""#, "{ id }", ""),
    ("pauseConnection", r#"id: "{helpdesk}""#, "{ id }", ""),
    ("resumeConnection", r#"id: "{helpdesk}""#, "{ id }", ""),
    (
        "resyncConnection",
        r#"id: "{helpdesk}", input: {from: "2026-01-01T00:00:00Z"}"#,
        "{ id }",
        "",
    ),
    ("revokeConnection", r#"id: "{helpdesk}""#, "{ id }", ""),
    ("createConnectionHook", r#"connectionId: "{desk}", input: {}"#, "{ hook { id } }", "hook"),
    ("createHook", r#"input: {source: "import"}"#, "{ hook { id } }", "hook"),
    ("updateHook", r#"id: "{hook}", input: {secret: "a-secret-of-mine-1"}"#, "{ id }", ""),
    ("deleteHook", r#"id: "{hook}""#, "", ""),
    ("putImportMapping", r#"name: "new", text: "source = \"new\"""#, "{ name }", ""),
    ("deleteImportMapping", r#"name: "new""#, "", ""),
];

struct World {
    api: TestApi,
    tenant: Tenant,
    viewer: String,
    kept: HashMap<&'static str, String>,
}

impl World {
    async fn new() -> Self {
        let api = TestApi::new().await;
        let tenant = api.tenant("acme").await;
        api.fill(&tenant).await;
        let viewer = api.user(&tenant, Role::Viewer, None).await;
        let connection = api.ids(&tenant, "/v1/connections").await.remove(0);
        let queues = api.get(&tenant.owner, "/v1/queues").await.body;
        let queue = queues[0]["id"].as_str().expect("a queue").to_owned();
        let desk = api.ids(&tenant, "/v1/connections?vendor=zendesk").await.remove(0);
        let kept = HashMap::from([("connection", connection), ("desk", desk), ("queue", queue)]);
        Self { api, tenant, viewer, kept }
    }

    /// How long the log is. It is whole.
    async fn entries(&self) -> i64 {
        self.api.test.app.read(&self.tenant.system, verify_events).await.unwrap().entries
    }

    /// With the ids that were kept.
    fn filled(&self, text: &str) -> String {
        let fill =
            |text: String, (name, id): (&&str, &String)| text.replace(&format!("{{{name}}}"), id);
        self.kept.iter().fold(text.to_owned(), fill)
    }

    fn keep(&mut self, name: &'static str, made: &Value) {
        if !name.is_empty() {
            let inner = ["client", "hook"].iter().find_map(|it| made[it]["id"].as_str());
            let id = made["id"].as_str().or(inner);
            self.kept.insert(name, id.unwrap_or_else(|| panic!("{name}: {made}")).to_owned());
        }
    }

    async fn send(&self, token: &str, call: &Call, body: &str) -> (StatusCode, Value) {
        let (_, method, path, ..) = *call;
        let kind = match path {
            "/v1/tickets/import" => "text/csv",
            "/v1/import_mappings/new" => "application/toml",
            _ => "application/json",
        };
        let request = TestRequest::with_uri(&self.filled(path))
            .method(method.parse::<Method>().unwrap())
            .insert_header(("Authorization", format!("Bearer {token}")));
        let request = match body {
            "" => request,
            body => request.insert_header(("Content-Type", kind)).set_payload(body.to_owned()),
        };
        let answer = self.api.send(request).await;
        (answer.status, answer.body)
    }
}

#[actix_web::test]
async fn each_change_over_rest_is_told_once_and_a_refused_one_never() {
    let mut world = World::new().await;
    let document: Value =
        serde_json::from_str(include_str!("../../../../openapi/plumbline.json")).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let writes =
        paths.flat_map(|path| path.as_object().unwrap()).filter(|(verb, _)| *verb != "get");
    let there: BTreeSet<_> =
        writes.map(|(_, it)| it["operationId"].as_str().expect("an operation")).collect();
    let tried: BTreeSet<_> =
        REST.iter().map(|it| it.0).chain(BY_THEMSELVES.iter().copied()).collect();
    assert_eq!(tried, there);
    for call in REST {
        let (operation, _, _, body, name, told) = *call;
        let (before, body) = (world.entries().await, world.filled(body));
        let nobody = world.send("nobody", call, &body).await.0;
        assert_eq!(nobody, StatusCode::UNAUTHORIZED, "{operation}");
        let refused = world.send(&world.viewer, call, &body).await.0;
        assert_eq!(refused, StatusCode::FORBIDDEN, "{operation}");
        if let Some(start) = body.strip_suffix('}') {
            let more = format!("{start},\"nothing_of_ours\":1}}");
            let unknown = world.send(&world.tenant.owner, call, &more).await.0;
            assert_eq!(unknown, StatusCode::BAD_REQUEST, "{operation}");
        }
        assert_eq!(world.entries().await, before, "{operation} was refused and is told of");
        let (status, answer) = world.send(&world.tenant.owner, call, &body).await;
        assert!(status.is_success(), "{operation}: {status} {answer}");
        assert_eq!(world.entries().await - before, told, "{operation}");
        world.keep(name, &answer);
    }
}

#[actix_web::test]
async fn each_mutation_is_told_once_and_a_refused_one_never() {
    let mut world = World::new().await;
    let schema = include_str!("../../../../openapi/schema.graphql");
    let fields = schema.split("type Mutation {").nth(1).unwrap().split("\n}").next().unwrap();
    let fields =
        fields.lines().filter_map(|line| line.trim().split_once('(')).map(|(name, _)| name);
    let there: BTreeSet<_> = fields.filter(|it| it.chars().all(char::is_alphanumeric)).collect();
    assert_eq!(GRAPHQL.iter().map(|it| it.0).collect::<BTreeSet<_>>(), there);
    for (field, given, asked, name) in GRAPHQL {
        let query = format!("mutation {{ it: {field}({}) {asked} }}", world.filled(given));
        let before = world.entries().await;
        let refused = world.api.graphql(&world.viewer, &query, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "forbidden", "{field}: {refused}");
        assert_eq!(world.entries().await, before, "{field} was refused and is told of");
        let answer = world.api.graphql(&world.tenant.owner, &query, json!({})).await;
        assert_eq!(answer["errors"], Value::Null, "{field}: {answer}");
        assert_eq!(world.entries().await - before, 1, "{field}");
        world.keep(name, &answer["data"]["it"]);
    }
}

#[actix_web::test]
async fn sessions_are_told_of_when_they_begin_and_end() {
    let world = World::new().await;
    let form = async |path: &str, form: String| {
        let request = TestRequest::post().uri(path);
        let request = request.insert_header(("Content-Type", "application/x-www-form-urlencoded"));
        world.api.send(request.set_payload(form)).await.body
    };
    let steps = async |before: i64, told: i64| assert_eq!(world.entries().await - before, told);
    let token = "/t/acme/oauth/token";
    let start = world.entries().await;
    form(
        token,
        "grant_type=password&username=viewer%40acme.test&password=wrong+password".to_owned(),
    )
    .await;
    steps(start, 0).await;
    let tokens = form(
        token,
        "grant_type=password&username=viewer%40acme.test&password=correct+horse+battery+staple"
            .to_owned(),
    )
    .await;
    steps(start, 1).await;
    let refresh = tokens["refresh_token"].as_str().expect("a session").to_owned();
    // Going on with one changes nothing that anybody would look up.
    let next = form(token, format!("grant_type=refresh_token&refresh_token={refresh}")).await;
    steps(start, 1).await;
    let refresh = next["refresh_token"].as_str().expect("a session").to_owned();
    form("/t/acme/oauth/revoke", format!("token={refresh}")).await;
    steps(start, 2).await;
    form("/t/acme/oauth/revoke", format!("token={refresh}")).await;
    steps(start, 2).await;
}
