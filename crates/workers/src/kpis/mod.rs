//! Adding up what imports and changes have marked.

use std::time::Duration;

use domain::kernel::jobs::{Claimed, Outcome};
use domain::kernel::{Caller, Result};
use domain::kpis::{self, DRAIN_UNIT, Drain};

use crate::context::Context;
use crate::kinds::Run;

/// How long what somebody else holds is left to them.
const AGAIN: Duration = Duration::from_secs(1);

impl Run for Drain {
    async fn run(&self, context: &Context, job: &Claimed) -> Result<Outcome> {
        let app = &context.app;
        while app.write_for(job, async |scope| kpis::drain(scope, DRAIN_UNIT).await).await? > 0 {}
        // What somebody else holds is looked at again.
        let is_pending = app.read(&Caller::system(job.tenant), kpis::is_pending).await?;
        Ok(if is_pending { Outcome::Snooze(AGAIN) } else { Outcome::Done })
    }
}
