//! The codes of failures about teams, memberships and leads.

use crate::codes::{Codes, OTHER_VALUE, SEE_ACTIONS, code};

pub(crate) const CODES: Codes = Codes {
    failures: &[
        code(
            "lead_overlaps",
            409,
            "The team has a lead in that time already.",
            "End the other lead first, or change the days.",
        ),
        code(
            "membership_overlaps",
            409,
            "The person is in that team, or in another as the primary one, in that time already.",
            "End the other membership first, or change the days.",
        ),
        code(
            "team_active",
            409,
            "The team is active, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code(
            "team_closed",
            409,
            "The team is closed, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code("team_name_taken", 409, "Another team has this name.", OTHER_VALUE),
        code(
            "team_not_empty",
            409,
            "The team has members or teams below it.",
            "Move or end them first.",
        ),
    ],
    fields: &[("team_cycle", "A team cannot be below itself.")],
};
