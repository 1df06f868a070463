//! Who is let in, how often, and to what.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::known::Told;
use super::routes;
use super::rules::Rules;
use super::tickets::Include;
use crate::live::{LiveDesk, Moment};
use crate::model::{Chance, Subject, Ticket};
use crate::server::{Allowance, Answer, Deliveries, Hits, Request, Vendor, Window};
use crate::{Helpdesk, Parts, Promise};

/// Everything that an answer is made from.
#[derive(Debug)]
pub(crate) struct Service {
    pub(super) desk: LiveDesk,
    /// Where it is served, without a slash at the end.
    pub(super) base: String,
    pub(super) api_key: String,
    pub(super) rules: Rules,
    /// What has been told of the tickets.
    pub(super) told: Told,
    limits: Option<Limits>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Administrator,
    /// Who sees their own tickets alone.
    Agent(u16),
}

/// A request that has been let in.
pub(super) struct Asked<'r> {
    pub(super) request: &'r Request,
    pub(super) hits: &'r Hits,
    pub(super) caller: Caller,
    pub(super) include: Include,
}

/// Why there is no answer but this one.
pub(super) struct Problem(pub(super) Answer);

pub(super) type Outcome = Result<Answer, Problem>;

/// The limits of a plan, each for a minute.
#[derive(Debug)]
struct Limits {
    account: Window,
    /// Of the list of tickets alone.
    tickets: Window,
}

/// A secret that nobody keeps: the same desk has the same ones.
pub(super) fn secret(seed: u64, number: u64) -> String {
    let mut chance = Chance::of(seed, Subject::Secret, number);
    (0..3).map(|_| format!("{:08x}", chance.below(1 << 32))).collect()
}

impl Service {
    pub(crate) fn new(Parts { desk, base, deliveries, is_limited }: Parts) -> Self {
        let seed = desk.model().settings().seed;
        let minute = |limit| Window::new(limit, 60);
        let limits = is_limited.then(|| Limits { account: minute(400), tickets: minute(100) });
        let (api_key, rules) = (secret(seed, 1), Rules::new(seed, deliveries));
        Self { desk, base, api_key, rules, told: Told::default(), limits }
    }

    /// The key of an agent's own.
    pub(super) fn key_of(&self, agent: u16) -> String {
        secret(self.desk.model().settings().seed, 100 + u64::from(agent))
    }

    /// The key stands where the name does; the password is not looked at.
    fn caller(&self, request: &Request) -> Result<Caller, Problem> {
        let key = || {
            let (scheme, given) = request.said("authorization")?.split_once(' ')?;
            let pair = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(given.trim()));
            let pair = String::from_utf8(pair?.ok()?).ok()?;
            Some(pair.split_once(':')?.0.to_owned())
        };
        let key = key().ok_or_else(Problem::unauthenticated)?;
        if key == self.api_key {
            return Ok(Caller::Administrator);
        }
        let mut agents = 0..self.desk.model().desk().agents.len() as u16;
        let agent = agents.find(|agent| self.key_of(*agent) == key);
        agent.map(Caller::Agent).ok_or_else(Problem::unauthenticated)
    }

    /// Counts a request, as often as what it wants beside the thing itself, and refuses it where it is one too many.
    fn count(&self, path: &[&str], price: u32) -> Result<Vec<(&'static str, String)>, Problem> {
        let Some(limits) = &self.limits else { return Ok(Vec::new()) };
        let now = self.desk.clock().now();
        let account = (0..price).map(|_| limits.account.count(now)).last();
        let of_list = (path == ["tickets"]).then(|| limits.tickets.count(now));
        let all: Vec<Allowance> = account.into_iter().chain(of_list).collect();
        let headers = all.first().map_or_else(Vec::new, |account| {
            vec![
                ("X-RateLimit-Total", account.limit.to_string()),
                ("X-RateLimit-Remaining", account.remaining.to_string()),
                ("X-RateLimit-Used-CurrentRequest", price.to_string()),
            ]
        });
        match all.iter().find(|allowance| allowance.is_over) {
            None => Ok(headers),
            Some(allowance) => {
                let mut answer = too_many(allowance.resets);
                answer.headers.extend(headers);
                Err(Problem(answer))
            }
        }
    }

    fn respond(&self, request: &Request, hits: &Hits) -> Outcome {
        let parts: Vec<&str> = request.path.split('/').skip(1).collect();
        let ["api", "v2", parts @ ..] = &parts[..] else { return Err(Problem::not_found()) };
        let caller = self.caller(request)?;
        let include = Include::of(request)
            .ok_or_else(|| Problem::invalid("include", "It should be one of the known values"))?;
        let headers = self.count(parts, 1 + include.price())?;
        let asked = Asked { request, hits, caller, include };
        let answer = routes::answer(self, &asked, parts);
        let mut answer = answer.unwrap_or_else(|Problem(answer)| answer);
        answer.headers.extend(headers);
        Ok(answer.with("X-Freshdesk-API-Version", "latest=v2; requested=v2"))
    }
}

impl Helpdesk for Service {
    fn desk(&self) -> &LiveDesk {
        &self.desk
    }

    fn credentials(&self) -> Vec<(&'static str, String)> {
        vec![("api_key", self.api_key.clone())]
    }

    fn other_credentials(&self) -> Vec<(&'static str, String)> {
        vec![("agent_api_key", self.key_of(0))]
    }

    fn example(&self) -> String {
        format!("curl -u '{}:X' {}/api/v2/agents/me", self.api_key, self.base)
    }

    fn ticket_id(&self, number: u64) -> String {
        number.to_string()
    }

    fn promises(&self, ticket: &Ticket) -> Vec<Promise> {
        super::tickets::promises(self, ticket)
    }

    fn known(&self, ticket: Ticket) -> Ticket {
        self.known_of(ticket)
    }

    fn subscribe(&self, endpoint: &str) -> String {
        self.rules.add(endpoint)
    }

    fn announce(&self, moments: &[Moment]) {
        self.rules.announce(&self.desk, moments);
    }

    fn deliveries(&self) -> &Deliveries {
        &self.rules.deliveries
    }
}

impl Vendor for Service {
    fn answer(&self, request: &Request, hits: &Hits) -> Answer {
        self.respond(request, hits).unwrap_or_else(|Problem(answer)| answer)
    }

    fn limited(&self, seconds: u32) -> Answer {
        too_many(seconds.into())
    }

    fn failed(&self, status: u16) -> Answer {
        Answer::json(status, &json!({ "message": "Something went wrong here" }))
    }

    fn now(&self) -> i64 {
        self.desk.clock().now()
    }

    fn words(&self) -> &'static [&'static str] {
        &["type"]
    }
}

fn too_many(seconds: i64) -> Answer {
    let body = json!({ "message": "There were too many requests in a minute" });
    Answer::json(429, &body).with("Retry-After", seconds.max(1))
}

impl Problem {
    /// Nothing more is said of what is not there.
    pub(super) fn not_found() -> Self {
        Self(Answer { status: 404, headers: Vec::new(), body: Vec::new() })
    }

    pub(super) fn invalid(field: &str, message: &str) -> Self {
        let errors = json!([{ "field": field, "message": message, "code": "invalid_value" }]);
        Self(Answer::json(400, &json!({ "description": "Validation failed", "errors": errors })))
    }

    pub(super) fn forbidden() -> Self {
        let message = "These credentials may not do this";
        Self(Answer::json(403, &json!({ "code": "access_denied", "message": message })))
    }

    pub(super) fn no_method() -> Self {
        Self(Answer { status: 405, headers: Vec::new(), body: Vec::new() }.with("Allow", "GET"))
    }

    fn unauthenticated() -> Self {
        let message = "This needs a valid API key";
        Self(Answer::json(401, &json!({ "code": "invalid_credentials", "message": message })))
    }
}
