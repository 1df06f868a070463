//! What the account promises: within which time, by how urgent a ticket is.

use serde_json::{Value, json};

use super::clocks::Metric;
use super::ids;
use super::lists::{Keys, list};
use super::service::{Asked, Outcome, Problem, Service};
use super::state::State;
use crate::iso::Iso;
use crate::model::{Priority, Queue};
use crate::server::Answer;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) id: u64,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) business_hours: bool,
    /// The one queue that it is for.
    queue: Option<Queue>,
    /// Minutes to the first reply, to each reply after it, and for all the time that a customer waits.
    minutes: [(Priority, [u32; 3]); 4],
}

const MEASURED: [&str; 3] = ["first_reply_time", "next_reply_time", "requester_wait_time"];

/// The first that fits is the one that holds.
static POLICIES: [Policy; 2] = [
    Policy {
        id: 6_600_000_002,
        title: "Second line",
        description: "What nobody else could solve",
        business_hours: false,
        queue: Some(Queue::SecondLine),
        minutes: [
            (Priority::Urgent, [30, 120, 1_440]),
            (Priority::High, [120, 480, 2_880]),
            (Priority::Normal, [480, 1_440, 7_200]),
            (Priority::Low, [1_440, 2_880, 14_400]),
        ],
    },
    Policy {
        id: 6_600_000_001,
        title: "Everybody",
        description: "What every customer can expect",
        business_hours: true,
        queue: None,
        minutes: [
            (Priority::Urgent, [15, 60, 480]),
            (Priority::High, [60, 240, 1_440]),
            (Priority::Normal, [240, 1_440, 4_320]),
            (Priority::Low, [480, 2_880, 10_080]),
        ],
    },
];

impl Policy {
    /// What is promised of a ticket as it is now, and within how many minutes. Whatever has no priority yet is promised nothing.
    pub(super) fn of(state: &State, metric: Metric, instance: u64) -> Option<(&'static Self, u32)> {
        let fits = |policy: &&Self| policy.queue.is_none() || policy.queue == state.queue;
        let policy = POLICIES.iter().find(fits)?;
        let minutes = policy.minutes.iter().find(|it| Some(it.0) == state.priority)?.1;
        let minutes = match (metric, instance) {
            (Metric::Reply, 1) => minutes[0],
            (Metric::Reply, _) => minutes[1],
            (Metric::RequesterWait, _) => minutes[2],
            (Metric::AgentWork | Metric::Resolution, _) => return None,
        };
        Some((policy, minutes))
    }
}

pub(super) fn all(service: &Service, asked: &Asked<'_>) -> Outcome {
    if !asked.caller.is_admin {
        return Err(Problem::forbidden());
    }
    let keys = Keys::listed(POLICIES.iter().map(|policy| policy.id).collect());
    list(service, asked, "sla_policies", keys, |id| told(service, id))
}

pub(super) fn one(service: &Service, asked: &Asked<'_>, id: u64) -> Outcome {
    if !asked.caller.is_admin {
        return Err(Problem::forbidden());
    }
    let policy = told(service, id).ok_or_else(Problem::not_found)?;
    Ok(Answer::json(200, &json!({ "sla_policy": policy })))
}

fn told(service: &Service, id: u64) -> Option<Value> {
    let place = POLICIES.iter().position(|policy| policy.id == id)?;
    let policy = &POLICIES[place];
    let metrics = policy.minutes.iter().flat_map(|(priority, minutes)| {
        MEASURED.iter().zip(minutes).map(|(metric, target)| {
            json!({
                "priority": priority.word(),
                "metric": metric,
                "target": target,
                "target_in_seconds": target * 60,
                "business_hours": policy.business_hours,
            })
        })
    });
    let of_queue = policy.queue.map(
        |queue| json!({ "field": "group_id", "operator": "is", "value": ids::group(queue).to_string() }),
    );
    let created = Iso(service.organisation_created(1));
    Some(json!({
        "url": format!("{}/api/v2/slas/policies/{id}.json", service.base),
        "id": id,
        "title": policy.title,
        "description": policy.description,
        "position": place + 1,
        "filter": { "all": of_queue.into_iter().collect::<Vec<_>>(), "any": [] },
        "policy_metrics": metrics.collect::<Vec<_>>(),
        "created_at": created,
        "updated_at": created,
    }))
}
