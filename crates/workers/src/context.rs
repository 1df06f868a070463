//! What a job is given.

use domain::kernel::App;

/// The world as a job sees it. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The application: `context.app.write_for(job, …)` commits only while the job is still ours.
    pub app: App,
}
