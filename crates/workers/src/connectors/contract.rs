//! What a connector is: how one vendor's helpdesk is read, a page at a time, in terms of ours.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use domain::connections::sync::Trouble;
use domain::tickets::source::{
    SourceAgent, SourceOrganisation, SourceQueue, SourceRating, SourceRow, SourceTarget,
};

use super::http::{Http, Manners};

/// One vendor's helpdesk. It knows the vendor and nothing of storage: a step follows from the checkpoint and what the vendor says.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What there is to read, in the order in which it is read.
    fn streams(&self) -> &'static [Stream];

    /// What is peculiar to its HTTP.
    fn manners(&self) -> Manners;

    /// Whether the credentials are good for what is read, and whose they are.
    ///
    /// # Errors
    /// `Auth` where they are not.
    async fn check(&self, http: &Http) -> Result<String, VendorError>;

    /// One page of a stream from its checkpoint on.
    ///
    /// # Errors
    /// [`VendorError`]; nothing is lost by one, as the checkpoint stays where it is.
    async fn step(
        &self,
        desk: &Desk<'_>,
        stream: &Stream,
        at: Checkpoint,
    ) -> Result<Step, VendorError>;

    /// Everything of one ticket, as it is now: what a webhook hints at. Its events are known by the same ids as those of the streams.
    /// `None` where the vendor has no such ticket, or has it no more.
    ///
    /// # Errors
    /// [`VendorError`].
    async fn fetch(&self, desk: &Desk<'_>, ticket: &str) -> Result<Option<Vec<Item>>, VendorError>;

    /// The tickets that a delivery of the vendor's webhook is about, by the vendor's ids. That the delivery is the vendor's was verified before;
    /// nothing else that it says is believed.
    ///
    /// # Errors
    /// `Shape` where it is nothing that the vendor sends.
    fn hints(&self, delivery: &[u8]) -> Result<Vec<String>, VendorError>;
}

/// The account that is read.
pub struct Desk<'a> {
    /// How it is asked.
    pub http: &'a Http,
    /// The vendor's ids of its agents: who was one at any run, and whom the snapshots of this run told. Whoever else does something is a customer.
    pub agents: &'a HashSet<String>,
}

/// Something that a vendor lists.
#[derive(Debug, PartialEq, Eq)]
pub struct Stream {
    /// What it is called: never renamed, as checkpoints carry it.
    pub name: &'static str,
    /// How it goes on.
    pub mode: Mode,
}

/// How a stream goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Read whole at every run: a few pages of people and groups, whom the other streams name.
    Snapshot,
    /// Goes on where it was: a checkpoint is kept of it.
    Feed,
    /// Read whole once a day, to find what is gone where a feed does not tell of it: see [`Step::within`].
    Sweep,
}

/// Where a stream is, as it is kept. Kinds are never renamed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Checkpoint {
    /// Nothing is read yet of what changed since this moment.
    Start {
        /// What lies before is not asked for.
        from: DateTime<Utc>,
    },
    /// After this token of the vendor's.
    Token {
        /// What the vendor gave.
        cursor: String,
        /// Where to begin again when the vendor does not know it any more.
        from: DateTime<Utc>,
    },
    /// After this moment of the vendor's clock.
    Mark {
        /// In whole seconds.
        at: DateTime<Utc>,
    },
}

impl Checkpoint {
    /// The vendor's token, where there is one.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        match self {
            Self::Token { cursor, .. } => Some(cursor),
            Self::Start { .. } | Self::Mark { .. } => None,
        }
    }

    /// What changed since this moment is asked for.
    #[must_use]
    pub const fn from(&self) -> DateTime<Utc> {
        let (Self::Start { from } | Self::Token { from, .. } | Self::Mark { at: from }) = self;
        *from
    }

    /// Where to begin again when the vendor has lost this one: somewhat before, as what is read twice changes nothing.
    #[must_use]
    pub fn lost(&self) -> Self {
        const OVERLAP: chrono::TimeDelta = chrono::TimeDelta::hours(1);
        Self::Start { from: self.from() - OVERLAP }
    }
}

/// What one page gave.
#[derive(Debug)]
pub struct Step {
    /// In the order in which the vendor told them.
    pub items: Vec<Item>,
    /// Where the next page begins.
    pub next: Checkpoint,
    /// Whether there is one now.
    pub has_more: bool,
    /// How far the vendor's time has been read.
    pub reached_at: DateTime<Utc>,
    /// Of a sweep: every ticket that was created from the first to before the second moment and is still there is among the items as
    /// [`Item::Exists`]. What is known here of that time and not among them was deleted there.
    pub within: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// Something of a page, in our terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Somebody of the team.
    Agent(SourceAgent),
    /// A group of theirs.
    Queue(SourceQueue),
    /// Whom customers write for.
    Organisation(SourceOrganisation),
    /// A ticket as it is now, or some of what happened to it.
    Ticket(Box<SourceRow>),
    /// What a customer thought of the answer.
    Rating(SourceRating),
    /// What is promised of a ticket, or some of what came of it.
    Target(Box<SourceTarget>),
    /// The ticket of this id is there.
    Exists(String),
}

/// Asks something of each of many, so many at once, in their order. What was answered before something failed is not lost: a page whose
/// tickets need a request each is as long as the vendor's limits allow.
pub async fn each_of<T, U, F: Future<Output = Result<U, VendorError>>>(
    things: impl IntoIterator<Item = T>,
    at_once: usize,
    ask: impl FnMut(T) -> F,
) -> (Vec<U>, Option<VendorError>) {
    let mut answers = stream::iter(things).map(ask).buffered(at_once);
    let mut done = Vec::new();
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(answer) => done.push(answer),
            Err(error) => return (done, Some(error)),
        }
    }
    (done, None)
}

/// Why a vendor did not answer what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VendorError {
    /// The credentials are not, or no longer, good.
    #[error("{0}")]
    Auth(String),
    /// Too much was asked; ask again after this long.
    #[error("the helpdesk asks to wait for {} seconds", .0.as_secs())]
    Limited(Duration),
    /// The vendor does not know the checkpoint any more.
    #[error("{0}")]
    Lost(String),
    /// It may go well the next time.
    #[error("{0}")]
    Transient(String),
    /// The answer is not of the shape that the vendor documents.
    #[error("{0}")]
    Shape(String),
    /// The vendor will not answer this, however often it is asked.
    #[error("{0}")]
    Refused(String),
    /// The vendor has nothing of this name.
    #[error("{0}")]
    Missing(String),
}

impl VendorError {
    /// The word for it, as the API tells it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Auth(_) => "helpdesk_sign_in_failed",
            Self::Limited(_) => "helpdesk_limit_reached",
            Self::Lost(_) => "helpdesk_checkpoint_lost",
            Self::Transient(_) => "helpdesk_unavailable",
            Self::Shape(_) => "helpdesk_answer_unreadable",
            Self::Refused(_) | Self::Missing(_) => "helpdesk_refused",
        }
    }

    /// What the tenant is told.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        Trouble { code: self.code(), text: self.to_string() }
    }
}
