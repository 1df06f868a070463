//! What ServiceNow sends, as far as it is read. Every field is a text; what is not there is the empty one.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use domain::tickets::source::{SourceAgent, SourceQueue};
use domain::tickets::{Channel, StatusCategory};

use super::super::contract::VendorError;

/// A page of a table.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Rows<T> {
    pub(super) result: Vec<T>,
    /// A page that took too long is cut off and says so, with a status as if nothing were wrong.
    pub(super) error: Option<Trouble>,
}

#[derive(Deserialize)]
pub(super) struct Trouble {}

/// A record of a table: which fields are asked for, and what it is known by.
pub(super) trait Record: DeserializeOwned + Send {
    const TABLE: &'static str;
    /// Of the record itself, and after a point of what it leads to.
    const FIELDS: &'static str;

    fn sys_id(&self) -> &str;
}

macro_rules! record {
    ($(#[$doc:meta])* $name:ident in $table:literal { $($field:ident = $wire:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Deserialize)]
        pub(super) struct $name { $(#[serde(rename = $wire, default)] pub(super) $field: String),+ }

        impl Record for $name {
            const TABLE: &'static str = $table;
            const FIELDS: &'static str = {
                const ALL: &str = concat!($($wire, ","),+);
                ALL
            };

            fn sys_id(&self) -> &str {
                &self.sys_id
            }
        }
    };
}

record! {
    /// An incident as it is now.
    Incident in "incident" {
        sys_id = "sys_id",
        state = "state",
        hold_reason = "hold_reason",
        priority = "priority",
        assigned_to = "assigned_to",
        assignment_group = "assignment_group",
        close_code = "close_code",
        parent_incident = "parent_incident",
        contact_type = "contact_type",
        caller = "caller_id",
        caller_name = "caller_id.name",
        caller_user = "caller_id.user_name",
        company = "company.name",
        opened_by = "opened_by",
        opener = "opened_by.user_name",
        opened_at = "opened_at",
        resolved_at = "resolved_at",
        resolver = "resolved_by.user_name",
        closed_at = "closed_at",
        closer = "closed_by.user_name",
        calendar_stc = "calendar_stc",
        reopen_count = "reopen_count",
        created = "sys_created_on",
        created_by = "sys_created_by",
        updated = "sys_updated_on",
    }
}

record! {
    /// One field that an update changed.
    Audit in "sys_audit" {
        sys_id = "sys_id",
        incident = "documentkey",
        field = "fieldname",
        old = "oldvalue",
        new = "newvalue",
        user = "user",
        update = "record_checkpoint",
        created = "sys_created_on",
    }
}

record! {
    /// Something that was written.
    Entry in "sys_journal_field" {
        sys_id = "sys_id",
        incident = "element_id",
        element = "element",
        created = "sys_created_on",
        user = "sys_created_by",
    }
}

record! {
    /// That a record was deleted.
    Deletion in "sys_audit_delete" {
        sys_id = "sys_id",
        incident = "documentkey",
        created = "sys_created_on",
    }
}

record! {
    /// That a record has a tag.
    Label in "label_entry" {
        sys_id = "sys_id",
        incident = "table_key",
        name = "label.name",
        created = "sys_created_on",
        user = "sys_created_by",
    }
}

record! {
    /// Somebody, or a program.
    User in "sys_user" {
        sys_id = "sys_id",
        user_name = "user_name",
        name = "name",
        email = "email",
        for_services = "web_service_access_only",
        internal = "internal_integration_user",
    }
}

record! {
    /// Who is in which group.
    Member in "sys_user_grmember" {
        sys_id = "sys_id",
        user = "user",
        name = "user.name",
        email = "user.email",
    }
}

record! {
    /// Who has which role.
    Granted in "sys_user_has_role" {
        sys_id = "sys_id",
        user = "user",
        name = "user.name",
        email = "user.email",
    }
}

record! {
    /// Where incidents lie.
    Group in "sys_user_group" {
        sys_id = "sys_id",
        name = "name",
    }
}

/// What a business rule sends.
#[derive(Deserialize)]
pub(super) struct Delivery {
    pub(super) table: String,
    pub(super) sys_id: String,
}

/// Somebody who may work on incidents; none where the record leads to nobody.
pub(super) fn agent(id: &str, name: &str, email: &str) -> Option<SourceAgent> {
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let id = named(id)?;
    let name = named(name).unwrap_or_else(|| id.clone());
    Some(SourceAgent { id, name, email: named(&email.to_lowercase()) })
}

impl From<Group> for SourceQueue {
    fn from(group: Group) -> Self {
        let name = if group.name.is_empty() { group.sys_id.clone() } else { group.name };
        Self { id: group.sys_id, name }
    }
}

impl User {
    pub(super) fn is_program(&self) -> bool {
        self.for_services == "true" || self.internal == "true"
    }
}

const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// A time, which is in UTC and does not say so.
pub(super) fn time(table: &str, text: &str) -> Result<DateTime<Utc>, VendorError> {
    let read = NaiveDateTime::parse_from_str(text, TIME);
    let told = |_| VendorError::Shape(format!("a time of {table} is not as documented"));
    read.map(|at| at.and_utc()).map_err(told)
}

/// The same the other way.
pub(super) fn told(at: DateTime<Utc>) -> String {
    at.format(TIME).to_string()
}

/// By `contact_type`.
pub(super) fn channel(word: &str) -> Channel {
    match word {
        "email" => Channel::Email,
        "self-service" | "web" | "portal" => Channel::Web,
        "chat" => Channel::Chat,
        "messaging" | "virtual_agent" | "sms" | "whatsapp" => Channel::Messaging,
        "phone" => Channel::Phone,
        "social" | "social media" => Channel::Social,
        "monitoring" | "event" | "event_management" | "integration" | "api" => Channel::Api,
        _ => Channel::Other,
    }
}

/// By `state`, and of what is on hold by whom it waits for. A state that somebody added is none that says anything.
pub(super) fn status(state: &str, hold_reason: &str) -> Option<StatusCategory> {
    Some(match (state, hold_reason) {
        ("1", _) => StatusCategory::New,
        ("2", _) => StatusCategory::Open,
        ("3", "1") | ("4", _) => StatusCategory::Pending,
        ("3" | "5", _) => StatusCategory::OnHold,
        ("6", _) => StatusCategory::Solved,
        ("7" | "8", _) => StatusCategory::Closed,
        _ => return None,
    })
}
