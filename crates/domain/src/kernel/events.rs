//! One log per tenant: audit trail, outbox and change feed. Its sequence is the order of commits without gaps, and each entry's hash covers the one before.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use rand::Rng;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::dialect::for_update;
use super::{Error, Result, Scope};

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// A noun and what befell it: `team.created`.
    pub kind: &'static str,
    /// What it happened to, as a typed id.
    pub subject: String,
    /// What it was and became. Kept apart from the log, so that it can be erased while the chain still verifies.
    pub payload: Json,
}

impl Event {
    /// `kind` befell `subject`.
    #[must_use]
    pub fn new(kind: &'static str, subject: impl Display, payload: Json) -> Self {
        Self { kind, subject: subject.to_string(), payload }
    }

    /// `kind` brought `subject` about.
    #[must_use]
    pub fn created(kind: &'static str, subject: impl Display, after: &impl Serialize) -> Self {
        Self::new(kind, subject, json!({ "after": kept(after) }))
    }

    /// `kind` made `subject` what it is from what it was.
    #[must_use]
    pub fn updated<T: Serialize>(
        kind: &'static str,
        subject: impl Display,
        before: &T,
        after: &T,
    ) -> Self {
        Self::new(kind, subject, json!({ "before": kept(before), "after": kept(after) }))
    }

    /// Whether it left everything as it was: somebody asked for no change.
    pub(super) fn is_idle(&self) -> bool {
        let (before, after) = (self.payload.get("before"), self.payload.get("after"));
        before.is_some() && before == after
    }

    /// `kind` moved `subject` from one state to another.
    #[must_use]
    pub fn state_changed<S: Serialize>(
        kind: &'static str,
        subject: impl Display,
        action: impl Serialize,
        from: &S,
        to: &S,
    ) -> Self {
        Self::new(kind, subject, json!({ "action": action, "from": from, "to": to }))
    }

    /// `kind` did away with `subject`.
    #[must_use]
    pub fn removed(kind: &'static str, subject: impl Display, before: &impl Serialize) -> Self {
        Self::new(kind, subject, json!({ "before": kept(before) }))
    }
}

/// A thing as the log keeps it: without what the one who asked may do to it.
fn kept(thing: &impl Serialize) -> Json {
    let mut kept = json!(thing);
    if let Some(fields) = kept.as_object_mut() {
        fields.remove("allowed_actions");
    }
    kept
}

/// Appends to the log. The lock on the tenant's head is the last one a scope takes, so that writers wait for each other only here.
pub(super) async fn flush(scope: &Scope, recorded: Vec<Event>) -> Result<()> {
    let (mut sequence, mut hash) = head(scope, for_update(scope.backend())).await?;
    let now = scope.now();
    for event in recorded {
        sequence += 1;
        let mut salt = [0u8; 16];
        rand::rng().fill_bytes(&mut salt);
        let payload = event.payload.to_string();
        let digest = digest(&salt, &payload);
        let entry = Entry {
            sequence,
            kind: event.kind.to_owned(),
            subject: event.subject,
            actor: scope.actor().to_string(),
            request_id: scope.caller().request_id.clone(),
            at: now,
            digest,
        };
        hash = entry.hash(&hash);
        insert(scope, &entry, &hash, &salt, payload).await?;
    }
    let sql = "UPDATE event_heads SET sequence = $2, hash = $3 WHERE tenant_id = $1";
    let moved = scope.tx().execute_raw(scope.sql(sql, [sequence.into(), hash.into()])).await?;
    if moved.rows_affected() != 1 {
        return Err(Error::internal("a tenant has no head of its event log"));
    }
    Ok(())
}

pub(super) struct Entry {
    pub(super) sequence: i64,
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) actor: String,
    pub(super) request_id: Option<String>,
    pub(super) at: DateTime<Utc>,
    pub(super) digest: Vec<u8>,
}

impl Entry {
    /// Each field goes in with its length, so that no two entries share a text.
    pub(super) fn hash(&self, before: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        let (sequence, at) =
            (self.sequence.to_be_bytes(), self.at.timestamp_micros().to_be_bytes());
        let request_id = self.request_id.as_deref().unwrap_or_default();
        let parts: [&[u8]; 8] = [
            before,
            &sequence,
            self.kind.as_bytes(),
            self.subject.as_bytes(),
            self.actor.as_bytes(),
            request_id.as_bytes(),
            &at,
            &self.digest,
        ];
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().to_vec()
    }
}

async fn head(scope: &Scope, lock: &str) -> Result<(i64, Vec<u8>)> {
    let sql = format!("SELECT sequence, hash FROM event_heads WHERE tenant_id = $1{lock}");
    let row = scope.tx().query_one_raw(scope.sql(&sql, [])).await?;
    let row = row.ok_or_else(|| Error::internal("a tenant has no head of its event log"))?;
    Ok((row.try_get("", "sequence")?, row.try_get("", "hash")?))
}

async fn insert(
    scope: &Scope,
    entry: &Entry,
    hash: &[u8],
    salt: &[u8],
    payload: String,
) -> Result<()> {
    let sql = "INSERT INTO events (tenant_id, sequence, kind, subject, actor, request_id, at, digest, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = [
        entry.sequence.into(),
        entry.kind.clone().into(),
        entry.subject.clone().into(),
        entry.actor.clone().into(),
        entry.request_id.clone().into(),
        entry.at.into(),
        entry.digest.clone().into(),
        hash.to_vec().into(),
    ];
    scope.tx().execute_raw(scope.sql(sql, values)).await?;
    let sql =
        "INSERT INTO event_payloads (tenant_id, sequence, salt, payload) VALUES ($1, $2, $3, $4)";
    let values = [entry.sequence.into(), salt.to_vec().into(), payload.into()];
    scope.tx().execute_raw(scope.sql(sql, values)).await?;
    Ok(())
}

/// What the chain covers of a payload: with the salt gone, nothing can be told from it.
pub(super) fn digest(salt: &[u8], payload: &str) -> Vec<u8> {
    Sha256::new().chain_update(salt).chain_update(payload).finalize().to_vec()
}
