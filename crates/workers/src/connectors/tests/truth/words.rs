//! The vendors' own words for what the model calls otherwise.

use simulators::Kind;
use simulators::model::Priority;

/// For how urgent a ticket is; for some, also where nobody has said so.
pub(super) const fn urgency(kind: Kind, priority: Option<Priority>) -> Option<&'static str> {
    Some(match (kind, priority) {
        (Kind::Zendesk, None) => return None,
        (Kind::Zendesk, Some(priority)) => priority.word(),
        (Kind::Freshdesk, Some(Priority::Normal)) => "medium",
        (Kind::Freshdesk, Some(priority)) => priority.word(),
        (Kind::Freshdesk, None) => "low",
        (Kind::Intercom, Some(Priority::High | Priority::Urgent)) => "priority",
        (Kind::Intercom, _) => "not_priority",
        (Kind::Jira, Some(Priority::Urgent)) => "Highest",
        (Kind::Jira, Some(Priority::High)) => "High",
        (Kind::Jira, Some(Priority::Normal) | None) => "Medium",
        (Kind::Jira, Some(Priority::Low)) => "Low",
        (Kind::Servicenow, Some(Priority::Urgent)) => "1",
        (Kind::Servicenow, Some(Priority::High)) => "2",
        (Kind::Servicenow, Some(Priority::Normal)) => "3",
        (Kind::Servicenow, Some(Priority::Low)) => "4",
        (Kind::Servicenow, None) => "5",
    })
}

/// For what a customer thinks, from 1 to 5, where there are ratings.
pub(super) const fn rating(kind: Kind, score: u8) -> Option<&'static str> {
    Some(match (kind, score) {
        (Kind::Servicenow, _) => return None,
        (Kind::Zendesk, 3..) => "2 of 2",
        (Kind::Zendesk, _) => "1 of 2",
        (Kind::Freshdesk, 1) => "1 of 7",
        (Kind::Freshdesk, 2) => "2 of 7",
        (Kind::Freshdesk, 3) => "4 of 7",
        (Kind::Freshdesk, 4) => "6 of 7",
        (Kind::Freshdesk, _) => "7 of 7",
        (Kind::Intercom | Kind::Jira, 1) => "1 of 5",
        (Kind::Intercom | Kind::Jira, 2) => "2 of 5",
        (Kind::Intercom | Kind::Jira, 3) => "3 of 5",
        (Kind::Intercom | Kind::Jira, 4) => "4 of 5",
        (Kind::Intercom | Kind::Jira, _) => "5 of 5",
    })
}

/// Whether it is known whom a customer writes for.
pub(super) const fn has_organisations(kind: Kind) -> bool {
    matches!(kind, Kind::Zendesk | Kind::Jira | Kind::Servicenow)
}

/// Whether it tells what it promises.
pub(super) const fn has_promises(kind: Kind) -> bool {
    matches!(kind, Kind::Zendesk | Kind::Freshdesk)
}

/// Whether it tells that an organisation is called otherwise now, also where nothing else happens to its customers.
pub(super) const fn tells_of_new_names(kind: Kind) -> bool {
    matches!(kind, Kind::Zendesk)
}

/// Whether who rates again takes back what they thought before.
pub(super) const fn has_one_rating(kind: Kind) -> bool {
    matches!(kind, Kind::Intercom | Kind::Jira)
}
