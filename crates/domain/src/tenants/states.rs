//! A tenant's life.

use super::entity::{Column, Entity};
use super::types::TenantState;
use crate::kernel::Permission::AccountsAdmin;
use crate::kernel::states::{Machine, Recorded, Transition, step};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Suspend,
    Resume,
    Erase,
}

impl Machine for Entity {
    type State = TenantState;
    type Action = Action;
    const TABLE: &'static [Transition<TenantState, Action>] = &[
        step(TenantState::Active, Action::Suspend, AccountsAdmin, TenantState::Suspended),
        step(TenantState::Suspended, Action::Resume, AccountsAdmin, TenantState::Active),
        step(TenantState::Active, Action::Erase, AccountsAdmin, TenantState::Erasing),
        step(TenantState::Suspended, Action::Erase, AccountsAdmin, TenantState::Erasing),
    ];

    fn word(action: Action) -> &'static str {
        match action {
            Action::Suspend => "suspend",
            Action::Resume => "resume",
            Action::Erase => "erase",
        }
    }

    fn code(state: TenantState) -> &'static str {
        match state {
            TenantState::Active => "tenant_active",
            TenantState::Suspended => "tenant_suspended",
            TenantState::Erasing => "tenant_erasing",
        }
    }
}

impl Recorded for Entity {
    const STATE: Column = Column::State;
    const STATE_SINCE: Column = Column::StateSince;
    const EVENT: &'static str = "tenant.state_changed";
}
