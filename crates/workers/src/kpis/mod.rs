//! Adding up what imports and changes have marked.

use domain::kernel::Result;
use domain::kernel::jobs::{Claimed, Outcome};
use domain::kpis::{self, DRAIN_UNIT, Drain};

use crate::context::Context;
use crate::kinds::Run;

impl Run for Drain {
    async fn run(&self, context: &Context, job: &Claimed) -> Result<Outcome> {
        let app = &context.app;
        while app.write_for(job, async |scope| kpis::drain(scope, DRAIN_UNIT).await).await? > 0 {}
        Ok(Outcome::Done)
    }
}
