//! The rules of accounts, on whichever database this run is about.

mod access;
mod hostile;
mod sign_in;

use chrono::TimeDelta;

use super::users::{self, NewUser, User};
use super::{
    PasswordHash, Role, Secret, TokenAnswer, TokenRequest, create_owner, hash_password, token,
};
use crate::kernel::{Actor, Caller, Result, UserId};
use crate::tenants::PublicUrls;
use crate::testing::TestApp;

pub(super) const PASSWORD: &str = "correct horse battery";

/// Somewhat longer than anything is believed without looking again.
pub(super) const SOON: TimeDelta = TimeDelta::seconds(3);

pub(super) fn urls() -> PublicUrls {
    PublicUrls::new("https://plumbline.test", &["https://old.test".to_owned()])
}

/// A tenant with an owner.
pub(super) struct Acme {
    pub(super) test: TestApp,
    pub(super) system: Caller,
    pub(super) owner: User,
}

pub(super) async fn password() -> PasswordHash {
    hash_password(&Secret::new(PASSWORD)).await.unwrap()
}

impl Acme {
    pub(super) async fn new() -> Self {
        let test = TestApp::new().await;
        let system = test.tenant("acme").await;
        let password = password().await;
        let owner = test
            .app
            .write(&system, async |scope| create_owner(scope, "owner@acme.test", password).await);
        let owner = owner.await.unwrap();
        Self { test, system, owner }
    }

    /// A user with a role and without a password.
    pub(super) async fn user(&self, email: &str, role: Role) -> User {
        let new = NewUser { email: email.to_owned(), person_id: None, password: None };
        let user = users::create(&self.test.app, &self.system, new).await.unwrap();
        self.grant(&self.system, user.id, role).await.unwrap();
        user
    }

    pub(super) async fn grant(
        &self,
        by: &Caller,
        user: UserId,
        role: Role,
    ) -> Result<users::RoleGrant> {
        let new = users::NewRoleGrant { role, valid_from: None, valid_to: None };
        let granted =
            self.test.app.write(by, async |scope| users::grant_role(scope, user, new).await);
        granted.await
    }

    /// A user as a caller.
    pub(super) fn as_user(&self, user: UserId) -> Caller {
        Caller { actor: Actor::User(user), ..self.system.clone() }
    }

    /// Lets what is known about actors and issuers grow old.
    pub(super) fn later(&self) {
        self.test.app.clock().advance(SOON);
    }

    pub(super) async fn sign_in(&self, email: &str, password: &str) -> Result<TokenAnswer> {
        let request = TokenRequest {
            grant_type: Some("password".to_owned()),
            username: Some(email.to_owned()),
            password: Some(Secret::new(password)),
            ..TokenRequest::default()
        };
        token(&self.test.app, &urls(), "acme", request).await
    }

    pub(super) async fn refresh(&self, refresh_token: &str) -> Result<TokenAnswer> {
        let request = TokenRequest {
            grant_type: Some("refresh_token".to_owned()),
            refresh_token: Some(Secret::new(refresh_token)),
            ..TokenRequest::default()
        };
        token(&self.test.app, &urls(), "acme", request).await
    }
}
