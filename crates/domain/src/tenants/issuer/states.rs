//! A signing key's life.

use super::entity::Entity;
use super::types::SigningKeyState;
use crate::kernel::Permission::AccountsAdmin;
use crate::kernel::states::{Machine, Transition, step};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Activate,
    Retire,
}

impl Machine for Entity {
    type State = SigningKeyState;
    type Action = Action;
    const TABLE: &'static [Transition<SigningKeyState, Action>] = &[
        step(SigningKeyState::Next, Action::Activate, AccountsAdmin, SigningKeyState::Active),
        step(SigningKeyState::Active, Action::Retire, AccountsAdmin, SigningKeyState::Retired),
    ];

    fn word(action: Action) -> &'static str {
        match action {
            Action::Activate => "activate",
            Action::Retire => "retire",
        }
    }

    fn code(state: SigningKeyState) -> &'static str {
        match state {
            SigningKeyState::Next => "signing_key_next",
            SigningKeyState::Active => "signing_key_active",
            SigningKeyState::Retired => "signing_key_retired",
        }
    }
}
