//! Users and their roles.

use super::{NewUser, UserAction, UserFilter, UserPatch, UserState};
use super::{
    create, end, get, list, reactivate, revoke_role, roles, roles_of, set_password, suspend, update,
};
use crate::accounts::tests::Acme;
use crate::accounts::{Role, Secret};
use crate::kernel::{Caller, ErrorKind, PageArgs, Result, UserId};

fn new(email: &str) -> NewUser {
    NewUser { email: email.to_owned(), person_id: None, password: None }
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

#[tokio::test]
async fn an_email_is_one_users_alone_however_it_is_written() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let ada = create(app, &acme.system, new(" Ada@Example.COM ")).await.unwrap();
    assert_eq!(ada.email, "ada@example.com");
    assert_eq!(code(create(app, &acme.system, new("ADA@example.com")).await), "user_email_taken");
    for wrong in [
        "",
        "ada",
        "@x",
        "ada@",
        "a da@x.test",
        "ada@x..test",
        "a@b@c",
        "ıda@x.test",
        "ada@exämple.com",
        "ada@-x.test",
    ] {
        let error = create(app, &acme.system, new(wrong)).await.unwrap_err();
        assert_eq!(error.fields()[0].pointer, "/email", "{wrong}");
    }
    for wrong in ["short", "elevenchars", &"x".repeat(1025)] {
        let mut user = new("eve@example.com");
        user.password = Some(Secret::new(wrong));
        let error = create(app, &acme.system, user).await.unwrap_err();
        assert_eq!(error.fields()[0].pointer, "/password");
    }
    let mut user = new("eve@example.com");
    user.person_id = Some(crate::kernel::PersonId(uuid::Uuid::from_u128(1)));
    assert_eq!(create(app, &acme.system, user).await.unwrap_err().kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_user_goes_through_their_states_and_the_log_says_so() {
    let acme = Acme::new().await;
    let (app, system) = (&acme.test.app, &acme.system);
    let ada = create(app, system, new("ada@example.com")).await.unwrap();
    assert_eq!(ada.allowed_actions, [UserAction::Suspend, UserAction::End]);
    let step = async |action: UserAction| {
        app.write(system, async |scope| match action {
            UserAction::Suspend => suspend(scope, ada.id).await,
            UserAction::Reactivate => reactivate(scope, ada.id).await,
            UserAction::End => end(scope, ada.id).await,
        })
        .await
    };
    assert_eq!(code(step(UserAction::Reactivate).await), "user_active");
    assert_eq!(step(UserAction::Suspend).await.unwrap().state, UserState::Suspended);
    assert_eq!(step(UserAction::Reactivate).await.unwrap().state, UserState::Active);
    assert_eq!(step(UserAction::End).await.unwrap().allowed_actions, []);
    let error = step(UserAction::Suspend).await.unwrap_err();
    assert_eq!((error.code(), error.allowed_actions()), ("user_ended", Some(&[][..])));
    let changed =
        app.write(system, async |scope| update(scope, ada.id, UserPatch::default()).await);
    assert_eq!(code(changed.await), "user_ended");
    assert_eq!(code(acme.grant(system, ada.id, Role::Viewer).await), "user_ended");
    app.read(system, crate::kernel::verify_events).await.unwrap();
}

#[tokio::test]
async fn a_patch_tells_absent_from_null() {
    let patch: UserPatch = serde_json::from_str("{}").unwrap();
    assert!(patch.person_id.is_undefined());
    let patch: UserPatch = serde_json::from_str(r#"{"person_id":null}"#).unwrap();
    assert!(patch.person_id.is_null());
    assert!(serde_json::from_str::<UserPatch>(r#"{"state":"active"}"#).is_err());
    assert!(serde_json::from_str::<NewUser>(r#"{"email":"a@b.c","roles":["owner"]}"#).is_err());
}

#[tokio::test]
async fn the_last_owner_stays() {
    let acme = Acme::new().await;
    let (app, system, owner) = (&acme.test.app, &acme.system, acme.owner.id);
    let leave = async |id| {
        [
            app.write(system, async |scope| suspend(scope, id).await).await.map(|_| ()),
            app.write(system, async |scope| end(scope, id).await).await.map(|_| ()),
        ]
    };
    for refused in leave(owner).await {
        assert_eq!(code(refused), "last_owner");
    }
    let roles = app.read(system, async |scope| roles_of(scope, &[owner]).await).await.unwrap();
    let revoked = app.write(system, async |scope| revoke_role(scope, roles[0].id).await);
    assert_eq!(code(revoked.await), "last_owner");
    let second = acme.user("second@acme.test", Role::Owner).await;
    let both =
        [owner, second.id].map(|id| app.write(system, async move |scope| suspend(scope, id).await));
    let outcomes = futures_util::future::join_all(both).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}

#[tokio::test]
async fn owners_who_take_the_role_from_each_other_leave_one() {
    let acme = Acme::new().await;
    let (app, system) = (&acme.test.app, &acme.system);
    let mut owners = vec![acme.owner.id];
    for n in 0..3 {
        owners.push(acme.user(&format!("o{n}@acme.test"), Role::Owner).await.id);
    }
    let grants = app.read(system, async |scope| roles_of(scope, &owners).await).await.unwrap();
    let all = grants.iter().map(|grant| {
        let id = grant.id;
        app.write(system, async move |scope| revoke_role(scope, id).await)
    });
    let outcomes = futures_util::future::join_all(all).await;
    let kept: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    assert_eq!(kept.iter().map(crate::kernel::Error::code).collect::<Vec<_>>(), ["last_owner"]);
}

#[tokio::test]
async fn nobody_gives_or_takes_over_more_than_they_hold() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    let admin = acme.user("admin@acme.test", Role::Admin).await;
    let viewer = acme.user("viewer@acme.test", Role::Viewer).await;
    let (as_owner, as_admin) = (acme.as_user(acme.owner.id), acme.as_user(admin.id));
    for role in Role::ALL {
        let user = create(app, &as_admin, new(&format!("new-{role:?}@acme.test"))).await.unwrap();
        let granted = acme.grant(&as_admin, user.id, *role).await;
        if *role == Role::Owner {
            assert_eq!(code(granted), "role_above_own");
        } else {
            let again = acme.grant(&as_admin, granted.unwrap().user_id, *role).await;
            assert_eq!(code(again), "role_granted_already");
        }
        assert_eq!(code(acme.grant(&acme.as_user(viewer.id), user.id, *role).await), "forbidden");
    }
    // An admin cannot become an owner by way of an owner.
    let (owner, password) = (acme.owner.id, Secret::new("a password of mine"));
    assert_eq!(code(set_password(app, &as_admin, owner, &password).await), "role_above_own");
    let patch = UserPatch { email: Some("mine@acme.test".to_owned()), ..UserPatch::default() };
    let taken = app.write(&as_admin, async |scope| update(scope, owner, patch).await);
    assert_eq!(code(taken.await), "role_above_own");
    let out = app.write(&as_admin, async |scope| suspend(scope, owner).await);
    assert_eq!(code(out.await), "role_above_own");
    acme.grant(&as_owner, admin.id, Role::Owner).await.unwrap();
    // A token narrowed to administration gives no more than it has.
    let narrow = Caller {
        scopes: Some(vec!["accounts.admin".to_owned(), "accounts.read".to_owned()]),
        ..as_owner
    };
    assert_eq!(code(acme.grant(&narrow, viewer.id, Role::Agent).await), "role_above_own");
}

#[tokio::test]
async fn users_are_listed_in_pages_and_seen_by_whom_it_concerns() {
    let acme = Acme::new().await;
    let app = &acme.test.app;
    for n in 0..5 {
        acme.user(&format!("u{n}@acme.test"), Role::Viewer).await;
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let args = PageArgs { limit: Some(2), after };
        let page =
            app.read(&acme.system, async |scope| list(scope, &UserFilter::default(), &args).await);
        let page = page.await.unwrap();
        seen.extend(page.items.into_iter().map(|user| user.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 6);
    let filter = UserFilter { email: Some("U3@acme.test".to_owned()), ..UserFilter::default() };
    let found =
        app.read(&acme.system, async |scope| list(scope, &filter, &PageArgs::default()).await);
    assert_eq!(found.await.unwrap().items[0].email, "u3@acme.test");
    let me = acme.as_user(seen[1]);
    app.read(&me, async |scope| get(scope, seen[1]).await).await.unwrap();
    app.read(&me, async |scope| roles_of(scope, &seen[1..2]).await).await.unwrap();
    assert_eq!(code(app.read(&me, async |scope| get(scope, seen[2]).await).await), "forbidden");
    assert_eq!(code(app.read(&me, async |scope| roles_of(scope, &seen).await).await), "forbidden");
    let globex = acme.test.tenant("globex").await;
    let foreign = app.read(&globex, async |scope| get(scope, seen[0]).await).await;
    assert_eq!(foreign.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn nobodys_roles_are_not_there() {
    let acme = Acme::new().await;
    let read =
        async |user| acme.test.app.read(&acme.system, async |scope| roles(scope, user).await).await;
    assert_eq!(read(acme.owner.id).await.unwrap().len(), 1);
    assert_eq!(code(read(UserId::NONE).await), "not_found");
}
