//! What was promised of a ticket and what came of it, in words that both sides have.

use chrono::{DateTime, Utc};
use domain::tickets::{SlaClock, SlaState, SlaTarget};
use simulators::Promise;

/// What is told here.
pub(super) fn here(targets: &[SlaTarget]) -> String {
    let told = targets.iter().map(|target| {
        let at = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp());
        line(
            (&target.source_metric, target.instance),
            target.policy.as_deref().unwrap_or("none"),
            target.target_seconds.unwrap_or_default(),
            target.clock == Some(SlaClock::Business),
            [at(target.applied_at), at(target.breached_at), at(target.fulfilled_at)],
            target.state,
        )
    });
    sorted(told)
}

/// What is so there.
pub(super) fn there(promises: &[Promise], is_merged: bool) -> String {
    let told = promises.iter().map(|promise| {
        let state = match (promise.kept_at, promise.broken_at) {
            (None, _) if is_merged => SlaState::Cancelled,
            (Some(_), None) => SlaState::Met,
            (Some(_), Some(_)) => SlaState::BreachedClosed,
            (None, Some(_)) => SlaState::BreachedOpen,
            (None, None) if promise.stands_still => SlaState::Paused,
            (None, None) => SlaState::Active,
        };
        line(
            (promise.metric, promise.instance.cast_signed()),
            promise.policy,
            promise.seconds,
            promise.business_hours,
            [Some(promise.applied_at), promise.broken_at, promise.kept_at],
            state,
        )
    });
    sorted(told)
}

fn line(
    (metric, instance): (&str, i64),
    policy: &str,
    seconds: i64,
    is_business: bool,
    [applied, broken, kept]: [Option<i64>; 3],
    state: SlaState,
) -> String {
    let at = |at: Option<i64>| at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    let (applied, broken, kept) = (at(applied), at(broken), at(kept));
    let state = state.word();
    format!(
        "\n      {metric} {instance} {policy} {seconds} {is_business} applied {applied} broken {broken} kept {kept}: {state}"
    )
}

fn sorted(lines: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<String> = lines.collect();
    lines.sort_unstable();
    lines.concat()
}
