//! A tenant's own rules.

use super::{TenantPatch, get, resume, suspend, update};
use crate::kernel::ErrorKind;
use crate::testing::TestApp;

#[tokio::test]
async fn a_tenant_is_suspended_and_resumed_by_the_operator_once_each() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    test.app.write(&acme, suspend).await.unwrap();
    let twice = test.app.write(&acme, suspend).await.unwrap_err();
    assert_eq!(twice.code(), "tenant_suspended");
    assert_eq!(twice.allowed_actions(), Some(&["resume"][..]));
    test.app.write(&acme, resume).await.unwrap();
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let patch = TenantPatch { name: None, password_sign_in: Some(false) };
    test.app.write(&acme, async |scope| update(scope, patch).await).await.unwrap();
    let tenant = test.app.read(&acme, get).await.unwrap();
    assert_eq!((tenant.name.as_str(), tenant.password_sign_in), ("ACME", false));
    let nameless = TenantPatch { name: Some(" ".to_owned()), password_sign_in: None };
    let refused = test.app.write(&acme, async |scope| update(scope, nameless).await).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid);
}
