//! The token endpoint.

use chrono::TimeDelta;
use serde_json::json;

use super::{Acme, PASSWORD, SOON, urls};
use crate::accounts::clients::{self, NewApiClient};
use crate::accounts::passwords::count;
use crate::accounts::users::{self, NewUser};
use crate::accounts::{Role, Secret, TokenAnswer, TokenRequest, authenticate, create_owner, token};
use crate::kernel::{Actor, Caller, ErrorKind, Permission, Result, TenantId};
use crate::tenants::{self, NewTenant, TenantPatch};
use crate::testing::TestApp;

fn refresh_token(answer: &TokenAnswer) -> &str {
    answer.refresh_token.as_ref().unwrap().expose()
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

#[tokio::test]
async fn a_user_signs_in_and_is_who_they_are() {
    let acme = Acme::new().await;
    let answer = acme.sign_in(" Owner@ACME.test ", PASSWORD).await.unwrap();
    assert_eq!((answer.token_type, answer.expires_in), ("Bearer", 600));
    let app = &acme.test.app;
    let caller = authenticate(app, &urls(), answer.access_token.expose(), Some("r1".to_owned()))
        .await
        .unwrap();
    assert_eq!(caller.tenant, acme.system.tenant);
    assert_eq!(caller.actor, Actor::User(acme.owner.id));
    assert_eq!((caller.request_id.as_deref(), &caller.scopes), (Some("r1"), &None));
    let seen = app.read(&caller, async |scope| users::get(scope, acme.owner.id).await);
    assert_eq!(seen.await.unwrap().email, "owner@acme.test");
}

#[tokio::test]
async fn unknown_wrong_and_suspended_are_the_same() {
    let acme = Acme::new().await;
    let new = NewUser {
        email: "bob@acme.test".to_owned(),
        person_id: None,
        password: Some(Secret::new(PASSWORD)),
    };
    let app = &acme.test.app;
    let bob = users::create(app, &acme.system, new).await.unwrap();
    let none = acme.user("none@acme.test", Role::Viewer).await;
    acme.sign_in("bob@acme.test", PASSWORD).await.unwrap();
    app.write(&acme.system, async |scope| users::suspend(scope, bob.id).await).await.unwrap();
    let long = "x".repeat(2000);
    let mut answers = Vec::new();
    for (email, password) in [
        ("bob@acme.test", PASSWORD),
        ("owner@acme.test", "wrong"),
        ("owner@acme.test", ""),
        ("owner@acme.test", &long),
        ("nobody@acme.test", PASSWORD),
        (&none.email, PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ] {
        let error = acme.sign_in(email, password).await.unwrap_err();
        answers.push((error.code(), error.message().to_owned(), error.kind()));
    }
    assert_eq!(answers[0].0, "invalid_grant");
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn whoever_is_unknown_costs_as_much_work_as_whoever_is_known() {
    let acme = Acme::new().await;
    let none = acme.user("none@acme.test", Role::Viewer).await;
    let wrong = "a password that only this test has";
    let mut costs = Vec::new();
    for email in ["owner@acme.test", "nobody@acme.test", &none.email, "' OR 1=1 --"] {
        acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
        let statements = acme.test.app.database().statements();
        let checked = count::of(wrong);
        acme.sign_in(email, wrong).await.unwrap_err();
        let statements = acme.test.app.database().statements() - statements;
        costs.push((count::of(wrong) - checked, statements));
    }
    assert_eq!(costs, [costs[0]; 4]);
    assert_eq!(costs[0].0, 1);
}

/// Numbers that are the same at every run.
fn chance(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[tokio::test]
async fn a_thief_ends_the_session_and_a_bad_line_does_not() {
    let acme = Acme::new().await;
    let mut state = 7;
    for session in 0..24 {
        let is_stolen = session % 2 == 0;
        let first = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
        let mut own = refresh_token(&first).to_owned();
        let steps = 1 + chance(&mut state) % 4;
        for _ in 0..steps {
            acme.test.app.clock().advance(TimeDelta::minutes(9));
            let answer = acme.refresh(&own).await.expect("nobody else has been here");
            let lost = chance(&mut state).is_multiple_of(2);
            let answer = if lost { acme.refresh(&own).await.unwrap() } else { answer };
            own = refresh_token(&answer).to_owned();
        }
        if !is_stolen {
            continue;
        }
        // The thief has the newest token, and goes on for a while.
        let mut stolen = own.clone();
        for _ in 0..1 + chance(&mut state) % 3 {
            let answer = acme.refresh(&stolen).await.unwrap();
            stolen = refresh_token(&answer).to_owned();
            acme.test.app.clock().advance(TimeDelta::minutes(9));
        }
        for token in [&own, &stolen] {
            assert_eq!(code(acme.refresh(token).await), "invalid_grant", "session {session}");
        }
    }
}

#[tokio::test]
async fn what_is_missing_or_unknown_has_oauths_words() {
    let acme = Acme::new().await;
    let ask = async |pairs: serde_json::Value| {
        let request: TokenRequest = serde_json::from_value(pairs).unwrap();
        code(token(&acme.test.app, &urls(), "acme", request).await)
    };
    assert_eq!(ask(json!({})).await, "invalid_request");
    assert_eq!(ask(json!({"grant_type": "implicit"})).await, "unsupported_grant_type");
    assert_eq!(ask(json!({"grant_type": "password"})).await, "invalid_request");
    assert_eq!(ask(json!({"grant_type": "refresh_token"})).await, "invalid_request");
    assert_eq!(ask(json!({"grant_type": "client_credentials"})).await, "invalid_request");
    let scoped =
        json!({"grant_type": "refresh_token", "refresh_token": "rt_x", "scope": "kpis.read"});
    assert_eq!(ask(scoped).await, "invalid_scope");
    assert_eq!(code(acme.refresh("rt_nothing").await), "invalid_grant");
    let unknown = token(&acme.test.app, &urls(), "nobody", TokenRequest::default()).await;
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_tenant_may_switch_passwords_off_and_be_suspended() {
    let acme = Acme::new().await;
    let (app, system) = (&acme.test.app, &acme.system);
    let answer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    let off = TenantPatch { password_sign_in: Some(false), ..Default::default() };
    app.write(system, async |scope| tenants::update(scope, off).await).await.unwrap();
    acme.later();
    assert_eq!(code(acme.sign_in("owner@acme.test", PASSWORD).await), "unsupported_grant_type");
    let next = acme.refresh(refresh_token(&answer)).await.unwrap();
    app.write(system, tenants::suspend).await.unwrap();
    acme.later();
    assert_eq!(code(acme.refresh(refresh_token(&next)).await), "invalid_grant");
    let token = next.access_token.expose();
    assert_eq!(code(authenticate(app, &urls(), token, None).await), "invalid_token");
    let inside = app.read(&acme.as_user(acme.owner.id), tenants::get).await;
    assert_eq!(code(inside), "unauthenticated");
}

#[tokio::test]
async fn a_refresh_token_is_replaced_at_each_use() {
    let acme = Acme::new().await;
    let mut answer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    for _ in 0..4 {
        acme.test.app.clock().advance(TimeDelta::minutes(10));
        let next = acme.refresh(refresh_token(&answer)).await.unwrap();
        assert_ne!(refresh_token(&next), refresh_token(&answer));
        let caller = authenticate(&acme.test.app, &urls(), next.access_token.expose(), None).await;
        assert_eq!(caller.unwrap().actor, Actor::User(acme.owner.id));
        answer = next;
    }
    acme.test.app.clock().advance(TimeDelta::days(30));
    assert_eq!(code(acme.refresh(refresh_token(&answer)).await), "invalid_grant");
}

#[tokio::test]
async fn a_lost_answer_may_be_asked_for_again_at_once() {
    let acme = Acme::new().await;
    let first = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    let second = acme.refresh(refresh_token(&first)).await.unwrap();
    acme.test.app.clock().advance(TimeDelta::seconds(10));
    let again = acme.refresh(refresh_token(&first)).await.unwrap();
    assert_eq!(refresh_token(&again), refresh_token(&second));
    acme.refresh(refresh_token(&again)).await.unwrap();
}

#[tokio::test]
async fn an_older_token_that_comes_back_ends_the_session() {
    let acme = Acme::new().await;
    // Too late for the one replaced last; or at once, but for one before it.
    for (wait, steps) in [(11, 1), (0, 2)] {
        let first = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
        let other = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
        let mut newest = first.clone();
        for _ in 0..steps {
            newest = acme.refresh(refresh_token(&newest)).await.unwrap();
        }
        acme.test.app.clock().advance(TimeDelta::seconds(wait));
        assert_eq!(code(acme.refresh(refresh_token(&first)).await), "invalid_grant");
        assert_eq!(code(acme.refresh(refresh_token(&newest)).await), "invalid_grant");
        acme.refresh(refresh_token(&other)).await.unwrap();
    }
}

#[tokio::test]
async fn fifty_parallel_refreshes_leave_one_live_token() {
    let acme = Acme::new().await;
    let first = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    let mut successors = std::collections::HashSet::new();
    // On a slow machine some may not get a connection in time; they ask again, as a client would.
    let ask = async || loop {
        match acme.refresh(refresh_token(&first)).await {
            Err(error) if error.kind() == ErrorKind::Unavailable => {}
            answer => return answer,
        }
    };
    let all = (0..50).map(|_| ask());
    for answer in futures_util::future::join_all(all).await {
        successors.insert(refresh_token(&answer.unwrap()).to_owned());
    }
    assert_eq!(successors.len(), 1);
    let live = acme.test.app.read(&acme.system, async |scope| {
        use sea_orm::ConnectionTrait;
        let sql = "SELECT 1 AS one FROM refresh_tokens WHERE tenant_id = $1 AND state = 'live' \
            AND family IN (SELECT family FROM refresh_tokens GROUP BY family HAVING count(*) = 2)";
        let values = [scope.tenant().0.into()];
        let sql = sea_orm::Statement::from_sql_and_values(scope.backend(), sql, values);
        Ok(scope.tx().query_all_raw(sql).await?.len())
    });
    assert_eq!(live.await.unwrap(), 1);
    let last = successors.into_iter().next().unwrap();
    acme.refresh(&last).await.unwrap();
}

#[tokio::test]
async fn an_ended_user_is_locked_out_within_five_seconds() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let new = NewUser {
        email: "bob@acme.test".to_owned(),
        person_id: None,
        password: Some(Secret::new(PASSWORD)),
    };
    let bob = users::create(app, &acme.system, new).await.unwrap();
    let answer = acme.sign_in("bob@acme.test", PASSWORD).await.unwrap();
    let caller = authenticate(app, &urls(), answer.access_token.expose(), None).await.unwrap();
    app.read(&caller, tenants::get).await.unwrap();
    app.write(&acme.system, async |scope| users::end(scope, bob.id).await).await.unwrap();
    assert_eq!(code(acme.refresh(refresh_token(&answer)).await), "invalid_grant");
    app.clock().advance(SOON);
    assert_eq!(code(app.read(&caller, tenants::get).await), "unauthenticated");
    assert_eq!(code(app.write(&caller, tenants::get).await), "unauthenticated");
}

#[tokio::test]
async fn a_suspended_users_old_sessions_stay_dead_when_they_come_back() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    acme.user("second@acme.test", Role::Owner).await;
    let answer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    let id = acme.owner.id;
    app.write(&acme.system, async |scope| users::suspend(scope, id).await).await.unwrap();
    app.write(&acme.system, async |scope| users::reactivate(scope, id).await).await.unwrap();
    assert_eq!(code(acme.refresh(refresh_token(&answer)).await), "invalid_grant");
    let answer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    users::set_password(app, &acme.system, id, &Secret::new("another long password"))
        .await
        .unwrap();
    assert_eq!(code(acme.refresh(refresh_token(&answer)).await), "invalid_grant");
    assert_eq!(code(acme.sign_in("owner@acme.test", PASSWORD).await), "invalid_grant");
    acme.sign_in("owner@acme.test", "another long password").await.unwrap();
}

#[tokio::test]
async fn a_client_gets_its_scopes_or_fewer() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let new = NewApiClient {
        name: "Export".to_owned(),
        scopes: vec!["tickets.read".to_owned(), "kpis.read".to_owned()],
    };
    let made =
        app.write(&acme.system, async |scope| clients::create(scope, new).await).await.unwrap();
    let ask = async |id: &str, secret: &str, scope: Option<&str>| {
        let request = TokenRequest {
            grant_type: Some("client_credentials".to_owned()),
            client_id: Some(id.to_owned()),
            client_secret: Some(Secret::new(secret)),
            scope: scope.map(str::to_owned),
            ..TokenRequest::default()
        };
        token(app, &urls(), "acme", request).await
    };
    let (id, secret) = (made.client.id.to_string(), made.client_secret.expose());
    let all = ask(&id, secret, None).await.unwrap();
    assert_eq!(all.scope.as_deref(), Some("kpis.read tickets.read"));
    assert!(all.refresh_token.is_none());
    let some = ask(&id, secret, Some("kpis.read")).await.unwrap();
    let caller = authenticate(app, &urls(), some.access_token.expose(), None).await.unwrap();
    let may = app.read(&caller, async |scope| {
        Ok([Permission::KpisRead, Permission::TicketsRead].map(|it| scope.reach(it).is_some()))
    });
    assert_eq!(may.await.unwrap(), [true, false]);
    assert_eq!(code(ask(&id, secret, Some("people.read")).await), "invalid_scope");
    let stranger = acme.owner.id.to_string();
    for (id, secret) in [(id.as_str(), "cs_wrong"), (&stranger, secret), ("client_x", secret)] {
        assert_eq!(code(ask(id, secret, None).await), "invalid_client");
    }
    app.write(&acme.system, async |scope| clients::revoke(scope, made.client.id).await)
        .await
        .unwrap();
    assert_eq!(code(ask(&id, secret, None).await), "invalid_client");
    acme.later();
    assert_eq!(code(app.read(&caller, tenants::get).await), "unauthenticated");
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let acme = Acme::new().await;
    let answer = acme.sign_in("owner@acme.test", PASSWORD).await.unwrap();
    let request = TokenRequest {
        password: Some(Secret::new(PASSWORD)),
        client_secret: Some(Secret::new(PASSWORD)),
        refresh_token: Some(Secret::new(PASSWORD)),
        ..TokenRequest::default()
    };
    let hash = super::password().await;
    let printed = format!("{answer:?} {request:?} {hash:?}");
    assert!(!printed.contains("rt_") && !printed.contains("ey"), "{printed}");
    assert!(!printed.contains(PASSWORD) && !printed.contains("argon2"), "{printed}");
    let wrong = acme.sign_in("owner@acme.test", "a wrong secret word").await;
    assert!(!format!("{:?}", wrong.unwrap_err()).contains("a wrong secret word"));
}

#[tokio::test]
async fn a_tenant_and_its_first_owner_are_made_together_or_not_at_all() {
    let test = TestApp::new().await;
    let password = super::password().await;
    for (email, made) in [("not an e-mail", false), ("a@acme.test", true)] {
        let system = Caller::system(TenantId(uuid::Uuid::from_u128(5)));
        let new = NewTenant {
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
            time_zone: "Europe/Rome".to_owned(),
            week_start: tenants::WeekStart::Monday,
        };
        let outcome = test.app.write(&system, async |scope| {
            let tenant = tenants::create(scope, new).await?;
            create_owner(scope, email, password.clone()).await?;
            Ok(tenant)
        });
        assert_eq!(outcome.await.is_ok(), made);
        let found = test.app.system_read(async |scope| tenants::by_slug(scope, "acme").await).await;
        assert_eq!(found.is_ok(), made);
    }
}
