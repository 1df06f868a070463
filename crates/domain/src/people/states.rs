//! What may be done to a person's state, by whom, and where it leads.

use super::entity::{Column, Entity};
use super::types::{PersonAction, PersonState};
use crate::kernel::Permission::PeopleWrite;
use crate::kernel::states::{Machine, Recorded, Transition, step};

impl Machine for Entity {
    type State = PersonState;
    type Action = PersonAction;
    const TABLE: &'static [Transition<PersonState, PersonAction>] = &[
        step(PersonState::Invited, PersonAction::Activate, PeopleWrite, PersonState::Active),
        step(PersonState::Invited, PersonAction::Offboard, PeopleWrite, PersonState::Offboarded),
        step(PersonState::Active, PersonAction::StartLeave, PeopleWrite, PersonState::OnLeave),
        step(PersonState::Active, PersonAction::Offboard, PeopleWrite, PersonState::Offboarded),
        step(PersonState::OnLeave, PersonAction::EndLeave, PeopleWrite, PersonState::Active),
        step(PersonState::OnLeave, PersonAction::Offboard, PeopleWrite, PersonState::Offboarded),
        step(PersonState::Offboarded, PersonAction::Rehire, PeopleWrite, PersonState::Active),
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
            PersonState::Erased => "person_erased",
        }
    }
}

impl Recorded for Entity {
    const STATE: Column = Column::State;
    const STATE_SINCE: Column = Column::StateSince;
    const EVENT: &'static str = "person.state_changed";
}
