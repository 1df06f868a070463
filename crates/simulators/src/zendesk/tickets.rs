//! Tickets as the vendor shows them.

use serde::Serialize;
use serde_json::Value;

use super::ids;
use super::metrics::Metrics;
use super::ratings::RatingOfTicket;
use super::service::{Service, Url};
use super::sideloads::includes;
use super::state::State;
use super::words::{Via, channel, description, order, type_of};
use crate::iso::Iso;
use crate::model::{self, Actor, Channel, InitiatedBy};
use crate::server::Request;

/// A list that is always empty.
type None = [u8; 0];

#[derive(Debug, Serialize)]
pub(super) struct Ticket<'s> {
    url: Url<'s>,
    id: u64,
    external_id: Option<&'static str>,
    via: Via,
    created_at: Iso,
    updated_at: Iso,
    generated_timestamp: i64,
    r#type: &'static str,
    subject: &'s str,
    raw_subject: &'s str,
    description: String,
    priority: Option<&'static str>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'static str>,
    pub(super) requester_id: u64,
    pub(super) submitter_id: i64,
    pub(super) assignee_id: Option<u64>,
    pub(super) organization_id: Option<u64>,
    pub(super) group_id: Option<u64>,
    collaborator_ids: None,
    follower_ids: None,
    email_cc_ids: None,
    problem_id: Option<u64>,
    has_incidents: bool,
    is_public: bool,
    due_at: Option<Iso>,
    tags: Vec<&'static str>,
    custom_fields: [Field; 2],
    satisfaction_rating: RatingOfTicket,
    sharing_agreement_ids: None,
    custom_status_id: u64,
    encoded_id: String,
    /// The same as `custom_fields`, as the vendor repeats them.
    fields: [Field; 2],
    followup_ids: None,
    ticket_form_id: u64,
    brand_id: u64,
    allow_channelback: bool,
    allow_attachments: bool,
    from_messaging_channel: bool,
    support_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_set: Option<Metrics<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_events: Option<Value>,
}

/// What a ticket has in it where it is asked for with `include`.
#[derive(Clone, Copy)]
pub(super) struct With {
    metric_sets: bool,
    metric_events: bool,
}

impl With {
    pub(super) fn of(request: &Request) -> Self {
        let [metric_sets, metric_events] =
            ["metric_sets", "metric_events"].map(|name| includes(request, name));
        Self { metric_sets, metric_events }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Field {
    id: u64,
    value: String,
}

/// After so many seconds nothing is left of a deleted ticket but its number.
const SCRUBBED_AFTER: i64 = 30 * 86_400;
const SCRUBBED: &str = "SCRUBBED";

impl<'s> Ticket<'s> {
    pub(super) fn of(service: &'s Service, ticket: &model::Ticket, with: With) -> Self {
        let desk = &service.desk;
        let state = State::of(ticket);
        let customer = desk.model().customer(ticket.customer);
        let updated_at = ticket.events.last().map_or(ticket.created_at, |event| event.at);
        let is_scrubbed =
            state.gone.is_some_and(|(at, _)| at + SCRUBBED_AFTER < desk.clock().now());
        let (subject, description, fields) = texts(ticket, is_scrubbed, &customer.name);
        let r#type = type_of(ticket);
        Self {
            url: Url(&service.base, "tickets", ticket.number),
            id: ticket.number,
            external_id: None,
            created_at: Iso(ticket.created_at),
            updated_at: Iso(updated_at),
            generated_timestamp: desk.touched(ticket.number).unwrap_or(updated_at),
            r#type,
            subject,
            raw_subject: subject,
            description,
            priority: state.priority.map(model::Priority::word),
            status: state.word(),
            recipient: (ticket.channel == Channel::Email).then_some("support@quillmere.example"),
            requester_id: ids::customer(ticket.customer),
            submitter_id: submitter(ticket),
            assignee_id: state.assignee.map(ids::agent),
            organization_id: customer.organisation.as_ref().map(|it| ids::organisation(it.number)),
            group_id: state.queue.map(ids::group),
            collaborator_ids: [],
            follower_ids: [],
            email_cc_ids: [],
            problem_id: (r#type == "incident")
                .then(|| desk.problem_before(ticket.number))
                .flatten(),
            has_incidents: r#type == "problem" && desk.has_incidents(ticket.number),
            is_public: state.is_public,
            due_at: None,
            custom_fields: fields.clone(),
            satisfaction_rating: RatingOfTicket::of(ticket, &state),
            sharing_agreement_ids: [],
            custom_status_id: ids::status(state.status),
            encoded_id: format!(
                "{:05X}-{:04X}",
                ticket.number * 31 % 0xfffff,
                ticket.number % 0xffff
            ),
            fields,
            followup_ids: [],
            ticket_form_id: ids::TICKET_FORM,
            brand_id: ids::BRAND,
            allow_channelback: false,
            allow_attachments: true,
            from_messaging_channel: ticket.channel == Channel::Messaging,
            support_type: "agent",
            metric_set: with
                .metric_sets
                .then(|| Metrics::of(ticket, &service.hours, &service.base)),
            metric_events: with.metric_events.then(|| service.metric_events_beside(ticket)),
            via: Via::of_ticket(channel(ticket.channel), &customer),
            tags: state.tags,
        }
    }
}

/// What was written, and what was filled in.
fn texts(
    ticket: &model::Ticket,
    is_scrubbed: bool,
    name: &str,
) -> (&'static str, String, [Field; 2]) {
    let order = order(ticket.number);
    let topic = Field { id: ids::TOPIC_FIELD, value: ticket.topic.tag.to_owned() };
    if is_scrubbed {
        let order = Field { id: ids::ORDER_FIELD, value: SCRUBBED.to_owned() };
        return (SCRUBBED, SCRUBBED.to_owned(), [order, topic]);
    }
    let subject = ticket.topic.subject;
    let text = description(subject, &order, name);
    (subject, text, [Field { id: ids::ORDER_FIELD, value: order }, topic])
}

/// Who opened a ticket: for a customer that may be an agent, or a program.
pub(super) fn submitter(ticket: &model::Ticket) -> i64 {
    match ticket.events.first().map(|event| event.actor) {
        Some(Actor::Agent(agent)) => ids::agent(agent).cast_signed(),
        _ if ticket.initiated_by == InitiatedBy::System => ids::SYSTEM,
        _ => ids::customer(ticket.customer).cast_signed(),
    }
}
