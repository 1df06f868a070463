//! What hooks were told, beside tenants with the same ids.

use super::*;
use crate::hooks::HookId;
use crate::kernel::TenantId;

impl Desk {
    async fn rows(&self, of: &[TenantId]) -> Vec<String> {
        let mut rows = Vec::new();
        for tenant in of {
            rows.extend(self.test.rows(*tenant).await);
        }
        rows
    }

    fn told(&self, hook: HookId, name: u8) -> Kept {
        Kept { tenant: self.acme.tenant, hook, name: Some([name; 16]), body: vec![name] }
    }
}

/// Two deliveries that wait, and one that was worked off long ago.
async fn with_deliveries() -> (Desk, Inbox, HookId) {
    let desk = Desk::new().await;
    let hook = desk.made(None).await.unwrap().hook.id;
    let inbox = Inbox::start(&desk.test.app);
    let system = Caller::system(desk.acme.tenant);
    inbox.keep(desk.told(hook, 1)).await.unwrap();
    let settled = async |scope: &Scope| {
        let found = waiting(scope, hook, 10).await?;
        settle(scope, hook, &[found[0].id], None).await
    };
    desk.test.app.write(&system, settled).await.unwrap();
    desk.test.app.clock().advance(TimeDelta::days(8));
    for name in [2, 3] {
        inbox.keep(desk.told(hook, name)).await.unwrap();
    }
    (desk, inbox, hook)
}

/// Everything that may happen to them, and what it looked like.
async fn day((desk, inbox, hook): &(Desk, Inbox, HookId)) -> Vec<String> {
    let (app, hook, system) = (&desk.test.app, *hook, Caller::system(desk.acme.tenant));
    let look = async || {
        let asked = async |scope: &Scope| {
            let (told, waiting) = (told(scope, hook).await?, waiting(scope, hook, 10).await?);
            Ok(format!("{told:?} {waiting:?} {:?}", get(scope, hook).await?))
        };
        app.read(&system, asked).await.unwrap()
    };
    let mut seen = vec![look().await];
    let trouble = Trouble { code: "helpdesk_answer_unreadable", text: "no".to_owned() };
    let settled = async |scope: &Scope| {
        let found = waiting(scope, hook, 10).await?;
        settle(scope, hook, &[found[0].id], Some(&trouble)).await
    };
    app.write(&system, settled).await.unwrap();
    seen.push(look().await);
    // One that was there, and one that was not.
    for name in [3, 4] {
        inbox.keep(desk.told(hook, name)).await.unwrap();
    }
    seen.push(look().await);
    app.write(&system, async |scope| delete(scope, hook).await).await.unwrap();
    let left = app.read(&system, async |scope| waiting(scope, hook, 10).await).await.unwrap();
    seen.push(format!("{left:?}"));
    seen
}

#[tokio::test]
async fn what_is_worked_off_is_of_no_other_with_the_same_id() {
    let alone = day(&with_deliveries().await).await;
    let world = with_deliveries().await;
    let (desk, ..) = &world;
    let shadows = desk.test.shadow(desk.acme.tenant).await;
    let before = desk.rows(&shadows).await;
    assert_eq!(day(&world).await, alone);
    assert_eq!(desk.rows(&shadows).await, before);
}

#[tokio::test]
async fn what_arrives_together_is_each_tenants_own() {
    let (desk, inbox, hook) = with_deliveries().await;
    let shadows = desk.test.shadow(desk.acme.tenant).await;
    // The shadow that has the same ids and texts.
    let other = shadows[1];
    let waits = async |tenant| {
        let read = async |scope: &Scope| waiting(scope, hook, 10).await;
        desk.test.app.read(&Caller::system(tenant), read).await.unwrap().len()
    };
    let before = (waits(other).await, waits(desk.acme.tenant).await);
    let ours = desk.told(hook, 9);
    let theirs = Kept { tenant: other, ..ours.clone() };
    let (ours, theirs) = tokio::join!(inbox.keep(ours), inbox.keep(theirs));
    assert!(ours.is_ok() && theirs.is_ok(), "{ours:?} {theirs:?}");
    let after = (waits(other).await, waits(desk.acme.tenant).await);
    assert_eq!(after, (before.0 + 1, before.1 + 1));
}
