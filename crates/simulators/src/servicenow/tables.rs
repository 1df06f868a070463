//! Which tables there are, and how their records are found: by their names where the query says them, else one after the other.

use super::cells::{Cell, Row};
use super::ids::Id;
use super::query::Query;
use super::service::Service;
use super::{history, incidents, labels};
use crate::model::{Model, Queue, Ticket};

/// The tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Incident,
    User,
    Group,
    Member,
    Role,
    Granted,
    Company,
    Journal,
    Audit,
    Deletion,
    Label,
    Labelled,
}

impl Table {
    const ALL: [Self; 12] = [
        Self::Incident,
        Self::User,
        Self::Group,
        Self::Member,
        Self::Role,
        Self::Granted,
        Self::Company,
        Self::Journal,
        Self::Audit,
        Self::Deletion,
        Self::Label,
        Self::Labelled,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::User => "sys_user",
            Self::Group => "sys_user_group",
            Self::Member => "sys_user_grmember",
            Self::Role => "sys_user_role",
            Self::Granted => "sys_user_has_role",
            Self::Company => "core_company",
            Self::Journal => "sys_journal_field",
            Self::Audit => "sys_audit",
            Self::Deletion => "sys_audit_delete",
            Self::Label => "label",
            Self::Labelled => "label_entry",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.word() == word)
    }

    /// Whether it tells the past of incidents, which only few may read.
    pub(super) const fn is_history(self) -> bool {
        matches!(self, Self::Journal | Self::Audit | Self::Deletion)
    }

    /// The field that names the incident.
    const fn key(self) -> &'static str {
        match self {
            Self::Journal => "element_id",
            Self::Audit | Self::Deletion => "documentkey",
            Self::Labelled => "table_key",
            _ => "sys_id",
        }
    }

    fn rows_of(self, model: &Model, ticket: &Ticket) -> Vec<Row> {
        match self {
            Self::Journal => history::entries(model, ticket),
            Self::Audit => history::audits(model, ticket),
            Self::Deletion => history::deletions(model, ticket),
            Self::Labelled => labels::entries(model, ticket),
            _ => Vec::new(),
        }
    }
}

/// Who made a record and who updated it last, and when.
pub(super) fn stamps(
    created: i64,
    by: &str,
    updated: i64,
    updated_by: &str,
    updates: u64,
) -> [(&'static str, Cell); 5] {
    [
        ("sys_created_on", Cell::Time(created)),
        ("sys_created_by", Cell::from(by)),
        ("sys_updated_on", Cell::Time(updated)),
        ("sys_updated_by", Cell::from(updated_by)),
        ("sys_mod_count", Cell::Number(updates.cast_signed())),
    ]
}

type Rows<'s> = Box<dyn Iterator<Item = Row> + 's>;

impl Service {
    /// A record by its name.
    pub(super) fn record(&self, table: Table, sys_id: &str) -> Option<Row> {
        match (table, Id::parse(sys_id)?) {
            (Table::Incident, Id::Incident(ticket)) => self.incident(ticket),
            (Table::Incident, Id::Restricted(number)) => self.restricted(number),
            (Table::User, id) => self.user(id),
            (Table::Group, Id::Group(number)) => self.group(number),
            (Table::Member, Id::Member(agent, group)) => self.member(agent, group),
            (Table::Role, Id::Role(number)) => self.role(number),
            (Table::Granted, Id::Granted(place)) => self.granted(place),
            (Table::Company, Id::Company(number)) => self.company(number),
            (Table::Label, Id::Label(place)) => labels::label(self.desk.model(), place),
            (Table::Audit, Id::Audit(ticket, ..))
            | (Table::Journal, Id::Journal(ticket, _))
            | (Table::Deletion, Id::Deletion(ticket, _))
            | (Table::Labelled, Id::Labelled(ticket, _)) => {
                let rows = table.rows_of(self.desk.model(), &self.desk.ticket(ticket)?);
                rows.into_iter().find(|row| row.value("sys_id") == sys_id)
            }
            _ => None,
        }
    }

    /// Records among which are all that a query finds. Of incidents that are told one after the other only the name and the time of the
    /// last update are there, if the query needs no more: [`Service::whole`] tells the rest.
    pub(super) fn candidates<'s>(&'s self, table: Table, query: &Query) -> Rows<'s> {
        if let Some(ids) = query.one_of("sys_id") {
            let mut ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            ids.sort_unstable();
            ids.dedup();
            return Box::new(ids.into_iter().filter_map(move |id| self.record(table, &id)));
        }
        match table {
            Table::Incident => self.incidents(query),
            Table::User => match query.one_of("user_name").or_else(|| query.one_of("email")) {
                Some(names) => Box::new(self.named(&names).into_iter()),
                None => Box::new(self.users()),
            },
            Table::Group => {
                Box::new((0..Queue::ALL.len() as u64).filter_map(|number| self.group(number)))
            }
            Table::Member => Box::new(self.members()),
            Table::Role => Box::new((0..).map_while(|number| self.role(number))),
            Table::Granted => {
                let places = 0..self.staff().len() as u64;
                Box::new(places.filter_map(|place| self.granted(place)))
            }
            Table::Company => Box::new((1..).map_while(|number| self.company(number))),
            Table::Label => {
                Box::new((0..).map_while(|place| labels::label(self.desk.model(), place)))
            }
            Table::Journal | Table::Audit | Table::Deletion | Table::Labelled => {
                self.past(table, query)
            }
        }
    }

    fn incidents(&self, query: &Query) -> Rows<'_> {
        if let Some(numbers) = query.one_of("number") {
            let ids: Vec<Id> = numbers.into_iter().filter_map(incidents::of_number).collect();
            let record = |id: Id| self.record(Table::Incident, &id.text());
            return Box::new(ids.into_iter().filter_map(record));
        }
        let places = self.places(since(query, "sys_updated_on"));
        if query.fields().all(|field| ["sys_id", "sys_updated_on"].contains(&field)) {
            return Box::new(places);
        }
        Box::new(places.filter_map(|row| self.whole(Table::Incident, row)))
    }

    /// The past of the incidents that a query names, or of all that were touched since it begins.
    fn past<'s>(&'s self, table: Table, query: &Query) -> Rows<'s> {
        let tickets: Vec<u64> = match query.one_of(table.key()) {
            Some(ids) => {
                let incident = |id: &str| match Id::parse(id) {
                    Some(Id::Incident(ticket)) => Some(ticket),
                    _ => None,
                };
                let mut tickets: Vec<u64> = ids.into_iter().filter_map(incident).collect();
                tickets.sort_unstable();
                tickets.dedup();
                tickets
            }
            None => {
                let since = (since(query, "sys_created_on") - 1, u64::MAX);
                let touched = self.desk.touched_after(since, self.desk.clock().now(), usize::MAX);
                touched.into_iter().map(|(_, ticket)| ticket).collect()
            }
        };
        let told = tickets.into_iter().filter_map(|ticket| self.desk.ticket(ticket));
        Box::new(told.flat_map(move |ticket| table.rows_of(self.desk.model(), &ticket)))
    }

    /// A record with all its fields.
    pub(super) fn whole(&self, table: Table, row: Row) -> Option<Row> {
        if row.get("sys_created_on").is_some() {
            return Some(row);
        }
        self.record(table, &row.value("sys_id"))
    }

    /// Whether a table has a field; of a reference, the fields of what it leads to may be named after a point.
    pub(super) fn is_field(&self, table: Table, field: &str) -> bool {
        let field = field.split('.').next().unwrap_or_default();
        if let Some((_, fields)) = history::FIELDS.iter().find(|(known, _)| *known == table) {
            return fields.contains(&field);
        }
        if table == Table::Labelled {
            return labels::FIELDS.contains(&field);
        }
        let row = match table {
            Table::Incident => (1..=self.desk.count()).find_map(|ticket| self.incident(ticket)),
            _ => self.candidates(table, &Query::default()).next(),
        };
        row.is_some_and(|row| row.get(field).is_some())
    }

    /// What stands in a field, or in a field of what a reference leads to.
    pub(super) fn cell(&self, row: &Row, field: &str) -> Option<Cell> {
        let Some((own, rest)) = field.split_once('.') else { return row.get(field).cloned() };
        match row.get(own)? {
            Cell::Reference(table, id, _) => self.cell(&self.record(*table, &id.text())?, rest),
            _ => None,
        }
    }
}

/// When what a query finds begins at the earliest, in Unix seconds.
fn since(query: &Query, field: &str) -> i64 {
    let read = |text: &str| {
        let (day, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
        format!("{day}T{time}Z").parse::<jiff::Timestamp>().ok()
    };
    query.at_least(field).and_then(read).map_or(0, jiff::Timestamp::as_second)
}
