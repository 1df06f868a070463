//! What was written to an incident, and what of it changed, as the tables of the history have it.

use super::cells::{Cell, Row};
use super::ids::Id;
use super::story::Story;
use super::tables::Table;
use super::words::message;
use super::{incidents, people};
use crate::model::{Act, Actor, Event, Model, Ticket};

/// One row for every field that an update changed. What is written stands here as well, beside a note that it is no value.
pub(super) fn audits(model: &Model, ticket: &Ticket) -> Vec<Row> {
    let mut rows = Vec::new();
    for update in Story::of(model, ticket).updates {
        let user = people::user_name(model, ticket, update.by);
        let entry = update.entry.map(|is_public| {
            let note = Cell::from("JOURNAL FIELD ADDITION");
            (element(is_public), note, Cell::from(message(update.by)))
        });
        let changes = update.changes.into_iter().chain(entry);
        for (field, (name, old, new)) in (0..).zip(changes) {
            let id = Id::Audit(ticket.number, update.number, field);
            rows.push(Row(vec![
                ("sys_id", Cell::Text(id.text())),
                ("tablename", Cell::from("incident")),
                ("documentkey", Cell::Text(Id::Incident(ticket.number).text())),
                ("fieldname", Cell::from(name)),
                ("oldvalue", Cell::from(old.value())),
                ("newvalue", Cell::from(new.value())),
                ("user", Cell::from(user.as_str())),
                ("reason", Cell::Empty),
                ("record_checkpoint", Cell::Number(update.number.cast_signed())),
                ("sys_created_on", Cell::Time(update.at)),
                ("sys_created_by", Cell::from(user.as_str())),
            ]));
        }
    }
    rows
}

/// What was written: also what was written when the incident was inserted, which is no change of anything.
pub(super) fn entries(model: &Model, ticket: &Ticket) -> Vec<Row> {
    let story = Story::of(model, ticket);
    let opening = story.has_opening.then_some((1, true, ticket.created_at, Actor::Customer));
    let updates = story.updates.iter();
    let written = updates.filter_map(|it| Some((it.event, it.entry?, it.at, it.by)));
    let row = |(event, is_public, at, by): (usize, bool, i64, Actor)| {
        Row(vec![
            ("sys_id", Cell::Text(Id::Journal(ticket.number, event as u64).text())),
            ("name", Cell::from("incident")),
            ("element_id", Cell::Text(Id::Incident(ticket.number).text())),
            ("element", Cell::from(element(is_public))),
            ("value", Cell::from(message(by))),
            ("sys_created_on", Cell::Time(at)),
            ("sys_created_by", Cell::from(people::user_name(model, ticket, by))),
        ])
    };
    opening.into_iter().chain(written).map(row).collect()
}

/// That it was deleted, also where somebody brought it back.
pub(super) fn deletions(model: &Model, ticket: &Ticket) -> Vec<Row> {
    let events = ticket.events.iter().enumerate();
    let deleted = events.filter(|(_, event)| event.act == Act::Deleted);
    let row = |(place, event): (usize, &Event)| {
        let user = people::user_name(model, ticket, event.actor);
        Row(vec![
            ("sys_id", Cell::Text(Id::Deletion(ticket.number, place as u64).text())),
            ("tablename", Cell::from("incident")),
            ("documentkey", Cell::Text(Id::Incident(ticket.number).text())),
            ("display_value", Cell::Text(incidents::number(ticket.number))),
            ("sys_created_on", Cell::Time(event.at)),
            ("sys_created_by", Cell::from(user)),
        ])
    };
    deleted.map(row).collect()
}

const fn element(is_public: bool) -> &'static str {
    if is_public { "comments" } else { "work_notes" }
}

/// The fields of each table.
pub(super) const FIELDS: [(Table, &[&str]); 3] = [
    (
        Table::Audit,
        &[
            "sys_id",
            "tablename",
            "documentkey",
            "fieldname",
            "oldvalue",
            "newvalue",
            "user",
            "reason",
            "record_checkpoint",
            "sys_created_on",
            "sys_created_by",
        ],
    ),
    (
        Table::Journal,
        &["sys_id", "name", "element_id", "element", "value", "sys_created_on", "sys_created_by"],
    ),
    (
        Table::Deletion,
        &[
            "sys_id",
            "tablename",
            "documentkey",
            "display_value",
            "sys_created_on",
            "sys_created_by",
        ],
    ),
];
