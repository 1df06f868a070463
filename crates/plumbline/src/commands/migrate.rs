//! `plumbline migrate`

use serde_json::json;

use crate::config::MigrateArgs;
use crate::data;
use crate::output::{Result, result};

pub(crate) async fn migrate(args: MigrateArgs) -> Result<()> {
    let place = data::migrate(&args.store).await?;
    let words = format!("The schema in {place} is up to date.");
    result(args.json, &json!({ "place": place, "schema": "current" }), &words)
}
