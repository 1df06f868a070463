//! A user's life.

use super::types::{UserAction, UserState};
use crate::kernel::Permission::AccountsAdmin;
use crate::kernel::states::{Machine, Transition};

pub(super) struct Life;

const fn step(
    from: UserState,
    action: UserAction,
    to: UserState,
) -> Transition<UserState, UserAction> {
    Transition { from, action, who: AccountsAdmin, to }
}

impl Machine for Life {
    type State = UserState;
    type Action = UserAction;
    const NOUN: &'static str = "user";
    const TABLE: &'static [Transition<UserState, UserAction>] = &[
        step(UserState::Active, UserAction::Suspend, UserState::Suspended),
        step(UserState::Active, UserAction::End, UserState::Ended),
        step(UserState::Suspended, UserAction::Reactivate, UserState::Active),
        step(UserState::Suspended, UserAction::End, UserState::Ended),
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
