//! A tenant's own rules.

use super::{TenantPatch, WeekStart, get, resume, suspend, update};
use crate::kernel::ErrorKind;
use crate::testing::TestApp;

#[tokio::test]
async fn a_tenant_is_suspended_and_resumed_by_the_operator_once_each() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    test.app.write(&acme, suspend).await.unwrap();
    let twice = test.app.write(&acme, suspend).await.unwrap_err();
    assert_eq!(twice.code(), "tenant_suspended");
    assert_eq!(twice.allowed_actions(), Some(&["resume", "erase"][..]));
    test.app.write(&acme, resume).await.unwrap();
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let patch = TenantPatch { password_sign_in: Some(false), ..Default::default() };
    test.app.write(&acme, async |scope| update(scope, patch).await).await.unwrap();
    let tenant = test.app.read(&acme, get).await.unwrap();
    assert_eq!((tenant.name.as_str(), tenant.password_sign_in), ("ACME", false));
    assert_eq!(tenant.version, 2);
    let patch = TenantPatch {
        time_zone: Some("Asia/Tokyo".to_owned()),
        week_start: Some(WeekStart::Sunday),
        ..Default::default()
    };
    let moved = test.app.write(&acme, async |scope| update(scope, patch).await).await.unwrap();
    assert_eq!((moved.time_zone.as_str(), moved.week_start), ("Asia/Tokyo", WeekStart::Sunday));
    let nowhere = TenantPatch { time_zone: Some("Mars".to_owned()), ..Default::default() };
    let refused = test.app.write(&acme, async |scope| update(scope, nowhere).await).await;
    assert_eq!(refused.unwrap_err().fields()[0].pointer, "/time_zone");
    let nameless = TenantPatch { name: Some(" ".to_owned()), ..Default::default() };
    let refused = test.app.write(&acme, async |scope| update(scope, nameless).await).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid);
}
