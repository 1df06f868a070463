//! Users, groups, memberships and organisations.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ids::{self, Who};
use super::lists::{Keys, Order, list};
use super::service::{Asked, Outcome, Problem, Service, Url};
use crate::iso::Iso;
use crate::model::{Person, Queue};
use crate::server::Answer;

#[derive(Debug, Serialize)]
pub(super) struct User<'s> {
    id: u64,
    url: Url<'s>,
    name: String,
    email: String,
    created_at: Iso,
    updated_at: Iso,
    time_zone: &'static str,
    iana_time_zone: &'s str,
    locale_id: u64,
    locale: &'static str,
    organization_id: Option<u64>,
    role: &'static str,
    verified: bool,
    external_id: Option<&'s str>,
    tags: [u8; 0],
    alias: &'static str,
    active: bool,
    shared: bool,
    shared_agent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_group_id: Option<u64>,
    custom_role_id: Option<u64>,
    moderator: bool,
    ticket_restriction: Option<&'static str>,
    only_private_comments: bool,
    restricted_agent: bool,
    suspended: bool,
    details: &'static str,
    notes: &'static str,
    user_fields: Value,
}

#[derive(Debug, Serialize)]
pub(super) struct Organisation<'s> {
    url: Url<'s>,
    id: u64,
    name: String,
    shared_tickets: bool,
    shared_comments: bool,
    external_id: Option<&'static str>,
    created_at: Iso,
    updated_at: Iso,
    domain_names: [String; 1],
    details: Option<&'static str>,
    notes: Option<&'static str>,
    group_id: Option<u64>,
    tags: [u8; 0],
    organization_fields: Value,
}

impl Service {
    /// Everybody in the order of their numbers: the administrator, the agents, and the customers, each at their place.
    pub(super) fn user_at(&self, place: u64) -> u64 {
        let agents = self.desk.model().desk().agents.len() as u64;
        match place {
            0 => ids::MANAGER,
            place if place <= agents => ids::agent((place - 1) as u16),
            place => ids::customer(place - agents),
        }
    }

    fn place_of(&self, who: Who) -> u64 {
        match who {
            Who::Manager => 0,
            Who::Agent(number) => u64::from(number) + 1,
            Who::Customer(number) => self.desk.model().desk().agents.len() as u64 + number,
        }
    }

    pub(super) fn users(&self) -> u64 {
        1 + self.desk.model().desk().agents.len() as u64 + self.desk.model().customers()
    }

    /// Everybody was there before the first ticket, one after the other.
    pub(super) fn user_created(&self, place: u64) -> i64 {
        self.desk.model().starts() - (self.users() - place).cast_signed()
    }

    pub(super) fn user(&self, id: u64) -> Option<User<'_>> {
        let model = self.desk.model();
        let who = ids::who(id)?;
        match who {
            Who::Manager => Some(self.staff(id, who, &model.desk().manager, "admin")),
            Who::Agent(number) => {
                let agent = model.desk().agents.get(usize::from(number))?;
                Some(self.staff(id, who, &agent.person, "agent"))
            }
            Who::Customer(number) if number <= model.customers() => {
                let customer = model.customer(number);
                let organisation = customer.organisation.map(|it| ids::organisation(it.number));
                // The vendor suspends who writes spam.
                let suspicion = self.desk.suspicion(number);
                let user = self.plain(id, who, customer.name, customer.email, "end-user");
                Some(User {
                    organization_id: organisation,
                    suspended: suspicion.is_some_and(|it| it.stands),
                    updated_at: suspicion.map_or(user.updated_at, |it| Iso(it.at)),
                    ticket_restriction: Some("requested"),
                    ..user
                })
            }
            Who::Customer(_) => None,
        }
    }

    fn staff<'s>(&'s self, id: u64, who: Who, person: &'s Person, role: &'static str) -> User<'s> {
        let user = self.plain(id, who, person.name.clone(), person.email.clone(), role);
        let groups = if let Who::Agent(number) = who { self.groups_of(number) } else { vec![] };
        let default_group_id = groups.first().map(|queue| ids::group(*queue));
        User { external_id: Some(&person.employee_no), default_group_id, ..user }
    }

    fn plain(
        &self,
        id: u64,
        who: Who,
        name: String,
        email: String,
        role: &'static str,
    ) -> User<'_> {
        let created = Iso(self.user_created(self.place_of(who)));
        User {
            id,
            url: Url(&self.base, "users", id),
            name,
            email,
            created_at: created,
            updated_at: created,
            time_zone: "Rome",
            iana_time_zone: &self.desk.model().desk().zone,
            locale_id: 1,
            locale: "en-US",
            organization_id: None,
            role,
            verified: true,
            external_id: None,
            tags: [],
            alias: "",
            active: true,
            shared: false,
            shared_agent: false,
            default_group_id: None,
            custom_role_id: None,
            moderator: role == "admin",
            ticket_restriction: None,
            only_private_comments: false,
            restricted_agent: false,
            suspended: false,
            details: "",
            notes: "",
            user_fields: json!({}),
        }
    }

    /// The groups that somebody is in today, the default one first.
    fn groups_of(&self, agent: u16) -> Vec<Queue> {
        let model = self.desk.model();
        let now = chrono::DateTime::from_timestamp(self.desk.clock().now(), 0).unwrap_or_default();
        let agent = model.desk().agents.get(usize::from(agent));
        // Who has not begun yet is set up already.
        let stay = agent.and_then(|it| it.membership(now.date_naive()).or(it.memberships.first()));
        stay.map_or_else(Vec::new, |stay| stay.skills.iter().map(|(queue, _)| *queue).collect())
    }

    pub(super) fn organisation(&self, id: u64) -> Option<Organisation<'_>> {
        let number = ids::organisation_number(id)?;
        let known = self.desk.organisation(number)?;
        let created = self.organisation_created(number);
        let changed = self.desk.renamings().get(&number).map_or(created, |it| it.at);
        Some(Organisation {
            url: Url(&self.base, "organizations", id),
            id,
            name: known.name,
            shared_tickets: false,
            shared_comments: false,
            external_id: None,
            created_at: Iso(created),
            updated_at: Iso(changed),
            domain_names: [known.domain],
            details: None,
            notes: None,
            group_id: None,
            tags: [],
            organization_fields: json!({}),
        })
    }

    /// Each was there before its people.
    pub(super) fn organisation_created(&self, number: u64) -> i64 {
        let all = self.desk.model().organisations();
        self.user_created(0) - (all + 1 - number).cast_signed()
    }

    pub(super) fn group(&self, id: u64) -> Option<Value> {
        let queue = Queue::ALL.into_iter().find(|queue| ids::group(*queue) == id)?;
        let created = Iso(self.organisation_created(1) - 1);
        Some(json!({
            "url": Url(&self.base, "groups", id),
            "id": id,
            "is_public": true,
            "name": queue.name(),
            "description": "",
            "default": queue == Queue::General,
            "deleted": false,
            "created_at": created,
            "updated_at": created,
        }))
    }

    fn membership(&self, id: u64) -> Option<Value> {
        let number = id.checked_sub(1)?;
        let queues = Queue::ALL.len() as u64;
        let agent = u16::try_from(number / queues).ok()?;
        let queue = Queue::ALL[(number % queues) as usize];
        let groups = self.groups_of(agent);
        let created = Iso(self.user_created(u64::from(agent) + 1));
        groups.contains(&queue).then(|| {
            json!({
                "url": Url(&self.base, "group_memberships", id),
                "id": id,
                "user_id": ids::agent(agent),
                "group_id": ids::group(queue),
                "default": groups.first() == Some(&queue),
                "created_at": created,
                "updated_at": created,
            })
        })
    }
}

pub(super) fn users(service: &Service, asked: &Asked<'_>) -> Outcome {
    let wanted = |(name, _): &&(String, String)| name == "role" || name == "role[]";
    let roles: Vec<&str> =
        asked.request.query.iter().filter(wanted).map(|(_, role)| role.as_str()).collect();
    let staff = 1 + service.desk.model().desk().agents.len() as u64;
    let is_wanted = |role| roles.is_empty() || roles.contains(&role);
    let of = [("admin", 0..1), ("agent", 1..staff), ("end-user", staff..service.users())];
    let ranges = of.into_iter().filter(|(role, _)| is_wanted(role)).map(|(_, places)| places);
    let count = ranges.clone().map(|places| places.end - places.start).sum::<u64>() as usize;
    let keys = ranges.flatten().map(|place| service.user_at(place));
    list(service, asked, "users", Keys::new(count, Order::Rising, keys), |id| service.user(id))
}

pub(super) fn me(service: &Service, asked: &Asked<'_>) -> Outcome {
    one(service, asked.caller.user)
}

pub(super) fn one(service: &Service, id: u64) -> Outcome {
    let user = service.user(id).ok_or_else(Problem::not_found)?;
    Ok(Answer::json(200, &json!({ "user": user })))
}

pub(super) fn organisations(service: &Service, asked: &Asked<'_>) -> Outcome {
    let count = service.desk.model().organisations();
    let keys = Keys::new(count as usize, Order::Rising, (1..=count).map(ids::organisation));
    list(service, asked, "organizations", keys, |id| service.organisation(id))
}

#[derive(Deserialize)]
struct Change {
    organization: Named,
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

/// Changes an organisation: of all that it has, what it is called.
pub(super) fn change_organisation(service: &Service, asked: &Asked<'_>, id: u64) -> Outcome {
    if !asked.caller.is_admin {
        return Err(Problem::forbidden());
    }
    let number = ids::organisation_number(id).ok_or_else(Problem::not_found)?;
    let change: Change = serde_json::from_slice(&asked.request.body)
        .map_err(|_unreadable| Problem::invalid("organization is required"))?;
    let desk = &service.desk;
    if let Some(name) = change.organization.name {
        let mut others = (1..=desk.model().organisations()).filter(|other| *other != number);
        let is_same = |other| desk.organisation(other).is_some_and(|it| it.name == name);
        if name.trim().is_empty() || others.any(is_same) {
            return Err(Problem::invalid("Name is blank or has already been taken"));
        }
        desk.rename_organisation(number, &name);
    }
    let changed = service.organisation(id).ok_or_else(Problem::not_found)?;
    Ok(Answer::json(200, &json!({ "organization": changed })))
}

pub(super) fn groups(service: &Service, asked: &Asked<'_>) -> Outcome {
    let keys = Keys::listed(Queue::ALL.map(ids::group).to_vec());
    list(service, asked, "groups", keys, |id| service.group(id))
}

/// All of them, or those of one user or one group.
pub(super) fn memberships(
    service: &Service,
    asked: &Asked<'_>,
    user: Option<u64>,
    group: Option<u64>,
) -> Outcome {
    let agents = 0..service.desk.model().desk().agents.len() as u16;
    let agents = agents.filter(|agent| user.is_none_or(|user| user == ids::agent(*agent)));
    let of_agent = |agent| {
        let mut queues = service.groups_of(agent);
        queues.retain(|queue| group.is_none_or(|group| group == ids::group(*queue)));
        queues.sort_unstable();
        queues.into_iter().map(move |queue| ids::membership(agent, queue))
    };
    let keys = Keys::listed(agents.flat_map(of_agent).collect());
    list(service, asked, "group_memberships", keys, |id| service.membership(id))
}
