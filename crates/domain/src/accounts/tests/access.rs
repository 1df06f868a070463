//! What roles come to.

use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use super::Acme;
use crate::accounts::Role;
use crate::accounts::clients::{self, NewApiClient};
use crate::accounts::users::{self, NewRoleGrant, UserPatch};
use crate::kernel::dialect;
use crate::kernel::{Access, Actor, Caller, Permission, PersonId, Reach, Scope, TeamId, UserId};
use crate::testing::start;

const PERSON: u128 = 100;
const TEAM: u128 = 200;

async fn run(scope: &Scope, sql: &str, values: Vec<Value>) -> crate::kernel::Result<()> {
    let values = std::iter::once(scope.tenant().0.into()).chain(values);
    let statement = Statement::from_sql_and_values(scope.backend(), sql, values);
    scope.tx().execute_raw(statement).await?;
    Ok(())
}

/// People 1–6; team 1 over 2 over 3, and 4 apart; person n in team n today, 5 in team 3 until yesterday, 6 in team 3 from today on.
async fn teams(acme: &Acme) {
    let made = acme.test.app.write(&acme.system, async |scope| {
        let now = scope.now();
        let id = |base: u128, n: u128| Value::from(Uuid::from_u128(base + n));
        for n in 1..=6 {
            let sql = "INSERT INTO people (tenant_id, id, name, state, state_since, created_at, updated_at, version) VALUES ($1, $2, $3, 'active', $4, $4, $4, 1)";
            run(scope, sql, vec![id(PERSON, n), format!("P{n}").into(), now.into()]).await?;
        }
        for (n, parent) in [(1, None), (2, Some(1)), (3, Some(2)), (4, None)] {
            let sql = "INSERT INTO teams (tenant_id, id, parent_id, name, state, state_since, created_at, updated_at, version) VALUES ($1, $2, $3, $4, 'active', $5, $5, $5, 1)";
            let parent = parent.map(|parent| Uuid::from_u128(TEAM + parent));
            run(scope, sql, vec![id(TEAM, n), parent.into(), format!("T{n}").into(), now.into()]).await?;
        }
        let today = now.date_naive();
        let (before, after) = (today.pred_opt().unwrap(), today.succ_opt().unwrap());
        let spans = [
            (1, 1, before, None),
            (2, 2, before, None),
            (3, 3, before, Some(after)),
            (4, 4, before, None),
            (5, 3, before, Some(today)),
            (6, 3, today, None),
        ];
        for (n, team, from, to) in spans {
            let sql = "INSERT INTO team_memberships (tenant_id, id, person_id, team_id, is_primary, valid_from, valid_to, created_at, updated_at, version) VALUES ($1, $2, $3, $4, true, $5, $6, $7, $7, 1)";
            let values = vec![id(300, n), id(PERSON, n), id(TEAM, team), from.into(), to.into(), now.into()];
            run(scope, sql, values).await?;
        }
        // Person 1 leads team 2 now, and led team 4 until yesterday.
        for (n, team, to) in [(1, 2, None), (2, 4, Some(today))] {
            let sql = "INSERT INTO team_leads (tenant_id, id, team_id, person_id, valid_from, valid_to, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1)";
            let values = vec![id(400, n), id(TEAM, team), id(PERSON, 1), before.into(), to.into(), now.into()];
            run(scope, sql, values).await?;
        }
        Ok(())
    });
    made.await.unwrap();
}

async fn access(acme: &Acme, user: UserId) -> Access {
    let caller = acme.as_user(user);
    let read = acme.test.app.read(&caller, async |scope| Ok(scope.access().clone()));
    read.await.unwrap()
}

fn reaches(access: &Access, permissions: &[Permission], reach: Reach) -> bool {
    let expected = permissions.iter().map(|it| (*it, reach)).collect();
    access.permissions == expected
}

#[tokio::test]
async fn each_role_may_do_what_the_table_says() {
    use Permission::{KpisPeople, KpisRead, PeopleRead, PeopleWrite, TeamsRead, TicketsRead};
    let acme = Acme::new().await;
    let own = [PeopleRead, TeamsRead, TicketsRead, KpisRead, KpisPeople];
    let table: [(Role, &[Permission], Reach); 8] = [
        (Role::Owner, Permission::ALL, Reach::Tenant),
        (Role::Admin, Permission::ALL, Reach::Tenant),
        (Role::Manager, &own, Reach::Teams),
        (Role::QualityAnalyst, &[TicketsRead, TeamsRead, PeopleRead], Reach::Tenant),
        (Role::Hr, &[PeopleRead, PeopleWrite, TeamsRead], Reach::Tenant),
        (Role::Finance, &[KpisRead, TeamsRead], Reach::Tenant),
        (Role::Agent, &own, Reach::Own),
        (Role::Viewer, &[KpisRead, TeamsRead], Reach::Tenant),
    ];
    assert_eq!(table.map(|(role, _, _)| role).as_slice(), Role::ALL);
    for (n, (role, permissions, reach)) in table.into_iter().enumerate() {
        let user = acme.user(&format!("u{n}@acme.test"), role).await;
        let access = access(&acme, user.id).await;
        assert!(reaches(&access, permissions, reach), "{role:?}: {access:?}");
        assert!(access.teams.is_empty() && access.people.is_empty());
    }
}

#[tokio::test]
async fn roles_add_up_to_the_widest_reach() {
    let acme = Acme::new().await;
    let user = acme.user("both@acme.test", Role::Agent).await;
    acme.grant(&acme.system, user.id, Role::Viewer).await.unwrap();
    let access = access(&acme, user.id).await;
    assert_eq!(access.permissions[&Permission::KpisRead], Reach::Tenant);
    assert_eq!(access.permissions[&Permission::KpisPeople], Reach::Own);
}

#[tokio::test]
async fn a_manager_reaches_the_teams_below_and_who_is_in_them_today() {
    let acme = Acme::new().await;
    teams(&acme).await;
    let person = |n: u128| PersonId(Uuid::from_u128(PERSON + n));
    let team = |n: u128| TeamId(Uuid::from_u128(TEAM + n));
    for (role, led, reached) in
        [(Role::Manager, vec![team(2), team(3)], vec![1, 2, 3, 6]), (Role::Agent, vec![], vec![1])]
    {
        let user = acme.user(&format!("{role:?}@acme.test"), role).await;
        let patch: UserPatch =
            serde_json::from_value(serde_json::json!({ "person_id": person(1) })).unwrap();
        let changed = acme
            .test
            .app
            .write(&acme.system, async |scope| users::update(scope, user.id, patch).await);
        assert_eq!(changed.await.unwrap().person_id, Some(person(1)));
        let access = access(&acme, user.id).await;
        assert_eq!(access.person, Some(person(1)));
        assert_eq!(access.teams, led.into_iter().collect());
        assert_eq!(access.people, reached.into_iter().map(person).collect());
    }
}

#[tokio::test]
async fn a_role_counts_from_its_beginning_to_its_end() {
    let acme = Acme::new().await;
    let user = acme.user("temp@acme.test", Role::Viewer).await;
    let new = NewRoleGrant {
        role: Role::Hr,
        valid_from: Some(start() + chrono::TimeDelta::hours(1)),
        valid_to: Some(start() + chrono::TimeDelta::hours(2)),
    };
    let granted = acme
        .test
        .app
        .write(&acme.system, async |scope| users::grant_role(scope, user.id, new).await);
    granted.await.unwrap();
    for may in [false, true, false] {
        let access = access(&acme, user.id).await;
        assert_eq!(access.permissions.contains_key(&Permission::PeopleWrite), may);
        acme.test.app.clock().advance(chrono::TimeDelta::hours(1));
    }
}

#[tokio::test]
async fn access_takes_few_statements_and_is_believed_for_two_seconds() {
    let acme = Acme::new().await;
    teams(&acme).await;
    let user = acme.user("lead@acme.test", Role::Manager).await;
    let caller: Caller = acme.as_user(user.id);
    let (app, count) = (&acme.test.app, || acme.test.app.database().statements());
    let before = count();
    app.read(&caller, async |_| Ok(())).await.unwrap();
    assert!(count() - before <= 2);
    let before = count();
    app.read(&caller, async |_| Ok(())).await.unwrap();
    assert_eq!(count(), before);
    acme.later();
    app.read(&caller, async |_| Ok(())).await.unwrap();
    assert!(count() > before);
}

/// What others are made to have where their ids are the same: they own, lead and are led.
const OTHERWISE: &[&str] = &[
    "UPDATE role_grants SET role = 'owner' WHERE tenant_id = $1",
    "UPDATE users SET state = 'active' WHERE tenant_id = $1",
    "UPDATE api_clients SET scopes = 'accounts.admin' WHERE tenant_id = $1",
    "UPDATE team_leads SET team_id = $3, valid_to = NULL WHERE tenant_id = $1",
    "UPDATE teams SET parent_id = $2 WHERE tenant_id = $1 AND id = $3",
    "UPDATE team_memberships SET team_id = $2, valid_to = NULL WHERE tenant_id = $1",
];

#[tokio::test]
async fn what_others_with_the_same_ids_may_do_is_theirs() {
    let acme = Acme::new().await;
    teams(&acme).await;
    let ada = acme.user("ada@acme.test", Role::Manager).await.id;
    let patch: UserPatch = serde_json::from_value(
        serde_json::json!({ "person_id": PersonId(Uuid::from_u128(PERSON + 1)) }),
    )
    .unwrap();
    let app = &acme.test.app;
    app.write(&acme.system, async |scope| users::update(scope, ada, patch).await).await.unwrap();
    let before = access(&acme, ada).await;
    assert!(!before.teams.is_empty());
    let new: NewApiClient =
        serde_json::from_value(serde_json::json!({ "name": "export", "scopes": ["teams.read"] }))
            .unwrap();
    let client = app.write(&acme.system, async |scope| clients::create(scope, new).await).await;
    let actor = Actor::Client(client.unwrap().client.id);
    let client = Caller { actor, ..acme.system.clone() };
    let bob = acme.user("bob@acme.test", Role::Owner).await.id;
    app.write(&acme.system, async |scope| users::suspend(scope, bob).await).await.unwrap();
    let shadows = acme.test.shadow(acme.system.tenant).await;
    for shadow in &shadows[..2] {
        let write = async |scope: &Scope| {
            for sql in OTHERWISE {
                let team = |n| Value::from(Uuid::from_u128(TEAM + n));
                let statement = dialect::statement(
                    scope.backend(),
                    sql,
                    [scope.tenant().0.into(), team(2), team(4)],
                );
                scope.tx().execute_raw(statement).await?;
            }
            Ok(())
        };
        app.write(&Caller::system(*shadow), write).await.unwrap();
    }
    acme.later();
    let after = access(&acme, ada).await;
    assert_eq!((after.permissions, after.person), (before.permissions, before.person));
    assert_eq!((after.teams, after.people), (before.teams, before.people));
    let after = app.read(&client, async |scope| Ok(scope.access().clone())).await.unwrap();
    assert!(reaches(&after, &[Permission::TeamsRead], Reach::Tenant), "{after:?}");
    // The only owner here stays, whoever owns what elsewhere; and nobody elsewhere waits until that is said.
    let mut before = Vec::new();
    for shadow in &shadows {
        before.push(acme.test.rows(*shadow).await);
    }
    let ended = app.write(&acme.system, async |scope| users::end(scope, acme.owner.id).await).await;
    assert_eq!(ended.unwrap_err().code(), "last_owner");
    for (shadow, before) in shadows.iter().zip(before) {
        assert_eq!(acme.test.rows(*shadow).await, before, "{shadow}");
    }
}
