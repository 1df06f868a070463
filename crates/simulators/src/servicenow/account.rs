//! Who may ask, and for what.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::assertions::Verifier;
use super::ids::Id;
use super::people::INTEGRATION;
use super::service::{Outcome, Problem};
use crate::model::{Chance, Model, Subject};
use crate::server::{Answer, Request};

/// So many seconds an access token lives.
const LIVES: i64 = 1_800;
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The account that may see everything.
pub(super) const ADMIN: &str = "admin";

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) user: Id,
    pub(super) rights: Rights,
}

/// Whom clients, keys and the integration's password stand for.
const READER: Caller = Caller { user: Id::Integration, rights: Rights::Reader };

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rights {
    /// Works with incidents, and does not see the tables of the history.
    Agent,
    /// Sees these as well.
    Reader,
    /// Sees everything.
    Admin,
}

#[derive(Debug)]
pub(super) struct Account {
    /// The secrets by what they are called.
    pub(super) secrets: Secrets,
    verifier: Verifier,
    /// Everybody who may sign in.
    users: HashMap<String, (String, Caller)>,
    granted: Mutex<Granted>,
}

/// What a client signs in with.
#[derive(Debug)]
pub(super) struct Secrets {
    pub(super) password: String,
    pub(super) admin_password: String,
    /// That of everybody who works at the desk.
    pub(super) agent_password: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    /// What the client can get its first access token with.
    pub(super) refresh_token: String,
    /// That of the integration's user.
    pub(super) api_key: String,
    /// What the client can sign assertions with.
    pub(super) shared_key: String,
}

/// Tokens that were given out.
#[derive(Debug, Default)]
struct Granted {
    count: u64,
    /// Access tokens: whose, and when they expire.
    access: HashMap<String, (Caller, i64)>,
    refresh: HashMap<String, Caller>,
}

impl Account {
    pub(super) fn of(model: &Model) -> Self {
        let seed = model.settings().seed;
        let secrets = Secrets {
            password: secret(seed, 1),
            admin_password: secret(seed, 2),
            agent_password: secret(seed, 3),
            client_id: secret(seed, 4),
            client_secret: secret(seed, 5),
            refresh_token: secret(seed, 8),
            api_key: secret(seed, 9),
            shared_key: secret(seed, 10),
        };
        let agents = model.desk().agents.iter().map(|agent| {
            let name = agent.person.email.split('@').next().unwrap_or_default().to_owned();
            let caller = Caller { user: Id::Agent(agent.number.into()), rights: Rights::Agent };
            (name, (secrets.agent_password.clone(), caller))
        });
        let admin = Caller { user: Id::Manager, rights: Rights::Admin };
        let others = [
            (INTEGRATION.to_owned(), (secrets.password.clone(), READER)),
            (ADMIN.to_owned(), (secrets.admin_password.clone(), admin)),
        ];
        let users = agents.chain(others).collect();
        let refresh = HashMap::from([(secrets.refresh_token.clone(), READER)]);
        let granted = Granted { count: 100 + seed, refresh, ..Granted::default() };
        let granted = Mutex::new(granted);
        let verifier = Verifier::new(&secrets.client_id, &secrets.shared_key);
        Self { secrets, verifier, users, granted }
    }

    /// Whose request it is.
    pub(super) fn caller(&self, request: &Request, now: i64) -> Result<Caller, Problem> {
        if let Some(key) = request.said("x-sn-apikey") {
            let known = (key == self.secrets.api_key).then_some(READER);
            return known.ok_or_else(Problem::unauthenticated);
        }
        let said = request.said("authorization").unwrap_or_default();
        let known = match said.split_once(' ') {
            Some((scheme, given)) if scheme.eq_ignore_ascii_case("basic") => {
                pair(given).and_then(|(name, password)| self.user(&name, &password))
            }
            Some((scheme, given)) if scheme.eq_ignore_ascii_case("bearer") => {
                let granted =
                    self.granted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                granted.access.get(given).filter(|(_, expires)| now < *expires).map(|it| it.0)
            }
            _ => None,
        };
        known.ok_or_else(Problem::unauthenticated)
    }

    fn user(&self, name: &str, password: &str) -> Option<Caller> {
        let (known, caller) = self.users.get(name)?;
        (known == password).then_some(*caller)
    }

    /// Takes back the access token that a request shows.
    pub(super) fn take_back(&self, request: &Request) {
        let said = request.said("authorization").and_then(|said| said.split_once(' '));
        let mut granted = self.granted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        granted.access.remove(said.unwrap_or_default().1);
    }

    /// Whom a signed assertion of the client is about.
    fn asserted(&self, assertion: &str, now: i64) -> Option<Caller> {
        let subject = self.verifier.subject(assertion, now)?;
        self.users.get(&subject).map(|(_, caller)| *caller)
    }

    /// Gives out tokens: to a user by name and password, to the client itself, for what it signs, or for a refresh token, which works again and
    /// again and stays as it is.
    pub(super) fn grant(&self, request: &Request, now: i64) -> Outcome {
        let refused = |error: &str, why: &str| {
            let told = json!({ "error": error, "error_description": why });
            Problem(Answer::json(401, &told))
        };
        let asked: HashMap<String, String> =
            form_urlencoded::parse(&request.body).into_owned().collect();
        let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        let header = request.said("authorization").and_then(|said| said.split_once(' '));
        let header = header.and_then(|(_, given)| pair(given)).unwrap_or_default();
        let Secrets { client_id, client_secret, .. } = &self.secrets;
        let given = |name: &str, header: String| match said(name) {
            "" => header,
            given => given.to_owned(),
        };
        let client = (given("client_id", header.0), given("client_secret", header.1));
        if (&client.0, &client.1) != (client_id, client_secret) {
            return Err(refused("invalid_client", "access_denied"));
        }
        let mut granted = self.granted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let caller = match said("grant_type") {
            "password" => self.user(said("username"), said("password")),
            "client_credentials" => Some(READER),
            JWT_BEARER => self.asserted(said("assertion"), now),
            "refresh_token" => granted.refresh.get(said("refresh_token")).copied(),
            _ => return Err(refused("unsupported_grant_type", "access_denied")),
        };
        let caller = caller.ok_or_else(|| refused("invalid_grant", "access_denied"))?;
        granted.count += 2;
        let [access, fresh] = [0, 1].map(|which| secret(granted.count, 6 + which));
        let refresh = match said("grant_type") {
            "refresh_token" => said("refresh_token").to_owned(),
            _ => fresh,
        };
        granted.access.insert(access.clone(), (caller, now + LIVES));
        granted.refresh.insert(refresh.clone(), caller);
        Ok(Answer::json(
            200,
            &json!({
                "access_token": access,
                "refresh_token": refresh,
                "scope": "useraccount",
                "token_type": "Bearer",
                "expires_in": LIVES - 1,
            }),
        ))
    }
}

/// A name and a password.
fn pair(given: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(given.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// A secret that nobody keeps: the same desk has the same ones.
pub(super) fn secret(seed: u64, number: u64) -> String {
    let mut chance = Chance::of(seed, Subject::Secret, number);
    (0..4).map(|_| format!("{:08x}", chance.below(1 << 32))).collect()
}
