//! Two tenants full of things, and everybody who asks.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use domain::accounts::{self, Role, Secret, TokenRequest};
use domain::kernel::{Permission, PersonId, Reach};
use serde_json::{Value, json};

use crate::testing::{Answer, Tenant, TestApi};

/// In every text of the tenant whose things are asked for, and in no other.
pub(super) const MARKER: &str = "quokka";
/// What an id looks like that nothing has, after its prefix.
const NOWHERE: &str = "7zzzzzzzzzzzzzzzzzzzzzzzzz";

/// Ids by their prefix, in the order they were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(pub(super) BTreeMap<String, Vec<String>>);

/// Who asks.
pub(super) struct World {
    pub(super) api: TestApi,
    /// Whose things are asked for.
    pub(super) here: Tenant,
    /// Who has things like them.
    pub(super) there: Tenant,
    /// For each permission a token of `here` with nothing else.
    pub(super) clients: Vec<(Permission, String)>,
    /// For each permission a token of `here` with everything else.
    pub(super) lacking: Vec<(Permission, String)>,
    /// Each role whose reach ends somewhere, in the hands of somebody who leads nobody.
    pub(super) outsiders: Vec<(Role, String)>,
    /// What the callers are themselves: nobody tries their own ids out.
    pub(super) kept: BTreeSet<String>,
    /// The people whom the outsiders may see, themselves.
    pub(super) seen: BTreeSet<String>,
}

impl Known {
    /// Adds every id in a text or in what is below.
    pub(super) fn learn(&mut self, from: &Value) {
        texts(from, &mut |text| {
            if let Some(prefix) = prefix(text) {
                let known = self.0.entry(prefix.to_owned()).or_default();
                if !known.iter().any(|it| it == text) {
                    known.push(text.to_owned());
                }
            }
        });
    }

    pub(super) fn of(&self, prefix: &str) -> &[String] {
        self.0.get(prefix).map_or(&[], Vec::as_slice)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        self.0.values().flatten()
    }

    pub(super) fn forget(&mut self, kept: &BTreeSet<String>) {
        self.0.values_mut().for_each(|ids| ids.retain(|id| !kept.contains(id)));
    }
}

/// The prefix of an id, if a text is one.
pub(super) fn prefix(text: &str) -> Option<&str> {
    let (prefix, rest) = text.rsplit_once('_')?;
    let sound = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    (rest.len() == NOWHERE.len() && rest.bytes().all(sound) && rest.as_bytes()[0] <= b'7')
        .then_some(prefix)
}

/// An id of a kind that nothing has.
pub(super) fn nowhere(prefix: &str) -> String {
    format!("{prefix}_{NOWHERE}")
}

/// Every text in a value.
pub(super) fn texts(value: &Value, tell: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => tell(text),
        Value::Array(list) => list.iter().for_each(|it| texts(it, tell)),
        Value::Object(map) => map.values().for_each(|it| texts(it, tell)),
        _ => {}
    }
}

impl World {
    /// The same one every time: the clock stands and ids are drawn from a seed.
    pub(super) async fn new() -> Self {
        let mut world = Self::of_owners().await;
        world.admit_clients().await;
        world.admit_outsiders().await;
        world
    }

    /// The same without anybody but the owners.
    pub(super) async fn of_owners() -> Self {
        let api = TestApi::new().await;
        let (here, there) = (api.tenant(MARKER).await, api.tenant("walrus").await);
        for tenant in [&here, &there] {
            api.fill(tenant).await;
        }
        let mut world = Self {
            api,
            here,
            there,
            clients: Vec::new(),
            lacking: Vec::new(),
            outsiders: Vec::new(),
            kept: BTreeSet::new(),
            seen: BTreeSet::new(),
        };
        let owner = world.here.owner.clone();
        world.keep(&owner).await;
        world.unsettle().await;
        world
    }

    /// Whether a token is that of somebody in `here` whose reach ends somewhere.
    pub(super) fn is_inside(&self, token: Option<&str>) -> bool {
        self.outsiders.iter().any(|it| Some(it.1.as_str()) == token)
    }

    /// Nobody tries out what a caller is.
    async fn keep(&mut self, token: &str) {
        let me = self.api.get(token, "/v1/me").await.body;
        let user = me["user_id"].as_str().unwrap();
        let roles = self.api.get(&self.here.owner, &format!("/v1/users/{user}/roles")).await;
        let mut own = Known::default();
        own.learn(&json!([user, roles.body]));
        self.kept.extend(own.all().cloned());
    }

    async fn admit_clients(&mut self) {
        for permission in Permission::ALL {
            let others = Permission::ALL.iter().filter(|it| *it != permission);
            let others: Vec<_> = others.map(|it| it.word()).collect();
            let word = permission.word();
            let alone = self.admit(word, &[word]).await;
            self.clients.push((*permission, alone));
            let lacking = self.admit(&format!("not {word}"), &others).await;
            self.lacking.push((*permission, lacking));
        }
    }

    /// A token of a new client with these scopes.
    async fn admit(&mut self, name: &str, scopes: &[&str]) -> String {
        let new = json!({ "name": name, "scopes": scopes });
        let made = self.api.post(&self.here.owner, "/v1/api_clients", new).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let id = text(&made.body["client"]["id"]);
        let request = TokenRequest {
            grant_type: Some("client_credentials".to_owned()),
            client_id: Some(id.clone()),
            client_secret: Some(Secret::new(text(&made.body["client_secret"]))),
            ..Default::default()
        };
        let (app, urls) = (&self.api.test.app, self.api.urls());
        let answer = accounts::token(app, &urls, &self.here.slug, request).await.unwrap();
        self.kept.insert(id);
        answer.access_token.expose().to_owned()
    }

    async fn admit_outsiders(&mut self) {
        let narrow = |role: &&Role| role.permissions().iter().any(|it| it.1 < Reach::Tenant);
        for role in Role::ALL.iter().filter(narrow) {
            let name = json!({ "name": format!("Outside {role:?}") });
            let person = self.api.made(&self.here, "/v1/people", name).await;
            let id: PersonId = person.parse().unwrap();
            self.outsiders.push((*role, self.api.user(&self.here, *role, Some(id)).await));
            self.seen.insert(person);
        }
        self.kept.extend(self.seen.iter().cloned());
        for (_, token) in self.outsiders.clone() {
            self.keep(&token).await;
        }
    }

    /// Leaves something to be worked in, from a second source.
    async fn unsettle(&self) {
        for Tenant { slug, owner, .. } in [&self.here, &self.there] {
            let file = format!(
                "ticket,time,kind,actor,assignee,queue\n6 {slug},2026-05-03T09:00:00Z,created,,ann {slug},Sales {slug}\n"
            );
            let import = TestRequest::post()
                .uri(&format!("/v1/tickets/import?mapping=desk-{slug}"))
                .insert_header(("Authorization", format!("Bearer {owner}")))
                .insert_header(("Content-Type", "text/csv"));
            let imported = self.api.send(import.set_payload(file)).await;
            assert_eq!(imported.body["accepted"], 1, "{:?}", imported.body);
        }
    }
}

/// What an answer tells of `here` that was not in the question.
pub(super) fn leak(answer: &Answer, secret: &Known, sent: &[String]) -> Option<String> {
    let mut text = answer.body.to_string();
    for name in ["location", "link", "etag"] {
        text.push_str(answer.header(name));
    }
    let mut text = text.to_lowercase();
    for sent in sent {
        text = text.replace(&sent.to_lowercase(), "");
    }
    let told = secret.all().find(|id| text.contains(id.as_str()));
    let told = told.map(String::as_str).or_else(|| text.contains(MARKER).then_some(MARKER));
    told.map(|told| format!("tells {told}: {text}"))
}
