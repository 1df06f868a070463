//! What hooks are told, kept: whatever arrived since the last commit goes into the next one, and is answered after it.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use super::jobs::Receive;
use super::types::HookId;
use crate::kernel::bulk::{Cells, Insert};
use crate::kernel::jobs::{Latch, awaken};
use crate::kernel::{App, Error, ErrorKind, Result, SystemScope, TenantId};

/// How many may wait to be written: whoever comes then is to come again.
const ROOM: usize = 4_096;
/// How many are written at once.
const BATCH: usize = 256;

/// Something that a hook was told, and that is let in.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Whose hook it is.
    pub tenant: TenantId,
    /// Which.
    pub hook: HookId,
    /// What the delivery is known by; `None` where it is always another one.
    pub name: Option<[u8; 16]>,
    /// What it says.
    pub body: Vec<u8>,
}

/// The way into the inbox. Cheap to clone.
#[derive(Clone)]
pub struct Inbox(Sender<Arriving>);

struct Arriving {
    kept: Kept,
    answer: oneshot::Sender<Result<()>>,
}

impl Inbox {
    /// Begins to write what arrives, on the runtime of whoever calls.
    #[must_use]
    pub fn start(app: &App) -> Self {
        let (sender, receiver) = channel(ROOM);
        #[expect(
            clippy::disallowed_methods,
            reason = "its errors go to whoever waits for the answer; it ends with the last of them"
        )]
        tokio::spawn(write_on(app.clone(), receiver));
        Self(sender)
    }

    /// Keeps a delivery. When this answers it is committed, with the job that works it off; if it was there already, that is all there is to do.
    ///
    /// # Errors
    /// `unavailable` where too many wait; those of the database.
    pub async fn keep(&self, kept: Kept) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let full = |_full| Error::unavailable("too much arrives at once");
        self.0.try_send(Arriving { kept, answer }).map_err(full)?;
        answered.await.map_err(|_gone| Error::unavailable("the server is stopping"))?
    }
}

/// One batch after the other: it grows by what arrives meanwhile, and the more there is in one, the less each costs.
async fn write_on(app: App, mut receiver: Receiver<Arriving>) {
    let mut batch = Vec::new();
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        let (all, answers): (Vec<Kept>, Vec<_>) =
            batch.drain(..).map(|it| (it.kept, it.answer)).unzip();
        let together = write(&app, &all).await;
        if let Err(error) = &together {
            tracing::warn!(?error, deliveries = all.len(), "deliveries could not be kept together");
        }
        for (kept, answer) in all.iter().zip(answers) {
            let outcome = match &together {
                Ok(()) => Ok(()),
                Err(error) if error.kind() == ErrorKind::Unavailable => {
                    Err(Error::unavailable("what arrived together could not be kept"))
                }
                // What one of them cannot have is not the others' fault: a hook that has just been removed.
                Err(_) => write(&app, std::slice::from_ref(kept)).await,
            };
            // Whoever hung up is not told.
            answer.send(outcome).ok();
        }
    }
}

async fn write(app: &App, all: &[Kept]) -> Result<()> {
    if app.system(async |scope| write_all(app, scope, all).await).await? {
        app.wake();
    }
    Ok(())
}

/// Whoever works off what a hook was told looks once more when all who hold its latch are done. Returns whether somebody has to be told.
pub(super) async fn write_all(app: &App, scope: &SystemScope, all: &[Kept]) -> Result<bool> {
    let hooks: BTreeSet<_> = all.iter().map(|kept| (kept.tenant, kept.hook.0)).collect();
    let latches: Vec<_> = hooks.iter().map(|(_, hook)| Latch::of(*hook)).collect();
    Latch::hold_open(&latches, scope).await?;
    insert(app, scope, all).await?;
    let mut is_asked_for = false;
    for (tenant, hook) in hooks {
        let receive = Receive { hook: HookId(hook) };
        is_asked_for |= awaken(scope, tenant, app.new_id(), &receive).await?;
    }
    Ok(is_asked_for)
}

/// In the order of their keys, so that two batches never wait for each other crosswise.
async fn insert(app: &App, scope: &SystemScope, all: &[Kept]) -> Result<()> {
    let mut rows = BTreeMap::new();
    for kept in all {
        let id: uuid::Uuid = app.new_id();
        let name = kept.name.unwrap_or_else(|| *id.as_bytes());
        rows.insert((kept.tenant, kept.hook.0, name), (id, &kept.body));
    }
    let now = scope.now();
    let keys = || rows.keys();
    Insert::into("inbox")
        .column("tenant_id", Cells::Uuid(keys().map(|it| Some(it.0.0)).collect()))
        .column("id", Cells::Uuid(rows.values().map(|it| Some(it.0)).collect()))
        .column("hook_id", Cells::Uuid(keys().map(|it| Some(it.1)).collect()))
        .column("delivery", Cells::Bytes(keys().map(|it| it.2.to_vec()).collect()))
        .column("body", Cells::Bytes(rows.values().map(|it| it.1.clone()).collect()))
        .column("state", Cells::Word(keys().map(|_| "received").collect()))
        .column("received_at", Cells::Time(keys().map(|_| Some(now)).collect()))
        .run_across(scope, "ON CONFLICT DO NOTHING")
        .await?;
    Ok(())
}
