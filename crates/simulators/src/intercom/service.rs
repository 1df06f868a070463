//! Who is let in, how often, and to what.

use serde_json::json;

use super::known::known;
use super::webhooks::Webhooks;
use super::{ids, routes};
use crate::hours::Hours;
use crate::live::{LiveDesk, Moment};
use crate::model::{Chance, Subject, Ticket};
use crate::server::{Answer, Deliveries, Hits, Request, Vendor, Window};
use crate::{Helpdesk, Parts};

/// Everything that an answer is made from.
#[derive(Debug)]
pub(crate) struct Service {
    pub(super) desk: LiveDesk,
    base: String,
    token: String,
    pub(super) hours: Hours,
    pub(super) webhooks: Webhooks,
    limit: Option<Window>,
}

/// A request that has been let in.
pub(super) struct Asked<'r> {
    pub(super) request: &'r Request,
    pub(super) hits: &'r Hits,
}

/// Why there is no answer but this one.
pub(super) struct Problem(Answer);

pub(super) type Outcome = Result<Answer, Problem>;

/// A thousand requests a minute, in windows of ten seconds.
const LIMIT: u32 = 167;
const WINDOW: i64 = 10;
/// The versions that the vendor serves.
const VERSIONS: [&str; 21] = [
    "1.0", "1.1", "1.2", "1.3", "1.4", "2.0", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7",
    "2.8", "2.9", "2.10", "2.11", "2.12", "2.13", "2.14", "2.15",
];
/// What is served to who does not say.
const USUAL_VERSION: &str = "2.14";

impl Service {
    pub(crate) fn new(Parts { desk, base, deliveries, is_limited }: Parts) -> Self {
        let seed = desk.model().settings().seed;
        let hours = Hours::of(desk.model());
        let limit = is_limited.then(|| Window::new(LIMIT, WINDOW));
        let token = format!("dG9r{}=", secret(seed, 1));
        let webhooks = Webhooks::new(secret(seed, 2), deliveries);
        Self { desk, base, token, hours, webhooks, limit }
    }

    /// Counts a request, and refuses it where it is one too many.
    fn count(&self) -> Result<Vec<(&'static str, String)>, Problem> {
        let Some(limit) = &self.limit else { return Ok(Vec::new()) };
        let now = self.desk.clock().now();
        let allowance = limit.count(now);
        let headers = headers(allowance.limit, allowance.remaining, now + allowance.resets);
        if allowance.is_over {
            return Err(Problem(too_many(headers)));
        }
        Ok(headers)
    }

    fn respond(&self, request: &Request, hits: &Hits) -> Outcome {
        let said = request.said("authorization").unwrap_or_default();
        let token =
            said.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        if token.map(|(_, token)| token.trim()) != Some(&self.token) {
            return Err(Problem::new(401, "unauthorized", "Access Token Invalid"));
        }
        let headers = self.count()?;
        let version = request.said("intercom-version").unwrap_or(USUAL_VERSION);
        let answer = if VERSIONS.contains(&version) {
            routes::answer(self, &Asked { request, hits })
        } else {
            let told = "The requested version could not be found";
            Err(Problem::new(400, "intercom_version_invalid", told))
        };
        let mut answer = answer.unwrap_or_else(|Problem(answer)| answer);
        answer.headers.extend(headers);
        Ok(answer.with("Intercom-Version", version))
    }
}

impl Helpdesk for Service {
    fn desk(&self) -> &LiveDesk {
        &self.desk
    }

    fn credentials(&self) -> Vec<(&'static str, String)> {
        vec![("access_token", self.token.clone())]
    }

    fn example(&self) -> String {
        format!(
            "curl -H 'Authorization: Bearer {}' -H 'Intercom-Version: 2.14' {}/me",
            self.token, self.base
        )
    }

    fn ticket_id(&self, number: u64) -> String {
        ids::conversation(number).to_string()
    }

    fn known(&self, ticket: Ticket) -> Ticket {
        known(ticket)
    }

    fn subscribe(&self, endpoint: &str) -> String {
        self.webhooks.add(endpoint, self.desk.clock().now())
    }

    fn announce(&self, moments: &[Moment]) {
        Webhooks::announce(self, moments);
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
        too_many(headers(LIMIT, 0, self.desk.clock().now() + i64::from(seconds)))
    }

    fn failed(&self, status: u16) -> Answer {
        let code = if status == 503 { "service_unavailable" } else { "server_error" };
        Problem::new(status, code, "Sorry, try again later").0
    }

    fn now(&self) -> i64 {
        self.desk.clock().now()
    }

    fn words(&self) -> &'static [&'static str] {
        &["state", "priority"]
    }
}

/// There is no `Retry-After`: the time of the next window is told.
fn headers(limit: u32, remaining: u32, reset: i64) -> Vec<(&'static str, String)> {
    vec![
        ("X-RateLimit-Limit", limit.to_string()),
        ("X-RateLimit-Remaining", remaining.to_string()),
        ("X-RateLimit-Reset", reset.to_string()),
    ]
}

fn too_many(headers: Vec<(&'static str, String)>) -> Answer {
    let told = "You have exceeded the rate limit. Please wait until the window resets.";
    let mut answer = Problem::new(429, "rate_limit_exceeded", told).0;
    answer.headers.extend(headers);
    answer
}

impl Problem {
    fn new(status: u16, code: &str, message: &str) -> Self {
        let request_id = ids::uuid(message.len() as u64 * 0x9e37_79b9, u64::from(status));
        let body = json!({
            "type": "error.list",
            "request_id": request_id,
            "errors": [{ "code": code, "message": message }],
        });
        Self(Answer::json(status, &body))
    }

    pub(super) fn not_found(code: &str, message: &str) -> Self {
        Self::new(404, code, message)
    }

    pub(super) fn invalid(message: &str) -> Self {
        Self::new(400, "parameter_invalid", message)
    }

    pub(super) fn bad_cursor() -> Self {
        Self::invalid("starting_after is not valid")
    }
}

/// A secret that nobody keeps: the same desk has the same ones.
fn secret(seed: u64, number: u64) -> String {
    let mut chance = Chance::of(seed, Subject::Secret, 2_000_000 + number);
    (0..5).map(|_| format!("{:08x}", chance.below(1 << 32))).collect()
}
