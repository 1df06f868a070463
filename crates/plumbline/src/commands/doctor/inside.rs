//! What only the product can say about its database: its key, its queue, its numbers.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::kernel::{
    App, Caller, Clock, Database, Ids, MasterKey, MasterKeys, Result, verify_events,
};
use domain::{kpis, tenants};

use super::report::{Report, some};
use crate::output::{Failure, causes_of};

/// Of how many tenants the keys and the numbers are looked at.
const LOOKED_AT: usize = 200;
/// From here on nobody seems to do the work.
const LATE: TimeDelta = TimeDelta::minutes(1);

/// The application over a database whose key is perhaps not known.
pub(super) fn app(database: Database, key: Option<MasterKeys>) -> App {
    let key = key.unwrap_or_else(|| MasterKey::generate().into());
    domain::app(database, Clock::System, Ids::random(), key)
}

pub(super) async fn check(app: &App, has_key: bool, audit: bool, report: &mut Report) {
    if let Err(error) = queue(app, report).await {
        report.failed("jobs", &Failure::from(error));
    }
    if let Err(error) = each_tenant(app, has_key, report).await {
        report.failed("tenants", &Failure::from(error));
    }
    if audit && let Err(error) = event_logs(app, report).await {
        report.failed("event logs", &Failure::from(error));
    }
    app.database().close().await;
}

/// Every tenant's log, from its first entry to its last.
async fn event_logs(app: &App, report: &mut Report) -> Result<()> {
    let (mut entries, mut erased, mut sound) = (0, 0, 0);
    for tenant in app.system_read(tenants::list).await? {
        match app.read(&Caller::system(tenant.id), verify_events).await {
            Ok(audited) => {
                entries += audited.entries;
                erased += audited.erased;
                sound += 1;
            }
            Err(error) if error.code() == "event_chain_broken" => {
                let message = format!("`{}`: {}", tenant.slug, error.message());
                let advice = "somebody went past the program: compare with a backup from before, and see who may write to the database";
                report.error("event logs", message, advice);
            }
            Err(error) => return Err(error),
        }
    }
    let of = some(sound, "tenant");
    report.ok(
        "event logs",
        format!(
            "{entries} entries of {of} follow from each other; the payloads of {erased} were erased"
        ),
    );
    Ok(())
}

async fn queue(app: &App, report: &mut Report) -> Result<()> {
    let (queue, before) = (app.queue().await?, report.len());
    let (dead, alive): (Vec<_>, Vec<_>) = queue.iter().partition(|jobs| jobs.state == "dead");
    let dead: i64 = dead.iter().map(|jobs| jobs.count).sum();
    if dead > 0 {
        let advice =
            "the table `jobs` has them, with the state `dead` and what went wrong in `last_error`";
        report.warning("jobs", format!("given up: {dead}"), advice);
    }
    // The end of a lease that nobody holds any more is a due time too.
    let late = alive.iter().map(|jobs| app.clock().now() - jobs.first_due).max();
    if let Some(late) = late.filter(|late| *late > LATE) {
        let message = format!("the oldest has been due for {} minutes", late.num_minutes());
        let advice = "start `plumbline serve` or `plumbline worker`, or more of them";
        report.warning("jobs", message, advice);
    }
    if report.len() == before {
        report.ok("jobs", "none is late, and none was given up");
    }
    Ok(())
}

async fn each_tenant(app: &App, has_key: bool, report: &mut Report) -> Result<()> {
    let all = app.system_read(tenants::list).await?;
    let (mut opened, mut left_behind, mut locked) = (0, Vec::new(), None);
    let mut sealed = BTreeMap::new();
    for tenant in all.iter().take(LOOKED_AT) {
        let caller = Caller::system(tenant.id);
        if has_key && locked.is_none() {
            match app.read(&caller, tenants::open_keys).await {
                Ok(keys) => opened += keys,
                Err(error) => locked = Some(causes_of(&error)),
            }
        }
        for (key, count) in app.sealed_with(&caller).await? {
            *sealed.entry(key).or_default() += count;
        }
        if app.read(&caller, kpis::is_left_behind).await? {
            left_behind.push(format!("`{}`", tenant.slug));
        }
    }
    let of = match all.len() {
        count if count > LOOKED_AT => format!("the first {LOOKED_AT} of {count} tenants"),
        count => some(count, "tenant"),
    };
    match locked {
        Some(why) => {
            let advice = "give the key that this database was made with: master_key_file, PLUMBLINE_MASTER_KEY, or `master.key` in the data folder";
            report.error("master key", why, advice);
        }
        None if has_key => {
            report.ok("master key", format!("it opens {} of {of}", some(opened, "signing key")));
            other_keys(app, &sealed, all.len() <= LOOKED_AT, report);
        }
        None => {}
    }
    if left_behind.is_empty() {
        report.ok("numbers", format!("those of {of} are added up, or about to be"));
    } else {
        let message = format!(
            "those of {} wait to be added up, and nobody is to do it",
            left_behind.join(", ")
        );
        let advice = "import any file of the tenant again: `plumbline import tickets` adds up all that waits";
        report.warning("numbers", message, advice);
    }
    Ok(())
}

/// What is sealed with another key than the first, and keys that seal nothing.
fn other_keys(app: &App, sealed: &BTreeMap<String, i64>, complete: bool, report: &mut Report) {
    let keys: Vec<_> = app.master_keys().all().iter().map(MasterKey::name).collect();
    let (first, others) = keys.split_first().map_or(("", &[][..]), |(a, b)| (a.as_str(), b));
    for (key, count) in sealed.iter().filter(|(key, _)| *key != first) {
        let count = some(usize::try_from(*count).unwrap_or(usize::MAX), "secret");
        if others.contains(key) {
            let message = format!("{count} still sealed with the key {key}, and not with {first}");
            let advice = "`plumbline key rotate` seals them anew; keep that key until then";
            report.warning("master key", message, advice);
        } else {
            let message = format!("{count} sealed with the key {key}, which is not given");
            let advice =
                "give that key too, on a line after the first, and run `plumbline key rotate`";
            report.error("master key", message, advice);
        }
    }
    for key in others.iter().filter(|key| complete && !sealed.contains_key(*key)) {
        let message = format!("nothing is sealed with the key {key} any more");
        report.warning("master key", message, "take it out wherever the master key is given");
    }
}
