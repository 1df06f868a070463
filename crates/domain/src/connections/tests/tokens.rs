//! Access tokens: who asks for the next one, and what is kept of it.

use chrono::TimeDelta;

use super::*;
use crate::connections::sync::{AccessToken, Renewal, begin_renewal, end_renewal};
use crate::kernel::Secret;

const CLIENT: [(&str, &str); 3] =
    [("client_id", "ours"), ("client_secret", "cl13nt"), ("refresh_token", "r3fr3sh-1")];

fn token(desk: &Desk, text: &str) -> AccessToken {
    let renew_at = Some(desk.test.app.clock().now() + TimeDelta::minutes(29));
    AccessToken { token: Secret::new(text), renew_at }
}

impl Desk {
    async fn of_client() -> Self {
        let desk = Self::new().await;
        let credentials = Some(Credentials::new(CLIENT));
        desk.update(ConnectionPatch { credentials, ..Default::default() }).await.unwrap();
        desk
    }

    async fn take_on(&self, stale: Option<&AccessToken>) -> Renewal {
        let begin = async |scope: &Scope| begin_renewal(scope, self.id, stale).await;
        self.test.app.write(&self.system(), begin).await.unwrap()
    }

    async fn keep(&self, used: &Credentials, got: Option<(&AccessToken, &Credentials)>) {
        let end = async |scope: &Scope| end_renewal(scope, self.id, used, got).await;
        self.test.app.write(&self.system(), end).await.unwrap();
    }

    fn system(&self) -> Caller {
        Caller::system(self.acme.tenant)
    }
}

fn ours(renewal: Renewal) -> Credentials {
    let Renewal::Ours(credentials) = renewal else { panic!("{renewal:?}") };
    credentials
}

fn done(renewal: Renewal) -> AccessToken {
    let Renewal::Done(token) = renewal else { panic!("{renewal:?}") };
    token
}

#[tokio::test]
async fn one_at_a_time_asks_and_all_have_what_came_of_it() {
    let desk = Desk::of_client().await;
    let used = ours(desk.take_on(None).await);
    assert!(matches!(desk.take_on(None).await, Renewal::Busy));
    let (first, next) = (token(&desk, "acc3ss-1"), used.clone().with("refresh_token", "r3fr3sh-2"));
    desk.keep(&used, Some((&first, &next))).await;
    assert_eq!(done(desk.take_on(None).await), first);
    let account = desk.account().await.unwrap();
    assert_eq!(account.credentials.get("refresh_token").unwrap(), "r3fr3sh-2");
    let rows = desk.test.rows(desk.acme.tenant).await;
    let open = ["acc3ss-1", "r3fr3sh-1", "r3fr3sh-2", "cl13nt"];
    assert!(!rows.iter().any(|row| open.iter().any(|it| row.contains(it))), "it lies open");
    assert!(!format!("{first:?} {account:?}").contains("r3fr3sh"));

    // Refused before its time.
    assert_eq!(ours(desk.take_on(Some(&first)).await), next);
    assert_eq!(
        done(desk.take_on(Some(&token(&desk, "older"))).await),
        first,
        "somebody had renewed"
    );
    desk.keep(&next, None).await;
    assert_eq!(ours(desk.take_on(Some(&first)).await), next, "what failed is tried again at once");
    let second = token(&desk, "acc3ss-2");
    desk.keep(&next, Some((&second, &next))).await;
    assert_eq!(done(desk.take_on(Some(&first)).await), second);
    desk.test.app.clock().advance(TimeDelta::minutes(29));
    ours(desk.take_on(None).await);
}

#[tokio::test]
async fn whoever_died_holds_nobody_up_for_long() {
    let desk = Desk::of_client().await;
    ours(desk.take_on(None).await);
    desk.test.app.clock().advance(TimeDelta::seconds(59));
    assert!(matches!(desk.take_on(None).await, Renewal::Busy));
    desk.test.app.clock().advance(TimeDelta::seconds(1));
    ours(desk.take_on(None).await);
}

#[tokio::test]
async fn what_was_got_with_other_credentials_is_worth_nothing() {
    let desk = Desk::of_client().await;
    let used = ours(desk.take_on(None).await);
    let credentials = Some(Credentials::new([("client_secret", "another")]));
    desk.update(ConnectionPatch { credentials, ..Default::default() }).await.unwrap();
    let (got, next) = (token(&desk, "acc3ss"), used.clone().with("refresh_token", "r3fr3sh-2"));
    desk.keep(&used, Some((&got, &next))).await;
    let now = ours(desk.take_on(None).await);
    assert_eq!(now.get("client_secret").unwrap(), "another");
    assert_eq!(now.get("refresh_token").unwrap(), "r3fr3sh-1");
}

#[tokio::test]
async fn new_credentials_and_a_revocation_forget_the_access_token() {
    let desk = Desk::of_client().await;
    let used = ours(desk.take_on(None).await);
    desk.keep(&used, Some((&token(&desk, "acc3ss"), &used))).await;
    let credentials = Some(Credentials::new(CLIENT));
    desk.update(ConnectionPatch { credentials, ..Default::default() }).await.unwrap();
    desk.keep(&ours(desk.take_on(None).await), Some((&token(&desk, "acc3ss"), &used))).await;
    desk.act(ConnectionAction::Revoke).await.unwrap();
    assert!(matches!(desk.take_on(None).await, Renewal::Busy));
    let count = "SELECT count(*) AS n FROM connections WHERE tenant_id = $1 AND sealed_access_token IS NOT NULL";
    let row = desk.read(async |scope| Ok(scope.tx().query_one_raw(scope.sql(count, [])).await?));
    assert_eq!(row.await.unwrap().try_get::<i64>("", "n").unwrap(), 0);
}

#[tokio::test]
async fn a_whole_way_to_sign_in_replaces_another_and_a_part_of_one_does_not() {
    let desk = Desk::of_client().await;
    let patch = async |fields: &[(&str, &str)]| {
        let credentials = Some(Credentials::new(fields.iter().copied()));
        desk.update(ConnectionPatch { credentials, ..Default::default() }).await
    };
    let names = async || {
        let account = desk.account().await.unwrap();
        account.credentials.names().map(str::to_owned).collect::<Vec<_>>()
    };
    patch(&[("access_token", "x")]).await.unwrap();
    assert_eq!(names().await, ["access_token"]);
    let refused = patch(&[("client_id", "x")]).await.unwrap_err();
    let told = fields(&refused);
    assert!(told.contains(&("/credentials", "unknown_field")), "{refused:?}");
    let text = format!("{refused:?}");
    assert!(text.contains("`email` and `api_token`, or `access_token`, or `client_id`"), "{text}");
    patch(&[("email", "ann@acme.test"), ("api_token", "t")]).await.unwrap();
    patch(&[("api_token", "u")]).await.unwrap();
    assert_eq!(names().await, ["api_token", "email"]);
}
