//! Tickets as the vendor shows them.

use serde::Serialize;
use serde_json::{Value, json};

use super::conversations;
use super::ids;
use super::service::{Asked, Service};
use super::state::{State, Stats};
use super::words::{description, priority, source, type_of};
use crate::Promise;
use crate::iso::Iso;
use crate::model::{self, Channel, Priority};
use crate::server::Request;

type Nothing = [u8; 0];

#[derive(Debug, Serialize)]
pub(super) struct Ticket {
    id: u64,
    subject: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description_text: Option<String>,
    pub(super) status: u8,
    priority: u8,
    source: u8,
    r#type: &'static str,
    requester_id: u64,
    responder_id: Option<u64>,
    group_id: Option<u64>,
    company_id: Option<u64>,
    product_id: u64,
    email_config_id: Option<u64>,
    association_type: Option<u8>,
    tags: Vec<&'static str>,
    cc_emails: Nothing,
    fwd_emails: Nothing,
    reply_cc_emails: Nothing,
    ticket_cc_emails: Nothing,
    to_emails: Option<[&'static str; 1]>,
    spam: bool,
    #[serde(skip_serializing_if = "is_false")]
    deleted: bool,
    pub(super) due_by: Iso,
    fr_due_by: Iso,
    nr_due_by: Option<Iso>,
    is_escalated: bool,
    fr_escalated: bool,
    nr_escalated: bool,
    custom_fields: Value,
    created_at: Iso,
    updated_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<Stats>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requester: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversations: Option<Vec<Value>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(it: &bool) -> bool {
    !*it
}

/// What a request wants beside a ticket.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Include {
    pub(super) stats: bool,
    pub(super) requester: bool,
    pub(super) company: bool,
    pub(super) description: bool,
    pub(super) conversations: bool,
}

impl Include {
    /// What it says; none where it asks for what there is not.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let mut include = Self::default();
        for word in request.parameter("include").into_iter().flat_map(|words| words.split(',')) {
            let wanted = match word.trim() {
                "stats" => &mut include.stats,
                "requester" => &mut include.requester,
                "company" => &mut include.company,
                "description" => &mut include.description,
                "conversations" => &mut include.conversations,
                _ => return None,
            };
            *wanted = true;
        }
        Some(include)
    }

    /// How many requests more it counts for.
    pub(super) fn price(self) -> u32 {
        let Self { stats, requester, company, description, conversations } = self;
        [stats, requester, company, description, conversations].into_iter().map(u32::from).sum()
    }
}

const HOUR: i64 = 3_600;

/// So many hours until a ticket is due, and until its first answer is.
const fn hours(priority: Priority) -> (i64, i64) {
    match priority {
        Priority::Urgent => (12, 1),
        Priority::High => (24, 4),
        Priority::Normal => (72, 8),
        Priority::Low => (120, 24),
    }
}

fn requester(customer: &model::Customer) -> Value {
    json!({
        "id": ids::contact(customer.number),
        "name": customer.name,
        "email": customer.email,
        "mobile": null,
        "phone": null,
    })
}

/// What is promised of a ticket: until when it is answered, and until when it is resolved.
pub(super) fn promises(service: &Service, ticket: &model::Ticket) -> Vec<Promise> {
    let state = State::of(ticket);
    let (due, first_due) = hours(state.priority);
    let Stats { first_responded_at, resolved_at, closed_at, .. } = state.stats;
    let over = resolved_at.or(closed_at).map(|at| at.0);
    let answered = first_responded_at.map(|at| at.0).or(over);
    let promise = |metric, hours: i64, kept_at: Option<i64>| {
        let due_at = ticket.created_at + hours * HOUR;
        let until = kept_at.unwrap_or(service.desk.clock().now());
        Promise {
            metric,
            instance: 1,
            policy: "none",
            seconds: 0,
            business_hours: false,
            applied_at: ticket.created_at,
            broken_at: (due_at <= until).then_some(due_at),
            kept_at,
            stands_still: false,
        }
    };
    vec![promise("fr_due_by", first_due, answered), promise("due_by", due, over)]
}

/// When it was last changed.
fn touched(service: &Service, ticket: &model::Ticket) -> i64 {
    service.desk.touched(ticket.number).unwrap_or(ticket.created_at)
}

impl Ticket {
    /// The ticket as it is told to who asks.
    pub(super) fn told(service: &Service, asked: &Asked<'_>, ticket: &model::Ticket) -> Self {
        // What breaks off on the way is told to nobody.
        if asked.include.stats && !asked.hits.cut {
            service.told.note(ticket, touched(service, ticket));
        }
        Self::of(service, ticket, asked.include)
    }

    pub(super) fn of(service: &Service, ticket: &model::Ticket, include: Include) -> Self {
        let model = service.desk.model();
        let state = State::of(ticket);
        let updated_at = touched(service, ticket);
        let customer = model.customer(ticket.customer);
        let (due, first_due) = hours(state.priority);
        let due_at = |hours: i64| ticket.created_at + hours * HOUR;
        let is_late =
            |done: Option<Iso>, due: i64| done.map_or(service.desk.clock().now(), |at| at.0) > due;
        let Stats { first_responded_at, resolved_at, .. } = state.stats;
        let text = include.description.then(|| description(ticket, &customer.name));
        let is_email = ticket.channel == Channel::Email;
        Self {
            id: ticket.number,
            subject: ticket.topic.subject,
            description: text.as_ref().map(|text| format!("<div>{text}</div>")),
            description_text: text,
            status: state.status,
            priority: priority(state.priority),
            source: source(ticket),
            r#type: type_of(ticket),
            requester_id: ids::contact(ticket.customer),
            responder_id: state.responder.map(ids::agent),
            group_id: state.queue.map(ids::group),
            company_id: customer.organisation.as_ref().map(|it| ids::company(it.number)),
            product_id: ids::PRODUCT,
            email_config_id: None,
            association_type: None,
            tags: state.tags,
            cc_emails: [],
            fwd_emails: [],
            reply_cc_emails: [],
            ticket_cc_emails: [],
            to_emails: is_email.then_some(["support@quillmere.example"]),
            spam: state.is_spam,
            deleted: state.is_deleted,
            due_by: Iso(due_at(due)),
            fr_due_by: Iso(due_at(first_due)),
            nr_due_by: None,
            is_escalated: is_late(resolved_at, due_at(due)),
            fr_escalated: is_late(first_responded_at.or(resolved_at), due_at(first_due)),
            nr_escalated: false,
            custom_fields: json!({ "cf_topic": ticket.topic.tag }),
            created_at: Iso(ticket.created_at),
            updated_at: Iso(updated_at),
            stats: include.stats.then_some(state.stats),
            requester: include.requester.then(|| requester(&customer)),
            company: customer
                .organisation
                .filter(|_| include.company)
                .map(|it| json!({ "id": ids::company(it.number), "name": it.name })),
            conversations: include.conversations.then(|| conversations::first(ticket)),
        }
    }
}
