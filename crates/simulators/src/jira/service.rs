//! Who is let in, how often, and to what.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::ids;
use super::routes;
use super::webhooks::Webhooks;
use super::zone::Zone;
use crate::iso::Iso;
use crate::live::{LiveDesk, Moment};
use crate::model::{Chance, Subject, Ticket};
use crate::server::{Allowance, Answer, Deliveries, Hits, Request, Vendor, Window};
use crate::{Helpdesk, Parts};

/// Everything that an answer is made from.
#[derive(Debug)]
pub(crate) struct Service {
    pub(super) desk: LiveDesk,
    /// Where it is served, without a slash at the end.
    pub(super) base: String,
    /// The administrator's API token.
    pub(super) token: String,
    pub(super) zone: Zone,
    pub(super) webhooks: Webhooks,
    limits: Option<Limits>,
}

/// Requests of a second, by method and endpoint.
type Limits = Mutex<HashMap<String, Window>>;

const PER_SECOND: u32 = 100;

/// A request that has been let in.
pub(super) struct Asked<'r> {
    pub(super) request: &'r Request,
    pub(super) hits: &'r Hits,
    /// Of the API.
    pub(super) version: u8,
    /// Whose credentials are wrong is nobody; some answers are for nobody too.
    pub(super) is_known: bool,
}

/// Why there is no answer but this one.
#[derive(Debug)]
pub(super) struct Problem(pub(super) Answer);

pub(super) type Outcome = Result<Answer, Problem>;

impl Asked<'_> {
    /// From where and how many, as lists are asked for.
    pub(super) fn page(&self, usual: usize, most: usize) -> Result<(usize, usize), Problem> {
        self.page_of("startAt", "maxResults", usual, most)
    }

    pub(super) fn page_of(
        &self,
        start: &str,
        size: &str,
        usual: usize,
        most: usize,
    ) -> Result<(usize, usize), Problem> {
        let number = |name: &str, usual| match self.request.parameter(name).map(str::parse) {
            None => Ok(usual),
            Some(Ok(number)) => Ok(number),
            Some(Err(_no)) => Err(Problem::invalid(&format!("{name} must be a number"))),
        };
        Ok((number(start, 0)?, number(size, usual)?.min(most)))
    }

    /// A parameter that may come several times, or once with commas.
    pub(super) fn listed(&self, name: &str) -> Vec<String> {
        let given = self.request.query.iter().filter(|(known, _)| known == name);
        let parts = given.flat_map(|(_, value)| value.split(','));
        parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    }

    /// The body, which may not have what is not known.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let read = serde_json::from_slice(&self.request.body);
        read.map_err(|error| Problem::invalid(&format!("Invalid request payload: {error}")))
    }
}

impl Service {
    pub(crate) fn new(Parts { desk, base, deliveries, is_limited }: Parts) -> Self {
        let webhooks = Webhooks::new(deliveries);
        let token = format!("ATATT3x{}", secret(desk.model().settings().seed, 1));
        let limits = is_limited.then(Limits::default);
        Self { desk, base, token, zone: Zone::new(), webhooks, limits }
    }

    pub(super) fn email(&self) -> &str {
        &self.desk.model().desk().manager.email
    }

    /// When an issue last changed, also where that left nothing to see.
    pub(super) fn updated(&self, ticket: &Ticket) -> i64 {
        self.desk.touched(ticket.number).unwrap_or(ticket.created_at)
    }

    /// A time as the service desk writes it.
    pub(super) fn date(&self, at: i64) -> Value {
        let shown = self.zone.shown(at);
        json!({ "iso8601": shown, "jira": shown, "friendly": shown, "epochMillis": at * 1_000 })
    }

    /// An issue that is there: of one that was deleted, nothing is left.
    pub(super) fn visible(&self, number: u64) -> Result<Ticket, Problem> {
        let is_away = self.desk.removal(number).is_some();
        let ticket = self.desk.ticket(number).filter(|_| !is_away);
        ticket.ok_or_else(Problem::no_issue)
    }

    /// The same by its number or key.
    pub(super) fn visible_as(&self, id: &str) -> Result<Ticket, Problem> {
        self.visible(ids::ticket(id).unwrap_or_default())
    }

    fn is_known(&self, request: &Request) -> bool {
        let said = request.said("authorization").unwrap_or_default();
        let given = said.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("basic"));
        let pair = given
            .and_then(|(_, given)| String::from_utf8(STANDARD.decode(given.trim()).ok()?).ok());
        pair.as_deref().and_then(|pair| pair.split_once(':')).is_some_and(|(email, token)| {
            email.eq_ignore_ascii_case(self.email()) && token == self.token
        })
    }

    /// Counts a request, and refuses it where it is one too many: each endpoint has a limit of its own.
    fn count(&self, method: &str, parts: &[&str]) -> Result<Vec<(&'static str, String)>, Problem> {
        let Some(limits) = &self.limits else { return Ok(Vec::new()) };
        let has_number = |part: &str| part.contains(|it: char| it.is_ascii_digit());
        let kinds = parts.iter().map(|part| if has_number(part) { "*" } else { *part });
        let endpoint = format!("{method} {}", kinds.collect::<Vec<_>>().join("/"));
        let mut limits = limits.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = self.desk.clock().now();
        let window = limits.entry(endpoint).or_insert_with(|| Window::new(PER_SECOND, 1));
        let allowance = window.count(now);
        if allowance.is_over {
            return Err(Problem(self.too_many(allowance)));
        }
        let Allowance { limit, remaining, .. } = allowance;
        let mut headers = vec![
            ("X-RateLimit-Limit", limit.to_string()),
            ("X-RateLimit-Remaining", remaining.to_string()),
        ];
        if remaining < limit / 5 {
            headers.push(("X-RateLimit-NearLimit", "true".to_owned()));
        }
        Ok(headers)
    }

    fn too_many(&self, allowance: Allowance) -> Answer {
        let after = allowance.resets.max(1);
        let resets = Iso(self.desk.clock().now() + after).to_string();
        let body = json!({ "errorMessages": ["Rate limit exceeded."], "errors": {} });
        Answer::json(429, &body)
            .with("Retry-After", after)
            .with("X-RateLimit-Limit", allowance.limit)
            .with("X-RateLimit-Remaining", 0)
            .with("X-RateLimit-Reset", format!("{}Z", &resets[..16]))
            .with("RateLimit-Reason", "jira-burst-based")
    }

    fn respond(&self, request: &Request, hits: &Hits) -> Outcome {
        let parts: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
        let version = match parts[..] {
            ["rest", "api", "2", ..] => 2,
            ["rest", "api", "3" | "latest", ..] => 3,
            ["rest", "servicedeskapi" | "webhooks", ..] => 3,
            _ => return Err(Problem::no_endpoint()),
        };
        let headers = self.count(&request.method, &parts)?;
        let is_known = self.is_known(request);
        let asked = Asked { request, hits, version, is_known };
        let answer = routes::answer(self, &asked, &parts[1..]);
        let mut answer = answer.unwrap_or_else(|Problem(answer)| answer);
        answer.headers.extend(headers);
        if !is_known && request.said("authorization").is_some() {
            answer.headers.push(("X-Seraph-LoginReason", "AUTHENTICATED_FAILED".to_owned()));
        }
        Ok(answer)
    }
}

impl Helpdesk for Service {
    fn desk(&self) -> &LiveDesk {
        &self.desk
    }

    fn credentials(&self) -> Vec<(&'static str, String)> {
        vec![("email", self.email().to_owned()), ("api_token", self.token.clone())]
    }

    fn example(&self) -> String {
        format!("curl -u '{}:{}' {}/rest/api/3/myself", self.email(), self.token, self.base)
    }

    fn ticket_id(&self, number: u64) -> String {
        ids::issue(number).to_string()
    }

    fn known(&self, ticket: Ticket) -> Ticket {
        super::known::known(ticket)
    }

    fn subscribe(&self, endpoint: &str) -> String {
        self.hear(endpoint)
    }

    fn announce(&self, moments: &[Moment]) {
        self.tell(moments);
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
        let resets = seconds.into();
        self.too_many(Allowance { limit: PER_SECOND, remaining: 0, resets, is_over: true })
    }

    fn failed(&self, status: u16) -> Answer {
        let body = json!({ "errorMessages": ["Internal server error"], "errors": {} });
        Answer::json(status, &body)
    }

    fn now(&self) -> i64 {
        self.desk.clock().now()
    }

    fn words(&self) -> &'static [&'static str] {
        &["assigneeType", "projectTypeKey"]
    }
}

impl Problem {
    fn plain(status: u16, message: &str) -> Self {
        Self(Answer::json(status, &json!({ "errorMessages": [message], "errors": {} })))
    }

    pub(super) fn no_endpoint() -> Self {
        let body = json!({ "message": "null for uri", "status-code": 404 });
        Self(Answer::json(404, &body))
    }

    pub(super) fn missing(message: &str) -> Self {
        Self::plain(404, message)
    }

    /// There is none, or it is not for everybody.
    pub(super) fn no_issue() -> Self {
        Self::missing("Issue does not exist or you do not have permission to see it.")
    }

    pub(super) fn invalid(message: &str) -> Self {
        Self::plain(400, message)
    }

    pub(super) fn bad_token() -> Self {
        Self::plain(400, "The provided nextPageToken is invalid or has expired.")
    }

    pub(super) fn gone() -> Self {
        let message =
            "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.";
        Self::plain(410, message)
    }

    pub(super) fn unauthenticated() -> Self {
        let message = "Client must be authenticated to access this resource.";
        let Self(answer) = Self::plain(401, message);
        Self(answer.with("WWW-Authenticate", "Basic realm=\"protected-area\""))
    }
}

/// A secret that nobody keeps: the same desk has the same ones.
pub(super) fn secret(seed: u64, number: u64) -> String {
    let mut chance = Chance::of(seed, Subject::Secret, number);
    (0..5).map(|_| format!("{:08x}", chance.below(1 << 32))).collect()
}
