//! Who may ask.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::ids;
use super::service::{Outcome, Problem};
use crate::model::{Chance, Model, Subject};
use crate::server::{Answer, Request};

/// What a client signs in with. The account's token works with the address of everybody who works there.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    /// The administrator's address.
    pub(super) email: String,
    /// The account's API token.
    pub(super) api_token: String,
    /// An OAuth access token of the administrator that does not expire.
    pub(super) access_token: String,
    /// A client that can get more of them at `POST /oauth/tokens`.
    pub(super) client_id: String,
    /// The client's secret.
    pub(super) client_secret: String,
    /// What the client can get its first access token with.
    pub(super) refresh_token: String,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) user: u64,
    pub(super) is_admin: bool,
}

#[derive(Debug)]
pub(super) struct Account {
    pub(super) credentials: Credentials,
    /// Everybody who may sign in.
    staff: HashMap<String, Caller>,
    granted: Mutex<Granted>,
}

/// Tokens that were given out.
#[derive(Debug, Default)]
struct Granted {
    count: u64,
    /// Access tokens, and when they expire.
    access: HashMap<String, i64>,
    /// Refresh tokens that have not been used.
    refresh: Vec<String>,
}

/// So many seconds an access token lives, where the request does not say.
const LIVES: i64 = 1_800;
/// So many seconds one may live at most.
const LIVES_AT_MOST: i64 = 172_800;

#[derive(Deserialize)]
struct GrantRequest {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
}

impl Account {
    pub(super) fn of(model: &Model) -> Self {
        let seed = model.settings().seed;
        let desk = model.desk();
        let credentials = Credentials {
            email: desk.manager.email.clone(),
            api_token: secret(seed, 1),
            access_token: secret(seed, 2),
            client_id: "plain_client".to_owned(),
            client_secret: secret(seed, 3),
            refresh_token: secret(seed, 4),
        };
        let admin = Caller { user: ids::MANAGER, is_admin: true };
        let agents = desk.agents.iter().map(|agent| {
            let caller = Caller { user: ids::agent(agent.number), is_admin: false };
            (agent.person.email.clone(), caller)
        });
        let staff = agents.chain([(desk.manager.email.clone(), admin)]).collect();
        let refresh = vec![credentials.refresh_token.clone()];
        let granted = Mutex::new(Granted { refresh, count: 100 + seed, ..Granted::default() });
        Self { credentials, staff, granted }
    }

    /// Whose request it is.
    pub(super) fn caller(&self, request: &Request, now: i64) -> Result<Caller, Problem> {
        let said = request.said("authorization").unwrap_or_default();
        let known = match said.split_once(' ') {
            Some((scheme, given)) if scheme.eq_ignore_ascii_case("basic") => self.basic(given),
            Some((scheme, given)) if scheme.eq_ignore_ascii_case("bearer") => {
                return self.bearer(given, now);
            }
            _ => None,
        };
        known.ok_or_else(Problem::unauthenticated)
    }

    fn basic(&self, given: &str) -> Option<Caller> {
        let pair = String::from_utf8(STANDARD.decode(given.trim()).ok()?).ok()?;
        let (name, token) = pair.split_once(':')?;
        let email = name.strip_suffix("/token")?;
        let is_right = token == self.credentials.api_token;
        self.staff.get(&email.to_lowercase()).copied().filter(|_| is_right)
    }

    fn bearer(&self, given: &str, now: i64) -> Result<Caller, Problem> {
        let granted = self.granted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let lives = granted.access.get(given).is_some_and(|expires| now < *expires);
        if lives || given == self.credentials.access_token {
            return Ok(Caller { user: ids::MANAGER, is_admin: true });
        }
        let body = json!({
            "error": "invalid_token",
            "error_description": "The access token provided is expired, revoked, malformed or invalid for other reasons.",
        });
        Err(Problem(Answer::json(401, &body)))
    }

    /// Takes back the access token that a request shows, if it is one of those that were given out.
    pub(super) fn take_back(&self, request: &Request) {
        let said = request.said("authorization").and_then(|said| said.split_once(' '));
        let mut granted = self.granted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        granted.access.remove(said.unwrap_or_default().1);
    }

    /// Gives out an access token, and with it the refresh token for the next one; each of those works once.
    pub(super) fn grant(&self, request: &Request, now: i64) -> Outcome {
        let refused = |error: &str| Problem(Answer::json(400, &json!({ "error": error })));
        if request.method != "POST" {
            return Err(Problem::no_endpoint());
        }
        let asked: GrantRequest = serde_json::from_slice(&request.body)
            .or_else(|_| of_form(&request.body))
            .map_err(|_unreadable| refused("invalid_request"))?;
        let Credentials { client_id, client_secret, .. } = &self.credentials;
        if asked.client_id.as_ref() != Some(client_id)
            || asked.client_secret.as_ref() != Some(client_secret)
        {
            let error = json!({ "error": "invalid_client" });
            return Err(Problem(Answer::json(401, &error)));
        }
        let mut granted = self.granted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match asked.grant_type.as_str() {
            "client_credentials" => {}
            "refresh_token" => {
                let given = asked.refresh_token.unwrap_or_default();
                let place = granted.refresh.iter().position(|known| *known == given);
                granted.refresh.remove(place.ok_or_else(|| refused("invalid_grant"))?);
            }
            _ => return Err(refused("unsupported_grant_type")),
        }
        let lives = asked.expires_in.unwrap_or(LIVES).clamp(300, LIVES_AT_MOST);
        granted.count += 2;
        let [access, refresh] = [0, 1].map(|which| secret(granted.count, 5 + which));
        granted.access.insert(access.clone(), now + lives);
        granted.refresh.push(refresh.clone());
        Ok(Answer::json(
            200,
            &json!({
                "access_token": access,
                "refresh_token": refresh,
                "token_type": "bearer",
                "scope": "read",
                "expires_in": lives,
                "refresh_token_expires_in": 7_776_000,
            }),
        ))
    }
}

fn of_form(body: &[u8]) -> Result<GrantRequest, serde_json::Error> {
    let pairs = form_urlencoded::parse(body).into_owned();
    let value = |(name, value): (String, String)| {
        let number = value.parse::<i64>().ok().filter(|_| name == "expires_in");
        (name, number.map_or_else(|| json!(value), |number| json!(number)))
    };
    serde_json::from_value(serde_json::Value::Object(pairs.map(value).collect()))
}

/// A secret that nobody keeps: the same desk has the same ones.
pub(super) fn secret(seed: u64, number: u64) -> String {
    let mut chance = Chance::of(seed, Subject::Secret, number);
    (0..5).map(|_| format!("{:08x}", chance.below(1 << 32))).collect()
}
