//! What the statuses of a site mean: by their category, and by the resolution that comes with the last one.

use std::collections::HashMap;

use domain::tickets::StatusCategory;

use super::wire::Status;

/// Resolutions that say that nothing was solved.
const UNSOLVED: [&str; 10] = [
    "canceled",
    "cancelled",
    "cannot reproduce",
    "declined",
    "duplicate",
    "incomplete",
    "invalid",
    "rejected",
    "won't do",
    "won't fix",
];
/// Of what is under way, whose turn it is, as the templates of service projects name it.
const WITH_THE_CUSTOMER: [&str; 2] = ["waiting for customer", "awaiting customer"];
const WITH_OTHERS: [&str; 3] = ["pending", "on hold", "waiting for third party"];

/// What a status means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    UnderWay,
    Done,
}

/// The statuses of a site, by their numbers: a changelog tells nothing else of them.
pub(super) struct Statuses(HashMap<String, (Stage, String)>);

impl Statuses {
    pub(super) fn of(list: Vec<Status>) -> Self {
        let named = |status: Status| {
            let stage = stage(&status);
            (status.id, (stage, status.name.unwrap_or_default().to_lowercase()))
        };
        Self(list.into_iter().map(named).collect())
    }

    fn stage(&self, id: Option<&str>) -> Option<Stage> {
        self.0.get(id?).map(|(stage, _)| *stage)
    }

    /// What the ticket became by going from one status to another. One that is no more was under way.
    pub(super) fn category(
        &self,
        from: Option<&str>,
        to: Option<&str>,
        resolution: Option<&str>,
    ) -> StatusCategory {
        let known = to.and_then(|id| self.0.get(id));
        let (stage, name) = known.map_or((Stage::UnderWay, ""), |(stage, name)| (*stage, name));
        match stage {
            Stage::New => StatusCategory::New,
            Stage::UnderWay if WITH_THE_CUSTOMER.contains(&name) => StatusCategory::Pending,
            Stage::UnderWay if WITH_OTHERS.contains(&name) => StatusCategory::OnHold,
            Stage::UnderWay => StatusCategory::Open,
            // What was solved already is over for good.
            Stage::Done if self.stage(from) == Some(Stage::Done) => StatusCategory::Closed,
            Stage::Done => {
                let word = resolution.unwrap_or_default().to_lowercase();
                let is_solved = !UNSOLVED.contains(&word.as_str());
                if is_solved { StatusCategory::Solved } else { StatusCategory::Closed }
            }
        }
    }
}

fn stage(status: &Status) -> Stage {
    match status.category.as_ref().and_then(|category| category.key.as_deref()) {
        Some("new") => Stage::New,
        Some("done") => Stage::Done,
        _ => Stage::UnderWay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses() -> Statuses {
        let list = [("1", "To do", "new"), ("2", "Working", "indeterminate")]
            .into_iter()
            .chain([("3", "Waiting for customer", "indeterminate"), ("4", "Pending", "indeterminate")])
            .chain([("5", "Resolved", "done"), ("6", "Archived", "done")])
            .map(|(id, name, key)| {
                serde_json::json!({ "id": id, "name": name, "statusCategory": { "key": key } })
            });
        Statuses::of(list.map(|it| serde_json::from_value(it).unwrap()).collect())
    }

    #[test]
    fn the_category_says_what_a_status_means_and_the_name_whose_turn_it_is() {
        let statuses = statuses();
        let to = |to| statuses.category(Some("1"), Some(to), None);
        assert_eq!(to("1"), StatusCategory::New);
        assert_eq!(to("2"), StatusCategory::Open);
        assert_eq!(to("3"), StatusCategory::Pending);
        assert_eq!(to("4"), StatusCategory::OnHold);
        assert_eq!(to("5"), StatusCategory::Solved);
        assert_eq!(to("6"), StatusCategory::Solved);
        assert_eq!(to("no more"), StatusCategory::Open);
    }

    #[test]
    fn what_is_over_is_solved_once_and_only_if_something_was() {
        let statuses = statuses();
        let category = |from, to, resolution| statuses.category(Some(from), Some(to), resolution);
        assert_eq!(category("2", "5", Some("Done")), StatusCategory::Solved);
        assert_eq!(category("5", "6", None), StatusCategory::Closed);
        assert_eq!(category("2", "6", Some("Won't Do")), StatusCategory::Closed);
        assert_eq!(category("2", "5", Some("Duplicate")), StatusCategory::Closed);
        assert_eq!(category("5", "2", None), StatusCategory::Open);
    }
}
