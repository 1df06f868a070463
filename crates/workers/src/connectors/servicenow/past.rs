//! Incidents with their past: what each table of the history says of them.

use std::collections::{BTreeSet, HashMap};

use tokio::try_join;

use super::super::contract::{Desk, Item, VendorError};
use super::super::http::Http;
use super::AT_ONCE;
use super::history::{self, Cast, Past};
use super::table::all;
use super::wire::{Audit, Deletion, Entry, Incident, Label, User};

/// Incidents by their names, with their past; what is not there is left out.
pub(super) async fn by_name(desk: &Desk<'_>, ids: &[&str]) -> Result<Vec<Item>, VendorError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let incidents = all::<Incident>(desk.http, &format!("sys_idIN{}", ids.join(","))).await?;
    with_past(desk, &incidents).await
}

/// So many incidents as an address can name, with their past.
pub(super) async fn with_past(
    desk: &Desk<'_>,
    incidents: &[Incident],
) -> Result<Vec<Item>, VendorError> {
    if incidents.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = incidents.iter().map(|it| it.sys_id.as_str()).collect();
    let ids = ids.join(",");
    let audits = format!("tablename=incident^documentkeyIN{ids}");
    let entries = format!("name=incident^elementINcomments,work_notes^element_idIN{ids}");
    let deletions = format!("tablename=incident^documentkeyIN{ids}");
    let (audits, entries, deletions, labels) = try_join!(
        all::<Audit>(desk.http, &audits),
        all::<Entry>(desk.http, &entries),
        all::<Deletion>(desk.http, &deletions),
        labels_of(desk.http, &ids)
    )?;
    let audited = audits.iter().map(|it| (&it.incident, &it.user));
    let wrote = entries.iter().map(|it| (&it.incident, &it.user));
    let labelled = labels.iter().map(|it| (&it.incident, &it.user));
    let cast = cast(desk, incidents, audited.chain(wrote).chain(labelled)).await?;
    let mut pasts: HashMap<String, Past> = HashMap::new();
    for audit in audits {
        pasts.entry(audit.incident.clone()).or_default().audits.push(audit);
    }
    for entry in entries {
        pasts.entry(entry.incident.clone()).or_default().entries.push(entry);
    }
    for deletion in deletions {
        pasts.entry(deletion.incident.clone()).or_default().deletions.push(deletion);
    }
    for label in labels {
        pasts.entry(label.incident.clone()).or_default().labels.push(label);
    }
    let items = incidents.iter().map(|incident| {
        let past = pasts.remove(&incident.sys_id).unwrap_or_default();
        history::row(incident, past, &cast).map(|row| Item::Ticket(Box::new(row)))
    });
    items.collect()
}

/// The tags of incidents, as far as they may be read.
async fn labels_of(http: &Http, ids: &str) -> Result<Vec<Label>, VendorError> {
    match all::<Label>(http, &format!("table=incident^table_keyIN{ids}")).await {
        Err(error) if is_closed(&error) => Ok(Vec::new()),
        labels => labels,
    }
}

/// Whether a table is not for these credentials. Who is not let in at all hears that of the incidents.
pub(super) const fn is_closed(error: &VendorError) -> bool {
    matches!(error, VendorError::Auth(_) | VendorError::Refused(_) | VendorError::Missing(_))
}

/// Whoever did something to incidents, but for their own callers: the audit knows them by what they sign in with.
async fn cast<'d, 'i>(
    desk: &'d Desk<'_>,
    incidents: &'i [Incident],
    did: impl Iterator<Item = (&'i String, &'i String)>,
) -> Result<Cast<'d>, VendorError> {
    let callers: HashMap<&str, &str> =
        incidents.iter().map(|it| (it.sys_id.as_str(), it.caller_user.as_str())).collect();
    let made = incidents.iter().flat_map(|it| {
        [&it.opener, &it.created_by, &it.resolver, &it.closer].map(|name| (&it.sys_id, name))
    });
    let others = made.chain(did).filter(|(incident, name)| {
        !name.is_empty() && callers.get(incident.as_str()) != Some(&name.as_str())
    });
    let names: BTreeSet<&str> = others.map(|(_, name)| name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let mut users = HashMap::new();
    for names in names.chunks(AT_ONCE) {
        let query = format!("user_nameIN{}", names.join(","));
        let found = all::<User>(desk.http, &query).await?;
        users.extend(found.into_iter().map(|user| (user.user_name.clone(), user)));
    }
    Ok(Cast { users, agents: desk.agents })
}
