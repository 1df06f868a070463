//! What may be done to a team's state, by whom, and where it leads.

use super::entity::{Column, Entity};
use super::types::{TeamAction, TeamState};
use crate::kernel::Permission::TeamsWrite;
use crate::kernel::states::{Machine, Recorded, Transition, step};

impl Machine for Entity {
    type State = TeamState;
    type Action = TeamAction;
    const TABLE: &'static [Transition<TeamState, TeamAction>] = &[
        step(TeamState::Active, TeamAction::Close, TeamsWrite, TeamState::Closed),
        step(TeamState::Closed, TeamAction::Reopen, TeamsWrite, TeamState::Active),
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

impl Recorded for Entity {
    const STATE: Column = Column::State;
    const STATE_SINCE: Column = Column::StateSince;
    const EVENT: &'static str = "team.state_changed";
}
