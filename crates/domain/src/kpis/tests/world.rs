//! A tenant with people who move between teams, and tickets.

use chrono::NaiveDate;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use super::histories::{person, queue};
use crate::kernel::{
    Access, Actor, App, Caller, Ids, MasterKey, Permission, PersonId, Reach, Result, Scope, TeamId,
    UserId,
};
use crate::kpis::{TicketFacts, drain, facts_of, is_pending, replace_facts};
use crate::testing::TestApp;
use crate::tickets::{History, TicketId};

pub(super) struct World {
    pub(super) test: TestApp,
    pub(super) app: App,
    pub(super) caller: Caller,
}

/// Somebody or something in a team from one day to before another.
pub(super) type Stay = (u128, TeamId, &'static str, Option<&'static str>);

pub(super) const NAMES: [&str; 4] = ["Ada", "Bob", "Cid", "Dan"];
pub(super) const TEAMS: [(&str, Option<u128>); 4] =
    [("North", None), ("East", Some(1)), ("Far East", Some(2)), ("West", None)];
const LONG_AGO: &str = "1900-01-01";

pub(super) fn team(number: u128) -> TeamId {
    TeamId(Uuid::from_u128(0x300 + number))
}

pub(super) fn ticket(number: u128) -> TicketId {
    TicketId(Uuid::from_u128(0x400 + number))
}

/// Ada stays, Bob moves while tickets run, Cid comes late, Dan is nowhere.
pub(super) fn members() -> Vec<Stay> {
    vec![
        (1, team(1), LONG_AGO, None),
        (2, team(3), LONG_AGO, Some("2024-04-05")),
        (2, team(4), "2024-04-05", Some("2024-04-09")),
        (2, team(2), "2024-04-11", None),
        (3, team(2), "2024-04-02", None),
    ]
}

pub(super) fn links() -> Vec<Stay> {
    vec![(1, team(4), LONG_AGO, Some("2024-04-06")), (1, team(2), "2024-04-06", None)]
}

impl World {
    pub(super) async fn new() -> Self {
        let test = TestApp::new().await;
        let clock = test.app.clock().clone();
        let key = MasterKey::new([7; 32]);
        let app = App::new(test.app.database().clone(), clock, Ids::seeded(9), key, access);
        let caller = test.tenant("acme").await;
        Self { test, app, caller }
    }

    /// With everybody and every team.
    pub(super) async fn peopled(zone: &str) -> Self {
        let mut world = Self::new().await;
        let caller = world.caller.clone();
        world.people(&caller, zone).await;
        world.caller = caller;
        world
    }

    pub(super) async fn people(&self, caller: &Caller, zone: &str) {
        let write = async |scope: &Scope| {
            run(scope, "UPDATE tenants SET time_zone = $2 WHERE id = $1", vec![zone.into()])
                .await?;
            for (number, name) in (1..).zip(NAMES) {
                let sql = "INSERT INTO people (tenant_id, id, name, state, state_since, created_at, updated_at, version) \
                           VALUES ($1, $2, $3, 'active', $4, $4, $4, 1)";
                run(scope, sql, vec![person(number).0.into(), name.into(), scope.now().into()])
                    .await?;
            }
            for (number, (name, parent)) in (1..).zip(TEAMS) {
                let sql = "INSERT INTO teams (tenant_id, id, name, parent_id, state, state_since, created_at, updated_at, version) \
                           VALUES ($1, $2, $3, $4, 'active', $5, $5, $5, 1)";
                let parent = parent.map(|parent| team(parent).0);
                let values =
                    vec![team(number).0.into(), name.into(), parent.into(), scope.now().into()];
                run(scope, sql, values).await?;
            }
            for (who, team, from, to) in members() {
                let sql = "INSERT INTO team_memberships (tenant_id, id, person_id, team_id, is_primary, valid_from, valid_to, created_at, updated_at, version) \
                           VALUES ($1, $2, $3, $4, true, $5, $6, $7, $7, 1)";
                run(scope, sql, stay(scope, person(who).0, team, from, to)).await?;
            }
            self.queues(scope).await
        };
        self.app.write(caller, write).await.unwrap();
    }

    async fn queues(&self, scope: &Scope) -> Result<()> {
        let connection = Uuid::from_u128(0x500);
        let sql = "INSERT INTO connections (tenant_id, id, name, system, created_at, updated_at, version) \
                   VALUES ($1, $2, 'desk', 'csv', $3, $3, 1)";
        run(scope, sql, vec![connection.into(), scope.now().into()]).await?;
        for number in 1..3 {
            let sql = "INSERT INTO queues (tenant_id, id, connection_id, external_id, name, created_at, updated_at, version) \
                       VALUES ($1, $2, $3, $4, $4, $5, $5, 1)";
            let name = format!("queue {number}");
            let values =
                vec![queue(number).0.into(), connection.into(), name.into(), scope.now().into()];
            run(scope, sql, values).await?;
        }
        for (which, team, from, to) in links() {
            let sql = "INSERT INTO queue_teams (tenant_id, id, queue_id, team_id, valid_from, valid_to, created_at, updated_at, version) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1)";
            run(scope, sql, stay(scope, queue(which).0, team, from, to)).await?;
        }
        Ok(())
    }

    /// Makes these the histories of tickets from number 0 on.
    pub(super) async fn store(&self, caller: &Caller, histories: &[History]) {
        let write = async |scope: &Scope| replace_facts(scope, facts(histories)).await;
        self.app.write(caller, write).await.unwrap();
    }

    /// To the last mark: one that a unit held which was taken back is free a moment after that.
    pub(super) async fn drain(&self, caller: &Caller, limit: u32) {
        while self.app.read(caller, is_pending).await.unwrap() {
            self.app.write(caller, async |scope| drain(scope, limit).await).await.unwrap();
        }
    }

    /// One of the users of [`access`].
    pub(super) fn user(&self, number: u128) -> Caller {
        Caller { actor: Actor::User(UserId(Uuid::from_u128(number))), ..self.caller.clone() }
    }
}

pub(super) fn facts(histories: &[History]) -> Vec<TicketFacts> {
    let facts = |(number, history): (u128, &History)| TicketFacts {
        ticket: ticket(number),
        is_new: false,
        facts: facts_of(history),
    };
    (0..).zip(histories).map(facts).collect()
}

/// A row's key, team, days and now.
fn stay(scope: &Scope, of: Uuid, team: TeamId, from: &str, to: Option<&str>) -> Vec<Value> {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let id = scope.new_id::<Uuid>();
    vec![
        id.into(),
        of.into(),
        team.0.into(),
        day(from).into(),
        to.map(day).into(),
        scope.now().into(),
    ]
}

/// Runs a statement whose `$1` is the tenant.
pub(super) async fn run(scope: &Scope, sql: &str, values: Vec<Value>) -> Result<()> {
    let values = [vec![scope.tenant().0.into()], values].concat();
    scope.tx().execute_raw(Statement::from_sql_and_values(scope.backend(), sql, values)).await?;
    Ok(())
}

/// User 1 leads East and below, 2 is Bob, 3 sees totals only, 4 may do nothing.
fn access(scope: &Scope) -> BoxFuture<'_, Result<Access>> {
    let number = match scope.actor() {
        Actor::User(id) => id.0.as_u128(),
        Actor::Client(_) | Actor::System => 0,
    };
    let access = |reach: &[(Permission, Reach)], people: &[PersonId], teams: &[TeamId]| Access {
        permissions: reach.iter().copied().collect(),
        person: None,
        teams: teams.iter().copied().collect(),
        people: people.iter().copied().collect(),
    };
    let both = |reach| [(Permission::KpisRead, reach), (Permission::KpisPeople, reach)];
    let access = match number {
        1 => access(&both(Reach::Teams), &[person(2), person(3)], &[team(2), team(3)]),
        2 => Access { person: Some(person(2)), ..access(&both(Reach::Own), &[person(2)], &[]) },
        3 => access(&[(Permission::KpisRead, Reach::Tenant)], &[], &[]),
        _ => Access::default(),
    };
    async move { Ok(access) }.boxed()
}
