//! Users, groups, and who has which role.

use super::cells::{Cell, Row};
use super::ids::Id;
use super::service::Service;
use super::tables::{Table, stamps};
use crate::model::{Actor, Model, Queue, Ticket};

/// Who may read what is synced.
pub(super) const INTEGRATION: &str = "plumbline.integration";
const ASSISTANT: &str = "virtual.agent";
const MONITORING: &str = "event.integration";
/// The instance itself, which is no user.
const SYSTEM: &str = "system";

/// The roles, by their numbers.
const ROLES: [&str; 3] = ["admin", "itil", "plumbline_reader"];
/// So many accounts are no people: those before the first agent among the staff.
const PROGRAMS: [(Id, &str, &str); 3] = [
    (Id::Integration, INTEGRATION, "Plumbline Integration"),
    (Id::Assistant, ASSISTANT, "Virtual Agent"),
    (Id::Monitoring, MONITORING, "Event Integration"),
];

/// What somebody signs in as.
pub(super) fn user_name(model: &Model, ticket: &Ticket, by: Actor) -> String {
    match by {
        Actor::Customer => model.customer(ticket.customer).email,
        Actor::Agent(agent) => own_name(&model.desk().agents[usize::from(agent)].person.email),
        Actor::Bot => ASSISTANT.to_owned(),
        Actor::System => MONITORING.to_owned(),
        Actor::Automation => SYSTEM.to_owned(),
    }
}

/// Whoever works here signs in with what is before the at sign of their address.
fn own_name(email: &str) -> String {
    email.split('@').next().unwrap_or_default().to_owned()
}

/// Somebody who is not the customer, as another record names them.
pub(super) fn reference(model: &Model, by: Actor) -> Cell {
    let (id, name) = match by {
        Actor::Agent(agent) => {
            (Id::Agent(agent.into()), &*model.desk().agents[usize::from(agent)].person.name)
        }
        Actor::Bot => (Id::Assistant, PROGRAMS[1].2),
        Actor::System => (Id::Monitoring, PROGRAMS[2].2),
        Actor::Automation | Actor::Customer => (Id::Manager, &*model.desk().manager.name),
    };
    Cell::Reference(Table::User, id, name.to_owned())
}

pub(super) fn customer(model: &Model, number: u64) -> Cell {
    Cell::Reference(Table::User, Id::Customer(number), model.customer(number).name)
}

pub(super) fn company_of(model: &Model, customer: u64) -> Cell {
    let company = model.customer(customer).organisation;
    company
        .map_or(Cell::Empty, |it| Cell::Reference(Table::Company, Id::Company(it.number), it.name))
}

impl Service {
    /// Everybody who can sign in, customers last.
    pub(super) fn users(&self) -> impl Iterator<Item = Row> + '_ {
        let customers = (1..=self.desk.model().customers()).map(Id::Customer);
        self.staff().into_iter().chain(customers).filter_map(|id| self.user(id))
    }

    /// Everybody who works here, and the programs.
    pub(super) fn staff(&self) -> Vec<Id> {
        let agents = 0..self.desk.model().desk().agents.len() as u64;
        let programs = PROGRAMS.map(|(id, ..)| id);
        [Id::Manager].into_iter().chain(programs).chain(agents.map(Id::Agent)).collect()
    }

    /// Those who may have one of these names.
    pub(super) fn named(&self, names: &[&str]) -> Vec<Row> {
        let staff = self.staff().into_iter();
        // A customer's address has their number before the at sign.
        let number = |name: &&str| {
            let number = name.split('@').next()?.rsplit('.').next()?.parse().ok()?;
            (number <= self.desk.model().customers()).then_some(Id::Customer(number))
        };
        let customers = names.iter().filter(|name| name.contains('@')).filter_map(number);
        staff.chain(customers).filter_map(|id| self.user(id)).collect()
    }

    pub(super) fn user(&self, id: Id) -> Option<Row> {
        let model = self.desk.model();
        let desk = model.desk();
        let (mut title, mut company, mut is_program) = ("", Cell::Empty, false);
        let (user_name, name, email) = match id {
            Id::Manager => {
                title = "Head of Support";
                (
                    own_name(&desk.manager.email),
                    desk.manager.name.clone(),
                    desk.manager.email.clone(),
                )
            }
            Id::Agent(agent) => {
                title = "Support Agent";
                let person = &desk.agents.get(usize::try_from(agent).ok()?)?.person;
                (own_name(&person.email), person.name.clone(), person.email.clone())
            }
            Id::Customer(number) if (1..=model.customers()).contains(&number) => {
                company = company_of(model, number);
                let customer = model.customer(number);
                (customer.email.clone(), customer.name, customer.email)
            }
            _ => {
                let (_, user_name, name) = PROGRAMS.iter().find(|(known, ..)| *known == id)?;
                is_program = true;
                ((*user_name).to_owned(), (*name).to_owned(), String::new())
            }
        };
        let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
        let mut row = vec![
            ("sys_id", Cell::Text(id.text())),
            ("user_name", Cell::Text(user_name)),
            ("first_name", Cell::from(first)),
            ("last_name", Cell::from(last)),
            ("email", Cell::from(email)),
            ("active", Cell::Flag(true)),
            ("title", Cell::from(title)),
            ("company", company),
            ("vip", Cell::Flag(false)),
            ("locked_out", Cell::Flag(false)),
            ("web_service_access_only", Cell::Flag(is_program)),
            ("internal_integration_user", Cell::Flag(is_program)),
            ("name", Cell::from(name)),
        ];
        let made = model.starts();
        row.extend(stamps(made, "admin", made, "admin", 0));
        Some(Row(row))
    }

    pub(super) fn group(&self, number: u64) -> Option<Row> {
        let queue = Queue::ALL.get(usize::try_from(number).ok()?)?;
        let mut row = vec![
            ("sys_id", Cell::Text(Id::group(*queue).text())),
            ("name", Cell::from(queue.name())),
            ("description", Cell::from(queue.team().name())),
            ("manager", reference(self.desk.model(), Actor::Automation)),
            ("email", Cell::Empty),
            ("parent", Cell::Empty),
            ("type", Cell::Empty),
            ("active", Cell::Flag(true)),
        ];
        let made = self.desk.model().starts();
        row.extend(stamps(made, "admin", made, "admin", 0));
        Some(Row(row))
    }

    /// Agents are in the groups that they can help in.
    pub(super) fn members(&self) -> impl Iterator<Item = Row> + '_ {
        let agents = 0..self.desk.model().desk().agents.len() as u64;
        let groups = 0..Queue::ALL.len() as u64;
        agents.flat_map(move |agent| groups.clone().filter_map(move |it| self.member(agent, it)))
    }

    pub(super) fn member(&self, agent: u64, group: u64) -> Option<Row> {
        let model = self.desk.model();
        let number = usize::try_from(agent).ok()?;
        let queue = *Queue::ALL.get(usize::try_from(group).ok()?)?;
        let stays = &model.desk().agents.get(number)?.memberships;
        let is_member = stays.last().is_some_and(|stay| stay.skill(queue) > 0);
        is_member.then(|| {
            let mut row = vec![
                ("sys_id", Cell::Text(Id::Member(agent, group).text())),
                ("user", reference(model, Actor::Agent(number as u16))),
                ("group", Cell::Reference(Table::Group, Id::group(queue), queue.name().to_owned())),
            ];
            row.extend(stamps(model.starts(), "admin", model.starts(), "admin", 0));
            Row(row)
        })
    }

    pub(super) fn role(&self, number: u64) -> Option<Row> {
        let name = ROLES.get(usize::try_from(number).ok()?)?;
        let mut row = vec![
            ("sys_id", Cell::Text(Id::Role(number).text())),
            ("name", Cell::from(*name)),
            ("description", Cell::Empty),
        ];
        let made = self.desk.model().starts();
        row.extend(stamps(made, "admin", made, "admin", 0));
        Some(Row(row))
    }

    /// Which role somebody of the staff has, by their place.
    pub(super) fn granted(&self, place: u64) -> Option<Row> {
        let staff = self.staff();
        let user = self.user(*staff.get(usize::try_from(place).ok()?)?)?;
        let (id, role) = match Id::parse(&user.value("sys_id"))? {
            id @ Id::Manager => (id, 0),
            id @ Id::Agent(_) => (id, 1),
            id @ Id::Integration => (id, 2),
            _ => return None,
        };
        let mut row = vec![
            ("sys_id", Cell::Text(Id::Granted(place).text())),
            ("user", Cell::Reference(Table::User, id, user.value("name"))),
            ("role", Cell::Reference(Table::Role, Id::Role(role), ROLES[role as usize].to_owned())),
            ("inherited", Cell::Flag(false)),
            ("state", Cell::Choice("active", "Active")),
        ];
        let made = self.desk.model().starts();
        row.extend(stamps(made, "admin", made, "admin", 0));
        Some(Row(row))
    }

    pub(super) fn company(&self, number: u64) -> Option<Row> {
        let model = self.desk.model();
        (1..=model.organisations()).contains(&number).then(|| {
            let mut row = vec![
                ("sys_id", Cell::Text(Id::Company(number).text())),
                ("name", Cell::from(model.organisation(number).name)),
                ("customer", Cell::Flag(true)),
            ];
            row.extend(stamps(model.starts(), "admin", model.starts(), "admin", 0));
            Row(row)
        })
    }
}
