//! What whoever reads connections asks and tells, beside tenants with the same ids.

use chrono::TimeDelta;

use super::Desk;
use super::reading::STREAM;
use crate::connections::sync::{self, Trouble};
use crate::connections::{self, ConnectionAction, RunState, SyncRunFilter};
use crate::kernel::{PageArgs, Scope, TenantId};

impl Desk {
    /// A connection of which one run has ended and another is under way.
    async fn with_runs() -> Self {
        let desk = Self::new().await;
        let first = desk.begin().await;
        desk.advance(first, STREAM, "one").await.unwrap();
        desk.end(first, RunState::Succeeded, None).await.unwrap();
        desk.begin().await;
        desk
    }

    async fn rows(&self, of: &[TenantId]) -> Vec<String> {
        let mut rows = Vec::new();
        for tenant in of {
            rows.extend(self.test.rows(*tenant).await);
        }
        rows
    }

    /// What it looks like.
    async fn look(&self) -> String {
        let runs = async |scope: &Scope| {
            connections::runs(scope, &SyncRunFilter::default(), &PageArgs::default()).await
        };
        let account = self.account().await.map(|it| (it.id, it.base_url, it.cadence, it.state));
        let (seen, health) = (self.seen().await, self.health().await);
        let (runs, checkpoint) = (self.read(runs).await, self.checkpoint().await);
        format!("{account:?} {seen:?} {health:?} {runs:?} {checkpoint:?}")
    }

    /// Everything that may happen to it, and what it looked like.
    async fn day(&self) -> Vec<String> {
        let mut told = vec![self.look().await];
        let run = self.begin().await;
        self.advance(run, STREAM, "two").await.unwrap();
        told.push(self.look().await);
        let failures = self.stumble(run).await.unwrap();
        let trouble = Trouble { code: "away", text: "it said nothing".to_owned() };
        self.end(run, RunState::Partial, Some(trouble.clone())).await.unwrap();
        told.push(format!("{failures} {}", self.look().await));
        self.begin().await;
        self.act(ConnectionAction::Resync).await.unwrap();
        told.push(self.look().await);
        // Runs of long ago are forgotten by the next.
        self.test.app.clock().advance(TimeDelta::days(40));
        self.begin().await;
        let checked = async |scope: &Scope| sync::checked(scope, self.id, "Acme").await;
        self.write(checked).await.unwrap();
        let disable = async |scope: &Scope| sync::disable(scope, self.id, trouble).await;
        self.write(disable).await.unwrap();
        told.push(self.look().await);
        self.act(ConnectionAction::Revoke).await.unwrap();
        told.push(self.look().await);
        told
    }
}

#[tokio::test]
async fn whoever_reads_a_connection_reads_no_other_with_the_same_id() {
    let alone = Desk::with_runs().await.day().await;
    let desk = Desk::with_runs().await;
    let shadows = desk.test.shadow(desk.acme.tenant).await;
    let before = desk.rows(&shadows).await;
    assert_eq!(desk.day().await, alone);
    assert_eq!(desk.rows(&shadows).await, before);
}
