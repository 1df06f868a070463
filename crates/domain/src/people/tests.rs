//! Rules of people.

use super::{NewPerson, PersonAction, PersonPatch, PersonState};
use crate::kernel::patch::MaybeUndefined;
use crate::people;
use crate::testing::TestApp;

#[tokio::test]
async fn a_patch_leaves_what_is_absent_and_clears_what_is_null() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let new = NewPerson {
        name: "Ada".to_owned(),
        work_email: Some(" Ada@Acme.test".to_owned()),
        employee_no: Some("7".to_owned()),
        ..Default::default()
    };
    let ada = test.app.write(&acme, async |scope| people::create(scope, new).await).await.unwrap();
    assert_eq!(ada.work_email.as_deref(), Some("ada@acme.test"));
    let patch = PersonPatch { employee_no: MaybeUndefined::Null, ..Default::default() };
    let ada = test
        .app
        .write(&acme, async |scope| people::update(scope, ada.id, patch).await)
        .await
        .unwrap();
    assert_eq!(
        (ada.work_email.as_deref(), ada.employee_no, ada.version),
        (Some("ada@acme.test"), None, 2)
    );
}

#[tokio::test]
async fn states_follow_their_table() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let new = NewPerson { name: "Ada".to_owned(), ..Default::default() };
    let ada = test.app.write(&acme, async |scope| people::create(scope, new).await).await.unwrap();
    assert_eq!(ada.allowed_actions, [PersonAction::StartLeave, PersonAction::Offboard]);
    let act = async |action| {
        test.app.write(&acme, async |scope| people::act(scope, ada.id, action).await).await
    };
    assert_eq!(act(PersonAction::Offboard).await.unwrap().state, PersonState::Offboarded);
    let error = act(PersonAction::StartLeave).await.unwrap_err();
    assert_eq!(
        (error.code(), error.allowed_actions()),
        ("person_offboarded", Some(["rehire"].as_slice()))
    );
    assert_eq!(act(PersonAction::Rehire).await.unwrap().state, PersonState::Active);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let new = NewPerson {
        name: " ".to_owned(),
        work_email: Some("nobody".to_owned()),
        time_zone: Some("Mars/Olympus".to_owned()),
        ..Default::default()
    };
    let error =
        test.app.write(&acme, async |scope| people::create(scope, new).await).await.unwrap_err();
    let pointers: Vec<_> = error.fields().iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/work_email", "/time_zone"]);
}
