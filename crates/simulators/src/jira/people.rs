//! Accounts: those who work there, programs, and customers.

use serde_json::{Value, json};

use super::ids::{self, Who};
use super::service::{Asked, Outcome, Problem, Service};
use super::zone;
use crate::model::{Actor, Ticket};
use crate::server::Answer;

/// One agent in so many shows nobody their address.
const PRIVATE: u16 = 5;
/// More are never on a page.
const MOST: usize = 1_000;

const PROGRAMS: [Who; 3] = [Who::Automation, Who::Assistant, Who::Monitoring];

impl Service {
    /// Everybody in order: the administrator, the agents, the programs, the customers.
    fn account_at(&self, place: u64) -> Option<Who> {
        let model = self.desk.model();
        let agents = model.desk().agents.len() as u64;
        let programs = agents + PROGRAMS.len() as u64;
        Some(match place {
            0 => Who::Manager,
            place if place <= agents => Who::Agent((place - 1) as u16),
            place if place <= programs => PROGRAMS[(place - agents - 1) as usize],
            place if place <= programs + model.customers() => Who::Customer(place - programs),
            _ => return None,
        })
    }

    /// An account; none where nobody has it.
    pub(super) fn user(&self, who: Who) -> Option<Value> {
        let model = self.desk.model();
        let (kind, name, email) = match who {
            Who::Manager => {
                let person = &model.desk().manager;
                ("atlassian", person.name.clone(), Some(person.email.clone()))
            }
            Who::Agent(number) => {
                let person = &model.desk().agents.get(usize::from(number))?.person;
                let email = (number % PRIVATE != PRIVATE - 1).then(|| person.email.clone());
                ("atlassian", person.name.clone(), email)
            }
            Who::Customer(number) if number <= model.customers() => {
                let customer = model.customer(number);
                ("customer", customer.name, Some(customer.email))
            }
            Who::Customer(_) => return None,
            Who::Automation => ("app", "Automation for Jira".to_owned(), None),
            Who::Assistant => ("app", "Virtual service agent".to_owned(), None),
            Who::Monitoring => ("app", "Monitoring".to_owned(), None),
        };
        let account = ids::account(who);
        let mut user = json!({
            "self": format!("{}/rest/api/3/user?accountId={account}", self.base),
            "accountId": account,
            "accountType": kind,
            "avatarUrls": {},
            "displayName": name,
            "active": true,
            "timeZone": zone::NAME,
        });
        if let Some(email) = email {
            user["emailAddress"] = json!(email);
        }
        Some(user)
    }
}

/// Who did something.
pub(super) const fn of(actor: Actor, ticket: &Ticket) -> Who {
    match actor {
        Actor::Customer => Who::Customer(ticket.customer),
        Actor::Agent(agent) => Who::Agent(agent),
        Actor::Bot => Who::Assistant,
        Actor::Automation => Who::Automation,
        Actor::System => Who::Monitoring,
    }
}

/// Who asks, whatever they are called.
pub(super) fn me(service: &Service) -> Outcome {
    let mut me = service.user(Who::Manager).ok_or_else(Problem::unauthenticated)?;
    me["locale"] = json!("en_US");
    me["groups"] = json!({ "size": 3, "items": [] });
    me["applicationRoles"] = json!({ "size": 1, "items": [] });
    Ok(Answer::json(200, &me))
}

pub(super) fn one(service: &Service, asked: &Asked<'_>) -> Outcome {
    let account = asked.request.parameter("accountId");
    let account = account
        .ok_or_else(|| Problem::invalid("The query parameter 'accountId' must be provided."))?;
    let user = ids::who(account).and_then(|who| service.user(who));
    let missing = || {
        Problem::missing("Specified user does not exist or you do not have required permissions")
    };
    Ok(Answer::json(200, &user.ok_or_else(missing)?))
}

/// All accounts. Whom the caller may not see is left out after the page was cut, so that pages are shorter than they might be: the last
/// one is empty.
pub(super) fn all(service: &Service, asked: &Asked<'_>) -> Outcome {
    let (start, size) = asked.page(50, MOST)?;
    let places = (start as u64)..(start + size) as u64;
    let accounts = places.map_while(|place| service.account_at(place));
    let is_seen = |who: &Who| *who != Who::Monitoring;
    let users: Vec<Value> = accounts.filter(is_seen).filter_map(|who| service.user(who)).collect();
    Ok(Answer::sized(200, users.len() * 400 + 2, &users))
}

/// Those whose name or address begins with something.
pub(super) fn find(service: &Service, asked: &Asked<'_>) -> Outcome {
    let (start, size) = asked.page(50, MOST)?;
    let wanted = asked.request.parameter("query").unwrap_or_default().to_lowercase();
    if wanted.is_empty() && asked.request.parameter("accountId").is_none() {
        return Err(Problem::invalid("The query parameter 'query' must be provided."));
    }
    let account = asked.request.parameter("accountId");
    let fits = |user: &Value| {
        let begins = |name: &str| {
            let text = user[name].as_str().unwrap_or_default().to_lowercase();
            !wanted.is_empty() && text.split(' ').chain([&*text]).any(|it| it.starts_with(&wanted))
        };
        account.is_some_and(|account| user["accountId"] == account)
            || begins("displayName")
            || begins("emailAddress")
    };
    let accounts = (0..).map_while(|place| service.account_at(place));
    let users = accounts.filter_map(|who| service.user(who)).filter(fits);
    Ok(Answer::json(200, &users.skip(start).take(size).collect::<Vec<_>>()))
}
