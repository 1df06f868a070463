//! The history as a file that Plumbline imports: CSV with one row per event, in the canonical columns of its guide to imports.
//!
//! What such a file cannot say is left out: ratings, how many seconds somebody worked, subjects, and customers' addresses.

use std::io;

use csv::Writer;

use crate::model::{Act, Actor, Agent, Event, Model, Ticket};

/// A mapping for the import. The columns need none; it names the source.
pub const MAPPING: &str = "source = \"quillmere\"\n";

const COLUMNS: [&str; 22] = [
    "ticket",
    "event_id",
    "time",
    "kind",
    "actor",
    "actor_name",
    "actor_email",
    "actor_kind",
    "status",
    "assignee",
    "assignee_name",
    "assignee_email",
    "queue",
    "priority",
    "tags",
    "merged_into",
    "channel",
    "customer",
    "customer_name",
    "organisation",
    "initiated_by",
    "is_test",
];

/// The file up to an instant, in pieces: the header, then one piece for each ticket. Nothing but the piece is held in memory.
pub fn pieces(model: &Model, until: i64) -> impl Iterator<Item = io::Result<Vec<u8>>> + '_ {
    let header = std::iter::once_with(|| text(|to| Ok(to.write_record(COLUMNS)?)));
    header.chain(model.tickets(until).map(|ticket| text(|to| rows(model, &ticket, to))))
}

/// Writes the file up to an instant.
///
/// # Errors
/// Those of the writer.
pub fn write(model: &Model, until: i64, mut to: impl io::Write) -> io::Result<()> {
    for piece in pieces(model, until) {
        to.write_all(&piece?)?;
    }
    to.flush()
}

fn text(write: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut writer = Writer::from_writer(Vec::with_capacity(2_048));
    write(&mut writer)?;
    writer.into_inner().map_err(|error| error.into_error())
}

fn rows(model: &Model, ticket: &Ticket, to: &mut Writer<Vec<u8>>) -> io::Result<()> {
    for (number, event) in (1..).zip(&ticket.events) {
        if !matches!(event.act, Act::Rated { .. }) {
            row(model, ticket, number, event, to)?;
        }
    }
    Ok(())
}

fn row(
    model: &Model,
    ticket: &Ticket,
    number: u32,
    event: &Event,
    to: &mut Writer<Vec<u8>>,
) -> io::Result<()> {
    let time = chrono::DateTime::from_timestamp(event.at, 0).unwrap_or_default();
    let (kind, merged_into) = kind(event.act);
    let [actor, name, email, actor_kind] = actor(model, ticket, event.actor);
    to.write_field(ticket.number.to_string())?;
    to.write_field(number.to_string())?;
    to.write_field(time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))?;
    for text in [kind, &actor, &name, &email, &actor_kind] {
        to.write_field(text)?;
    }
    to.write_field(event.status.map_or("", |status| status.word()))?;
    let assignee = event.assignee.map(|agent| &model.desk().agents[usize::from(agent)]);
    for text in assignee.map_or_else(Default::default, agent) {
        to.write_field(text)?;
    }
    to.write_field(event.queue.map_or("", |queue| queue.name()))?;
    to.write_field(event.priority.map_or("", |priority| priority.word()))?;
    to.write_field(event.tag.unwrap_or_default())?;
    to.write_field(merged_into)?;
    // What a ticket is, its first row says for all.
    let about = if number == 1 { about(model, ticket) } else { Default::default() };
    to.write_record(about)?;
    Ok(())
}

fn kind(act: Act) -> (&'static str, String) {
    let kind = match act {
        Act::Created => "created",
        Act::Message { public: true } => "message:public",
        Act::Message { public: false } => "message:private",
        Act::Updated => "",
        Act::Unassigned => "assignee:none",
        Act::Escalated => "escalated",
        Act::Merged { into } => return ("merged", into.to_string()),
        Act::Spam => "spam",
        Act::Deleted => "deleted",
        Act::Restored => "restored",
        Act::Rated { .. } => "none",
    };
    (kind, String::new())
}

/// Id, name, address and kind.
fn actor(model: &Model, ticket: &Ticket, actor: Actor) -> [String; 4] {
    let named = |id: &str, name: &str, kind: &str| {
        [id.to_owned(), name.to_owned(), String::new(), kind.to_owned()]
    };
    match actor {
        Actor::Agent(number) => {
            let [id, name, email] = agent(&model.desk().agents[usize::from(number)]);
            [id, name, email, "human".to_owned()]
        }
        Actor::Customer => named(&customer(ticket.customer), "", "customer"),
        Actor::Bot => named("bot", "Quill", "bot"),
        Actor::Automation => named("rules", "Rules", "automation"),
        Actor::System => named("", "", "system"),
    }
}

/// Id, name and address.
fn agent(agent: &Agent) -> [String; 3] {
    [format!("agent-{}", agent.number), agent.person.name.clone(), agent.person.email.clone()]
}

fn customer(number: u64) -> String {
    format!("customer-{number}")
}

fn about(model: &Model, ticket: &Ticket) -> [String; 6] {
    let who = model.customer(ticket.customer);
    let is_test = if ticket.is_test { "yes" } else { "" };
    [
        ticket.channel.word().to_owned(),
        customer(ticket.customer),
        who.name,
        who.organisation.map(|organisation| organisation.name).unwrap_or_default(),
        ticket.initiated_by.word().to_owned(),
        is_test.to_owned(),
    ]
}
