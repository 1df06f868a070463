//! What only the product can say about its database: its key, its queue, its numbers.

use chrono::TimeDelta;
use domain::kernel::{App, Caller, Clock, Database, Ids, MasterKey, Result};
use domain::{kpis, tenants};

use super::report::{Report, some};
use crate::output::{Failure, causes_of};

/// Of how many tenants the keys and the numbers are looked at.
const LOOKED_AT: usize = 200;
/// From here on nobody seems to do the work.
const LATE: TimeDelta = TimeDelta::minutes(1);

/// The application over a database whose key is perhaps not known.
pub(super) fn app(database: Database, key: Option<MasterKey>) -> App {
    let key = key.unwrap_or_else(MasterKey::generate);
    domain::app(database, Clock::System, Ids::random(), key)
}

pub(super) async fn check(app: &App, has_key: bool, report: &mut Report) {
    if let Err(error) = queue(app, report).await {
        report.failed("jobs", &Failure::from(error));
    }
    if let Err(error) = each_tenant(app, has_key, report).await {
        report.failed("tenants", &Failure::from(error));
    }
    app.database().close().await;
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
    for tenant in all.iter().take(LOOKED_AT) {
        let caller = Caller::system(tenant.id);
        if has_key && locked.is_none() {
            match app.read(&caller, tenants::open_keys).await {
                Ok(keys) => opened += keys,
                Err(error) => locked = Some(causes_of(&error)),
            }
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
