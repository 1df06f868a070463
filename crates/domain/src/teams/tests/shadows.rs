//! A tree of teams is one tenant's, whatever the trees of others with the same ids look like.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{day, join, lead, person, team};
use crate::kernel::{Caller, Scope, TeamId, TenantId};
use crate::teams::{self, leads};
use crate::testing::TestApp;

/// Changes what others have, all of them having these two ids.
async fn otherwise(test: &TestApp, others: &[TenantId], sql: &str, ids: [Uuid; 2]) {
    for other in others {
        let write = async |scope: &Scope| {
            let sql = scope.sql(sql, ids.map(Into::into));
            Ok(scope.tx().execute_raw(sql).await?)
        };
        let changed = test.app.write(&Caller::system(*other), write).await.unwrap();
        assert!(changed.rows_affected() > 0, "{sql}");
    }
}

#[tokio::test]
async fn a_lead_is_looked_for_in_ones_own_tree() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let side = team(&test, &acme, "Side", None).await.id;
    let top = team(&test, &acme, "Top", None).await.id;
    let mut lowest = top;
    for name in ["High", "Middle", "Low"] {
        lowest = team(&test, &acme, name, Some(lowest)).await.id;
    }
    let (ada, bob) = (person(&test, &acme, "Ada").await, person(&test, &acme, "Bob").await);
    let dan = person(&test, &acme, "Dan").await;
    join(&test, &acme, ada, lowest, "2026-01-01").await.unwrap();
    lead(&test, &acme, bob, top, "2026-01-01").await.unwrap();
    lead(&test, &acme, dan, side, "2026-01-01").await.unwrap();
    let shadows = test.shadow(acme.tenant).await;
    let found = async || {
        let ask = async |scope: &Scope| leads::lead_of(scope, ada, day("2026-05-06")).await;
        test.app.read(&acme, ask).await.unwrap().lead_id
    };
    // With them, Dan's team is right above each of the others.
    let above = "UPDATE teams SET parent_id = $2 WHERE tenant_id = $1 AND id <> $2 AND id <> $3";
    otherwise(&test, &shadows[..2], above, [side.0, Uuid::nil()]).await;
    assert_eq!(found().await, Some(bob));
    // With them, Dan leads the very team that Ada is in.
    let nearer = "UPDATE team_leads SET team_id = $3, person_id = $2 WHERE tenant_id = $1";
    otherwise(&test, &shadows[..2], nearer, [dan.0, lowest.0]).await;
    assert_eq!(found().await, Some(bob));
}

#[tokio::test]
async fn what_is_below_a_team_is_ones_own() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let side = team(&test, &acme, "Side", None).await.id;
    let top = team(&test, &acme, "Top", None).await.id;
    let low = team(&test, &acme, "Low", Some(top)).await.id;
    let shadows = test.shadow(acme.tenant).await;
    let below = async |top: TeamId| {
        let ask = async |scope: &Scope| teams::below(scope, &[top]).await;
        test.app.read(&acme, ask).await.unwrap()
    };
    let under = "UPDATE teams SET parent_id = $3 WHERE tenant_id = $1 AND id = $2";
    otherwise(&test, &shadows[..2], under, [side.0, top.0]).await;
    assert_eq!(below(top).await, [top, low]);
    // One that only others have is not there.
    let mut foreign = *top.0.as_bytes();
    foreign[0] = 0xfe;
    assert_eq!(below(TeamId(Uuid::from_bytes(foreign))).await, [] as [TeamId; 0]);
}
