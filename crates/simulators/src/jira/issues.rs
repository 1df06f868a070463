//! Issues as the vendor shows them: only what is asked for.

use serde_json::{Map, Value, json};

use super::ids::{self, Who};
use super::people;
use super::service::{Asked, Outcome, Service};
use super::state::State;
use super::words;
use super::{changelog, comments, service_desk};
use crate::model::{Act, Ticket};
use crate::server::Answer;

/// Which parts of issues are asked for.
#[derive(Debug)]
pub(super) struct Parts {
    fields: Vec<String>,
    has_changelog: bool,
    properties: Vec<String>,
    version: u8,
    /// How much of what an issue has many of.
    comments: usize,
    histories: usize,
}

impl Parts {
    /// In a search; nothing but the number is told where nothing is asked for.
    pub(super) fn of_search(
        fields: Vec<String>,
        expand: &str,
        properties: Vec<String>,
        version: u8,
    ) -> Self {
        let (comments, histories) = (comments::IN_SEARCH, changelog::IN_SEARCH);
        let has_changelog = expand.split(',').any(|part| part.trim() == "changelog");
        Self { fields, has_changelog, properties, version, comments, histories }
    }

    /// In an issue by itself; everything is told where nothing is asked for.
    fn of_issue(asked: &Asked<'_>) -> Self {
        let mut fields = asked.listed("fields");
        if fields.is_empty() {
            fields.push("*all".to_owned());
        }
        let expand = asked.listed("expand").join(",");
        let parts = Self::of_search(fields, &expand, asked.listed("properties"), asked.version);
        Self { comments: usize::MAX, histories: changelog::IN_ISSUE, ..parts }
    }

    /// Whether nothing but numbers and keys is told.
    pub(super) fn is_bare(&self) -> bool {
        let bare = |field: &String| matches!(field.as_str(), "id" | "key");
        self.fields.iter().all(bare) && !self.has_changelog && self.properties.is_empty()
    }

    fn has(&self, field: &str) -> bool {
        let is = |wanted: &str| self.fields.iter().any(|it| it == wanted);
        let is_left_out = self.fields.iter().any(|it| it.strip_prefix('-') == Some(field));
        let is_all = is("*all") || (is("*navigable") && field != "comment");
        (is(field) || is_all) && !is_left_out
    }

    /// An issue, as far as it is asked for.
    pub(super) fn shown(&self, service: &Service, ticket: &Ticket) -> Value {
        let id = ids::issue(ticket.number).to_string();
        if self.fields.is_empty() && !self.has_changelog && self.properties.is_empty() {
            return json!({ "id": id });
        }
        let mut issue = json!({
            "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
            "id": id,
            "self": format!("{}/rest/api/{}/issue/{id}", service.base, self.version),
            "key": ids::key(ticket.number),
        });
        if !self.is_bare() {
            let fields = Fields { service, ticket, state: State::of(ticket), parts: self };
            issue["fields"] = Value::Object(fields.shown());
        }
        if self.has_changelog {
            issue["changelog"] = changelog::expanded(service, ticket, self.histories);
        }
        if self.properties.iter().any(|it| it == "request.channel.type") {
            let channel = json!({ "value": words::channel(ticket) });
            issue["properties"] = json!({ "request.channel.type": channel });
        }
        issue
    }
}

pub(super) fn one(service: &Service, asked: &Asked<'_>, ticket: &Ticket) -> Outcome {
    Ok(Answer::json(200, &Parts::of_issue(asked).shown(service, ticket)))
}

/// The fields that webhooks tell.
pub(super) fn of_webhook(service: &Service, ticket: &Ticket) -> Value {
    let fields = ["*navigable".to_owned()].to_vec();
    Parts::of_search(fields, "", Vec::new(), 2).shown(service, ticket)
}

/// What the fields of an issue are made from.
struct Fields<'s> {
    service: &'s Service,
    ticket: &'s Ticket,
    state: State,
    parts: &'s Parts,
}

impl Fields<'_> {
    fn shown(&self) -> Map<String, Value> {
        let mut shown = Map::new();
        let mut field = |name: &str, value: &dyn Fn() -> Value| {
            if self.parts.has(name) {
                shown.insert(name.to_owned(), value());
            }
        };
        let Self { service, ticket, state, parts } = self;
        let date = |at: i64| json!(service.zone.shown(at));
        field("summary", &|| json!(ticket.topic.subject));
        field("description", &|| self.description());
        field("issuetype", &|| service.issue_type());
        field("project", &|| service.project(ids::PROJECT_ID));
        field("status", &|| service.status(state.status));
        field("statusCategory", &|| service.category(words::category(state.status)));
        field("statuscategorychangedate", &|| date(state.category_changed_at));
        field("resolution", &|| json!(state.resolution.map(|it| service.resolution(it))));
        field("resolutiondate", &|| json!(state.resolved_at.map(date)));
        field("priority", &|| service.priority(state.priority));
        field("assignee", &|| {
            json!(state.assignee.and_then(|agent| service.user(Who::Agent(agent))))
        });
        field("reporter", &|| json!(service.user(Who::Customer(ticket.customer))));
        field("creator", &|| json!(self.creator()));
        field("labels", &|| json!(state.labels));
        field("components", &|| {
            json!(state.queue.map(|queue| service.component(queue)).into_iter().collect::<Vec<_>>())
        });
        field("created", &|| date(ticket.created_at));
        field("updated", &|| date(service.updated(ticket)));
        field("comment", &|| comments::expanded(service, ticket, parts.comments, parts.version));
        field(ids::REQUEST_TYPE, &|| service_desk::request_type(service, ticket, state));
        field(ids::ORGANISATIONS, &|| service_desk::organisations(service, ticket));
        self.rating(&mut field);
        shown
    }

    fn rating(&self, field: &mut impl FnMut(&str, &dyn Fn() -> Value)) {
        let event = self.state.rated.map(|place| &self.ticket.events[place]);
        let score = event.and_then(|event| match event.act {
            Act::Rated { score, .. } => Some(json!({ "rating": score })),
            _ => None,
        });
        field(ids::SATISFACTION, &|| json!(score));
        field(ids::SATISFACTION_DATE, &|| {
            json!(event.map(|event| self.service.zone.shown(event.at)))
        });
    }

    /// Nothing, where who opened the request had not written yet.
    fn description(&self) -> Value {
        let program = self.ticket.events.first().map(|event| event.actor);
        let program = program.filter(|actor| *actor == crate::model::Actor::System);
        let text = match (comments::request(self.ticket), program) {
            (Some(_), _) => {
                let name = self.service.desk.model().customer(self.ticket.customer).name;
                words::description(self.ticket, &name)
            }
            (None, Some(program)) => words::message(program, 0).to_owned(),
            (None, None) => return Value::Null,
        };
        words::text(self.parts.version, &text)
    }

    fn creator(&self) -> Option<Value> {
        let actor = self.ticket.events.first()?.actor;
        self.service.user(people::of(actor, self.ticket))
    }
}
