//! What comes beside tickets when it is asked for with `include`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::service::Service;
use super::tickets::Ticket;
use crate::server::Request;

/// Whether something is to come beside the items.
pub(super) fn includes(request: &Request, wanted: &str) -> bool {
    let asked = request.parameter("include").unwrap_or_default();
    asked.split(',').any(|name| name.trim() == wanted)
}

/// The users, groups and organisations of tickets, each once. Metrics are not beside the tickets but in them.
pub(super) fn sideloads(
    service: &Service,
    request: &Request,
    tickets: &[Ticket<'_>],
) -> Vec<(&'static str, Value)> {
    let mut lists = Vec::new();
    if includes(request, "users") {
        let users = tickets.iter().flat_map(|ticket| {
            let submitter = u64::try_from(ticket.submitter_id).ok();
            [Some(ticket.requester_id), submitter, ticket.assignee_id]
        });
        let users: BTreeSet<u64> = users.flatten().collect();
        lists.push((
            "users",
            json!(users.into_iter().filter_map(|id| service.user(id)).collect::<Vec<_>>()),
        ));
    }
    if includes(request, "groups") {
        let groups: BTreeSet<u64> = tickets.iter().filter_map(|ticket| ticket.group_id).collect();
        lists.push(("groups", groups.into_iter().filter_map(|id| service.group(id)).collect()));
    }
    if includes(request, "organizations") {
        let known: BTreeSet<u64> =
            tickets.iter().filter_map(|ticket| ticket.organization_id).collect();
        let known = known.into_iter().filter_map(|id| service.organisation(id));
        lists.push(("organizations", json!(known.collect::<Vec<_>>())));
    }
    lists
}
