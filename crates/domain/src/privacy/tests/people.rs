//! One person among others.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{dump, in_files, text};
use crate::accounts::users::{self, NewRoleGrant, NewUser};
use crate::accounts::{Role, Secret};
use crate::connections;
use crate::connections::ConnectionId;
use crate::kernel::export::Whose;
use crate::kernel::patch::MaybeUndefined;
use crate::kernel::{Caller, PersonId, verify_events};
use crate::people::identities::{self, Newcomer};
use crate::people::{self, PersonPatch, PersonState};
use crate::privacy::{ErasedPerson, erase_person, find_person, of_person};
use crate::teams::memberships::{self, NewMembership};
use crate::teams::{self, NewTeam};
use crate::testing::TestApp;

fn newcomer(of: &str) -> Newcomer {
    Newcomer {
        external_id: format!("{of}-external"),
        name: format!("{of} name"),
        work_email: Some(format!("{of}-work@acme.test")),
    }
}

async fn introduce(test: &TestApp, acme: &Caller, who: Newcomer) -> (PersonId, usize) {
    let wanted = who.external_id.clone();
    let unit = test.app.write(acme, async |scope| {
        let source = connections::named(scope, "desk").await?;
        identities::introduce(scope, source, vec![who]).await
    });
    let introduced = unit.await.unwrap();
    (introduced.people[&wanted], introduced.made)
}

/// Somebody known from a source, with everything a person can have.
async fn person(test: &TestApp, acme: &Caller, of: &str) -> PersonId {
    let (id, _) = introduce(test, acme, newcomer(of)).await;
    let patch = PersonPatch {
        employee_no: MaybeUndefined::Value(format!("{of}-number")),
        locale: MaybeUndefined::Value(format!("{of}-locale")),
        time_zone: MaybeUndefined::Value("Europe/Rome".to_owned()),
        ..Default::default()
    };
    let team = NewTeam {
        name: "Team ".to_owned() + of.trim_start_matches("mk"),
        parent_id: None,
        kind: None,
    };
    test.app
        .write(acme, async |scope| {
            people::update(scope, id, patch).await?;
            let team = teams::create(scope, team).await?;
            let new = NewMembership {
                person_id: id,
                team_id: team.id,
                is_primary: true,
                valid_from: scope.now().date_naive(),
                valid_to: None,
            };
            memberships::create(scope, new).await
        })
        .await
        .unwrap();
    let user = NewUser {
        email: format!("{of}-user@acme.test"),
        person_id: Some(id),
        password: Some(Secret::new("correct horse battery staple")),
    };
    users::create(&test.app, acme, user).await.unwrap();
    id
}

const MARKS: &[&str] = &[" name", "-work@acme", "-number", "-locale", "-external", "-user@acme"];

async fn everything(test: &TestApp, acme: &Caller) -> Vec<(String, Json)> {
    dump(&test.app, acme, &Whose::Tenants).await
}

fn counts(rows: &[(String, Json)]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (table, _) in rows {
        *counts.entry(table.as_str()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn a_person_is_exported_with_all_of_theirs_and_nothing_of_others() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let (ada, _) = (person(&test, &acme, "mkada").await, person(&test, &acme, "mkbob").await);
    let found = async |named: &str| {
        let named = named.to_owned();
        test.app.read(&acme, async |scope| find_person(scope, &named).await).await
    };
    assert_eq!(found("MkAda-work@acme.test").await.unwrap(), ada);
    assert_eq!(found(&ada.to_string()).await.unwrap(), ada);
    assert_eq!(found("nobody@acme.test").await.unwrap_err().code(), "not_found");
    let whose = test.app.read(&acme, async |scope| of_person(scope, ada).await).await.unwrap();
    let rows = dump(&test.app, &acme, &whose).await;
    let all = text(&rows);
    for mark in MARKS {
        assert!(all.contains(&format!("mkada{mark}")), "{mark} in {all}");
    }
    assert!(!all.contains("mkbob"), "{all}");
    let counts = counts(&rows);
    for table in ["people", "users", "external_identities", "team_memberships", "event_payloads"] {
        assert!(counts.contains_key(table), "{table} in {counts:?}");
    }
    assert!(!all.contains("argon2"), "{all}");
}

#[tokio::test]
async fn an_erased_person_is_nobody_and_their_numbers_stay() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let (ada, bob) = (person(&test, &acme, "mkada").await, person(&test, &acme, "mkbob").await);
    let before = everything(&test, &acme).await;
    let erased = erase_person(&test.app, &acme, ada).await.unwrap();
    assert_eq!((erased.users, erased.identities), (1, 1));
    assert!(erased.payloads >= 4, "{erased:?}");
    let after = everything(&test, &acme).await;
    assert!(!text(&after).contains("mkada"), "{}", text(&after));
    for mark in MARKS {
        assert!(text(&after).contains(&format!("mkbob{mark}")), "{mark}");
    }
    test.app.database().shred().await.unwrap();
    assert_eq!(in_files(&test, "mkada").await, test.folder().map(|_| false));
    assert_eq!(in_files(&test, "mkbob").await, test.folder().map(|_| true));
    // Nothing else went: who was where when, and whatever was counted.
    let (before, after) = (counts(&before), counts(&after));
    for (table, count) in &before {
        let grown = ["events", "event_payloads", "external_identities"].contains(table);
        assert!(grown || after[table] == *count, "{table}: {before:?} {after:?}");
    }
    assert_eq!(after["external_identities"], 1);
    assert_eq!(after["erased_identities"], 3);
    let audited = test.app.read(&acme, verify_events).await.unwrap();
    assert_eq!(audited.erased, i64::try_from(erased.payloads).unwrap());
    let nobody = test.app.read(&acme, async |scope| people::get(scope, ada).await).await.unwrap();
    assert_eq!((nobody.name.as_str(), nobody.state), ("Erased person", PersonState::Erased));
    assert!(nobody.allowed_actions.is_empty());
    let again = erase_person(&test.app, &acme, ada).await.unwrap();
    assert_eq!(again, ErasedPerson { id: ada, users: 1, identities: 0, payloads: 0 });
    let patch = PersonPatch { name: Some("Ada".to_owned()), ..Default::default() };
    let named = test.app.write(&acme, async |scope| people::update(scope, ada, patch).await);
    assert_eq!(named.await.unwrap_err().code(), "person_erased");
    assert!(erase_person(&test.app, &acme, bob).await.unwrap().payloads > 0);
}

#[tokio::test]
async fn a_source_that_goes_on_naming_somebody_does_not_bring_them_back() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let ada = person(&test, &acme, "mkada").await;
    erase_person(&test.app, &acme, ada).await.unwrap();
    let by_id = Newcomer { work_email: None, ..newcomer("mkada") };
    let by_email = Newcomer { external_id: "another id".to_owned(), ..newcomer("mkada") };
    let by_users_email = Newcomer {
        external_id: "a third id".to_owned(),
        work_email: Some("mkada-user@acme.test".to_owned()),
        ..newcomer("mkada")
    };
    for again in [newcomer("mkada"), by_id, by_email, by_users_email] {
        assert_eq!(introduce(&test, &acme, again.clone()).await, (ada, 0), "{again:?}");
    }
    assert!(!text(&everything(&test, &acme).await).contains("mkada"));
    // Somebody else's same id in another source is somebody else.
    let other = test.app.write(&acme, async |scope| {
        let source: ConnectionId = connections::named(scope, "other desk").await?;
        let new = Newcomer { name: "New".to_owned(), work_email: None, ..newcomer("mkada") };
        identities::introduce(scope, source, vec![new]).await
    });
    assert_eq!(other.await.unwrap().made, 1);
    // Whoever comes back is made a new person, and is found again from then on.
    let back = people::NewPerson {
        name: "Ada".to_owned(),
        work_email: newcomer("mkada").work_email,
        ..Default::default()
    };
    let back =
        test.app.write(&acme, async |scope| people::create(scope, back).await).await.unwrap();
    assert_ne!(back.id, ada);
    assert_eq!(introduce(&test, &acme, newcomer("mkada")).await, (back.id, 0));
}

#[tokio::test]
async fn the_last_owner_is_not_erased() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let ada = person(&test, &acme, "mkada").await;
    let whose = test.app.read(&acme, async |scope| of_person(scope, ada).await).await.unwrap();
    let Whose::Persons(_, users) = whose else { panic!("{whose:?}") };
    let grant = NewRoleGrant { role: Role::Owner, valid_from: None, valid_to: None };
    let own = async |scope: &_| users::grant_role(scope, users[0], grant).await;
    test.app.write(&acme, own).await.unwrap();
    let before = everything(&test, &acme).await;
    let refused = erase_person(&test.app, &acme, ada).await.unwrap_err();
    assert_eq!(refused.code(), "last_owner");
    assert_eq!(everything(&test, &acme).await, before);
}
