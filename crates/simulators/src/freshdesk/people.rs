//! Agents, groups, contacts and companies.

use serde_json::{Value, json};

use super::ids;
use super::pages::{Place, list, one, set_up, time};
use super::service::{Asked, Caller, Outcome, Problem, Service};
use crate::iso::Iso;
use crate::model::{Person, Queue};

impl Service {
    /// Somebody who answers, or runs the account.
    pub(super) fn agent(&self, id: u64) -> Option<Value> {
        let desk = self.desk.model().desk();
        if id == ids::ADMINISTRATOR {
            return Some(self.staff(id, &desk.manager, &[], true));
        }
        let agent = desk.agents.get(usize::from(ids::agent_number(id)?))?;
        let stay = agent.memberships.last();
        let groups: Vec<u64> = stay
            .iter()
            .flat_map(|stay| &stay.skills)
            .map(|(queue, _)| ids::group(*queue))
            .collect();
        Some(self.staff(id, &agent.person, &groups, false))
    }

    fn staff(&self, id: u64, person: &Person, groups: &[u64], is_admin: bool) -> Value {
        let at = set_up(self);
        json!({
            "id": id,
            "available": true,
            "available_since": at,
            "occasional": false,
            // 1 sees every ticket, 3 their own alone.
            "ticket_scope": if is_admin { 1 } else { 3 },
            "type": "support_agent",
            "group_ids": groups,
            "role_ids": [if is_admin { 1 } else { 3 }],
            "signature": null,
            "focus_mode": true,
            "last_active_at": at,
            "created_at": at,
            "updated_at": at,
            "contact": {
                "active": true,
                "name": person.name,
                "email": person.email,
                "job_title": null,
                "language": "en",
                "last_login_at": at,
                "mobile": null,
                "phone": null,
                "time_zone": "Rome",
                "created_at": at,
                "updated_at": at,
            },
        })
    }

    pub(super) fn group(&self, id: u64) -> Option<Value> {
        let queue = ids::queue(id)?;
        let agents = self
            .desk
            .model()
            .desk()
            .agents
            .iter()
            .filter(|agent| agent.memberships.last().is_some_and(|stay| stay.skill(queue) > 0));
        let at = set_up(self);
        Some(json!({
            "id": id,
            "name": queue.name(),
            "description": null,
            "escalate_to": null,
            "unassigned_for": null,
            "business_hour_id": null,
            "group_type": "support_agent_group",
            "auto_ticket_assign": 0,
            "agent_ids": agents.map(|agent| ids::agent(agent.number)).collect::<Vec<_>>(),
            "created_at": at,
            "updated_at": at,
        }))
    }

    /// Everybody was there before the first ticket, one after the other.
    fn contact_since(&self, number: u64) -> i64 {
        let all = self.desk.model().customers();
        self.desk.model().starts() - (all + 1 - number).cast_signed()
    }

    pub(super) fn contact(&self, id: u64) -> Option<Value> {
        let number = ids::contact_number(id).filter(|number| *number > 0)?;
        let model = self.desk.model();
        let contact = (number <= model.customers()).then(|| model.customer(number))?;
        let at = Iso(self.contact_since(number));
        Some(json!({
            "id": id,
            "name": contact.name,
            "email": contact.email,
            "active": true,
            "address": null,
            "company_id": contact.organisation.map(|it| ids::company(it.number)),
            "view_all_tickets": false,
            "deleted": false,
            "description": null,
            "job_title": null,
            "language": "en",
            "mobile": null,
            "phone": null,
            "time_zone": "Rome",
            "twitter_id": null,
            "other_emails": [],
            "tags": [],
            "custom_fields": {},
            "created_at": at,
            "updated_at": at,
        }))
    }

    /// The number of the contact with an address.
    pub(super) fn contact_of(&self, email: &str) -> Option<u64> {
        let model = self.desk.model();
        // The number stands in the address.
        let number = email.split_once('@')?.0.rsplit_once('.')?.1.parse().ok()?;
        let is_known = (1..=model.customers()).contains(&number);
        let contact = is_known.then(|| model.customer(number))?;
        contact.email.eq_ignore_ascii_case(email).then_some(number)
    }

    pub(super) fn company(&self, id: u64) -> Option<Value> {
        let number = ids::company_number(id).filter(|number| *number > 0)?;
        let model = self.desk.model();
        let company = (number <= model.organisations()).then(|| model.organisation(number))?;
        let at = set_up(self);
        Some(json!({
            "id": id,
            "name": company.name,
            "description": null,
            "note": null,
            "domains": [company.domain],
            "health_score": null,
            "account_tier": null,
            "renewal_date": null,
            "industry": null,
            "custom_fields": {},
            "created_at": at,
            "updated_at": at,
        }))
    }
}

pub(super) fn me(service: &Service, asked: &Asked<'_>) -> Outcome {
    one(service.agent(match asked.caller {
        Caller::Administrator => ids::ADMINISTRATOR,
        Caller::Agent(agent) => ids::agent(agent),
    }))
}

/// Who runs the account is among them.
pub(super) fn agents(service: &Service, asked: &Asked<'_>) -> Outcome {
    let agents = service.desk.model().desk().agents.iter().map(|agent| ids::agent(agent.number));
    let mut keys: Vec<u64> = std::iter::once(ids::ADMINISTRATOR).chain(agents).collect();
    if let Some(email) = asked.request.parameter("email") {
        keys.retain(|id| {
            let agent = service.agent(*id);
            agent.is_some_and(|agent| agent["contact"]["email"] == email.to_lowercase())
        });
    }
    list(service, asked, Place::of(asked.request)?, &keys, |id| service.agent(id))
}

pub(super) fn groups(service: &Service, asked: &Asked<'_>) -> Outcome {
    let keys = Queue::ALL.map(ids::group);
    list(service, asked, Place::of(asked.request)?, &keys, |id| service.group(id))
}

/// The parameter for the time begins with an underscore here, and with none at the tickets.
pub(super) fn contacts(service: &Service, asked: &Asked<'_>) -> Outcome {
    let place = Place::of(asked.request)?;
    if asked.request.parameter("updated_since").is_some() {
        return Err(Problem::invalid("updated_since", "There is no such parameter here"));
    }
    let since = time(asked.request, "_updated_since")?.unwrap_or(i64::MIN);
    let mut numbers = (1..=service.desk.model().customers())
        .filter(|number| service.contact_since(*number) >= since);
    let keys: Vec<u64> = match asked.request.parameter("email") {
        Some(email) => service.contact_of(email).into_iter().map(ids::contact).collect(),
        None => numbers.by_ref().take(place.reaches()).map(ids::contact).collect(),
    };
    list(service, asked, place, &keys, |id| service.contact(id))
}

pub(super) fn companies(service: &Service, asked: &Asked<'_>) -> Outcome {
    let keys: Vec<u64> = (1..=service.desk.model().organisations()).map(ids::company).collect();
    list(service, asked, Place::of(asked.request)?, &keys, |id| service.company(id))
}
