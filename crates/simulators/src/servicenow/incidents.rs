//! Incidents: those of the desk, and some that only administrators may see.

use super::cells::{Cell, Row};
use super::ids::Id;
use super::people;
use super::service::Service;
use super::story::{State, Story};
use super::words::channel;
use crate::model::{Actor, Model, Ticket};

/// So many incidents of the security team came from another tool in one second, before the desk's first day was over. They are counted
/// and paged through as others are, and only administrators see them.
pub(super) const RESTRICTED: u64 = 250;

pub(super) fn number(ticket: u64) -> String {
    format!("INC{:07}", 10_000 + ticket)
}

/// The ticket of a number.
pub(super) fn of_number(number: &str) -> Option<Id> {
    let number: u64 = number.strip_prefix("INC")?.parse().ok()?;
    match number {
        0..=RESTRICTED => Some(Id::Restricted(number)),
        _ => number.checked_sub(10_000).map(Id::Incident),
    }
}

impl Service {
    /// Whether an incident is there: not deleted. Nothing here is spam.
    pub(super) fn has_incident(&self, ticket: u64) -> bool {
        self.desk.removal(ticket).is_none_or(|removal| removal.is_spam)
    }

    pub(super) fn incident(&self, ticket: u64) -> Option<Row> {
        let touched = self.desk.touched(ticket).filter(|_| self.has_incident(ticket))?;
        let ticket = self.desk.ticket(ticket)?;
        Some(row(self.desk.model(), &ticket, touched))
    }

    pub(super) fn restricted(&self, number: u64) -> Option<Row> {
        let at = self.desk.model().starts();
        let admin = people::reference(self.desk.model(), Actor::Automation);
        (1..=RESTRICTED).contains(&number).then(|| {
            let mut row = vec![
                ("sys_id", Cell::from(Id::Restricted(number).text())),
                ("number", Cell::from(format!("INC{number:07}"))),
                ("short_description", Cell::from("Security incident")),
                ("state", Cell::Choice("2", "In Progress")),
                ("caller_id", admin.clone()),
                ("opened_by", admin),
                ("contact_type", Cell::Choice("monitoring", "Monitoring")),
                ("opened_at", Cell::Time(at)),
            ];
            row.extend(super::tables::stamps(at, "admin", at, "admin", 0));
            Row(row)
        })
    }

    /// What is known of every incident without telling its story: when it was updated last, and its name.
    pub(super) fn places(&self, since: i64) -> impl Iterator<Item = Row> + '_ {
        let now = self.desk.clock().now();
        let all = self.desk.touched_after((since - 1, u64::MAX), now, usize::MAX);
        let mine = all.into_iter().filter(|(_, ticket)| self.has_incident(*ticket));
        let mine = mine.map(|(at, ticket)| (at, Id::Incident(ticket)));
        let starts = self.desk.model().starts();
        let others = (1..=RESTRICTED).filter(move |_| starts >= since);
        let others = others.map(move |number| (starts, Id::Restricted(number)));
        others.chain(mine).map(|(at, id)| {
            let id = ("sys_id", Cell::Text(id.text()));
            Row(vec![id, ("sys_updated_on", Cell::Time(at))])
        })
    }
}

fn row(model: &Model, ticket: &Ticket, touched: i64) -> Row {
    let story = Story::of(model, ticket);
    let state = &story.state;
    let (created, caller) = (ticket.created_at, people::customer(model, ticket.customer));
    let opened_by = match story.by {
        Actor::Customer => caller.clone(),
        by => people::reference(model, by),
    };
    let updates = story.updates.len() as u64;
    let by = story.updates.last().map_or(story.by, |last| last.by);
    let [by, inserted_by] = [by, story.by].map(|by| people::user_name(model, ticket, by));
    let company = people::company_of(model, ticket.customer);
    let resolved_by = |ended: Option<(i64, Actor)>| {
        ended.map_or(Cell::Empty, |(_, by)| people::reference(model, by))
    };
    let mut row = vec![
        ("sys_id", Cell::Text(Id::Incident(ticket.number).text())),
        ("number", Cell::Text(number(ticket.number))),
        ("short_description", Cell::from(ticket.topic.subject)),
        ("description", Cell::from(ticket.topic.subject)),
        ("caller_id", caller),
        ("company", company),
        ("opened_by", opened_by),
        ("opened_at", Cell::Time(created)),
        ("contact_type", channel(ticket.channel)),
        ("resolved_by", resolved_by(state.resolved)),
        ("closed_by", resolved_by(state.closed)),
        ("close_notes", state.close_code.map_or(Cell::Empty, Cell::from)),
    ];
    row.extend(state.cells(model));
    row.extend(durations(state, created));
    row.push(("incident_state", state.stage.cell()));
    row.extend(super::tables::stamps(created, &inserted_by, touched, &by, updates));
    row.push(("sys_class_name", Cell::Choice("incident", "Incident")));
    row.extend(USUAL);
    // What is written is only written here; it is read elsewhere.
    row.extend(BLANK.map(|name| (name, Cell::Empty)));
    Row(row)
}

/// How long it took to resolve it, by the clock.
fn durations(state: &State, created: i64) -> [(&'static str, Cell); 2] {
    let Some((at, _)) = state.resolved.or(state.closed) else {
        return [("calendar_stc", Cell::Empty), ("calendar_duration", Cell::Empty)];
    };
    [("calendar_stc", Cell::Number(at - created)), ("calendar_duration", Cell::Time(at - created))]
}

/// Fields in which the same stands everywhere.
const USUAL: [(&str, Cell); 9] = [
    ("approval", Cell::Choice("not requested", "Not Yet Requested")),
    ("upon_approval", Cell::Choice("proceed", "Proceed to Next Task")),
    ("upon_reject", Cell::Choice("cancel", "Cancel all future Tasks")),
    ("escalation", Cell::Choice("0", "Normal")),
    ("severity", Cell::Choice("3", "3 - Low")),
    ("notify", Cell::Choice("1", "Do Not Notify")),
    ("knowledge", Cell::Flag(false)),
    ("made_sla", Cell::Flag(true)),
    ("sys_domain_path", Cell::Choice("/", "/")),
];
/// Fields that are always empty here.
const BLANK: [&str; 38] = [
    "comments",
    "work_notes",
    "comments_and_work_notes",
    "parent",
    "caused_by",
    "watch_list",
    "work_notes_list",
    "sys_tags",
    "cmdb_ci",
    "business_service",
    "problem_id",
    "rfc",
    "location",
    "due_date",
    "expected_start",
    "work_start",
    "work_end",
    "follow_up",
    "sla_due",
    "business_stc",
    "business_duration",
    "subcategory",
    "correlation_id",
    "activity_due",
    "additional_assignee_list",
    "approval_history",
    "approval_set",
    "child_incidents",
    "correlation_display",
    "delivery_plan",
    "delivery_task",
    "group_list",
    "order",
    "rejection_goto",
    "time_worked",
    "user_input",
    "wf_activity",
    "sys_domain",
];
