//! Secrets of every kind, and what names people, go through the whole product at its most talkative; then they are looked for where
//! they must not be.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::testing::TestApp;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::bench::{Bench, Ended, MASTER_KEY, Server, on_server};
use crate::client::{Answer, request, send};

const PASSWORD: &str = "canary-password-of-the-owner";
const WRONG: &str = "canary-password-that-is-wrong";
const NEW: &str = "canary-password-that-is-new";
const SHORT: &str = "canary-shrt";
const NUMBER: &str = "7357735773577357";
const DATABASE: &str = "canary-password-of-the-database";
const REDIS: &str = "canary-password-of-redis";
const COLLECTOR: &str = "canary-token-of-the-collector";
const TYPED: &str = "canary-password-that-is-mistyped";
const HELPDESK: &str = "canary-token-of-the-helpdesk";
const REPLACED: &str = "canary-token-of-the-helpdesk-anew";
/// Of people, who are known to the database and to nobody else.
const PERSONAL: &[&str] = &["canary.owner@acme.test", "canary.user@acme.test", "canary-agent"];

struct Place {
    bench: Bench,
    test: TestApp,
    _runtime: Runtime,
    /// What was logged, and what commands said.
    heard: String,
    /// What was refused, to whoever had asked.
    refusals: String,
    secrets: Vec<String>,
}

impl Place {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let test = runtime.block_on(TestApp::new());
        let bench = Bench::new();
        bench.file("password", PASSWORD);
        let secrets = [
            PASSWORD, WRONG, NEW, SHORT, NUMBER, DATABASE, REDIS, COLLECTOR, TYPED, HELPDESK,
            REPLACED,
        ];
        let secrets = secrets.map(str::to_owned).to_vec();
        Self {
            bench,
            test,
            _runtime: runtime,
            heard: String::new(),
            refusals: String::new(),
            secrets,
        }
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.bench.command(args);
        if let Some(url) = self.test.url() {
            // Whoever lets us in without a password does not mind one.
            let url = url.replacen('@', &format!(":{DATABASE}@"), 1);
            on_server(&mut command, &url);
        }
        command.args(["--log", "trace"]);
        command
    }

    /// Runs a command and hears all of it.
    fn run(&mut self, args: &[&str]) -> Ended {
        let ended = Ended::from(self.command(args).output().unwrap());
        self.heard += &ended.err;
        self.heard += &ended.out;
        ended
    }

    /// Hears a refusal.
    #[track_caller]
    fn refused(&mut self, answer: Answer) {
        assert!(answer.status >= 400 || answer.body.contains("errors"), "{answer:?}");
        self.refusals += &answer.head;
        self.refusals += &answer.body;
        self.refusals += "\n";
    }

    #[track_caller]
    fn secret(&mut self, secret: &Value) -> String {
        let secret = secret.as_str().expect("a secret").to_owned();
        self.secrets.push(secret.clone());
        secret
    }

    #[track_caller]
    fn silent(&self, secrets: &[&str], what: &str, text: &str) {
        let sings = |line: &&str| secrets.iter().any(|secret| line.contains(secret));
        let found: Vec<_> = text.lines().filter(sings).collect();
        assert!(found.is_empty(), "in {what}:\n{}", found.join("\n"));
    }
}

fn ask(api: SocketAddr, method: &str, path: &str, head: &str, body: &str) -> Answer {
    send(api, request(method, path, head, body).as_bytes()).expect("an answer")
}

fn form(api: SocketAddr, form: &str) -> Answer {
    let head = "Content-Type: application/x-www-form-urlencoded\r\n";
    ask(api, "POST", "/t/acme/oauth/token", head, form)
}

fn bearing(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n")
}

#[test]
fn no_canary_sings() {
    let mut place = Place::new();
    let create = ["tenant", "create", "acme", "--name", "Acme", "--admin-email", PERSONAL[0]];
    let create = [&create[..], &["--admin-password-file", "password", "--json"]].concat();
    // The answer names the administrator, to whoever has just done so.
    let created = Ended::from(place.command(&create).output().unwrap());
    created.json();
    place.heard += &created.err;
    let key = fs::read_to_string(place.bench.data().join("master.key"));
    place.secrets.push(key.map_or(MASTER_KEY.to_owned(), |key| key.trim().to_owned()));

    let mut serve = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    serve.args(["--redis-url", &format!("redis://:{REDIS}@127.0.0.1:9")]);
    serve.args(["--otlp-endpoint", "http://127.0.0.1:9"]);
    serve.env("OTEL_EXPORTER_OTLP_HEADERS", format!("authorization=Bearer {COLLECTOR}"));
    let server = Server::start(serve);
    let api = server.api.unwrap();
    sign_in(&mut place, api);
    let tokens =
        form(api, &format!("grant_type=password&username={}&password={PASSWORD}", PERSONAL[0]));
    let token = place.secret(&tokens.json()["access_token"]);
    sessions(&mut place, api, &tokens.json());
    clients(&mut place, api, &token);
    users(&mut place, api, &token);
    graphql(&mut place, api, &token);
    helpdesks(&mut place, api, &token);
    odd_ways(&mut place, api, &token);
    place.heard += &server.log();
    assert_eq!(server.stop(), Some(0));
    commands(&mut place);

    let secrets: Vec<_> = place.secrets.iter().map(String::as_str).collect();
    place.silent(&secrets, "what was heard", &place.heard);
    place.silent(&secrets, "what was refused", &place.refusals);
    // A refusal may repeat an address to whoever sent it; a log may not.
    place.silent(PERSONAL, "what was heard", &place.heard);
    for (file, text) in exported(&place) {
        place.silent(&secrets, &file, &text);
    }
    // And in no row, in whatever shape but a digest or sealed.
    if place.test.url().is_none() {
        let file = fs::read(place.bench.data().join("plumbline.db")).unwrap();
        let text = String::from_utf8_lossy(&file);
        place.silent(&secrets, "plumbline.db", &text);
        assert!(text.contains(PERSONAL[1]), "the canaries were there at all");
    }
    assert!(place.secrets.len() > 14 && place.heard.len() > 100_000, "it was talkative");
}

fn sign_in(place: &mut Place, api: SocketAddr) {
    for (user, password) in [(PERSONAL[0], WRONG), ("canary.user@acme.test", WRONG)] {
        place.refused(form(
            api,
            &format!("grant_type=password&username={user}&password={password}"),
        ));
    }
    place.refused(form(api, &format!("grant_type=refresh_token&refresh_token={WRONG}")));
    place.refused(form(api, &format!("grant_type={WRONG}&password={WRONG}")));
    place.refused(form(
        api,
        &format!("grant_type=client_credentials&client_id=client&client_secret={WRONG}"),
    ));
    place.refused(form(api, &format!("grant_type=password&password={WRONG}&password={WRONG}")));
    let basic = STANDARD.encode(format!("client:{WRONG}"));
    place.secrets.push(basic.clone());
    let head = format!(
        "Authorization: Basic {basic}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    );
    place.refused(ask(api, "POST", "/t/acme/oauth/token", &head, "grant_type=client_credentials"));
    let json = format!("{{\"grant_type\":\"password\",\"password\":\"{WRONG}\"}}");
    place.refused(ask(
        api,
        "POST",
        "/t/acme/oauth/token",
        "Content-Type: application/json\r\n",
        &json,
    ));
}

fn sessions(place: &mut Place, api: SocketAddr, tokens: &Value) {
    let first = place.secret(&tokens["refresh_token"]);
    let next = form(api, &format!("grant_type=refresh_token&refresh_token={first}")).json();
    let second = place.secret(&next["refresh_token"]);
    place.secret(&next["access_token"]);
    let third = form(api, &format!("grant_type=refresh_token&refresh_token={second}")).json();
    place.secret(&third["refresh_token"]);
    // It comes back once too often, and ends the session.
    place.refused(form(api, &format!("grant_type=refresh_token&refresh_token={first}")));
    let head = "Content-Type: application/x-www-form-urlencoded\r\n";
    ask(api, "POST", "/t/acme/oauth/revoke", head, &format!("token={second}"));
    place.refused(ask(api, "POST", "/t/acme/oauth/revoke", head, &format!("tokn={second}")));
}

fn clients(place: &mut Place, api: SocketAddr, token: &str) {
    let new = json!({ "name": "nightly", "scopes": ["teams.read"] }).to_string();
    let made = ask(api, "POST", "/v1/api_clients", &bearing(token), &new).json();
    let secret = place.secret(&made["client_secret"]);
    let id = made["client"]["id"].as_str().or(made["id"].as_str()).expect("an id").to_owned();
    let good = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    place.secret(&form(api, &good).json()["access_token"]);
    place.refused(form(api, &format!("{good}&scope=everything")));
    place.refused(form(api, &format!("{good}x")));
}

fn users(place: &mut Place, api: SocketAddr, token: &str) {
    let head = bearing(token);
    let user = PERSONAL[1];
    let new = json!({ "email": user, "password": NEW }).to_string();
    assert_eq!(ask(api, "POST", "/v1/users", &head, &new).status, 201);
    for body in [
        new,
        json!({ "email": format!("x{user}"), "password": SHORT }).to_string(),
        json!({ "email": format!("no e-mail {user}"), "password": NEW }).to_string(),
        json!({ "email": format!("x{user}"), "password": NEW, "more": 1 }).to_string(),
        json!({ "email": format!("x{user}"), "password": [NEW] }).to_string(),
        format!("{{\"email\":\"x{user}\",\"password\":{NUMBER}}}"),
        format!("{{\"email\":\"x{user}\",\"password\":\"{NEW}\""),
        format!("{{\"email\":\"x{user}\",\"password\":\"{NEW}\"}}x"),
    ] {
        place.refused(ask(api, "POST", "/v1/users", &head, &body));
    }
    let rows = format!(
        "ticket,time,kind,actor\n1,2026-03-02T09:00:00Z,created,{0}\n2,never,created,{0}\n",
        PERSONAL[2]
    );
    let csv = format!("Authorization: Bearer {token}\r\nContent-Type: text/csv\r\n");
    let told = ask(api, "POST", "/v1/tickets/import", &csv, &rows);
    assert_eq!(told.json()["rejected"], 1, "{told:?}");
    place.refusals += &told.body;
}

fn graphql(place: &mut Place, api: SocketAddr, token: &str) {
    let head = bearing(token);
    let user = PERSONAL[1];
    let create = |input: &str| format!("mutation {{ createUser(input: {{{input}}}) {{ id }} }}");
    for query in [
        create(&format!("email: \"{user}\", password: \"{NEW}\"")),
        create(&format!("email: \"x{user}\", password: \"{SHORT}\"")),
        create(&format!("email: \"x{user}\", password: {NUMBER}")),
        create(&format!("email: \"x{user}\", password: [\"{NEW}\"]")),
        create(&format!("email: \"x{user}\", passwort: \"{NEW}\"")),
        format!("mutation {{ createUser(input: {{email: \"x{user}\", password: \"{NEW}\" "),
        format!(
            "mutation {{ createUser(input: {{email: \"x{user}\", password: \"{NEW}\"}}) {{ nothing }} }}"
        ),
    ] {
        let body = json!({ "query": query }).to_string();
        place.refused(ask(api, "POST", "/graphql", &head, &body));
    }
    let query = "mutation($input: NewUser!) { createUser(input: $input) { id } }";
    for input in [
        json!({ "email": user, "password": NEW }),
        json!({ "email": format!("x{user}"), "password": [NEW] }),
        json!({ "email": format!("x{user}"), "password": NUMBER.parse::<u64>().unwrap() }),
        json!({ "email": format!("x{user}"), "passwort": NEW }),
    ] {
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        place.refused(ask(api, "POST", "/graphql", &head, &body));
    }
}

fn helpdesks(place: &mut Place, api: SocketAddr, token: &str) {
    let head = bearing(token);
    let new = |credentials: Value| {
        json!({ "name": "Desk", "vendor": "zendesk", "base_url": "http://127.0.0.1:9", "credentials": credentials }).to_string()
    };
    let good = json!({ "email": PERSONAL[1], "api_token": HELPDESK });
    let made = ask(api, "POST", "/v1/connections", &head, &new(good.clone()));
    let path = format!("/v1/connections/{}", made.json()["id"].as_str().expect("a connection"));
    let changed = json!({ "credentials": { "api_token": REPLACED } }).to_string();
    assert_eq!(ask(api, "PATCH", &path, &head, &changed).status, 200);
    for credentials in [
        good.clone(),
        json!(HELPDESK),
        json!([HELPDESK]),
        json!({ "email": PERSONAL[1], "api_token": [HELPDESK] }),
        json!({ "email": PERSONAL[1], "token": HELPDESK }),
        json!({ "email": PERSONAL[1], HELPDESK: HELPDESK }),
        json!({ "email": PERSONAL[1], "api_token": NUMBER.parse::<u64>().unwrap() }),
    ] {
        place.refused(ask(api, "POST", "/v1/connections", &head, &new(credentials.clone())));
        let query = "mutation($it: Credentials!) { createConnection(input: {name: \"Desk\", vendor: ZENDESK, baseUrl: \"http://127.0.0.1:9\", credentials: $it}) { id } }";
        let body = json!({ "query": query, "variables": { "it": credentials } }).to_string();
        place.refused(ask(api, "POST", "/graphql", &head, &body));
    }
}

fn odd_ways(place: &mut Place, api: SocketAddr, token: &str) {
    let (start, changed) =
        (&token[..token.len() - 4], format!("{}AAAA", &token[..token.len() - 4]));
    for token in [WRONG, start, &changed] {
        place.refused(ask(api, "GET", "/v1/me", &bearing(token), ""));
    }
    place.refused(ask(api, "GET", &format!("/v1/me?access_token={token}"), "", ""));
    // Whoever asks for an address is told which one it was, and nobody else is.
    for path in [format!("/v1/people/{WRONG}"), format!("/{WRONG}?{NEW}")] {
        assert!(ask(api, "GET", &path, &bearing(token), "").status >= 400);
    }
    place.refused(ask(
        api,
        "PATCH",
        "/v1/users/user_00000000000000000000000000",
        &bearing(token),
        &json!({ "password": NEW }).to_string(),
    ));
    place.secrets.push(start.to_owned());
}

fn commands(place: &mut Place) {
    place.run(&["tenant", "list"]);
    place.run(&["tenant", "rotate-keys", "acme"]);
    place.run(&["doctor"]);
    place.run(&["doctor", "--audit"]);
    place.run(&["config"]);
    place.run(&["key", "rotate"]);
    place.run(&["backup", "backup.plumbline"]);
    fs::remove_file(place.bench.path("backup.plumbline")).ok();
    for (flag, url) in [
        ("--database-url", format!("mysql://a:{TYPED}@b/c")),
        ("--database-url", format!("postgres://a:{TYPED}@127.0.0.1:9/c")),
        ("--database-url", format!("postgres://a:{TYPED}@127.0.0.1:port/c")),
        ("--redis-url", format!("radish://:{TYPED}@b")),
        ("--redis-url", format!("redis://:{TYPED}@127.0.0.1:port")),
    ] {
        let mut command =
            place.bench.command(["serve", "--log", "trace", "--listen", "127.0.0.1:0"]);
        command.args(["--ops-listen", "127.0.0.1:0", flag, &url]);
        command.env_remove("PLUMBLINE_DATA_DIR").env("PLUMBLINE_MASTER_KEY", MASTER_KEY);
        let ended = Ended::from(command.output().unwrap());
        assert_ne!(ended.exit, 0);
        place.heard += &ended.err;
    }
}

/// Everything of the tenant that is no secret column: jobs, events and their payloads among it.
fn exported(place: &Place) -> Vec<(String, String)> {
    let export = place.command(&["tenant", "export", "acme", "--to", "exported"]).output();
    assert!(export.unwrap().status.success());
    let folder: &Path = &place.bench.path("exported");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|it| (it.display().to_string(), fs::read_to_string(it).unwrap())).collect()
}
