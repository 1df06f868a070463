//! An API client's life.

use super::types::{ApiClientAction, ApiClientState};
use crate::kernel::Permission;
use crate::kernel::states::{Machine, Transition};

pub(super) struct Life;

impl Machine for Life {
    type State = ApiClientState;
    type Action = ApiClientAction;
    const NOUN: &'static str = "API client";
    const TABLE: &'static [Transition<ApiClientState, ApiClientAction>] = &[
        Transition {
            from: ApiClientState::Active,
            action: ApiClientAction::RotateSecret,
            who: Permission::AccountsAdmin,
            to: ApiClientState::Active,
        },
        Transition {
            from: ApiClientState::Active,
            action: ApiClientAction::Revoke,
            who: Permission::AccountsAdmin,
            to: ApiClientState::Revoked,
        },
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
