//! What crosses the boundary.

use async_graphql::{Enum, SimpleObject};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::connections::ConnectionId;
use crate::kpis::Exclusion;
use crate::tickets::TicketId;

/// A figure that helpdesks calculate, too.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, Enum,
)]
#[serde(rename_all = "snake_case")]
pub enum DriftMetric {
    /// How long the first answer took, in seconds.
    FirstResponseTime,
    /// How long it took to the last solution, in seconds.
    FullResolutionTime,
    /// How often it was opened again.
    Reopens,
}

impl DriftMetric {
    /// Every one, in the order of the documentation.
    pub const ALL: &[Self] = &[Self::FirstResponseTime, Self::FullResolutionTime, Self::Reopens];
}

/// Declares the causes with what each says, which is their documentation, too.
macro_rules! causes {
    ($($variant:ident = $says:literal),+ $(,)?) => {
        /// Why a helpdesk's figure of a ticket is not ours.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, Enum)]
        #[serde(rename_all = "snake_case")]
        pub enum DriftCause { $(#[doc = $says] $variant),+ }

        impl DriftCause {
            /// Every cause.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// What it says.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$variant => $says),+ }
            }
        }
    };
}

causes! {
    Rounding = "The helpdesk rounds its figure; within that, both are the same.",
    ClockStart = "Both mean the same answer, but the helpdesk counts from the creation of the ticket, and we from the customer's first message.",
    AnsweredAtCreation = "The team's answer came with the ticket itself: we count it, and the helpdesk waits for the next one.",
    AutomatedReply = "The helpdesk counts the message of a bot or an automation as the first answer, and we wait for a human.",
    ReplierUnknown = "The helpdesk counts the answer of somebody who is not among the agents that it tells of, whom we take for a customer.",
    InitiatedByAgent = "The team began the conversation, so that there is no first response time of ours.",
    InitiatedBySystem = "A program began the conversation, so that there is no first response time of ours.",
    ClosedWithoutSolve = "The helpdesk counts closing a ticket that was not solved as its solution, and we do not.",
    ReopenedSince = "The ticket is open again: the helpdesk drops its solution until there is another, and we keep the last one.",
    SolvedAgain = "The ticket was said to be solved again while it was solved: we count the last time, and the helpdesk the first.",
    BeforeCustomerWrote = "The helpdesk counts from the customer's first message on: what we count came before it, or the customer never wrote.",
    Spam = "The ticket is spam now, which we do not count.",
    Merged = "The ticket is merged into another now, so that we do not count it.",
    Deleted = "The ticket is deleted now, so that we do not count it.",
    Test = "The ticket is a test, which we do not count.",
    HistoryIncomplete = "What the helpdesk counts is not in the ticket's history here: it is not read yet, is from before the connection was to be read, or the helpdesk does not tell it.",
    SourceOutdated = "The ticket has changed since the helpdesk's figure was read, which is read again soon.",
    NoSourceMetric = "The helpdesk has no such figure.",
    Unknown = "None of the other causes explains it: look at the tickets.",
}

/// Which tickets to compare: days in the tenant's zone. First response times and reopens are those of tickets that were created then,
/// full resolution times those of tickets that were last solved then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct DriftQuery {
    /// The first day; thirty days before `to`, if not given.
    pub from: Option<NaiveDate>,
    /// The day after the last; tomorrow, if not given.
    pub to: Option<NaiveDate>,
}

/// How far a helpdesk's own figures are from ours.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct ConnectionDrift {
    /// Which connection's.
    pub connection_id: ConnectionId,
    /// The first day.
    pub from: NaiveDate,
    /// The day after the last.
    pub to: NaiveDate,
    /// Figure by figure.
    pub metrics: Vec<MetricDrift>,
}

/// How far one of a helpdesk's figures is from ours. Times are in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct MetricDrift {
    /// Which figure.
    pub metric: DriftMetric,
    /// What the helpdesk says its figure is; null where it has none.
    pub source_definition: Option<&'static str>,
    /// Up to which difference two figures are called equal: as far as the helpdesk rounds.
    pub tolerance: i64,
    /// How many tickets have a figure of both.
    pub n: i64,
    /// Of those, how many have an equal one.
    pub equal: i64,
    /// How many tickets have a figure of ours alone.
    pub only_ours: i64,
    /// How many tickets have a figure of the helpdesk's alone.
    pub only_source: i64,
    /// Our mean of those that have a figure of both.
    pub mean_ours: Option<f64>,
    /// The helpdesk's mean of the same tickets.
    pub mean_source: Option<f64>,
    /// Half of the differences are at most this, whichever figure is the greater one.
    pub difference_p50: Option<i64>,
    /// Nineteen of twenty differences are at most this, whichever figure is the greater one.
    pub difference_p95: Option<i64>,
    /// Why figures are not the same, most frequent first: each ticket with two unlike figures, or with one alone, has one cause.
    pub causes: Vec<DriftCauseCount>,
}

/// How often a cause is why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
pub struct DriftCauseCount {
    /// The cause.
    pub cause: DriftCause,
    /// What it says.
    pub description: &'static str,
    /// How many tickets it is the cause for.
    pub n: i64,
    /// Some of them, to look at.
    pub ticket_ids: Vec<TicketId>,
}

/// A figure of a ticket: ours, and the helpdesk's own beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
pub struct TicketMetric {
    /// Which figure.
    pub metric: DriftMetric,
    /// Ours; null where there is none.
    pub value: Option<i64>,
    /// Why ours does not count.
    pub exclusion: Option<Exclusion>,
    /// The helpdesk's own, by its own rules; null where it has none.
    pub source_value: Option<i64>,
    /// Why they are not the same; null where they are.
    pub cause: Option<DriftCause>,
}
