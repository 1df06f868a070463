//! Tags: what they are called, and which incidents have them. Giving an incident a tag is no update of it.

use super::cells::{Cell, Row};
use super::ids::Id;
use super::tables::{Table, stamps};
use super::{incidents, people};
use crate::model::{Act, Actor, Event, Model, Ticket};

/// Of what the desk raises to the second line, and of what it only tries out.
const NAMES: [&str; 2] = ["escalated", "test"];
const ESCALATED: u64 = 0;
const TEST: u64 = 1;

/// A tag by its place in their list.
pub(super) fn label(model: &Model, place: u64) -> Option<Row> {
    let name = NAMES.get(usize::try_from(place).ok()?)?;
    let mut row = vec![
        ("sys_id", Cell::Text(Id::Label(place).text())),
        ("name", Cell::from(*name)),
        ("active", Cell::Flag(true)),
        ("global", Cell::Flag(true)),
        ("type", Cell::Choice("standard", "Standard")),
        ("viewable_by", Cell::Choice("everyone", "Everyone")),
    ];
    row.extend(stamps(model.starts(), "admin", model.starts(), "admin", 0));
    Some(Row(row))
}

/// The tags of an incident.
pub(super) fn entries(model: &Model, ticket: &Ticket) -> Vec<Row> {
    let raised = |(_, event): &(usize, &Event)| event.act == Act::Escalated;
    let raised = ticket.events.iter().enumerate().filter(raised);
    let raised = raised.map(|(place, event)| (place, ESCALATED, event.at, event.actor));
    let test = ticket.is_test.then_some((0, TEST, ticket.created_at, Actor::Automation));
    let entry = |(event, label, at, by): (usize, u64, i64, Actor)| {
        let (user, number) =
            (people::user_name(model, ticket, by), incidents::number(ticket.number));
        let name = NAMES[label as usize].to_owned();
        let mut row = vec![
            ("sys_id", Cell::Text(Id::Labelled(ticket.number, event as u64).text())),
            ("label", Cell::Reference(Table::Label, Id::Label(label), name)),
            ("table", Cell::from("incident")),
            ("table_key", Cell::Text(Id::Incident(ticket.number).text())),
            ("title", Cell::Text(format!("Incident - {number}"))),
            ("id_type", Cell::from("Incident")),
            ("id_display", Cell::Text(number)),
        ];
        row.extend(stamps(at, &user, at, &user, 0));
        Row(row)
    };
    test.into_iter().chain(raised).map(entry).collect()
}

/// The fields of an entry.
pub(super) const FIELDS: [&str; 12] = [
    "sys_id",
    "label",
    "table",
    "table_key",
    "title",
    "id_type",
    "id_display",
    "sys_created_on",
    "sys_created_by",
    "sys_updated_on",
    "sys_updated_by",
    "sys_mod_count",
];
