//! A tenant's life.

use super::types::TenantState;
use crate::kernel::Permission;
use crate::kernel::states::{Machine, Transition};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Suspend,
    Resume,
}

pub(super) struct Life;

impl Machine for Life {
    type State = TenantState;
    type Action = Action;
    const NOUN: &'static str = "tenant";
    const TABLE: &'static [Transition<TenantState, Action>] = &[
        Transition {
            from: TenantState::Active,
            action: Action::Suspend,
            who: Permission::AccountsAdmin,
            to: TenantState::Suspended,
        },
        Transition {
            from: TenantState::Suspended,
            action: Action::Resume,
            who: Permission::AccountsAdmin,
            to: TenantState::Active,
        },
    ];

    fn word(action: Action) -> &'static str {
        match action {
            Action::Suspend => "suspend",
            Action::Resume => "resume",
        }
    }

    fn code(state: TenantState) -> &'static str {
        match state {
            TenantState::Active => "tenant_active",
            TenantState::Suspended => "tenant_suspended",
        }
    }
}
