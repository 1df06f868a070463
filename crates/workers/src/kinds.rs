//! From the name of a kind to the code that runs it.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use domain::kernel::Result;
use domain::kernel::jobs::{Claimed, Job, Outcome};

use crate::context::Context;

/// What a job does. Safe to run twice: a worker may die after the effect and before the outcome.
pub trait Run: Job + Send + Sync {
    /// Runs it once. An error is a failure that is tried again.
    fn run(&self, context: &Context, job: &Claimed)
    -> impl Future<Output = Result<Outcome>> + Send;
}

/// A kind of job and the code that runs it.
pub struct Kind {
    name: &'static str,
    run: for<'a> fn(&'a Context, &'a Claimed) -> BoxFuture<'a, Result<Outcome>>,
}

impl Kind {
    /// The kind of a payload.
    #[must_use]
    pub const fn of<J: Run>() -> Self {
        Self { name: J::KIND, run: run::<J> }
    }

    pub(crate) fn run<'a>(
        &self,
        context: &'a Context,
        job: &'a Claimed,
    ) -> BoxFuture<'a, Result<Outcome>> {
        (self.run)(context, job)
    }
}

fn run<'a, J: Run>(context: &'a Context, job: &'a Claimed) -> BoxFuture<'a, Result<Outcome>> {
    async move {
        let payload: J = serde_json::from_str(&job.payload)?;
        payload.run(context, job).await
    }
    .boxed()
}

/// The kinds that a runner knows.
#[derive(Clone, Copy)]
pub struct Kinds(#[doc(hidden)] pub &'static [Kind]);

impl Kinds {
    pub(crate) fn names(self) -> Vec<&'static str> {
        self.0.iter().map(|kind| kind.name).collect()
    }

    pub(crate) fn find(self, name: &str) -> Option<&'static Kind> {
        self.0.iter().find(|kind| kind.name == name)
    }
}

/// The table of kinds: one line per payload that has a [`Run`].
#[macro_export]
macro_rules! jobs {
    ($($payload:ty),* $(,)?) => {
        $crate::Kinds(&[$($crate::Kind::of::<$payload>()),*])
    };
}
