//! Whether a tenant's event log is what was written. It is walked in pieces, so that a log of any length takes the same memory.
//!
//! Payloads may be erased, and the chain holds without them; how many were is recorded in the log itself, so that one which went
//! otherwise is missed.

use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::Value as Json;

use super::events::{Entry, digest};
use super::{Error, Result, Scope};

/// How many entries are looked at in one go.
const AT_A_TIME: i64 = 500;
/// Says in an entry how many payloads went with it.
pub(crate) const ERASED_PAYLOADS: &str = "erased_payloads";

const WALK: &str = "SELECT e.sequence, e.kind, e.subject, e.actor, e.request_id, e.at, e.digest, e.hash, p.salt, p.payload FROM events e \
    LEFT JOIN event_payloads p ON p.tenant_id = e.tenant_id AND p.sequence = e.sequence \
    WHERE e.tenant_id = $1 AND e.sequence > $2 ORDER BY e.sequence LIMIT $3";

/// A log that was found to be what was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// How many entries it has.
    pub entries: i64,
    /// Of how many of them the payload was erased.
    pub erased: i64,
}

/// Walks a tenant's log from the start, and looks at every payload that has not been erased.
///
/// # Errors
/// `event_chain_broken` names the first entry that does not follow from the one before, or whose payload was changed.
pub async fn verify(scope: &Scope) -> Result<Audited> {
    let (mut found, mut recorded, mut hash) = (Audited::default(), 0, Vec::new());
    loop {
        let values = [found.entries.into(), AT_A_TIME.into()];
        let rows = scope.tx().query_all_raw(scope.sql(WALK, values)).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let (next, payload) = follows(&row, found.entries, &hash)?;
            hash = next;
            found.entries += 1;
            match payload {
                None => found.erased += 1,
                Some(payload) => recorded += erased_with(&payload),
            }
        }
    }
    ends_at(scope, found.entries, &hash).await?;
    if found.erased != recorded {
        let message = format!(
            "the payloads of {} entries of the event log are gone, and {recorded} were erased as the log says",
            found.erased
        );
        return Err(broken(message));
    }
    Ok(found)
}

async fn ends_at(scope: &Scope, sequence: i64, hash: &[u8]) -> Result<()> {
    let sql = "SELECT sequence, hash FROM event_heads WHERE tenant_id = $1";
    let Some(row) = scope.tx().query_one_raw(scope.sql(sql, [])).await? else {
        return Err(broken("the event log has no head".to_owned()));
    };
    let head: (i64, Vec<u8>) = (row.try_get("", "sequence")?, row.try_get("", "hash")?);
    if (head.0, head.1.as_slice()) == (sequence, hash) {
        return Ok(());
    }
    let head = head.0;
    Err(broken(format!("the event log ends at entry {sequence}, but its head says {head}")))
}

/// The hash of an entry, if it is the one after `sequence` and says what it said, and its payload if it has one.
fn follows(row: &QueryResult, sequence: i64, before: &[u8]) -> Result<(Vec<u8>, Option<String>)> {
    let entry = Entry {
        sequence: row.try_get("", "sequence")?,
        kind: row.try_get("", "kind")?,
        subject: row.try_get("", "subject")?,
        actor: row.try_get("", "actor")?,
        request_id: row.try_get("", "request_id")?,
        at: row.try_get("", "at")?,
        digest: row.try_get("", "digest")?,
    };
    if entry.sequence != sequence + 1 {
        return Err(broken(format!("entry {} of the event log is missing", sequence + 1)));
    }
    let (expected, stored): (_, Vec<u8>) = (entry.hash(before), row.try_get("", "hash")?);
    let kept: (Option<Vec<u8>>, Option<String>) =
        (row.try_get("", "salt")?, row.try_get("", "payload")?);
    let (told, payload) = match kept {
        (Some(salt), Some(payload)) => (digest(&salt, &payload) == entry.digest, Some(payload)),
        // Erased, and the chain holds without it.
        (None, None) => (true, None),
        (Some(_), None) | (None, Some(_)) => (false, None),
    };
    if expected != stored || !told {
        return Err(broken(format!("the event log was changed at entry {}", entry.sequence)));
    }
    Ok((stored, payload))
}

/// How many payloads were erased together with an entry.
fn erased_with(payload: &str) -> i64 {
    if !payload.contains(ERASED_PAYLOADS) {
        return 0;
    }
    let payload: Option<Json> = serde_json::from_str(payload).ok();
    payload.and_then(|it| it.get(ERASED_PAYLOADS)?.as_i64()).unwrap_or_default()
}

fn broken(message: String) -> Error {
    Error::conflict("event_chain_broken", message)
}
