//! What Zendesk promises of its tickets: clocks that start, stop and end, and the policies that say how long each may run.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use domain::tickets::source::{SlaProgress, SourcePromise, SourceTarget, Told};
use domain::tickets::{SlaClock, SlaMetric};

use super::super::contract::Item;

#[derive(Deserialize)]
pub(super) struct Policies {
    pub(super) sla_policies: Vec<IgnoredAny>,
}

/// Something that happened to a clock. A later event has a higher number.
#[derive(Deserialize)]
pub(super) struct MetricEvent {
    id: i64,
    ticket_id: i64,
    metric: String,
    instance_id: i64,
    #[serde(rename = "type")]
    kind: Option<String>,
    time: DateTime<Utc>,
    deleted: Option<bool>,
    sla: Option<Sla>,
    group_sla: Option<Sla>,
}

#[derive(Deserialize)]
struct Sla {
    /// In minutes.
    target: Option<i64>,
    target_in_seconds: Option<i64>,
    business_hours: Option<bool>,
    policy: Option<Policy>,
}

#[derive(Deserialize)]
struct Policy {
    title: Option<String>,
}

impl MetricEvent {
    /// What it says of a target. That a clock was measured says nothing, and what it showed then is read off its times.
    pub(super) fn item(self) -> Option<Item> {
        let (order, at) = (self.id.max(0), self.time.timestamp_micros());
        let is_deleted = self.deleted == Some(true);
        let (mut promise, mut progress, mut breach) = (None, None, None);
        let mut stands = |what| progress = Some(Told { order, what: (what, at) });
        match self.kind.as_deref()? {
            // What was promised next may take it back; then the same event comes again.
            "breach" => {
                let order = order.saturating_mul(2) + i64::from(is_deleted);
                breach = Some(Told { order, what: (!is_deleted).then_some(at) });
            }
            _ if is_deleted => return None,
            "activate" => stands(SlaProgress::Running),
            "pause" => stands(SlaProgress::Paused),
            "fulfill" => stands(SlaProgress::Fulfilled),
            "apply_sla" | "apply_group_sla" => {
                let what = self.sla.or(self.group_sla).map(|sla| sla.promise(at));
                promise = Some(Told { order, what });
            }
            _ => return None,
        }
        let metric = metric(&self.metric, self.instance_id);
        let (ticket, source_metric) = (self.ticket_id.to_string(), self.metric);
        let instance = self.instance_id;
        let target =
            SourceTarget { ticket, source_metric, instance, metric, promise, progress, breach };
        Some(Item::Target(Box::new(target)))
    }
}

impl Sla {
    fn promise(self, applied_at: i64) -> SourcePromise {
        let minutes = self.target.map(|minutes| minutes.saturating_mul(60));
        let clock = |business| if business { SlaClock::Business } else { SlaClock::Calendar };
        SourcePromise {
            policy: self.policy.and_then(|policy| policy.title),
            target_seconds: self.target_in_seconds.or(minutes),
            clock: self.business_hours.map(clock),
            applied_at,
            due_at: None,
        }
    }
}

/// What a ticket has of them in it: lists by what is timed.
pub(super) fn beside(metric_events: Value) -> Vec<Item> {
    let Value::Object(by_metric) = metric_events else { return Vec::new() };
    let lists = by_metric.into_iter().filter_map(|(_, list)| match list {
        Value::Array(list) => Some(list),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            None
        }
    });
    let events = lists.flatten().filter_map(|event| serde_json::from_value(event).ok());
    events.filter_map(MetricEvent::item).collect()
}

fn metric(word: &str, instance: i64) -> SlaMetric {
    match word {
        "reply_time" if instance <= 1 => SlaMetric::FirstReplyTime,
        "reply_time" => SlaMetric::NextReplyTime,
        "requester_wait_time" => SlaMetric::RequesterWaitTime,
        "agent_work_time" => SlaMetric::AgentWorkTime,
        "resolution_time" => SlaMetric::ResolutionTime,
        "periodic_update_time" | "pausable_update_time" => SlaMetric::UpdateTime,
        "group_ownership_time" => SlaMetric::OwnershipTime,
        _ => SlaMetric::Other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn target(event: Value) -> SourceTarget {
        let event: MetricEvent = serde_json::from_value(event).unwrap();
        let Some(Item::Target(target)) = event.item() else { panic!("a target") };
        *target
    }

    fn event(id: i64, kind: &str) -> Value {
        json!({
            "id": id, "ticket_id": 155, "metric": "reply_time", "instance_id": 2,
            "type": kind, "time": "2026-10-26T12:53:12Z",
        })
    }

    #[test]
    fn a_breach_that_is_taken_back_stays_so_in_whichever_order_it_comes() {
        let told = |deleted: bool| {
            let mut event = event(7, "breach");
            event["deleted"] = json!(deleted);
            target(event)
        };
        for deleted in [true, false] {
            let mut first = told(deleted);
            first.merge(told(!deleted));
            assert_eq!(first.breach.unwrap().what, None);
        }
    }

    #[test]
    fn what_is_promised_no_more_is_told_without_a_policy() {
        let mut applied = event(3, "apply_sla");
        applied["sla"] = json!({
            "target": 90, "business_hours": true, "policy": { "id": 1, "title": "Gold" },
        });
        let promise = target(applied.clone()).promise.unwrap().what.unwrap();
        assert_eq!(
            (promise.target_seconds, promise.policy.as_deref()),
            (Some(5_400), Some("Gold"))
        );
        assert_eq!(promise.clock, Some(SlaClock::Business));
        applied["sla"]["target_in_seconds"] = json!(5_430);
        assert_eq!(target(applied).promise.unwrap().what.unwrap().target_seconds, Some(5_430));
        let mut none = event(4, "apply_sla");
        none["sla"] = Value::Null;
        assert_eq!(target(none).promise.unwrap().what, None);
    }

    #[test]
    fn whatever_says_nothing_of_a_promise_is_passed_over() {
        for kind in ["measure", "update_status", "something_new"] {
            let event: MetricEvent = serde_json::from_value(event(1, kind)).unwrap();
            assert!(event.item().is_none(), "{kind}");
        }
        let beside = beside(json!({
            "reply_time": [event(1, "activate"), { "id": 2 }], "resolution_time": null,
        }));
        assert_eq!(beside.len(), 1);
    }
}
