//! What a job is given.

use domain::kernel::App;

use crate::connectors::http::Budgets;
use crate::egress::Egress;

/// The world as a job sees it. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The application: `context.app.write_for(job, …)` commits only while the job is still ours.
    pub app: App,
    /// The way out, to whatever is called.
    pub egress: Egress,
    /// How much the helpdesks may still be asked.
    pub budgets: Budgets,
}
