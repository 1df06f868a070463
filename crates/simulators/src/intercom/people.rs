//! Who works there, and who writes.

use serde_json::{Value, json};

use super::conversations::external;
use super::ids;
use super::service::{Outcome, Problem, Service};
use crate::model::{Actor, Agent, Person, Queue};
use crate::server::Answer;

/// The program is an admin too, by its address.
const OPERATOR: &str = "operator+q7sim1ab@intercom.io";
const OPERATOR_NAME: &str = "Operator";

fn admin(id: u64, name: &str, email: &str, teams: &[u64]) -> Value {
    json!({
        "type": "admin",
        "id": id.to_string(),
        "name": name,
        "email": email,
        "job_title": "",
        "away_mode_enabled": false,
        "away_mode_reassign": false,
        "has_inbox_seat": id != ids::OPERATOR,
        "team_ids": teams,
    })
}

impl Service {
    fn people(&self) -> impl Iterator<Item = (u64, &Person, Vec<u64>)> {
        let desk = self.desk.model().desk();
        let agents = desk.agents.iter().map(|agent| {
            (ids::admin(agent.number), &agent.person, teams_of(agent).map(ids::team).collect())
        });
        std::iter::once((ids::MANAGER, &desk.manager, Vec::new())).chain(agents)
    }

    fn admins(&self) -> impl Iterator<Item = (u64, Value)> {
        let people = self
            .people()
            .map(|(id, person, teams)| (id, admin(id, &person.name, &person.email, &teams)));
        let operator = admin(ids::OPERATOR, OPERATOR_NAME, OPERATOR, &[]);
        std::iter::once((ids::OPERATOR, operator)).chain(people)
    }

    fn team(&self, queue: Queue) -> Value {
        let agents = &self.desk.model().desk().agents;
        let members = agents.iter().filter(|agent| teams_of(agent).any(|team| team == queue));
        json!({
            "type": "team",
            "id": ids::team(queue).to_string(),
            "name": queue.name(),
            "admin_ids": members.map(|agent| ids::admin(agent.number)).collect::<Vec<_>>(),
            "distribution_method": "round_robin",
        })
    }
}

/// The queues that an agent helps in now.
fn teams_of(agent: &Agent) -> impl Iterator<Item = Queue> {
    let now = agent.memberships.last();
    let skills = now.into_iter().flat_map(|stay| &stay.skills);
    skills.map(|(queue, _)| *queue)
}

/// Who wrote or did something.
pub(super) fn author(service: &Service, actor: Actor, customer: u64) -> Value {
    let model = service.desk.model();
    match actor {
        Actor::Customer => {
            let known = model.customer(customer);
            json!({ "type": "user", "id": ids::contact(customer), "name": known.name, "email": known.email })
        }
        Actor::Agent(agent) => {
            let person = &model.desk().agents[usize::from(agent)].person;
            json!({ "type": "admin", "id": ids::admin(agent).to_string(), "name": person.name, "email": person.email })
        }
        // Rules speak in the name of an admin that nobody is.
        Actor::Automation => json!({
            "type": "admin",
            "id": ids::OPERATOR.to_string(),
            "name": OPERATOR_NAME,
            "email": OPERATOR,
        }),
        Actor::Bot | Actor::System => json!({
            "type": "bot",
            "id": ids::OPERATOR.to_string(),
            "name": OPERATOR_NAME,
            "email": OPERATOR,
        }),
    }
}

pub(super) fn me(service: &Service) -> Outcome {
    let desk = service.desk.model().desk();
    let mut me = admin(ids::MANAGER, &desk.manager.name, &desk.manager.email, &[]);
    me["email_verified"] = json!(true);
    me["app"] = json!({
        "type": "app",
        "id_code": ids::APP,
        "name": desk.name,
        "created_at": service.desk.model().starts(),
        "secure": false,
        "identity_verification": false,
        "timezone": desk.zone,
        "region": "EU",
    });
    Ok(Answer::json(200, &me))
}

pub(super) fn admins(service: &Service) -> Outcome {
    let all: Vec<Value> = service.admins().map(|(_, admin)| admin).collect();
    Ok(Answer::json(200, &json!({ "type": "admin.list", "admins": all })))
}

pub(super) fn one_admin(service: &Service, id: u64) -> Outcome {
    let found = service.admins().find(|(known, _)| *known == id);
    let (_, admin) =
        found.ok_or_else(|| Problem::not_found("admin_not_found", "Admin not found"))?;
    Ok(Answer::json(200, &admin))
}

pub(super) fn teams(service: &Service) -> Outcome {
    let all: Vec<Value> = Queue::ALL.into_iter().map(|queue| service.team(queue)).collect();
    Ok(Answer::json(200, &json!({ "type": "team.list", "teams": all })))
}

pub(super) fn one_team(service: &Service, id: u64) -> Outcome {
    let found = Queue::ALL.into_iter().find(|queue| ids::team(*queue) == id);
    let queue = found.ok_or_else(|| Problem::not_found("team_not_found", "Team not found"))?;
    Ok(Answer::json(200, &service.team(queue)))
}

pub(super) fn contact(service: &Service, id: &str) -> Outcome {
    let model = service.desk.model();
    let number = ids::contact_number(id).filter(|number| *number <= model.customers());
    let number = number.ok_or_else(|| Problem::not_found("not_found", "User Not Found"))?;
    let known = model.customer(number);
    let list = |name: &str| {
        let url = format!("/contacts/{id}/{name}");
        json!({ "type": "list", "data": [], "url": url, "total_count": 0, "has_more": false })
    };
    let (external, starts) = (external(number), model.starts());
    let role = if external.is_some() { "user" } else { "lead" };
    Ok(Answer::json(
        200,
        &json!({
            "type": "contact",
            "id": id,
            "workspace_id": ids::APP,
            "external_id": external,
            "role": role,
            "email": known.email,
            "phone": null,
            "name": known.name,
            "avatar": null,
            "owner_id": null,
            "social_profiles": { "type": "list", "data": [] },
            "has_hard_bounced": false,
            "marked_email_as_spam": false,
            "unsubscribed_from_emails": false,
            "created_at": starts,
            "updated_at": starts,
            "signed_up_at": starts,
            "last_seen_at": null,
            "last_replied_at": null,
            "last_contacted_at": null,
            "location": { "type": "location", "country": null, "region": null, "city": null },
            "custom_attributes": {},
            "tags": list("tags"),
            "notes": list("notes"),
            "companies": list("companies"),
            "opted_out_subscription_types": list("subscriptions"),
            "opted_in_subscription_types": list("subscriptions"),
        }),
    ))
}
