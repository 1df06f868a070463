//! A user's life.

use super::entity::user::{Column, Entity};
use super::types::{UserAction, UserState};
use crate::kernel::Permission::AccountsAdmin;
use crate::kernel::states::{Machine, Recorded, Transition, step};

impl Machine for Entity {
    type State = UserState;
    type Action = UserAction;
    const TABLE: &'static [Transition<UserState, UserAction>] = &[
        step(UserState::Active, UserAction::Suspend, AccountsAdmin, UserState::Suspended),
        step(UserState::Active, UserAction::End, AccountsAdmin, UserState::Ended),
        step(UserState::Suspended, UserAction::Reactivate, AccountsAdmin, UserState::Active),
        step(UserState::Suspended, UserAction::End, AccountsAdmin, UserState::Ended),
    ];

    fn word(action: UserAction) -> &'static str {
        match action {
            UserAction::Suspend => "suspend",
            UserAction::Reactivate => "reactivate",
            UserAction::End => "end",
        }
    }

    fn code(state: UserState) -> &'static str {
        match state {
            UserState::Active => "user_active",
            UserState::Suspended => "user_suspended",
            UserState::Ended => "user_ended",
        }
    }
}

impl Recorded for Entity {
    const STATE: Column = Column::State;
    const STATE_SINCE: Column = Column::StateSince;
    const EVENT: &'static str = "user.state_changed";
}
