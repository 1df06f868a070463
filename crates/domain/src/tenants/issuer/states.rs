//! A signing key's life.

use super::types::SigningKeyState;
use crate::kernel::Permission;
use crate::kernel::states::{Machine, Transition};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Activate,
    Retire,
}

pub(super) struct Life;

impl Machine for Life {
    type State = SigningKeyState;
    type Action = Action;
    const NOUN: &'static str = "signing key";
    const TABLE: &'static [Transition<SigningKeyState, Action>] = &[
        Transition {
            from: SigningKeyState::Next,
            action: Action::Activate,
            who: Permission::AccountsAdmin,
            to: SigningKeyState::Active,
        },
        Transition {
            from: SigningKeyState::Active,
            action: Action::Retire,
            who: Permission::AccountsAdmin,
            to: SigningKeyState::Retired,
        },
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
