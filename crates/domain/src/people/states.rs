//! What may be done to a person's state, by whom, and where it leads.

use super::types::{PersonAction, PersonState};
use crate::kernel::Permission;
use crate::kernel::states::{Machine, Transition};

pub(super) struct PersonMachine;

impl Machine for PersonMachine {
    type State = PersonState;
    type Action = PersonAction;
    const NOUN: &'static str = "person";
    const TABLE: &'static [Transition<PersonState, PersonAction>] = &[
        step(PersonState::Invited, PersonAction::Activate, PersonState::Active),
        step(PersonState::Invited, PersonAction::Offboard, PersonState::Offboarded),
        step(PersonState::Active, PersonAction::StartLeave, PersonState::OnLeave),
        step(PersonState::Active, PersonAction::Offboard, PersonState::Offboarded),
        step(PersonState::OnLeave, PersonAction::EndLeave, PersonState::Active),
        step(PersonState::OnLeave, PersonAction::Offboard, PersonState::Offboarded),
        step(PersonState::Offboarded, PersonAction::Rehire, PersonState::Active),
    ];

    fn word(action: PersonAction) -> &'static str {
        match action {
            PersonAction::Activate => "activate",
            PersonAction::StartLeave => "start_leave",
            PersonAction::EndLeave => "end_leave",
            PersonAction::Offboard => "offboard",
            PersonAction::Rehire => "rehire",
        }
    }

    fn code(state: PersonState) -> &'static str {
        match state {
            PersonState::Invited => "person_invited",
            PersonState::Active => "person_active",
            PersonState::OnLeave => "person_on_leave",
            PersonState::Offboarded => "person_offboarded",
        }
    }
}

const fn step(
    from: PersonState,
    action: PersonAction,
    to: PersonState,
) -> Transition<PersonState, PersonAction> {
    Transition { from, action, who: Permission::PeopleWrite, to }
}
