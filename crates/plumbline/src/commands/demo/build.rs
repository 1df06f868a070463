//! Making the demo's tenant. Every step looks whether it is done already, so that a start that was cut off is taken up by the next.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::accounts::clients::{self, ApiClientFilter, ApiClientSecret, NewApiClient};
use domain::accounts::users::{self, NewRoleGrant, NewUser, UserFilter};
use domain::accounts::{self, Role, Secret};
use domain::kernel::{App, Caller, Error, PageArgs, PersonId, Scope, TeamId, TenantId};
use domain::people::{self, NewPerson, PersonFilter};
use domain::teams::leads::{self, NewTeamLead};
use domain::teams::memberships::{self, NewMembership};
use domain::teams::{self, NewTeam};
use domain::tenants::{self, NewTenant};
use domain::tickets::{self, NewQueueTeam};
use simulators::model::{Model, Person, Queue, Team};

use crate::data;
use crate::output::Result;

pub(super) const SLUG: &str = "demo";
/// Known to everybody who has the program: the demo listens on this machine alone unless it is told otherwise.
pub(super) const PASSWORD: &str = "plumbline demo";
pub(super) const OWNER: &str = "owner@demo.test";
pub(super) const CLIENT: &str = "demo";
const SCOPES: [&str; 5] = ["kpis.people", "kpis.read", "people.read", "teams.read", "tickets.read"];

/// Who can come in.
pub(super) struct Built {
    pub(super) caller: Caller,
    pub(super) manager: String,
    pub(super) agent: String,
    pub(super) client: ApiClientSecret,
}

/// Makes what is not there yet. Returns the API client's secret, a new one each time: only its hash is kept.
pub(super) async fn build(app: &App, model: &Model) -> Result<Built> {
    let caller = match data::tenant(app, SLUG).await {
        Ok(caller) => caller,
        Err(_none) => desk(app, model).await?,
    };
    let desk = model.desk();
    let (manager, agent) = (desk.manager.email.clone(), desk.agents[0].person.email.clone());
    user(app, &caller, &manager, Role::Manager).await?;
    user(app, &caller, &agent, Role::Agent).await?;
    let client = client(app, &caller).await?;
    Ok(Built { caller, manager, agent, client })
}

/// The tenant with its people and teams, all or nothing.
async fn desk(app: &App, model: &Model) -> Result<Caller> {
    let password = accounts::hash_password(&Secret::new(PASSWORD)).await?;
    let caller = Caller::system(app.new_id::<TenantId>());
    let desk = model.desk();
    let new = NewTenant {
        slug: SLUG.to_owned(),
        name: desk.name.to_owned(),
        time_zone: desk.zone.clone(),
        week_start: Default::default(),
    };
    app.write(&caller, async |scope| {
        tenants::create(scope, new).await?;
        accounts::create_owner(scope, OWNER, password).await?;
        let mut at = HashMap::new();
        for team in Team::ALL {
            let parent_id = team.parent().and_then(|parent| at.get(&parent).copied());
            let new = NewTeam { name: team.name().to_owned(), parent_id, kind: None };
            at.insert(team, teams::create(scope, new).await?.id);
        }
        let manager = person(scope, &desk.manager).await?;
        let mut agents = Vec::with_capacity(desk.agents.len());
        for agent in &desk.agents {
            let id = person(scope, &agent.person).await?;
            agents.push(id);
            for stay in &agent.memberships {
                let new = NewMembership {
                    person_id: id,
                    team_id: at[&stay.team],
                    is_primary: true,
                    valid_from: stay.from,
                    valid_to: stay.until,
                };
                memberships::create(scope, new).await?;
            }
        }
        lead(scope, at[&Team::Care], manager, desk.manager.started).await
    })
    .await?;
    Ok(caller)
}

async fn person(scope: &Scope, person: &Person) -> Result<PersonId, Error> {
    let new = NewPerson {
        name: person.name.clone(),
        work_email: Some(person.email.clone()),
        employee_no: Some(person.employee_no.clone()),
        hire_date: Some(person.started),
        ..NewPerson::default()
    };
    Ok(people::create(scope, new).await?.id)
}

async fn lead(
    scope: &Scope,
    team: TeamId,
    person: PersonId,
    from: chrono::NaiveDate,
) -> Result<(), Error> {
    let new = NewTeamLead { team_id: team, person_id: person, valid_from: from, valid_to: None };
    leads::create(scope, new).await.map(|_| ())
}

async fn client(app: &App, caller: &Caller) -> Result<ApiClientSecret> {
    let answer = app.write(caller, async |scope| {
        let known = clients::list(scope, &ApiClientFilter::default(), &PageArgs::default()).await?;
        match known.items.into_iter().find(|client| client.name == CLIENT) {
            Some(client) => clients::rotate_secret(scope, client.id).await,
            None => {
                let scopes = SCOPES.map(str::to_owned).to_vec();
                clients::create(scope, NewApiClient { name: CLIENT.to_owned(), scopes }).await
            }
        }
    });
    Ok(answer.await?)
}

/// Somebody who can sign in, and who they are.
async fn user(app: &App, caller: &Caller, email: &str, role: Role) -> Result<()> {
    let known = UserFilter { email: Some(email.to_owned()), ..UserFilter::default() };
    let found = async |scope: &Scope| users::list(scope, &known, &PageArgs::default()).await;
    let user = match app.read(caller, found).await?.items.pop() {
        Some(user) => user,
        None => {
            let who =
                PersonFilter { work_email: Some(email.to_owned()), ..PersonFilter::default() };
            let find = async |scope: &Scope| people::list(scope, &who, &PageArgs::default()).await;
            let person = app.read(caller, find).await?.items.pop();
            let password = Some(Secret::new(PASSWORD));
            let new = NewUser {
                email: email.to_owned(),
                person_id: person.map(|person| person.id),
                password,
            };
            users::create(app, caller, new).await?
        }
    };
    app.write(caller, async |scope| {
        if users::roles_of(scope, &[user.id]).await?.is_empty() {
            let grant = NewRoleGrant { role, valid_from: None, valid_to: None };
            users::grant_role(scope, user.id, grant).await?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// Links the helpdesk's groups to the teams that work in them, from a day on. They are there once it was read.
pub(super) async fn link_queues(scope: &Scope, from: NaiveDate) -> Result<(), Error> {
    let page = teams::list(scope, &Default::default(), &PageArgs::default()).await?;
    let team_of = |name: &str| page.items.iter().find(|team| team.name == name).map(|team| team.id);
    for queue in tickets::queues(scope).await? {
        let known = Queue::ALL.into_iter().find(|known| known.name() == queue.name);
        let team_id = known.and_then(|known| team_of(known.team().name()));
        tickets::link_queue(scope, queue.id, NewQueueTeam { team_id, valid_from: from }).await?;
    }
    Ok(())
}
