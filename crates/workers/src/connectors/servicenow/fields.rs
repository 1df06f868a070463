//! The fields of an incident that are followed, from update to update.

use std::collections::{BTreeMap, HashMap};

use domain::tickets::source::SourceEffect;

use super::history::{Cast, Place};
use super::wire::{Audit, Incident, status};

/// What an incident is closed as that was asked before.
const DUPLICATE: &str = "Duplicate";
/// The stage of what nobody has taken up.
const NEW: &str = "1";

/// What stands in the fields that are followed.
pub(super) struct Fields {
    now: HashMap<&'static str, String>,
    /// Whether the audit says anything of its stages.
    pub(super) has_stages: bool,
}

impl Fields {
    /// As they were when the incident was inserted.
    pub(super) fn at_first(incident: &Incident, updates: &BTreeMap<Place, Vec<&Audit>>) -> Self {
        let now = [
            ("state", &incident.state),
            ("hold_reason", &incident.hold_reason),
            ("priority", &incident.priority),
            ("assigned_to", &incident.assigned_to),
            ("assignment_group", &incident.assignment_group),
            ("close_code", &incident.close_code),
            ("parent_incident", &incident.parent_incident),
        ];
        let change = |field| updates.values().flatten().find(|audit| audit.field == field);
        let first = now
            .map(|(field, now)| (field, change(field).map_or(now, |change| &change.old).clone()));
        let mut now = HashMap::from(first);
        let has_stages = change("state").is_some();
        if !has_stages
            && [&incident.resolved_at, &incident.closed_at].iter().any(|it| !it.is_empty())
        {
            now.insert("state", NEW.to_owned());
        }
        Self { now, has_stages }
    }

    fn get(&self, field: &str) -> Option<&String> {
        self.now.get(field).filter(|value| !value.is_empty())
    }

    /// What a field says of the incident.
    fn effect(&self, field: &str, cast: &Cast<'_>) -> Option<SourceEffect> {
        let value = self.get(field);
        let text = |field| self.get(field).map_or("", String::as_str);
        Some(match field {
            "state" => SourceEffect::Status(status(text("state"), text("hold_reason"))?),
            "priority" => SourceEffect::Priority(value.cloned()),
            "assigned_to" => SourceEffect::Assignee(value.and_then(|id| cast.agent(id))),
            "assignment_group" => SourceEffect::Queue(value.cloned()),
            _ => return None,
        })
    }

    /// What the incident began as.
    pub(super) fn all(&self, cast: &Cast<'_>) -> Vec<SourceEffect> {
        let told = ["state", "priority", "assigned_to", "assignment_group"];
        let said = told.into_iter().filter(|field| self.get(field).is_some());
        let effects = said.filter_map(|field| self.effect(field, cast));
        std::iter::once(SourceEffect::Created).chain(effects).collect()
    }

    /// Takes in an update, and gives what it did.
    pub(super) fn change(
        &mut self,
        audits: &[&Audit],
        incident: &Incident,
        cast: &Cast<'_>,
    ) -> Vec<SourceEffect> {
        for audit in audits {
            if let Some(value) = self.now.get_mut(audit.field.as_str()) {
                value.clone_from(&audit.new);
            }
        }
        let changed = |name: &str| audits.iter().find(|audit| audit.field == name);
        let waits_for_another = self.now["state"] == "3" && changed("hold_reason").is_some();
        let mut fields = Vec::new();
        fields.extend((waits_for_another || changed("state").is_some()).then_some("state"));
        let others = ["priority", "assigned_to", "assignment_group"].into_iter();
        fields.extend(others.filter(|field| changed(field).is_some()));
        let effects = fields.into_iter().filter_map(|field| self.effect(field, cast));
        let mut effects: Vec<_> = effects.collect();
        match changed("close_code") {
            Some(code) if code.new == DUPLICATE => {
                let now = Some(&incident.parent_incident).filter(|parent| !parent.is_empty());
                let into = self.get("parent_incident").or(now);
                effects.push(SourceEffect::Merged(into.cloned()));
            }
            Some(code) if code.old == DUPLICATE => effects.push(SourceEffect::Restored),
            _ => {}
        }
        effects
    }
}
