//! `plumbline tenant erase` and `plumbline person erase`: for good. Killed, each is run again and goes on where it was.

use domain::kernel::App;
use domain::privacy;
use serde_json::json;

use crate::config::{ErasePersonArgs, EraseTenantArgs};
use crate::data;
use crate::output::{Failure, Result, causes_of, result};

pub(crate) async fn erase_tenant(args: EraseTenantArgs) -> Result<()> {
    confirmed(&args.slug, &args.confirm)?;
    let erase = async |app: &App| {
        let caller = data::tenant(app, &args.slug).await?;
        let removed = privacy::erase_tenant(app, &caller).await?;
        shred(app).await?;
        Ok(removed)
    };
    let removed = data::with(&args.store, 1, erase).await?;
    let rows: u64 = removed.values().sum();
    let words = format!(
        "The tenant `{}` is gone, with {rows} rows. Backups and exports from before still have it.",
        args.slug
    );
    result(args.json, &json!({ "tenant": args.slug, "rows": rows, "tables": removed }), &words)
}

pub(crate) async fn erase_person(args: ErasePersonArgs) -> Result<()> {
    confirmed(&args.person, &args.confirm)?;
    let erase = async |app: &App| {
        let caller = data::tenant(app, &args.slug).await?;
        let person = data::person(app, &caller, &args.person).await?;
        let erased = privacy::erase_person(app, &caller, person).await?;
        shred(app).await?;
        Ok(erased)
    };
    let erased = data::with(&args.store, 1, erase).await?;
    let words = format!(
        "{} is nobody in particular any more, and keeps the numbers: {} users, {} identities and the payloads of {} events are gone. \
         Should it have been cut off before, run it again with that id. Backups and exports from before still have the person.",
        erased.id, erased.users, erased.identities, erased.payloads
    );
    result(args.json, &erased, &words)
}

/// What cannot be taken back is said twice.
fn confirmed(what: &str, said: &str) -> Result<()> {
    if what == said {
        return Ok(());
    }
    let message = format!(
        "--confirm says `{said}`, and `{what}` is to be erased; nothing was, and what is erased cannot be had again"
    );
    Err(Failure::usage(message).coded("not_confirmed"))
}

/// The rows are gone by now; this is about what is left of them in the file.
async fn shred(app: &App) -> Result<()> {
    app.database().shred().await.map_err(|error| {
        let message = format!(
            "it is erased, but the file of the database could not be written anew, so that traces may be left in it ({}); run this again",
            causes_of(&error)
        );
        Failure::new("shred", message)
    })
}
