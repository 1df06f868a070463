//! Who is let in, how often, and to what.

use serde_json::json;

use super::account::{ADMIN, Account, Caller};
use super::assertions::{PRIVATE_KEY, RSA_KEY_ID, SHARED_KEY_ID};
use super::ids::Id;
use super::people::INTEGRATION;
use super::rules::Rules;
use super::tables::Table;
use super::{lists, story};
use crate::live::{LiveDesk, Moment};
use crate::model::Ticket;
use crate::server::{Allowance, Answer, Deliveries, Hits, Request, Vendor, Window};
use crate::simulator::{Helpdesk, Parts};

/// So many requests to the Table API a user may send in an hour, as the administrators have it.
const AN_HOUR: u32 = 5_000;

/// Everything that an answer is made from.
#[derive(Debug)]
pub(crate) struct Service {
    pub(super) desk: LiveDesk,
    /// Where it is served, without a slash at the end.
    pub(super) base: String,
    pub(super) zone: jiff::tz::TimeZone,
    account: Account,
    rules: Rules,
    limit: Option<Window>,
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

impl Service {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { desk, base, deliveries, is_limited } = parts;
        let account = Account::of(desk.model());
        let rules = Rules::new(desk.model().settings().seed, deliveries);
        // A zone that the model knows is known here.
        let zone = jiff::tz::TimeZone::get(&desk.model().desk().zone);
        let zone = zone.unwrap_or(jiff::tz::TimeZone::UTC);
        let limit = is_limited.then(|| Window::new(AN_HOUR, 3_600));
        Self { desk, base, zone, account, rules, limit }
    }

    fn respond(&self, request: &Request, hits: &Hits) -> Outcome {
        let now = self.desk.clock().now();
        let parts: Vec<&str> = request.path.split('/').skip(1).collect();
        let (version, parts) = match &parts[..] {
            ["oauth_token.do"] if request.method == "POST" => {
                return self.account.grant(request, now);
            }
            ["api", "now", version @ ("v1" | "v2"), parts @ ..] => (*version, parts),
            ["api", "now", parts @ ..] => ("v2", parts),
            _ => return Err(Problem::no_address(&request.path)),
        };
        if hits.revoked_token {
            self.account.take_back(request);
        }
        let caller = self.account.caller(request, now)?;
        let headers = self.count(now)?;
        let asked = Asked { request, hits, caller };
        let answer = match parts {
            ["table", ..] if request.method != "GET" => Err(Problem::forbidden()),
            ["table", table] => {
                self.table(table).and_then(|it| lists::list(self, &asked, it, version))
            }
            ["table", table, id] => {
                self.table(table).and_then(|it| lists::one(self, &asked, it, id))
            }
            _ => Err(Problem::no_address(&request.path)),
        };
        let mut answer = answer.unwrap_or_else(|Problem(answer)| answer);
        answer.headers.extend(headers);
        Ok(answer)
    }

    fn table(&self, word: &str) -> Result<Table, Problem> {
        let unknown = || Problem::plain(400, &format!("Invalid table {word}"), "");
        Table::of(word).ok_or_else(unknown)
    }

    fn count(&self, now: i64) -> Result<Vec<(&'static str, String)>, Problem> {
        let Some(window) = &self.limit else { return Ok(Vec::new()) };
        let Allowance { limit, resets, is_over, .. } = window.count(now);
        let headers = vec![
            ("X-RateLimit-Limit", limit.to_string()),
            ("X-RateLimit-Reset", (now + resets).to_string()),
            ("X-RateLimit-Rule", Id::Rule.text()),
        ];
        if !is_over {
            return Ok(headers);
        }
        let mut answer = too_many(resets);
        answer.headers.extend(headers);
        Err(Problem(answer))
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
        Problem::plain(status, "Internal Server Error", "Try again later").0
    }

    fn now(&self) -> i64 {
        self.desk.clock().now()
    }

    fn words(&self) -> &'static [&'static str] {
        &["contact_type", "priority", "close_code"]
    }
}

impl Helpdesk for Service {
    fn desk(&self) -> &LiveDesk {
        &self.desk
    }

    fn credentials(&self) -> Vec<(&'static str, String)> {
        let password = self.account.secrets.password.clone();
        vec![("username", INTEGRATION.to_owned()), ("password", password)]
    }

    fn other_credentials(&self) -> Vec<(&'static str, String)> {
        let secrets = &self.account.secrets;
        vec![
            ("admin_username", ADMIN.to_owned()),
            ("admin_password", secrets.admin_password.clone()),
            ("agent_password", secrets.agent_password.clone()),
            ("client_id", secrets.client_id.clone()),
            ("client_secret", secrets.client_secret.clone()),
            ("refresh_token", secrets.refresh_token.clone()),
            ("api_key", secrets.api_key.clone()),
            ("key_id", RSA_KEY_ID.to_owned()),
            ("private_key", PRIVATE_KEY.to_owned()),
            ("shared_key_id", SHARED_KEY_ID.to_owned()),
            ("shared_key", secrets.shared_key.clone()),
        ]
    }

    fn example(&self) -> String {
        let Self { base, account, .. } = self;
        let query = "sysparm_limit=1&sysparm_fields=number,state,sys_updated_on";
        let password = &account.secrets.password;
        format!("curl -u '{INTEGRATION}:{password}' '{base}/api/now/table/incident?{query}'")
    }

    fn ticket_id(&self, number: u64) -> String {
        Id::Incident(number).text()
    }

    fn known(&self, ticket: Ticket) -> Ticket {
        story::known(ticket)
    }

    fn subscribe(&self, endpoint: &str) -> String {
        self.rules.add(endpoint)
    }

    fn announce(&self, moments: &[Moment]) {
        self.rules.announce(&self.desk, moments);
    }

    fn deliveries(&self) -> &Deliveries {
        self.rules.deliveries()
    }
}

fn too_many(seconds: i64) -> Answer {
    let detail = format!("Rate limit of {AN_HOUR} requests per hour for Table API exceeded");
    Problem::plain(429, "Rate limit exceeded", &detail).0.with("Retry-After", seconds.max(1))
}

impl Problem {
    pub(super) fn plain(status: u16, message: &str, detail: &str) -> Self {
        let detail = if detail.is_empty() { json!(null) } else { json!(detail) };
        let body =
            json!({ "error": { "message": message, "detail": detail }, "status": "failure" });
        Self(Answer::json(status, &body))
    }

    fn no_address(path: &str) -> Self {
        Self::plain(400, &format!("Requested URI does not represent any resource: {path}"), "")
    }

    pub(super) fn no_record() -> Self {
        let detail = "Record doesn't exist or ACL restricts the record retrieval";
        Self::plain(404, "No Record found", detail)
    }

    fn forbidden() -> Self {
        Self::plain(403, "User Not Authorized", "Failed API level ACL Validation")
    }

    pub(super) fn unauthenticated() -> Self {
        let detail = "Required to provide Auth information";
        let Self(answer) = Self::plain(401, "User Not Authenticated", detail);
        Self(answer.with("WWW-Authenticate", "BASIC realm=\"Service-now\""))
    }
}
