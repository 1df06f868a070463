//! What may be done to a team's state, by whom, and where it leads.

use super::types::{TeamAction, TeamState};
use crate::kernel::Permission;
use crate::kernel::states::{Machine, Transition};

pub(super) struct TeamMachine;

impl Machine for TeamMachine {
    type State = TeamState;
    type Action = TeamAction;
    const NOUN: &'static str = "team";
    const TABLE: &'static [Transition<TeamState, TeamAction>] = &[
        Transition {
            from: TeamState::Active,
            action: TeamAction::Close,
            who: Permission::TeamsWrite,
            to: TeamState::Closed,
        },
        Transition {
            from: TeamState::Closed,
            action: TeamAction::Reopen,
            who: Permission::TeamsWrite,
            to: TeamState::Active,
        },
    ];

    fn word(action: TeamAction) -> &'static str {
        match action {
            TeamAction::Close => "close",
            TeamAction::Reopen => "reopen",
        }
    }

    fn code(state: TeamState) -> &'static str {
        match state {
            TeamState::Active => "team_active",
            TeamState::Closed => "team_closed",
        }
    }
}
