//! What a helpdesk promised of tickets and what came of it, as a source tells it: piece by piece, in any order, and more than once.
//!
//! A target has three pieces, each with the order of its last telling: what was promised, how its clock stands, and when it was broken.
//! A piece is replaced by a later telling of the same piece and by nothing else, so in which order they come changes nothing.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, DeriveActiveEnum, EnumIter};

use crate::connections::ConnectionId;
use crate::kernel::bulk::{Cells, Insert};
use crate::kernel::{Result, Scope};
use crate::tickets::{SlaClock, SlaMetric};

/// What a source says of a target of one of its tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceTarget {
    /// The source's id of the ticket.
    pub ticket: String,
    /// The source's word for what is timed.
    pub source_metric: String,
    /// Which time it is that this is timed.
    pub instance: i64,
    /// What that word means.
    pub metric: SlaMetric,
    /// What is promised; nothing any more, where there is none in it.
    pub promise: Option<Told<Option<SourcePromise>>>,
    /// How its clock stands, and since when in microseconds since 1970-01-01 UTC.
    pub progress: Option<Told<(SlaProgress, i64)>>,
    /// When it was broken; that it was not, where there is none in it.
    pub breach: Option<Told<Option<i64>>>,
}

/// Something that is told again when it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<T> {
    /// Higher with each telling of something new, and not negative. Of two with the same, the one that comes last counts.
    pub order: i64,
    /// What is told.
    pub what: T,
}

/// What is promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePromise {
    /// What the policy is called.
    pub policy: Option<String>,
    /// Within so many seconds.
    pub target_seconds: Option<i64>,
    /// Of which clock.
    pub clock: Option<SlaClock>,
    /// Since when. As all times here in microseconds since 1970-01-01 UTC.
    pub applied_at: i64,
    /// Until when, where the source says.
    pub due_at: Option<i64>,
}

/// How a target's clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum SlaProgress {
    /// It runs.
    #[sea_orm(string_value = "running")]
    Running,
    /// It stands still.
    #[sea_orm(string_value = "paused")]
    Paused,
    /// What was promised has happened.
    #[sea_orm(string_value = "fulfilled")]
    Fulfilled,
    /// It will not happen any more.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

impl SourceTarget {
    /// What the source knows it by.
    #[must_use]
    pub fn key(&self) -> (String, String, i64) {
        (self.ticket.clone(), self.source_metric.clone(), self.instance)
    }

    /// Takes over whatever was told later of the same target.
    pub fn merge(&mut self, other: Self) {
        later(&mut self.promise, other.promise);
        later(&mut self.progress, other.progress);
        later(&mut self.breach, other.breach);
    }
}

fn later<T>(known: &mut Option<Told<T>>, told: Option<Told<T>>) {
    let order = |told: &Option<Told<T>>| told.as_ref().map(|told| told.order);
    if told.is_some() && order(&told) >= order(known) {
        *known = told;
    }
}

/// Each piece by itself, where it is told later than what is there; a piece that is not told has no order, and is later than nothing.
const ON_KNOWN: &str = "ON CONFLICT (tenant_id, connection_id, ticket, source_metric, instance) DO UPDATE SET \
    policy = CASE WHEN PROMISE THEN excluded.policy ELSE sla_targets.policy END, \
    target_seconds = CASE WHEN PROMISE THEN excluded.target_seconds ELSE sla_targets.target_seconds END, \
    clock = CASE WHEN PROMISE THEN excluded.clock ELSE sla_targets.clock END, \
    applied_at = CASE WHEN PROMISE THEN excluded.applied_at ELSE sla_targets.applied_at END, \
    due_at = CASE WHEN PROMISE THEN excluded.due_at ELSE sla_targets.due_at END, \
    promise_order = CASE WHEN PROMISE THEN excluded.promise_order ELSE sla_targets.promise_order END, \
    progress = CASE WHEN PROGRESS THEN excluded.progress ELSE sla_targets.progress END, \
    progress_at = CASE WHEN PROGRESS THEN excluded.progress_at ELSE sla_targets.progress_at END, \
    progress_order = CASE WHEN PROGRESS THEN excluded.progress_order ELSE sla_targets.progress_order END, \
    breached_at = CASE WHEN BREACH THEN excluded.breached_at ELSE sla_targets.breached_at END, \
    breach_order = CASE WHEN BREACH THEN excluded.breach_order ELSE sla_targets.breach_order END \
    WHERE PROMISE OR PROGRESS OR BREACH";

/// Writes targets, each known once, and gives how many are not as they were.
pub(super) async fn write(
    scope: &Scope,
    connection: ConnectionId,
    targets: &[SourceTarget],
) -> Result<u64> {
    if targets.is_empty() {
        return Ok(0);
    }
    let each = || targets.iter();
    let promised = || each().map(|it| it.promise.as_ref().and_then(|told| told.what.as_ref()));
    let stands = || each().map(|it| it.progress.as_ref().map(|told| told.what));
    let time = |at: Option<i64>| at.and_then(DateTime::<Utc>::from_timestamp_micros);
    let texts = |of: fn(&SourceTarget) -> &String| {
        Cells::Text(each().map(|it| Some(of(it).clone())).collect())
    };
    Insert::into("sla_targets")
        .column("connection_id", Cells::Uuid(each().map(|_| Some(connection.0)).collect()))
        .column("ticket", texts(|it| &it.ticket))
        .column("source_metric", texts(|it| &it.source_metric))
        .column("instance", Cells::Long(each().map(|it| Some(it.instance)).collect()))
        .column("metric", Cells::Word(each().map(|it| it.metric.word()).collect()))
        .column("policy", Cells::Text(promised().map(|it| it?.policy.clone()).collect()))
        .column("target_seconds", Cells::Long(promised().map(|it| it?.target_seconds).collect()))
        .column(
            "clock",
            Cells::Text(promised().map(|it| Some(it?.clock?.word().to_owned())).collect()),
        )
        .column(
            "applied_at",
            Cells::Time(promised().map(|it| time(Some(it?.applied_at))).collect()),
        )
        .column("due_at", Cells::Time(promised().map(|it| time(it?.due_at)).collect()))
        .column("promise_order", orders(targets, |it| Some(it.promise.as_ref()?.order)))
        .column("progress", Cells::Text(stands().map(|it| Some(it?.0.to_value())).collect()))
        .column("progress_at", Cells::Time(stands().map(|it| time(Some(it?.1))).collect()))
        .column("progress_order", orders(targets, |it| Some(it.progress.as_ref()?.order)))
        .column(
            "breached_at",
            Cells::Time(each().map(|it| time(it.breach.as_ref()?.what)).collect()),
        )
        .column("breach_order", orders(targets, |it| Some(it.breach.as_ref()?.order)))
        .run(scope, &on_known())
        .await
}

fn orders(targets: &[SourceTarget], of: fn(&SourceTarget) -> Option<i64>) -> Cells {
    Cells::Long(targets.iter().map(of).collect())
}

fn on_known() -> String {
    let pieces = [
        ("PROMISE", "promise_order", "policy, target_seconds, clock, applied_at, due_at"),
        ("PROGRESS", "progress_order", "progress, progress_at"),
        ("BREACH", "breach_order", "breach_order, breached_at"),
    ];
    pieces.into_iter().fold(ON_KNOWN.to_owned(), |text, (piece, order, columns)| {
        let of = |row: &str| {
            let columns = columns.split(", ").map(|column| format!("{row}.{column}"));
            columns.collect::<Vec<_>>().join(", ")
        };
        let (told, known) = (of("excluded"), of("sla_targets"));
        let is_later = format!(
            "(excluded.{order} > coalesce(sla_targets.{order}, -1) \
             OR excluded.{order} = sla_targets.{order} AND ({told}) IS DISTINCT FROM ({known}))"
        );
        text.replace(piece, &is_later)
    })
}
