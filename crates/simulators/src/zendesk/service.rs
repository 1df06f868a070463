//! Who is let in, how often, and to what.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::json;

use super::account::{self, Account, Caller};
use super::happened;
use super::metric_events::Broken;
use super::routes;
use super::state::MERGED;
use super::webhooks::Webhooks;
use crate::hours::Hours;
use crate::live::{LiveDesk, Moment};
use crate::model::{Act, Event, Ticket};
use crate::server::{Allowance, Answer, Deliveries, Hits, Request, Vendor, Window};
use crate::{Helpdesk, Parts, Promise};

/// Everything that an answer is made from.
#[derive(Debug)]
pub(crate) struct Service {
    pub(super) desk: LiveDesk,
    /// Where it is served, without a slash at the end.
    pub(super) base: String,
    pub(super) account: Account,
    pub(super) hours: Hours,
    pub(super) webhooks: Webhooks,
    pub(super) broken: Broken,
    limits: Option<Limits>,
}

/// A request that has been let in.
pub(super) struct Asked<'r> {
    pub(super) request: &'r Request,
    pub(super) hits: &'r Hits,
    pub(super) caller: Caller,
}

/// Why there is no answer but this one.
pub(super) struct Problem(pub(super) Answer);

pub(super) type Outcome = Result<Answer, Problem>;

/// The limits of a plan, each for a minute.
#[derive(Debug)]
struct Limits {
    account: Window,
    exports: Window,
    tickets: Window,
}

impl Limits {
    fn new() -> Self {
        let minute = |limit| Window::new(limit, 60);
        Self { account: minute(700), exports: minute(10), tickets: minute(100) }
    }
}

impl Service {
    pub(crate) fn new(Parts { desk, base, deliveries, is_limited }: Parts) -> Self {
        let webhooks = Webhooks::new(desk.model().settings().seed, deliveries);
        let account = Account::of(desk.model());
        let hours = Hours::of(desk.model());
        let limits = is_limited.then(Limits::new);
        let broken = Broken::default();
        Self { desk, base, account, hours, webhooks, broken, limits }
    }

    /// Counts a request, and refuses it where it is one too many.
    fn count(&self, path: &[&str]) -> Result<Vec<(&'static str, String)>, Problem> {
        let Some(limits) = &self.limits else { return Ok(Vec::new()) };
        let now = self.desk.clock().now();
        let account = limits.account.count(now);
        let mut headers = vec![
            ("X-Rate-Limit", account.limit.to_string()),
            ("X-Rate-Limit-Remaining", account.remaining.to_string()),
            ("ratelimit-limit", account.limit.to_string()),
            ("ratelimit-remaining", account.remaining.to_string()),
            ("ratelimit-reset", account.resets.to_string()),
        ];
        let (of_endpoint, what) = match path {
            ["incremental", ..] => (limits.exports.count(now), "incremental export API requests"),
            ["tickets"] => {
                let of_list = limits.tickets.count(now);
                let Allowance { limit, remaining, resets, .. } = of_list;
                let told = format!("total={limit}; remaining={remaining}; resets={resets}");
                headers.push(("zendesk-ratelimit-tickets-index", told));
                (of_list, "ticket list API requests")
            }
            _ => (account, "API requests"),
        };
        let over = [(account, "API requests"), (of_endpoint, what)];
        match over.into_iter().find(|(allowance, _)| allowance.is_over) {
            None => Ok(headers),
            Some((allowance, what)) => {
                let mut answer = too_many(allowance.resets, what);
                answer.headers.extend(headers);
                Err(Problem(answer))
            }
        }
    }

    fn respond(&self, request: &Request, hits: &Hits) -> Outcome {
        let path = request.path.strip_suffix(".json").unwrap_or(&request.path);
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        if let ["oauth", "tokens"] = parts[..] {
            return self.account.grant(request, self.desk.clock().now());
        }
        let ["api", "v2", parts @ ..] = &parts[..] else { return Err(Problem::no_endpoint()) };
        if hits.revoked_token {
            self.account.take_back(request);
        }
        let caller = self.account.caller(request, self.desk.clock().now())?;
        let headers = self.count(parts)?;
        let asked = Asked { request, hits, caller };
        let answer = routes::answer(self, &asked, parts);
        let mut answer = answer.unwrap_or_else(|Problem(answer)| answer);
        answer.headers.extend(headers);
        Ok(answer)
    }
}

impl Helpdesk for Service {
    fn desk(&self) -> &LiveDesk {
        &self.desk
    }

    fn credentials(&self) -> Vec<(&'static str, String)> {
        let known = &self.account.credentials;
        vec![("email", known.email.clone()), ("api_token", known.api_token.clone())]
    }

    fn other_credentials(&self) -> Vec<(&'static str, String)> {
        let known = &self.account.credentials;
        vec![
            ("access_token", known.access_token.clone()),
            ("client_id", known.client_id.clone()),
            ("client_secret", known.client_secret.clone()),
            ("refresh_token", known.refresh_token.clone()),
        ]
    }

    fn example(&self) -> String {
        let account::Credentials { email, api_token, .. } = &self.account.credentials;
        format!("curl -u '{email}/token:{api_token}' {}/api/v2/users/me.json", self.base)
    }

    fn ticket_id(&self, number: u64) -> String {
        number.to_string()
    }

    /// That somebody sets the status that a ticket has already is nothing that happens there.
    /// Who merges a ticket says so to the team, and it gets a tag. What is spam is deleted.
    fn known(&self, mut ticket: Ticket) -> Ticket {
        let (mut status, mut events) = (None, Vec::with_capacity(ticket.events.len()));
        for mut event in ticket.events {
            event.status = event.status.filter(|new| Some(*new) != status);
            status = event.status.or(status);
            let is_merged = matches!(event.act, Act::Merged { .. });
            event.tag = if is_merged { Some(MERGED) } else { event.tag };
            event.act = if event.act == Act::Spam { Act::Deleted } else { event.act };
            let note = Event { act: Act::Message { public: false }, ..event.clone() };
            let note = Event { status: None, assignee: None, queue: None, tag: None, ..note };
            events.push(event);
            events.extend(is_merged.then_some(note));
        }
        ticket.events = events;
        ticket
    }

    fn promises(&self, ticket: &Ticket) -> Vec<Promise> {
        self.promises_of(ticket)
    }

    fn subscribe(&self, endpoint: &str) -> String {
        let now = self.desk.clock().now();
        self.webhooks.add("subscriber", endpoint, &happened::KINDS, now).secret
    }

    fn announce(&self, moments: &[Moment]) {
        self.webhooks.announce(&self.desk, moments);
    }

    fn deliveries(&self) -> &Deliveries {
        &self.webhooks.deliveries
    }
}

impl Vendor for Service {
    fn answer(&self, request: &Request, hits: &Hits) -> Answer {
        self.respond(request, hits).unwrap_or_else(|Problem(answer)| answer)
    }

    fn limited(&self, seconds: u32) -> Answer {
        too_many(seconds.into(), "API requests")
    }

    fn failed(&self, status: u16) -> Answer {
        Answer::json(status, &json!({ "error": "InternalError", "description": "Try again later" }))
    }

    fn now(&self) -> i64 {
        self.desk.clock().now()
    }

    fn words(&self) -> &'static [&'static str] {
        &["channel", "type", "priority"]
    }
}

fn too_many(seconds: i64, what: &str) -> Answer {
    let description = format!("Number of allowed {what} per minute exceeded");
    let body = json!({ "error": "APIRateLimitExceeded", "description": description });
    Answer::json(429, &body).with("Retry-After", seconds.max(1))
}

impl Problem {
    fn plain(status: u16, error: &str, description: &str) -> Self {
        Self(Answer::json(status, &json!({ "error": error, "description": description })))
    }

    pub(super) fn no_endpoint() -> Self {
        Self::plain(404, "InvalidEndpoint", "Not found")
    }

    pub(super) fn not_found() -> Self {
        Self::plain(404, "RecordNotFound", "Not found")
    }

    pub(super) fn invalid(description: &str) -> Self {
        Self::plain(422, "InvalidValue", description)
    }

    pub(super) fn bad_page(description: &str) -> Self {
        Self::plain(400, "InvalidPaginationParameter", description)
    }

    pub(super) fn forbidden() -> Self {
        let message = "You do not have access to this page. Please contact the account owner of this help desk for further help.";
        Self(Answer::json(403, &json!({ "error": { "title": "Forbidden", "message": message } })))
    }

    pub(super) fn unauthenticated() -> Self {
        let answer = Answer::json(401, &json!({ "error": "Couldn't authenticate you" }));
        Self(answer.with("WWW-Authenticate", "Basic realm=\"Web Password\""))
    }
}

/// The address of a thing: where it is served, its kind and its number.
#[derive(Debug)]
pub(super) struct Url<'s>(pub(super) &'s str, pub(super) &'static str, pub(super) u64);

impl fmt::Display for Url<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}/api/v2/{}/{}.json", self.0, self.1, self.2)
    }
}

impl Serialize for Url<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
