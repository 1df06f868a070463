//! What happened to an incident, from what it is now, what of it changed, and what was written to it.
//!
//! When a record is inserted nothing is audited: what stood in a field at first is what its first change says it was before, or what
//! stands in it now. The fields of one update have its number in common, which tells the order within a second.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use domain::tickets::source::{
    Attributes, Figures, Rows, SourceActor, SourceAgent, SourceCustomer, SourceEffect, SourceEvent,
    SourceRow,
};
use domain::tickets::{ActorKind, InitiatedBy, StatusCategory};

use super::super::contract::VendorError;
use super::fields::Fields;
use super::wire::{self, Audit, Deletion, Entry, Incident, Label, Record, User, channel};

/// What is written to the caller, and what is not.
const COMMENTS: &str = "comments";

/// Whoever did something on a page.
pub(super) struct Cast<'a> {
    /// By what they sign in with.
    pub(super) users: HashMap<String, User>,
    pub(super) agents: &'a HashSet<String>,
}

/// What is known of the past of an incident.
#[derive(Default)]
pub(super) struct Past {
    pub(super) audits: Vec<Audit>,
    pub(super) entries: Vec<Entry>,
    pub(super) deletions: Vec<Deletion>,
    pub(super) labels: Vec<Label>,
}

/// One update: when it was, and which of the record's. What has no number of its own is before the others of its second.
pub(super) type Place = (DateTime<Utc>, u64);

impl Cast<'_> {
    /// Who signed in as this, seen from an incident.
    fn actor(&self, user_name: &str, incident: &Incident, says: bool) -> SourceActor {
        let (kind, who) = match self.users.get(user_name) {
            _ if !user_name.is_empty() && user_name == incident.caller_user => {
                (ActorKind::Customer, None)
            }
            // The instance itself is no user.
            None => (ActorKind::Automation, None),
            Some(user) if user.is_program() && says => (ActorKind::Bot, None),
            Some(user) if user.is_program() => (ActorKind::System, None),
            Some(user) if self.agents.contains(&user.sys_id) => {
                (ActorKind::Human, wire::agent(&user.sys_id, &user.name, &user.email))
            }
            Some(_) => (ActorKind::Customer, None),
        };
        SourceActor { kind, who }
    }

    pub(super) fn agent(&self, id: &str) -> Option<SourceAgent> {
        let known = self.users.values().find(|user| user.sys_id == id);
        match known {
            Some(user) => wire::agent(id, &user.name, &user.email),
            None => wire::agent(id, "", ""),
        }
    }

    /// Whoever opens an incident for somebody else is an agent, a program, or a colleague who speaks for them.
    fn initiated_by(&self, incident: &Incident) -> Option<InitiatedBy> {
        let Incident { opened_by, opener, caller, created_by, .. } = incident;
        if opened_by.is_empty() {
            return None;
        }
        let opener = if opener.is_empty() { created_by } else { opener };
        Some(match self.actor(opener, incident, false).kind {
            _ if opened_by == caller => InitiatedBy::Customer,
            ActorKind::Customer => InitiatedBy::Customer,
            ActorKind::Human => InitiatedBy::Agent,
            ActorKind::Bot | ActorKind::Automation | ActorKind::System => InitiatedBy::System,
        })
    }
}

/// An incident with all that happened to it.
pub(super) fn row(
    incident: &Incident,
    past: Past,
    cast: &Cast<'_>,
) -> Result<SourceRow, VendorError> {
    let updates = updates(&past.audits)?;
    let mut events: Vec<(Place, SourceEvent)> = written(incident, past.entries, &updates, cast)?;
    let mut fields = Fields::at_first(incident, &updates);
    let opened = [&incident.opened_at, &incident.created].into_iter().find(|it| !it.is_empty());
    let created_at = wire::time(Incident::TABLE, opened.map_or("", String::as_str))?;
    let created = event("created", created_at, cast.actor(&incident.created_by, incident, false));
    let first = SourceEvent { effects: fields.all(cast), ..created };
    for (place, audits) in &updates {
        let effects = fields.change(audits, incident, cast);
        if effects.is_empty() {
            continue;
        }
        let user = audits.first().map_or("", |audit| &audit.user);
        let id = format!("update:{}:{}", place.0.timestamp(), place.1);
        let update = event("update", place.0, cast.actor(user, incident, false));
        events.push((*place, SourceEvent { id: Some(id), effects, ..update }));
    }
    events.extend(labelled(incident, &past.labels, cast)?);
    // What was written with an update comes before what it changed, and a tag comes after both.
    events.sort_by_key(|(place, _)| *place);
    let ends = if fields.has_stages { Vec::new() } else { ends(incident, cast)? };
    let restored = restored(past.deletions)?;
    let events = events.into_iter().map(|(_, event)| event);
    Ok(SourceRow {
        ticket: incident.sys_id.clone(),
        line: 0,
        shape: Rows::Events,
        version: Some(wire::time(Incident::TABLE, &incident.updated)?.timestamp()),
        attributes: attributes(incident, cast),
        events: std::iter::once(first).chain(events).chain(ends).chain(restored).collect(),
    })
}

/// Its tags. Giving one is no update of the incident.
fn labelled(
    incident: &Incident,
    labels: &[Label],
    cast: &Cast<'_>,
) -> Result<Vec<(Place, SourceEvent)>, VendorError> {
    let named = labels.iter().filter(|label| !label.name.is_empty());
    let events = named.map(|label| {
        let at = wire::time(Label::TABLE, &label.created)?;
        let tag = event("tag", at, cast.actor(&label.user, incident, false));
        let id = Some(format!("tag:{}", label.sys_id));
        let effects = vec![SourceEffect::Tag(label.name.clone())];
        Ok(((at, u64::MAX), SourceEvent { id, effects, ..tag }))
    });
    events.collect()
}

/// When it was resolved and closed, where the audit says nothing of its stages any more.
fn ends(incident: &Incident, cast: &Cast<'_>) -> Result<Vec<SourceEvent>, VendorError> {
    let Incident { resolved_at, resolver, closed_at, closer, .. } = incident;
    let solved = ("resolved", resolved_at, resolver, StatusCategory::Solved);
    let closed = ("closed", closed_at, closer, StatusCategory::Closed);
    let known = [solved, closed].into_iter().filter(|(_, at, ..)| !at.is_empty());
    let events = known.map(|(kind, at, by, status)| {
        let at = wire::time(Incident::TABLE, at)?;
        let effects = vec![SourceEffect::Status(status)];
        Ok(SourceEvent { effects, ..event(kind, at, cast.actor(by, incident, false)) })
    });
    events.collect()
}

/// That an incident was deleted.
pub(super) fn deleted(deletion: &Deletion) -> Result<SourceEvent, VendorError> {
    let at = wire::time(Deletion::TABLE, &deletion.created)?;
    let system = SourceActor { kind: ActorKind::System, who: None };
    let id = Some(format!("deletion:{}", deletion.sys_id));
    Ok(SourceEvent { id, effects: vec![SourceEffect::Deleted], ..event("deleted", at, system) })
}

/// What is there again was brought back; nobody tells when.
fn restored(mut deletions: Vec<Deletion>) -> Result<Vec<SourceEvent>, VendorError> {
    deletions.sort_by(|one, other| one.created.cmp(&other.created));
    let mut events = Vec::new();
    for deletion in &deletions {
        let gone = deleted(deletion)?;
        let id = Some(format!("restoration:{}", deletion.sys_id));
        let kind = "restored".to_owned();
        let effects = vec![SourceEffect::Restored];
        let back = SourceEvent { id, kind, effects, ..gone.clone() };
        events.extend([gone, back]);
    }
    Ok(events)
}

/// Every change of an incident, by update.
fn updates(audits: &[Audit]) -> Result<BTreeMap<Place, Vec<&Audit>>, VendorError> {
    let mut updates: BTreeMap<Place, Vec<&Audit>> = BTreeMap::new();
    for audit in audits {
        let at = wire::time(Audit::TABLE, &audit.created)?;
        let number = audit.update.parse().unwrap_or(0);
        updates.entry((at, number)).or_default().push(audit);
    }
    Ok(updates)
}

/// What was written, each entry where the audit has one like it: of what is alike it does not matter which is which.
fn written(
    incident: &Incident,
    mut entries: Vec<Entry>,
    updates: &BTreeMap<Place, Vec<&Audit>>,
    cast: &Cast<'_>,
) -> Result<Vec<(Place, SourceEvent)>, VendorError> {
    let mut places: HashMap<(DateTime<Utc>, &str, &str), Vec<u64>> = HashMap::new();
    for ((at, number), audits) in updates.iter().rev() {
        for audit in audits {
            places.entry((*at, &audit.user, &audit.field)).or_default().push(*number);
        }
    }
    entries.sort_by(|one, other| one.sys_id.cmp(&other.sys_id));
    let mut events = Vec::with_capacity(entries.len());
    for entry in &entries {
        let at = wire::time(Entry::TABLE, &entry.created)?;
        let like = places.get_mut(&(at, entry.user.as_str(), entry.element.as_str()));
        // What was written when the record was inserted is no change of it.
        let number = like.and_then(Vec::pop).unwrap_or(0);
        let public = entry.element == COMMENTS;
        let actor = cast.actor(&entry.user, incident, public);
        let effects = vec![SourceEffect::Message { public }];
        let id = Some(format!("entry:{}", entry.sys_id));
        let kind = entry.element.clone();
        events.push((
            (at, number),
            SourceEvent { id, kind, at: at.timestamp_micros(), actor, effects },
        ));
    }
    Ok(events)
}

fn event(kind: &str, at: DateTime<Utc>, actor: SourceActor) -> SourceEvent {
    let (id, kind) = (Some(kind.to_owned()), kind.to_owned());
    SourceEvent { id, kind, at: at.timestamp_micros(), actor, effects: Vec::new() }
}

fn attributes(incident: &Incident, cast: &Cast<'_>) -> Attributes {
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let customer = named(&incident.caller).map(|id| SourceCustomer {
        name: named(&incident.caller_name).unwrap_or_else(|| id.clone()),
        organisation: named(&incident.company),
        organisation_id: None,
        id,
    });
    Attributes {
        channel: Some(channel(&incident.contact_type)),
        customer,
        initiated_by: cast.initiated_by(incident),
        is_test: None,
        figures: Some(Figures {
            first_response_seconds: None,
            full_resolution_seconds: incident.calendar_stc.parse().ok(),
            reopens: incident.reopen_count.parse().ok(),
        }),
    }
}
