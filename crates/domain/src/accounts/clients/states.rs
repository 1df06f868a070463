//! An API client's life.

use super::entity::{Column, Entity};
use super::types::{ApiClientAction, ApiClientState};
use crate::kernel::Permission::AccountsAdmin;
use crate::kernel::states::{Machine, Recorded, Transition, step};

impl Machine for Entity {
    type State = ApiClientState;
    type Action = ApiClientAction;
    const TABLE: &'static [Transition<ApiClientState, ApiClientAction>] = &[
        step(
            ApiClientState::Active,
            ApiClientAction::RotateSecret,
            AccountsAdmin,
            ApiClientState::Active,
        ),
        step(
            ApiClientState::Active,
            ApiClientAction::Revoke,
            AccountsAdmin,
            ApiClientState::Revoked,
        ),
    ];

    fn word(action: ApiClientAction) -> &'static str {
        match action {
            ApiClientAction::RotateSecret => "rotate_secret",
            ApiClientAction::Revoke => "revoke",
        }
    }

    fn code(state: ApiClientState) -> &'static str {
        match state {
            ApiClientState::Active => "client_active",
            ApiClientState::Revoked => "client_revoked",
        }
    }
}

impl Recorded for Entity {
    const STATE: Column = Column::State;
    const STATE_SINCE: Column = Column::StateSince;
    const EVENT: &'static str = "client.state_changed";
}
